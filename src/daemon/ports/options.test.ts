import assert from "node:assert/strict";
import { test } from "node:test";
import type { EffectiveValue } from "../../config/effective.ts";
import { sectionsOf, withoutSecrets } from "./options.ts";

const value = (section: string, option: string, text: string): EffectiveValue => {
  return { section, option, text, isExpanded: true, isSplitDefault: false, origin: "default" };
};
const VALUES = [
  value("program:web", "process_name", "%(program_name)s_%(process_num)02d"),
  value("program:api", "process_name", "worker-%(process_num)d"),
  value("program:cron", "process_name", "%(program_name)s"),
  value("group:front", "programs", "web, api"),
  value("eventlistener:ears", "process_name", "%(group_name)s"),
];

test("a process's section is found by the name that it makes, also in a group and with a name of its own", () => {
  const found = (group: string, process: string) => sectionsOf(VALUES, { group, process }).map(({ section }) => section);
  assert.deepEqual(found("front", "web_03"), ["program:web", "group:front"]);
  assert.deepEqual(found("front", "worker-1"), ["program:api", "group:front"]);
  assert.deepEqual(found("cron", "cron"), ["program:cron"]);
  assert.deepEqual(found("ears", "ears"), ["eventlistener:ears"]);
  assert.deepEqual(found("cron", "web_03"), [], "web is not in that group");
});

test("of variables the names alone are shown, however their values are quoted", () => {
  assert.equal(withoutSecrets(`A="x,y",B='p"q',C=plain,D="es\\"caped"`), 'A="…",B="…",C="…",D="…"');
});
