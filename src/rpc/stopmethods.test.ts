/** Stopping and signalling. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok as good, type Result, refuse } from "../result.ts";
import { supervisor } from "./calling.fixture.ts";
import { alone, FakeControl, group, running, view } from "./control.fixture.ts";
import type { WaitOutcome } from "./control.ts";

const ok = (name: string, groupName = name) => ({ name, group: groupName, status: 80, description: "OK" });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("RPC-081: what does not run, or is stopping already, is not running", async () => {
  for (const state of ["STOPPED", "STOPPING", "EXITED", "FATAL", "UNKNOWN"] as const) {
    const control = new FakeControl([group("g", view("a", { state }))]);
    assert.equal(await supervisor(control, "stopProcess", "g:a"), "fault 70 NOT_RUNNING: g:a", state);
    assert.deepEqual(control.done, []);
  }
  assert.equal(await supervisor(new FakeControl(), "stopProcess", "nope"), "fault 10 BAD_NAME: nope");
});

test("better: what has ended and waits for its restart can be stopped, alone and with all others; the original refuses and starts it again", async () => {
  const between = view("a", { state: "EXITED", unsettled: true });
  const control = new FakeControl([group("g", between, view("b", { state: "EXITED" }))]);
  assert.equal(await supervisor(control, "stopProcess", "g:a"), true);
  await supervisor(control, "stopProcessGroup", "g");
  assert.deepEqual(control.done, ["stop g:a stopped", "stop g:a stopped"]);
});

test("RPC-083: with wait the answer comes when it is down, without at once", async () => {
  for (const [wait, until] of [
    [undefined, "stopped"],
    [true, "stopped"],
    [false, "ordered"],
  ] as const) {
    const control = new FakeControl(alone(running("a")));
    assert.equal(await supervisor(control, "stopProcess", "a", ...(wait === undefined ? [] : [wait])), true);
    assert.deepEqual(control.done, [`stop a:a ${until}`]);
  }
});

test("RPC-084: a process that waits to start again is stopped as well", async () => {
  const control = new FakeControl(alone(view("a", { state: "BACKOFF" })));
  assert.equal(await supervisor(control, "stopProcess", "a"), true);
});

test("RPC-085: a signal that could not be sent is a failure with its reason", async () => {
  const control = new FakeControl(alone(running("a")));
  control.stops.set("a", refuse("unknown problem killing a (4711):EPERM"));
  assert.equal(await supervisor(control, "stopProcess", "a"), "fault 30 FAILED: unknown problem killing a (4711):EPERM");
});

test("a process whose group is removed meanwhile has stopped", async () => {
  const control = new FakeControl(alone(running("a")));
  control.stops.set("a", good("gone"));
  assert.equal(await supervisor(control, "stopProcess", "a"), true);
});

test("RPC-088: a whole group by its namespec", async () => {
  for (const name of ["g:*", "g:"]) {
    const control = new FakeControl([group("g", running("a"), view("b"))]);
    assert.deepEqual(await supervisor(control, "stopProcess", name), [ok("a", "g")]);
  }
  assert.equal(await supervisor(new FakeControl(), "stopProcess", "nope:*"), "fault 10 BAD_NAME: nope:*");
});

test("RPC-089: rising priority, all told at once, and only those that run", async () => {
  const control = new FakeControl([
    group("g", running("late", { priority: 20 }), running("early", { priority: 1 })),
    ...alone(view("idle"), running("z")),
  ]);
  const never = new Promise<Result<WaitOutcome, string>>(() => undefined);
  control.stops.set("early", never).set("late", never).set("z", never);
  void supervisor(control, "stopAllProcesses");
  await turn();
  assert.deepEqual(control.done, ["stop g:early stopped", "stop g:late stopped", "stop z:z stopped"]);
  assert.deepEqual(await supervisor(new FakeControl(alone(view("a"))), "stopAllProcesses"), []);
  assert.deepEqual(
    await supervisor(new FakeControl([group("g", running("b", { priority: 2 }), running("a", { priority: 1 }))]), "stopProcessGroup", "g"),
    [ok("a", "g"), ok("b", "g")],
  );
  assert.equal(await supervisor(new FakeControl(), "stopProcessGroup", "nope"), "fault 10 BAD_NAME: nope");
});

test("RPC-091: without wait the rows come as soon as the signals are sent", async () => {
  const control = new FakeControl(alone(running("a"), running("b")));
  assert.deepEqual(await supervisor(control, "stopAllProcesses", false), [ok("a"), ok("b")]);
  assert.deepEqual(control.done, ["stop a:a ordered", "stop b:b ordered"]);
});

test("RPC-093: name, then signal, then state", async () => {
  const control = new FakeControl(alone(view("a"), running("b")));
  assert.equal(await supervisor(control, "signalProcess", "nope", "NOPE"), "fault 10 BAD_NAME: nope");
  assert.equal(await supervisor(control, "signalProcess", "a", "NOPE"), "fault 11 BAD_SIGNAL: NOPE");
  assert.equal(await supervisor(control, "signalProcess", "a", "HUP"), "fault 70 NOT_RUNNING: a");
  assert.equal(await supervisor(control, "signalProcess", "b", "HUP"), true);
  assert.deepEqual(control.done, ["signal b:b 1"]);
});

test("RPC-094, PROC-131: by number or name, with or without SIG, in any case, blanks around", async () => {
  for (const [value, number] of [
    [28, 28],
    ["28", 28],
    ["WINCH", 28],
    ["sigwinch", 28],
    [" sigwinch ", 28],
    ["CLD", 17],
    ["RTMIN", 34],
    ["SIGRTMAX", 64],
  ] as const) {
    const control = new FakeControl(alone(running("a")));
    assert.equal(await supervisor(control, "signalProcess", "a", value), true);
    assert.deepEqual(control.done, [`signal a:a ${number}`]);
  }
});

test("RPC-095, PROC-131: what is no signal, shown as it came", async () => {
  const control = new FakeControl(alone(running("a")));
  for (const value of [999, "999", "", "NOPE", "-1"])
    assert.equal(await supervisor(control, "signalProcess", "a", value), `fault 11 BAD_SIGNAL: ${value}`);
});

test("RPC-096: booleans and doubles count as whole numbers", async () => {
  for (const value of [true, { double: 1.5 }]) {
    const control = new FakeControl(alone(running("a")));
    assert.equal(await supervisor(control, "signalProcess", "a", value), true);
    assert.deepEqual(control.done, ["signal a:a 1"]);
  }
});

test("RPC-097, PROC-132: 0 asks whether the process is there; names of constants that are no signals are refused, unlike in the original", async () => {
  for (const value of [0, "0", false]) {
    const control = new FakeControl(alone(running("a")));
    assert.equal(await supervisor(control, "signalProcess", "a", value), true);
    assert.deepEqual(control.done, ["signal a:a 0"]);
  }
  const control = new FakeControl(alone(running("a")));
  for (const value of ["SIG_DFL", "SIG_BLOCK"])
    assert.equal(await supervisor(control, "signalProcess", "a", value), `fault 11 BAD_SIGNAL: ${value}`);
});

test("RPC-098: an array or a struct makes the original stumble", async () => {
  const control = new FakeControl(alone(running("a")));
  assert.match(String(await supervisor(control, "signalProcess", "a", [1])), /^stumble AttributeError: 'list' /);
  assert.match(String(await supervisor(control, "signalProcess", "a", new Map())), /^stumble AttributeError: 'dict' /);
});

test("RPC-099: only STARTING, RUNNING and STOPPING take a signal", async () => {
  for (const state of ["STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN"] as const) {
    const control = new FakeControl(alone(view("a", { state, pid: 5 })));
    const takes = state === "STARTING" || state === "RUNNING" || state === "STOPPING";
    assert.equal(await supervisor(control, "signalProcess", "a", "HUP"), takes ? true : "fault 70 NOT_RUNNING: a", state);
  }
});

test("RPC-101, LOG-112: a signal that could not be delivered is a failure with its reason", async () => {
  const control = new FakeControl(alone(running("a")));
  control.signals.set("a", "unknown problem sending sig a (4711):EPERM");
  assert.equal(await supervisor(control, "signalProcess", "a", "HUP"), "fault 30 FAILED: unknown problem sending sig a (4711):EPERM");
});

test("RPC-102, RPC-103: groups: those that can take it; a bad signal is a row, and nothing when there is nobody", async () => {
  const control = new FakeControl([group("g", running("a"), view("b"))]);
  assert.deepEqual(await supervisor(control, "signalProcess", "g:*", "HUP"), [ok("a", "g")]);
  assert.deepEqual(await supervisor(control, "signalProcessGroup", "g", "HUP"), [ok("a", "g")]);
  assert.deepEqual(await supervisor(control, "signalProcessGroup", "g", "x"), [
    { name: "a", group: "g", status: 11, description: "BAD_SIGNAL: x" },
  ]);
  assert.deepEqual(await supervisor(new FakeControl([group("g", view("b"))]), "signalProcessGroup", "g", "x"), []);
  assert.deepEqual(await supervisor(new FakeControl([group("g", view("b"))]), "signalProcessGroup", "g", [1]), []);
  assert.equal(await supervisor(control, "signalProcess", "nope:*", "HUP"), "fault 10 BAD_NAME: nope:*");
  assert.equal(await supervisor(control, "signalProcessGroup", "nope", "HUP"), "fault 10 BAD_NAME: nope");
  assert.match(String(await supervisor(control, "signalProcessGroup", "g", [1])), /^stumble /);
});

test("RPC-104: everything, in the order of priority", async () => {
  const control = new FakeControl([
    group("g", running("b", { priority: 2 }), running("a", { priority: 1 })),
    ...alone(running("c"), view("d")),
  ]);
  assert.deepEqual(await supervisor(control, "signalAllProcesses", "USR1"), [ok("a", "g"), ok("b", "g"), ok("c")]);
  assert.deepEqual(control.done, ["signal g:a 10", "signal g:b 10", "signal c:c 10"]);
});
