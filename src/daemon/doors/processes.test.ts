import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { parseProcess, realProcesses, variableIn } from "./processes.ts";

const FIELDS = "1 34 35 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0";

test("a line of /proc/PID/stat, whatever the program is called; nothing of what is none", () => {
  const found = { pid: 12, parent: 1, group: 34, session: 35, startTicks: 4711 };
  assert.deepEqual(parseProcess(`12 (sleep) S ${FIELDS}`), { ...found, state: "S", name: "sleep" });
  assert.deepEqual(parseProcess(`12 (a) Z 9 (b) D ${FIELDS}`), { ...found, state: "D", name: "a) Z 9 (b" });
  for (const text of [null, "", "12", "12 (sleep)", "12 (sleep) S 1 2"]) assert.equal(parseProcess(text), null);
});

test("a variable of an environment; one that is empty tells nothing", () => {
  assert.equal(variableIn("A=1\0HOLDFAST_TREE=x y\0", "HOLDFAST_TREE"), "x y");
  assert.equal(variableIn("XHOLDFAST_TREE=x\0", "HOLDFAST_TREE"), null);
  assert.equal(variableIn("", "HOLDFAST_TREE"), undefined);
});

test("a process with its child: by its line, among all, below this one, with its environment; and the time since boot", {
  timeout: 120_000,
}, async () => {
  const before = realProcesses.ticks();
  const env = { ...process.env, TREE_TEST: "here" };
  const child = spawn("sh", ["-c", "sleep 100 & echo $!; wait"], { detached: true, stdio: ["ignore", "pipe", "ignore"], env });
  const { pid } = child;
  assert.ok(pid !== undefined);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const grandchild = Number(said.toString());
  const [one, below] = [realProcesses.one(pid), realProcesses.one(grandchild)];
  assert.deepEqual([one?.parent, one?.group, one?.session, one?.name], [process.pid, pid, pid, "sh"]);
  assert.deepEqual([below?.parent, below?.group], [pid, pid]);
  assert.ok(before <= (one?.startTicks ?? 0), "it was started later");
  assert.ok((await realProcesses.all()).some(({ startTicks, ...its }) => its.pid === grandchild && startTicks === below?.startTicks));
  assert.deepEqual(
    realProcesses.below(pid).map((its) => its.pid),
    [grandchild],
  );
  assert.equal(await realProcesses.variableOf(pid, "TREE_TEST"), "here");
  process.kill(-pid, "SIGKILL");
  await once(child, "exit");
  assert.equal(realProcesses.one(pid), null);
  assert.equal(await realProcesses.variableOf(pid, "TREE_TEST"), undefined);
});
