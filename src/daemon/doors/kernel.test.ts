import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { groupIn, realKernel } from "./kernel.ts";

test("the group in /proc/PID/stat, whatever the program is called; zombies are in none", () => {
  assert.equal(groupIn("12 (sleep) S 1 34 34 0 -1 0"), 34);
  assert.equal(groupIn("12 (a) Z 9 (b) S 1 34 34 0 -1 0"), 34);
  assert.equal(groupIn("12 (sleep) Z 1 34 34 0 -1 0"), null);
  assert.equal(groupIn(""), null);
  assert.equal(groupIn(null), null);
});

test("a process group is alive while somebody of it is, and its members are counted", { timeout: 120_000 }, async () => {
  const child = spawn("sh", ["-c", "sleep 100 & echo up; wait"], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const { pid } = child;
  assert.ok(pid !== undefined);
  await once(child.stdout, "data");
  assert.equal(realKernel.isGroupAlive(pid), true);
  assert.equal((await realKernel.groupSizes()).get(pid), 2);
  process.kill(-pid, "SIGKILL");
  await once(child, "exit");
  const deadline = performance.now() + 120_000;
  while (realKernel.isGroupAlive(pid)) {
    assert.ok(performance.now() < deadline, "the group is gone");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test("the counter of kills for want of memory is a number, or not to be had", () => {
  const count = realKernel.oomKills();
  assert.ok(count === null || Number.isInteger(count));
  // Asked again it is read again.
  assert.ok(count === null || (realKernel.oomKills() ?? -1) >= count);
});
