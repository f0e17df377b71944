/** Starting: the order of checks, what each outcome is called, and the rows of groups. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { supervisor } from "./calling.fixture.ts";
import { alone, FakeControl, group, running, view } from "./control.fixture.ts";
import type { WaitOutcome } from "./control.ts";

const ok = (name: string, groupName = name) => ({ name, group: groupName, status: 80, description: "OK" });
const row = (name: string, status: number, description: string, groupName = name) => ({ name, group: groupName, status, description });

function later<T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("RPC-021, RPC-022, RPC-024: a process is called by its name, or by group and name", async () => {
  const control = new FakeControl([...alone(view("a")), group("grp", view("m1"), view("b:c"))]);
  assert.equal(await supervisor(control, "startProcess", "a"), true);
  assert.equal(await supervisor(control, "startProcess", "grp:m1"), true);
  assert.equal(await supervisor(control, "startProcess", "grp:b:c"), true);
  assert.equal(await supervisor(control, "startProcess", "m1"), "fault 10 BAD_NAME: m1");
});

test("RPC-023, RPC-071: the whole group by a star or by nothing behind the colon; the answer is the array", async () => {
  for (const name of ["grp:*", "grp:"]) {
    const control = new FakeControl([group("grp", view("m1"), view("m2"))]);
    assert.deepEqual(await supervisor(control, "startProcess", name), [ok("m1", "grp"), ok("m2", "grp")]);
  }
});

test("RPC-025, RPC-028: unknown names, as they were given", async () => {
  const control = new FakeControl([...alone(view("a")), group("grp", view("m1"))]);
  for (const name of ["nope", "", " a", "a ", "grp", "grp:nope", "nope:m1", "nope:*", ":", "A"]) {
    assert.equal(await supervisor(control, "startProcess", name), `fault 10 BAD_NAME: ${name}`, name);
  }
});

test("RPC-057, RPC-060: the command is looked at before the state", async () => {
  const control = new FakeControl(alone(running("a")));
  control.commands.set("a", { kind: "no-file", text: "can't find command '/a'" });
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 20 NO_FILE: can't find command '/a'");
});

test("PROC-046, PROC-084: a process that waits to start again: the command counts first, then that it is started already; nothing is done", async () => {
  const control = new FakeControl(alone(view("a", { state: "BACKOFF", spawnError: "before" })));
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 60 ALREADY_STARTED: a");
  control.commands.set("a", { kind: "no-file", text: "can't find command '/a'" });
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 20 NO_FILE: can't find command '/a'");
  control.commands.set("a", { kind: "not-executable", text: "command is empty" });
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 21 NOT_EXECUTABLE: command is empty");
  assert.deepEqual(control.done, []);
});

test("RPC-058: a command that is missing is not started", async () => {
  const control = new FakeControl(alone(view("a")));
  control.commands.set("a", { kind: "no-file", text: "can't find command '/no/such/file'" });
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 20 NO_FILE: can't find command '/no/such/file'");
  assert.deepEqual(control.done, []);
});

test("RPC-059: a command that cannot be executed", async () => {
  const control = new FakeControl(alone(view("a")));
  control.commands.set("a", { kind: "not-executable", text: "command at '/p' is not executable" });
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 21 NOT_EXECUTABLE: command at '/p' is not executable");
});

test("RPC-061: what runs, starts or waits to start again is started already", async () => {
  for (const state of ["RUNNING", "STARTING", "BACKOFF"] as const) {
    const control = new FakeControl(alone(view("a", { state })));
    assert.equal(await supervisor(control, "startProcess", "a"), "fault 60 ALREADY_STARTED: a", state);
    assert.deepEqual(control.done, []);
  }
});

test("RPC-062: an unknown state is a failure", async () => {
  const control = new FakeControl([group("g", view("a", { state: "UNKNOWN" }))]);
  assert.equal(await supervisor(control, "startProcess", "g:a"), "fault 30 FAILED: g:a is in an unknown process state");
});

test("RPC-063, RPC-066, RPC-067: what a wait ends with", async () => {
  const expected = {
    "spawn-error": "fault 50 SPAWN_ERROR: a",
    "abnormal-termination": "fault 40 ABNORMAL_TERMINATION: a",
    gone: "fault 40 ABNORMAL_TERMINATION: a",
  };
  for (const [outcome, text] of Object.entries(expected)) {
    const control = new FakeControl(alone(view("a")));
    control.starts.set("a", outcome as WaitOutcome);
    assert.equal(await supervisor(control, "startProcess", "a"), text);
    assert.equal(await supervisor(control, "startProcess", "a", false), text);
  }
});

test("RPC-065, RPC-171: better: the answer comes when the process runs", async () => {
  const control = new FakeControl(alone(view("a")));
  const started = later<WaitOutcome>();
  control.starts.set("a", started.promise);
  let answered = false;
  const answer = supervisor(control, "startProcess", "a").then((value) => {
    answered = true;
    return value;
  });
  await turn();
  assert.equal(answered, false);
  started.settle("done");
  assert.equal(await answer, true);
});

test("RPC-068, RPC-070: without wait it is enough that it was spawned; wait is told by truth value", async () => {
  const spawned = [false, 0, "", null, { double: 0 }, [], new Map()];
  const waited = [true, 1, "no", { double: 0.5 }, ["x"], new Map([["a", 1]])];
  for (const [values, until] of [
    [spawned, "spawned"],
    [waited, "running"],
  ] as const) {
    for (const wait of values) {
      const control = new FakeControl(alone(view("a")));
      assert.equal(await supervisor(control, "startProcess", "a", wait), true);
      assert.deepEqual(control.done, [`start a:a ${until}`]);
    }
  }
});

test("RPC-069: a process that is stopping is asked for, and the daemon says what came of it", async () => {
  const control = new FakeControl(alone(view("a", { state: "STOPPING", pid: 5 })));
  control.starts.set("a", "abnormal-termination");
  assert.equal(await supervisor(control, "startProcess", "a"), "fault 40 ABNORMAL_TERMINATION: a");
  control.starts.set("a", "done");
  assert.equal(await supervisor(control, "startProcess", "a", false), true);
});

test("the state is looked at again once the command has been found", async () => {
  const control = new FakeControl(alone(view("a")));
  const looked = later<null>();
  control.commands.set("a", looked.promise);
  const answers = [supervisor(control, "startProcess", "a"), supervisor(control, "startProcess", "a")];
  await turn();
  control.active = alone(running("a"));
  looked.settle(null);
  assert.deepEqual(await Promise.all(answers), ["fault 60 ALREADY_STARTED: a", "fault 60 ALREADY_STARTED: a"]);
  control.active = alone(view("a"));
  const goingDown = supervisor(control, "startProcess", "a");
  control.moodNow = "SHUTDOWN";
  assert.equal(await goingDown, "fault 6 SHUTDOWN_STATE");
  control.moodNow = "RUNNING";
  const removed = supervisor(control, "startProcess", "a");
  control.active = [];
  assert.equal(await removed, "fault 10 BAD_NAME: a");
});

test("RPC-072: a group is called by its plain name", async () => {
  const control = new FakeControl([group("multi", view("m1"))]);
  assert.deepEqual(await supervisor(control, "startProcessGroup", "multi"), [ok("m1", "multi")]);
  for (const name of ["multi:*", "multi:m1", "nope", ""])
    assert.equal(await supervisor(control, "startProcessGroup", name), `fault 10 BAD_NAME: ${name}`);
  assert.equal(await supervisor(control, "startProcessGroup", 5), "fault 10 BAD_NAME: 5");
  assert.equal(await supervisor(control, "startProcessGroup", null), "fault 10 BAD_NAME");
  assert.equal(await supervisor(control, "startProcessGroup", ["multi"]), "fault 2 INCORRECT_PARAMETERS");
});

test("RPC-080: better: where nothing is to be done the answer is there without a timer, and empty", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const idle = new FakeControl([group("g", view("a"))]);
  const busy = new FakeControl([group("g", running("a"))]);
  assert.deepEqual(await supervisor(busy, "startProcessGroup", "g"), []);
  assert.deepEqual(await supervisor(busy, "startAllProcesses"), []);
  assert.deepEqual(await supervisor(idle, "stopProcessGroup", "g"), []);
  assert.deepEqual(await supervisor(idle, "stopAllProcesses"), []);
  assert.deepEqual(await supervisor(idle, "signalProcessGroup", "g", "HUP"), []);
  assert.deepEqual(await supervisor(idle, "signalAllProcesses", "HUP"), []);
});

test("RPC-074: members of a row in their order", async () => {
  const control = new FakeControl([group("g", view("a"))]);
  const rows = (await supervisor(control, "startAllProcesses")) as object[];
  assert.deepEqual(Object.keys(rows[0] ?? {}), ["name", "group", "status", "description"]);
});

test("RPC-075: only what is not running takes part", async () => {
  const control = new FakeControl(
    alone(
      running("a"),
      view("b", { state: "BACKOFF" }),
      view("c", { state: "STARTING" }),
      view("d", { state: "FATAL" }),
      view("e", { state: "EXITED" }),
    ),
  );
  assert.deepEqual(await supervisor(control, "startAllProcesses"), [ok("d"), ok("e")]);
  assert.deepEqual(await supervisor(new FakeControl(alone(running("a"))), "startAllProcesses"), []);
});

test("RPC-076, RPC-079: what was decided at once stands first, then the others as they end; one failure fails nobody else", async () => {
  const control = new FakeControl(
    alone(view("slow"), view("quick"), view("missing"), view("instant", { runsAtOnce: true }), view("fails")),
  );
  control.commands.set("missing", { kind: "no-file", text: "can't find command '/no/such/file'" });
  const [slow, quick, fails] = [later<WaitOutcome>(), later<WaitOutcome>(), later<WaitOutcome>()];
  control.starts.set("slow", slow.promise).set("quick", quick.promise).set("fails", fails.promise);
  const answer = supervisor(control, "startAllProcesses");
  await turn();
  fails.settle("spawn-error");
  await turn();
  quick.settle("done");
  await turn();
  slow.settle("done");
  assert.deepEqual(await answer, [
    row("missing", 20, "NO_FILE: can't find command '/no/such/file'"),
    ok("instant"),
    row("fails", 50, "SPAWN_ERROR: fails"),
    ok("quick"),
    ok("slow"),
  ]);
});

test("RPC-076: without wait all rows stand in the order of processing", async () => {
  const control = new FakeControl(alone(view("a"), view("b"), view("c")));
  const a = later<WaitOutcome>();
  control.starts.set("a", a.promise);
  control.commands.set("b", { kind: "not-executable", text: "x" });
  const answer = supervisor(control, "startAllProcesses", false);
  await turn();
  a.settle("done");
  assert.deepEqual(await answer, [ok("a"), row("b", 21, "NOT_EXECUTABLE: x"), ok("c")]);
});

test("RPC-073, RPC-077, RPC-078: groups as they stand, in each the processes by priority; all are started in one go", async () => {
  const control = new FakeControl([
    group("g", view("late", { priority: 20 }), view("early", { priority: 10 }), view("early2", { priority: 10 })),
    ...alone(view("z"), view("a")),
  ]);
  const looked = later<null>();
  control.commands.set("early", looked.promise);
  const answer = supervisor(control, "startAllProcesses");
  await turn();
  assert.deepEqual(control.done, []);
  looked.settle(null);
  await answer;
  assert.deepEqual(control.done, [
    "start g:early running",
    "start g:early2 running",
    "start g:late running",
    "start z:z running",
    "start a:a running",
  ]);
});

test("RPC-027: in rows and texts a process is called by its name alone where the group is called the same", async () => {
  const control = new FakeControl([group("g", view("a")), ...alone(view("b"))]);
  control.starts.set("a", "spawn-error").set("b", "spawn-error");
  assert.deepEqual(await supervisor(control, "startAllProcesses"), [row("a", 50, "SPAWN_ERROR: g:a", "g"), row("b", 50, "SPAWN_ERROR: b")]);
});

test("CRON-002: what an update makes a job of, while all commands are looked up, is not run because everything was started", async () => {
  const job = {
    schedule: "@daily",
    timezone: null,
    paused: false,
    queued: false,
    nextMs: null,
    nextText: "",
    skipped: { overlap: 0, missed: 0 },
  };
  const control = new FakeControl([group("a", view("a")), group("b", view("b"))]);
  let found = (_: null): void => {};
  control.commands.set("b", new Promise((resolve) => (found = resolve)));
  const rows = supervisor(control, "startAllProcesses");
  control.active = [group("a", view("a")), group("b", view("b", { job }))];
  found(null);
  assert.deepEqual(await rows, [{ name: "a", group: "a", status: 80, description: "OK" }]);
  assert.deepEqual(control.done, ["start a:a running"]);
});
