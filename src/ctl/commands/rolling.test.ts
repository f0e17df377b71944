import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import type { OperationInfo } from "../client/infos.ts";
import { fault, info, scene } from "../scene.fixture.ts";

const infos = async () => ok([info("web:w2", "RUNNING"), info("web:w1", "RUNNING"), info("db", "RUNNING")]);
const row = (name: string, result: string, text = "") => ({ group: "web", name, result, text });
const stands = (over: Partial<OperationInfo>): OperationInfo => ({ id: 3, ended: "", results: [], underWay: [], left: [], ...over });

test("ROLL-001..003: a line for each as it ends, told once, also by a daemon that took over", async () => {
  const asked: unknown[] = [];
  const answers = [
    stands({ results: [row("w1", "restarted")] }),
    stands({ results: [row("w1", "restarted"), row("w2", "skipped", "STOPPED")], ended: "done" }),
  ];
  const methods = {
    getAllProcessInfo: infos,
    rollingRestart: async (names: readonly string[], { atOnce, each }: { atOnce: number; each: boolean }) => {
      asked.push([names, atOnce, each]);
      return ok(3);
    },
    operation: async (_: number, results: number) => {
      asked.push(results);
      return ok(answers.shift() ?? stands({ ended: "done" }));
    },
  };
  assert.deepEqual(await scene({ methods }).run("restart --rolling=2 web:* db web:w1"), {
    text: "web:w1: restarted\nweb:w2: skipped (STOPPED)\n",
    exit: 0,
  });
  assert.deepEqual(asked, [[["web:w1", "web:w2", "db:db"], 2, false], 0, 1]);
  await scene({ methods }).run("restart --each w* *b");
  assert.deepEqual(asked[3], [["web:w1", "web:w2", "db:db"], 1, true]);
});

test("ROLL-002, ROLL-004: failures and what was not restarted end with 1; what is in the way has its line", async () => {
  const operation = async () =>
    ok(stands({ results: [row("w1", "failed", "spawn error")], left: ["web:w2", "web:w3", "db:db"], ended: "failed" }));
  const methods = { getAllProcessInfo: infos, rollingRestart: async () => ok(3), operation };
  assert.deepEqual(await scene({ methods }).run("restart --rolling all nope g:*"), {
    text: "nope: ERROR (no such process)\ng: ERROR (no such group)\nweb:w1: ERROR (spawn error)\nweb: 2 not restarted\ndb: 1 not restarted\n",
    exit: 1,
  });
  for (const [name, text, told] of [
    ["FAILED", "FAILED: web:w1: a rolling restart is under way", "web:w1: ERROR (a rolling restart is under way)\n"],
    ["UNKNOWN_METHOD", undefined, "web:*: ERROR (this supervisord has no --rolling)\n"],
  ] as const) {
    const refused = { getAllProcessInfo: infos, rollingRestart: () => fault(name, text) };
    assert.deepEqual(await scene({ methods: refused }).run("restart --rolling web:*"), { text: told, exit: 1 });
  }
  for (const line of ["restart --rolling=0 a", "restart --rolling --each a", "restart --rolling=x a"])
    assert.equal((await scene({ methods }).run(line)).exit, 2, line);
});
