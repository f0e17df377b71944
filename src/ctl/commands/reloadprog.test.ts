import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { fault, info, scene } from "../scene.fixture.ts";

const infos = async () => ok([info("web:b", "RUNNING"), info("web:a", "RUNNING"), info("web:c", "STOPPED")]);
const done = async () => ok(true as const);

test("RLD-001: a line for each, in the order of the words; of several those that run", async () => {
  const asked: string[] = [];
  const reloadProcess = async (name: string) => {
    asked.push(name);
    return ok(true as const);
  };
  const world = scene({ methods: { reloadProcess, getAllProcessInfo: infos } });
  assert.deepEqual(await world.run("reloadprog web:* db web:a g:*"), {
    text: "g: ERROR (no such group)\nweb:a: reloaded\nweb:b: reloaded\ndb: reloaded\n",
    exit: 1,
  });
  assert.deepEqual(asked, ["web:a", "web:b", "db"]);
});

test("RLD-001: what is in the way; --or-restart restarts what cannot be reloaded, and nothing else", async () => {
  const NONE = "FAILED: no reload_signal or reload_command";
  for (const [name, text, told] of [
    ["NOT_RUNNING", "NOT_RUNNING: web", "not running"],
    ["BAD_NAME", "BAD_NAME: web", "no such process"],
    ["FAILED", "FAILED: reload_command failed: exit 1", "reload_command failed: exit 1"],
    ["FAILED", NONE, "no reload_signal or reload_command"],
    ["UNKNOWN_METHOD", undefined, "this supervisord has no reloadprog"],
  ] as const) {
    const methods = { reloadProcess: () => fault(name, text), stopProcess: done, startProcess: done };
    assert.deepEqual(await scene({ methods }).run("reloadprog web"), { text: `web: ERROR (${told})\n`, exit: 1 });
    const restarted = { text: text === NONE ? "web: restarted\n" : `web: ERROR (${told})\n`, exit: text === NONE ? 0 : 1 };
    assert.deepEqual(await scene({ methods }).run("reloadprog --or-restart web"), restarted);
  }
});
