import assert from "node:assert/strict";
import { test } from "node:test";
import type { DaemonConfig } from "../../config/model.ts";
import type { Batch, KeeperEffect } from "../../link/messages.ts";
import { Activity } from "../loop/activitylog.ts";
import type { Runtime } from "../runtime.ts";
import { lastWords } from "./deaths.ts";

test("the last words go into the activity log, at the level that is always written, and nothing is done after them", async () => {
  const sent: Batch[] = [];
  let stopped = false;
  const activity = new Activity({ now: () => ({ monoMs: 0, wallMs: 0 }), alarm: () => {}, offsetMinutes: () => 0 });
  activity.configure({ logLevel: "critical", logfile: "/log", nodaemon: false } as DaemonConfig);
  const send = async (batch: Batch): Promise<void> => void sent.push(batch);
  const loop = { stop: () => (stopped = true) };
  await lastWords({ activity, loop, doors: { keeper: { send } } } as unknown as Runtime, "a bug\n  at line 7");
  assert.ok(stopped);
  const said = sent
    .flatMap(({ effects }) => effects)
    .map((effect: KeeperEffect) => ("bytes" in effect ? Buffer.from(effect.bytes).toString() : ""));
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", / CRIT a bug\n {2}at line 7\n$/);
});
