import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { configInfo, failing, fault, info, scene } from "../scene.fixture.ts";

const done = async () => ok(true as const);
const KNOWN: Partial<Supervisor> = {
  getAllConfigInfo: async () => ok([configInfo("a"), configInfo("g:x"), configInfo("g:y"), configInfo("later", { inuse: false })]),
  getAllProcessInfo: async () => ok([info("a", "RUNNING"), info("g:x", "RUNNING"), info("g:y", "STOPPED")]),
  setEnabled: done,
  stopProcess: done,
  startProcess: done,
};

test("BOOT-011: enable and disable: a line each; groups, patterns, all, and what is not in use yet", async () => {
  const world = scene({ methods: KNOWN });
  assert.deepEqual(await world.run("disable a"), { text: "a: disabled\n", exit: 0 });
  assert.deepEqual(await world.run("enable g:* later"), { text: "g:x: enabled\ng:y: enabled\nlater: enabled\n", exit: 0 });
  assert.deepEqual(await world.run("disable g:? a a"), { text: "g:x: disabled\ng:y: disabled\na: disabled\n", exit: 0 });
  assert.deepEqual(
    world.calls.filter((call) => call.startsWith("setEnabled")),
    ["setEnabled a false", "setEnabled g:x,g:y,later true", "setEnabled g:x,g:y,a false"],
  );
  assert.equal((await world.run("enable all")).text.split("\n").length, 5);
  assert.equal((await world.run("enable --json a")).text, '[{"name":"a","enabled":true}]\n');
});

test("BOOT-011: disable --now stops first, enable --now starts then", async () => {
  const world = scene({ methods: KNOWN });
  assert.deepEqual(await world.run("disable --now a"), { text: "a: stopped\na: disabled\n", exit: 0 });
  assert.deepEqual(await world.run("enable --now a"), { text: "a: enabled\na: started\n", exit: 0 });
});

test("BOOT-011: what is not there, and what could not be remembered, which is not started either", async () => {
  const run = (line: string, methods: Partial<Supervisor> = {}) => scene({ methods: { ...KNOWN, ...methods } }).run(line);
  assert.deepEqual(await run("enable nope a"), { text: "nope: ERROR (no such process)\na: enabled\n", exit: 1 });
  assert.deepEqual(await run("enable nope:*"), { text: "nope: ERROR (no such group)\n", exit: 1 });
  const setEnabled = () => fault("FAILED", "FAILED: cannot write /x: ENOSPC");
  assert.deepEqual(await run("enable --now a", { setEnabled }), { text: "a: ERROR (cannot write /x: ENOSPC)\n", exit: 1 });
  const old = await run("enable a", { setEnabled: () => fault("UNKNOWN_METHOD") });
  assert.deepEqual(old, { text: "a: ERROR (this supervisord has no enable)\n", exit: 1 });
  assert.match((await run("enable a", { setEnabled: () => failing({ kind: "deadline", seconds: 3 }) })).text, /^error: /);
  assert.equal((await run("enable")).exit, 1);
});

test("BOOT-011: avail tells it in JSON alone", async () => {
  const enabled = async () =>
    ok([
      { name: "g:x", enabled: "no", wanted: "" },
      { name: "a:a", enabled: "", wanted: "up" },
    ]);
  const text = await scene({ methods: { ...KNOWN, enabled } }).run("avail");
  assert.deepEqual(text, await scene({ methods: KNOWN }).run("avail"));
  const { text: json } = await scene({ methods: { ...KNOWN, enabled } }).run("avail --json");
  const rows = JSON.parse(json) as { name: string; enabled: unknown }[];
  assert.deepEqual(
    rows.map(({ name, enabled: said }) => [name, said]),
    [
      ["a", null],
      ["g:x", false],
      ["g:y", null],
      ["later", null],
    ],
  );
});
