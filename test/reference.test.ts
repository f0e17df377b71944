import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { pages, referencePage } from "../scripts/reference/reference.ts";
import { configSchema } from "../scripts/reference/schema.ts";
import { TYPE_WORDS } from "../scripts/reference/typewords.ts";
import { configText } from "../src/config/arbitrary.fixture.ts";
import { readIni } from "../src/config/ini.ts";
import { HOST, MAIN, world } from "../src/config/load.fixture.ts";
import { loadConfig } from "../src/config/load.ts";
import { kindOf, SCOPES, SECTIONS } from "../src/config/optiontable.ts";
import { READERS } from "../src/config/optiontypes.ts";

const ROOT = new URL("../", import.meta.url);

test("the pages of docs/reference are what the table makes of them; npm run docs writes them", () => {
  for (const [place, text] of Object.entries(pages()))
    assert.ok(readFileSync(new URL(place, ROOT), "utf8") === text, `${place} is not fresh`);
});

test("both languages tell every section and every option", () => {
  for (const language of ["en", "zh"] as const) {
    const page = referencePage(language);
    for (const { header, options } of SECTIONS) {
      assert.ok(page.includes(`\n## [${header}`), header);
      for (const name of Object.keys(options)) assert.ok(page.includes(`\n### ${name}\n`), `${header} ${name}`);
    }
  }
});

test("every option has words in both languages, a default or what happens without one, and a good default", () => {
  const { accounts } = world({});
  const judge = { accounts, homes: { uid: 0, home: "/" }, demandFolder: () => undefined };
  for (const { header, options } of SECTIONS) {
    for (const [name, option] of Object.entries(options)) {
      const place = `${header} ${name}`;
      assert.match(option.brief.en, /^[^.].*[^.]$/, place);
      assert.match(option.brief.zh, /[\u4e00-\u9fff]/, place);
      assert.match(option.brief.en, /^[\x20-\x7e]+$/, place);
      if (option.default === null) assert.ok(option.isRequired === true || option.unset !== undefined, place);
      else assert.ok(READERS[option.type](option.default, judge, option).ok, place);
    }
  }
});

test("the names that the table promises for an option can be used in it", async () => {
  const values: Readonly<Record<string, string>> = {
    here: "/etc",
    host_node_name: HOST,
    program_name: "x",
    group_name: "x",
    process_num: "0",
    numprocs: "1",
  };
  for (const header of ["program:", "eventlistener:", "fcgi-program:", "supervisord", "unix_http_server", "group:"]) {
    const kind = SECTIONS.find((one) => one.header === header);
    assert.ok(kind !== undefined);
    for (const [name, option] of Object.entries(kind.options)) {
      for (const [one, inserted] of Object.entries(values)) {
        // A format that gives nothing, so that every type takes it: at most no character of the name's text.
        const known = (SCOPES[option.scope] as readonly string[]).includes(one);
        const given = option.sample ?? option.default ?? "x";
        const text = `${header === "supervisord" ? "" : "[supervisord]\n"}[${header.endsWith(":") ? `${header}x` : header}]\n${needed(header, name)}${name}=${given}%(${one}).0s\n`;
        const loaded = await loadConfig(world({ files: { [MAIN]: text }, folders: ["/a"] }), { file: MAIN, flags: new Map() });
        const message = loaded.ok ? "" : loaded.error.map((error) => error.message).join("\n");
        assert.equal(message.includes(`contains names ('${one}')`), !known, `${header} ${name} ${one} ${inserted}: ${message}`);
      }
    }
  }
});

/** The lines that a section needs beside an option. */
function needed(header: string, name: string): string {
  const lines: Readonly<Record<string, string>> = {
    command: "command=a\n",
    events: "events=EVENT\n",
    socket: "socket=tcp://h:1\n",
    file: "file=/tmp/s\n",
  };
  const kind = SECTIONS.find((one) => one.header === header);
  return Object.entries(lines)
    .filter(([one]) => one !== name && kind?.options[one] !== undefined)
    .map(([, line]) => line)
    .join("");
}

test("the schema says no word against what the reader takes", async () => {
  type Schema = { patternProperties: Record<string, { properties: Record<string, { pattern?: string }> }> };
  const { patternProperties } = JSON.parse(configSchema()) as Schema;
  await fc.assert(
    fc.asyncProperty(configText, async (text) => {
      const loaded = await loadConfig(world({ files: { [MAIN]: text } }), { file: MAIN, flags: new Map() });
      if (!loaded.ok) return;
      for (const section of readIni(MAIN, text).sections.values()) {
        const schema = Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern).test(section.name))?.[1];
        if (schema === undefined || kindOf(section.name) === null) continue;
        for (const [name, { text: value }] of section.options) {
          const pattern = schema.properties[name]?.pattern;
          if (pattern !== undefined && /^[\x20-\x7e]*$/.test(value)) assert.match(value, new RegExp(pattern), `${section.name} ${name}`);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("every type of the table has its words", () => assert.deepEqual(Object.keys(TYPE_WORDS).sort(), Object.keys(READERS).sort()));
