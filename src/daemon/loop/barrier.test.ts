import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeeperEffect } from "../../link/messages.ts";
import { Barrier } from "./barrier.ts";
import { SINK_ACTIVITY } from "./numbers.ts";
import { Requests } from "./requests.ts";
import { Turn } from "./turn.ts";

const LINE: KeeperEffect = { type: "append", sink: SINK_ACTIVITY, bytes: Buffer.from("line\n") };
const REOPEN: KeeperEffect = {
  type: "sink-reopen",
  sink: 9,
  spec: { path: "/log", truncate: false, regularOnly: true, mode: 0o666, limit: 0 },
};

function at(monoMs: number) {
  return { monoMs, wallMs: 0 };
}

function scene() {
  const requests = new Requests();
  const barrier = new Barrier(requests);
  const gone: string[] = [];
  const send = (name: string, monoMs: number, options: { effects?: readonly KeeperEffect[]; answers?: boolean }) => {
    const turn = new Turn();
    for (const effect of options.effects ?? []) turn.effect(effect);
    if (options.answers === true) turn.after.push(() => {});
    barrier.beforeSending(turn, at(monoMs));
    void Promise.all(turn.answersWait).then(() => gone.push(name));
    return turn.effects.flatMap((effect) => (effect.type === "written" ? [effect] : []));
  };
  return { requests, barrier, gone, send, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}

test("an answer waits until the lines before it are in the file, those of earlier turns too", async () => {
  const { requests, gone, send, settled } = scene();
  assert.deepEqual(send("silent", 0, { effects: [LINE] }), []);
  const [asked] = send("answer", 0, { answers: true });
  assert.equal(asked?.sink, SINK_ACTIVITY);
  await settled();
  assert.deepEqual(gone, ["silent"]);
  requests.replied({ type: "echoed", report: 0n, token: asked?.token ?? 0 });
  await settled();
  assert.deepEqual(gone, ["silent", "answer"]);
});

test("an answer without anything to be written waits for nothing, one to a clearing for the new file", () => {
  const { send } = scene();
  assert.deepEqual(send("answer", 0, { answers: true }), []);
  assert.deepEqual(
    send("cleared", 0, { effects: [REOPEN], answers: true }).map(({ sink }) => sink),
    [9],
  );
});

test("a disk that hangs holds up one answer, by a second; when it is back answers wait again", async () => {
  const { requests, barrier, gone, send, settled } = scene();
  const [first] = send("first", 0, { effects: [LINE], answers: true });
  const [second] = send("second", 400, { effects: [LINE], answers: true });
  assert.equal(barrier.nextDeadlineMs(), 1000);
  barrier.deadlinePassed(at(1000));
  await settled();
  assert.deepEqual(gone, ["first"]);
  assert.equal(barrier.nextDeadlineMs(), 1400);
  barrier.deadlinePassed(at(1400));
  await settled();
  assert.deepEqual(send("third", 1500, { effects: [LINE], answers: true }), []);
  await settled();
  assert.deepEqual(gone, ["first", "second", "third"]);
  assert.equal(barrier.nextDeadlineMs(), null);
  for (const asked of [first, second]) requests.replied({ type: "echoed", report: 0n, token: asked?.token ?? 0 });
  assert.equal(send("fourth", 2000, { effects: [LINE], answers: true }).length, 1);
});

test("nothing waits behind the keeper's end: its reply would not be heard", async () => {
  const { gone, send, settled } = scene();
  send("answer", 0, { effects: [LINE], answers: true });
  assert.deepEqual(send("end", 0, { effects: [LINE, { type: "exit", code: 0 }], answers: true }), []);
  await settled();
  assert.deepEqual(gone.sort(), ["answer", "end"]);
});
