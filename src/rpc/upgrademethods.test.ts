import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "./calling.fixture.ts";
import { FakeControl } from "./control.fixture.ts";

const UPGRADED = {
  ...{ outcome: "begun" as const, id: 3, keeper: "0.2.0", keeperBuild: "0123456789ab", daemon: "0.2.0", node: "20.20.2", processes: 2 },
  ...{ installedKeeper: "0.3.0", installedKeeperBuild: "ba9876543210", installedDaemon: "0.3.0" },
};

test("UPG upgrade takes its options and no other, and its refusal is a fault", async () => {
  const control = new FakeControl([]);
  control.upgrades = UPGRADED;
  assert.deepEqual(await call(control, "holdfast.upgrade"), UPGRADED);
  await call(
    control,
    "holdfast.upgrade",
    new Map<string, boolean | string>([
      ["check", true],
      ["from", "/opt/other"],
    ]),
  );
  assert.deepEqual(control.done, [
    'upgrade {"check":false,"daemonOnly":false,"force":false,"from":null}',
    'upgrade {"check":true,"daemonOnly":false,"force":false,"from":"/opt/other"}',
  ]);
  for (const [name, value] of [
    ["chek", true],
    ["check", "yes"],
    ["from", 1],
    ["from", "relative"],
  ] as const) {
    const answer = await call(control, "holdfast.upgrade", new Map([[name, value]]));
    assert.match(JSON.stringify(answer), /BAD_ARGUMENTS|INCORRECT_PARAMETERS/, name);
  }
  control.upgrades = null;
  assert.equal(await call(control, "holdfast.upgrade"), "fault 30 FAILED: upgrade refused at step 3: process/a:a: it is cut off");
});

test("UPG versions: without an upgrade nothing is said of one", async () => {
  const control = new FakeControl([]);
  const before = await call(control, "holdfast.versions");
  assert.equal(Object.hasOwn(before as object, "lastUpgrade"), false);
  const names = { fromKeeper: "", fromKeeperBuild: "", fromDaemon: "0.2.0", toKeeper: "", toKeeperBuild: "", toDaemon: "0.3.0" };
  control.lastUpgrade = { id: 1, at: 7, over: true, step: 0, error: "", ...names, node: "", awayMs: 12, processes: 2 };
  assert.deepEqual((await call(control, "holdfast.versions")) as object, { ...(before as object), lastUpgrade: control.lastUpgrade });
});
