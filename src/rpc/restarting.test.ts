/** Restarting: one, a group, everything; what cannot be executed is left alone, and orders keep the priorities. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { call } from "./calling.fixture.ts";
import { alone, FakePort, group, running, view } from "./port.fixture.ts";
import type { GroupView } from "./port.ts";

/** A port on which stopping and starting are seen in the views, as they are in the daemon. */
class LivePort extends FakePort {
  override async start(...args: Parameters<FakePort["start"]>): ReturnType<FakePort["start"]> {
    const outcome = await super.start(...args);
    if (outcome === "done") this.set(args[0].process, "RUNNING");
    return outcome;
  }

  override async stop(...args: Parameters<FakePort["stop"]>): ReturnType<FakePort["stop"]> {
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
  const port = new LivePort(alone(running("a"), view("b")));
  assert.equal(await call(port, "holdfast.restartProcess", "a"), true);
  assert.equal(await call(port, "holdfast.restartProcess", "b", false), true);
  assert.deepEqual(port.done, ["stop a:a stopped", "start a:a running", "start b:b spawned"]);
  assert.equal(await call(port, "holdfast.restartProcess", "x"), "fault 10 BAD_NAME: x");
});

test("one whose command is gone is left running; one that cannot be stopped is not started", async () => {
  const port = new LivePort(alone(running("a"), running("b")));
  port.commands.set("a", { kind: "no-file", text: "can't find command '/x'" });
  port.stops.set("b", refuse("not permitted"));
  assert.equal(await call(port, "holdfast.restartProcess", "a"), "fault 20 NO_FILE: can't find command '/x'");
  assert.equal(await call(port, "holdfast.restartProcess", "b"), "fault 30 FAILED: not permitted");
  assert.deepEqual(port.done, ["stop b:b stopped"]);
});

test("a group: all are stopped by priority before the first is started; a row for each", async () => {
  const members = [running("c", { priority: 3 }), running("a", { priority: 1 }), running("d", { priority: 4 }), view("b", { priority: 2 })];
  const port = new LivePort([group("g", ...members), ...alone(running("other"))]);
  port.stops.set("c", refuse("not permitted"));
  port.commands.set("d", { kind: "no-file", text: "gone" });
  assert.deepEqual(await call(port, "holdfast.restartProcess", "g:*", false), [
    { name: "d", group: "g", status: 20, description: "NO_FILE: gone" },
    { name: "c", group: "g", status: 30, description: "FAILED: not permitted" },
    { name: "a", group: "g", status: 80, description: "OK" },
    { name: "b", group: "g", status: 80, description: "OK" },
  ]);
  assert.deepEqual(port.done, ["stop g:a stopped", "stop g:c stopped", "start g:a spawned", "start g:b spawned"]);
});

test("all: nothing is started before everything has stopped, even if nobody listens any more", async () => {
  const port = new LivePort(alone(running("a"), running("b")));
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  port.stops.set(
    "b",
    gate.then(() => ok("done")),
  );
  const answer = call(port, "holdfast.restartAllProcesses");
  await new Promise(setImmediate);
  assert.deepEqual(port.done, ["stop a:a stopped", "stop b:b stopped"]);
  open();
  assert.equal(((await answer) as unknown[]).length, 2);
  assert.deepEqual(port.done.slice(2), ["start a:a running", "start b:b running"]);
});

test("a daemon that goes down meanwhile starts nothing", async () => {
  const port = new LivePort(alone(running("a")));
  port.stops.set(
    "a",
    Promise.resolve(ok("done" as const)).then((outcome) => {
      port.moodNow = "SHUTDOWN";
      return outcome;
    }),
  );
  assert.equal(await call(port, "holdfast.restartProcess", "a"), "fault 6 SHUTDOWN_STATE");
});
