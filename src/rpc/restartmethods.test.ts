/** Restarting: one, a group, everything; what cannot be executed is left alone, and orders keep the priorities. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { call } from "./calling.fixture.ts";
import { alone, FakeControl, group, running, view } from "./control.fixture.ts";
import type { GroupView } from "./control.ts";

/** A daemon of which stopping and starting are seen in the views, as they are in the daemon. */
class LiveControl extends FakeControl {
  override async start(...args: Parameters<FakeControl["start"]>): ReturnType<FakeControl["start"]> {
    const outcome = await super.start(...args);
    if (outcome === "done") this.set(args[0].process, "RUNNING");
    return outcome;
  }

  override async stop(...args: Parameters<FakeControl["stop"]>): ReturnType<FakeControl["stop"]> {
    const outcome = await super.stop(...args);
    if (outcome.ok) this.set(args[0].process, "STOPPED");
    return outcome;
  }

  private set(name: string, state: "RUNNING" | "STOPPED"): void {
    this.active = this.active.map(
      (each): GroupView => ({
        ...each,
        processes: each.processes.map((process) => (process.name === name ? { ...process, state } : process)),
      }),
    );
  }
}

test("one that runs is stopped to its end, then started; one that does not run is started", async () => {
  const control = new LiveControl(alone(running("a"), view("b")));
  assert.equal(await call(control, "holdfast.restartProcess", "a"), true);
  assert.equal(await call(control, "holdfast.restartProcess", "b", false), true);
  assert.deepEqual(control.done, ["stop a:a stopped", "start a:a running", "start b:b spawned"]);
  assert.equal(await call(control, "holdfast.restartProcess", "x"), "fault 10 BAD_NAME: x");
});

test("one whose command is gone is left running; one that cannot be stopped is not started", async () => {
  const control = new LiveControl(alone(running("a"), running("b")));
  control.commands.set("a", { kind: "no-file", text: "can't find command '/x'" });
  control.stops.set("b", refuse("not permitted"));
  assert.equal(await call(control, "holdfast.restartProcess", "a"), "fault 20 NO_FILE: can't find command '/x'");
  assert.equal(await call(control, "holdfast.restartProcess", "b"), "fault 30 FAILED: not permitted");
  assert.deepEqual(control.done, ["stop b:b stopped"]);
});

test("a group: all are stopped by priority before the first is started; a row for each", async () => {
  const members = [running("c", { priority: 3 }), running("a", { priority: 1 }), running("d", { priority: 4 }), view("b", { priority: 2 })];
  const control = new LiveControl([group("g", ...members), ...alone(running("other"))]);
  control.stops.set("c", refuse("not permitted"));
  control.commands.set("d", { kind: "no-file", text: "gone" });
  assert.deepEqual(await call(control, "holdfast.restartProcess", "g:*", false), [
    { name: "d", group: "g", status: 20, description: "NO_FILE: gone" },
    { name: "c", group: "g", status: 30, description: "FAILED: not permitted" },
    { name: "a", group: "g", status: 80, description: "OK" },
    { name: "b", group: "g", status: 80, description: "OK" },
  ]);
  assert.deepEqual(control.done, ["stop g:a stopped", "stop g:c stopped", "start g:a spawned", "start g:b spawned"]);
});

test("all: nothing is started before everything has stopped, even if nobody listens any more", async () => {
  const control = new LiveControl(alone(running("a"), running("b")));
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  control.stops.set(
    "b",
    gate.then(() => ok("done")),
  );
  const answer = call(control, "holdfast.restartAllProcesses");
  await new Promise(setImmediate);
  assert.deepEqual(control.done, ["stop a:a stopped", "stop b:b stopped"]);
  open();
  assert.equal(((await answer) as unknown[]).length, 2);
  assert.deepEqual(control.done.slice(2), ["start a:a running", "start b:b running"]);
});

test("a daemon that goes down meanwhile starts nothing", async () => {
  const control = new LiveControl(alone(running("a")));
  control.stops.set(
    "a",
    Promise.resolve(ok("done" as const)).then((outcome) => {
      control.moodNow = "SHUTDOWN";
      return outcome;
    }),
  );
  assert.equal(await call(control, "holdfast.restartProcess", "a"), "fault 6 SHUTDOWN_STATE");
});
