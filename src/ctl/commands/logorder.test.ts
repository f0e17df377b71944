import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { fault, info, scene } from "../scene.fixture.ts";

const infos = async () => ok([info("web:b", "STOPPED"), info("web:a", "RUNNING"), info("db", "RUNNING")]);

test("LOGX-023: rotate says a line for each, of a group and a pattern too; of several, one without a log is passed over", async () => {
  const asked: string[] = [];
  const rotateLogs = async (name: string) => {
    asked.push(name);
    return name === "db" ? fault("NO_FILE", "NO_FILE: no log file") : ok(true as const);
  };
  const world = (): ReturnType<typeof scene> => scene({ methods: { rotateLogs, getAllProcessInfo: infos } });
  assert.deepEqual(await world().run("rotate web:* supervisord"), {
    text: "web:a: rotated\nweb:b: rotated\nsupervisord: rotated\n",
    exit: 0,
  });
  assert.deepEqual(asked, ["web:a", "web:b", "supervisord"]);
  assert.deepEqual(await world().run("rotate all"), { text: "web:a: rotated\nweb:b: rotated\n", exit: 0 });
  assert.deepEqual(await world().run("rotate db g:* x-*"), {
    text: "db: ERROR (no log file)\ng: ERROR (no such group)\nx-*: ERROR (no such process)\n",
    exit: 1,
  });
});

test("LOGX-023: what is in the way is said", async () => {
  for (const [name, text, told] of [
    ["BAD_NAME", "BAD_NAME: web", "no such process"],
    ["BAD_ARGUMENTS", "BAD_ARGUMENTS: backups=0: nothing would be kept; use clear", "backups=0: nothing would be kept; use clear"],
    ["FAILED", "FAILED: /a: EACCES", "/a: EACCES"],
    ["UNKNOWN_METHOD", undefined, "this supervisord cannot do that"],
  ] as const) {
    const world = scene({ methods: { rotateLogs: async () => fault(name, text) } });
    assert.deepEqual(await world.run("rotate web"), { text: `web: ERROR (${told})\n`, exit: 1 });
  }
});

test("LOGX-024: reopen of some logs, and of all", async () => {
  const asked: string[] = [];
  const reopenLogs = async (name: string) => {
    asked.push(name);
    return ok(true as const);
  };
  const world = scene({ methods: { reopenLogs, getAllProcessInfo: infos } });
  assert.deepEqual(await world.run("reopen web:a"), { text: "web:a: reopened\n", exit: 0 });
  assert.deepEqual(await world.run("reopen"), { text: "all logs: reopened\n", exit: 0 });
  assert.deepEqual(asked, ["web:a", ""]);
});
