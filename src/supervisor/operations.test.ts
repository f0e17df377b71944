/** Rolling restarts in the world. (ROLL) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../process/life.fixture.ts";
import { groupOf, Host } from "./host.fixture.ts";
import { beginOperation, isBeingRestarted, operationOf } from "./operations.ts";
import { updateGroup } from "./update.ts";

function rolling(...names: readonly string[]): Host {
  const host = new Host(groupOf("g", 999, { name: "a" }, { name: "b" }, { name: "c" }));
  host.run("g:a", "g:b", "g:c");
  host.step((step) => void beginOperation(host.world, { token: "", atOnce: 1, each: false, names }, step));
  return host;
}

const operation = (host: Host) => host.world.operations.get(1);
const stateOf = (host: Host, name: string) => host.member(`g:${name}`).state.state;

test("ROLL-001: its processes are stopped and start again by themselves, the next one when the one before runs", () => {
  const host = rolling("g:a", "g:b");
  assert.deepEqual([stateOf(host, "a"), stateOf(host, "b")], ["STOPPING", "RUNNING"]);
  assert.ok(isBeingRestarted(host.world, "g:a") && !isBeingRestarted(host.world, "g:b"));
  assert.equal(operationOf(host.world, "g:b")?.id, 1);
  assert.equal(operationOf(host.world, "g:c"), null);
});

test("ROLL-002: a user's stop of the one under way is a failure, and the others are not touched", () => {
  const host = rolling("g:a", "g:b");
  host.take("g:a", { type: "stop" });
  host.exits("g:a", 0);
  assert.equal(operation(host)?.ended, "failed");
  assert.deepEqual([stateOf(host, "a"), stateOf(host, "b")], ["STOPPED", "RUNNING"]);
  assert.equal(operationOf(host.world, "g:b"), null, "another one may begin");
});

test("ROLL-004: an update of its group, or of it alone, ends it, and so does a shutdown", () => {
  const updated = rolling("g:a", "g:b");
  updated.step((step) =>
    updateGroup(updated.world, groupOf("g", 999, { name: "a" }, { name: "b" }, { name: "c" }), at(updated.nowMs), step),
  );
  assert.equal(operation(updated)?.ended, "update");
  const down = rolling("g:a", "g:b");
  down.goDown();
  assert.equal(operation(down)?.ended, "down");
});
