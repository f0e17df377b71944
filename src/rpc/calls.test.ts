/** From names and arguments to methods: what exists, how many arguments, what works while the daemon goes down. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../result.ts";
import { call, failureText, supervisor } from "./calling.fixture.ts";
import { makeCalls } from "./calls.ts";
import { alone, FakeControl, running } from "./control.fixture.ts";
import { FAULTS, fault, faultText, SUCCESS } from "./faults.ts";
import { mainNamespaces } from "./interfaces.ts";
import type { PublishedMethod } from "./method.ts";
import { SUPERVISOR_METHODS } from "./methodtable.ts";

const UNKNOWN = "fault 1 UNKNOWN_METHOD";
const WRONG_COUNT = "fault 2 INCORRECT_PARAMETERS";

test("RPC-001: the numbers of faults", () => {
  assert.deepEqual(FAULTS, {
    UNKNOWN_METHOD: 1,
    INCORRECT_PARAMETERS: 2,
    BAD_ARGUMENTS: 3,
    SIGNATURE_UNSUPPORTED: 4,
    SHUTDOWN_STATE: 6,
    BAD_NAME: 10,
    BAD_SIGNAL: 11,
    NO_FILE: 20,
    NOT_EXECUTABLE: 21,
    FAILED: 30,
    ABNORMAL_TERMINATION: 40,
    SPAWN_ERROR: 50,
    ALREADY_STARTED: 60,
    NOT_RUNNING: 70,
    ALREADY_ADDED: 90,
    STILL_RUNNING: 91,
    CANT_REREAD: 92,
  });
});

test("RPC-002: a fault's text is its name, with what belongs to it behind a colon", () => {
  assert.equal(faultText(fault("UNKNOWN_METHOD")), "UNKNOWN_METHOD");
  assert.equal(faultText(fault("BAD_NAME", "foo")), "BAD_NAME: foo");
  assert.equal(faultText(fault("BAD_NAME", "")), "BAD_NAME: ");
});

test("RPC-004: 80 is a status and no fault", () => {
  assert.equal(SUCCESS, 80);
  assert.equal(Object.values<number>(FAULTS).includes(SUCCESS), false);
});

test("RPC-005: there is no FATAL_STATE", () => {
  assert.equal(Object.keys(FAULTS).includes("FATAL_STATE"), false);
});

test("RPC-006, RPC-007, RPC-008, RPC-010: only whole names of the table are called", async () => {
  const control = new FakeControl();
  const names = [
    "foo",
    "",
    ".",
    "supervisor",
    "supervisor.",
    ".getState",
    "supervisor.getState.x",
    "supervisor._update",
    "supervisor.nothere",
    "nothere.getState",
    " supervisor.getPID ",
    "supervisor.getpid",
    "SUPERVISOR.getPID",
    "system.nothere",
  ];
  for (const name of names) assert.equal(await call(control, name), UNKNOWN, name);
});

test("RPC-009: names of things that are no methods, and those that every object has, are unknown", async () => {
  const control = new FakeControl();
  for (const name of [
    "supervisor.supervisord",
    "system.namespaces",
    "supervisor.constructor",
    "supervisor.toString",
    "__proto__.call",
    "constructor.name",
  ]) {
    assert.equal(await call(control, name), UNKNOWN, name);
  }
});

test("RPC-011: too few or too many arguments, for every method of the table", async () => {
  for (const { name, params } of SUPERVISOR_METHODS) {
    const most = Array.from({ length: params.length + 1 }, () => "x");
    assert.equal(await supervisor(new FakeControl(), name, ...most), WRONG_COUNT, name);
    const required = params.filter((param) => param.optional !== true).length;
    if (required > 0) assert.equal(await supervisor(new FakeControl(), name, ...most.slice(0, required - 1)), WRONG_COUNT, name);
  }
});

test("RPC-014: a process name that is no text makes the original stumble", async () => {
  const control = new FakeControl();
  const stumble = (type: string) => `stumble AttributeError: '${type}' object has no attribute 'split'`;
  assert.equal(await supervisor(control, "getProcessInfo", 3), stumble("int"));
  assert.equal(await supervisor(control, "startProcess", true), stumble("bool"));
  assert.equal(await supervisor(control, "stopProcess", ["a"]), stumble("list"));
  assert.equal(await supervisor(control, "clearProcessLogs", new Map()), stumble("dict"));
  assert.equal(await supervisor(control, "signalProcess", null, "HUP"), stumble("NoneType"));
  assert.equal(await supervisor(control, "readProcessStdoutLog", { double: 1.5 }, 0, 0), stumble("float"));
});

test("RPC-016, RPC-019: while the daemon goes down everything but an event is refused", async () => {
  for (const mood of ["SHUTDOWN", "RESTARTING"] as const) {
    for (const { name, params } of SUPERVISOR_METHODS) {
      const control = new FakeControl(alone(running("a")));
      control.moodNow = mood;
      const answer = await supervisor(control, name, ...params.map((param) => (param.type === "int" ? 0 : "a")));
      assert.equal(answer, name === "sendRemoteCommEvent" ? true : "fault 6 SHUTDOWN_STATE", name);
    }
  }
});

test("RPC-016: the state comes before the values of arguments", async () => {
  const control = new FakeControl();
  control.moodNow = "SHUTDOWN";
  assert.equal(await supervisor(control, "getProcessInfo", "nothere"), "fault 6 SHUTDOWN_STATE");
  assert.equal(await supervisor(control, "getProcessInfo", 3), "fault 6 SHUTDOWN_STATE");
});

test("RPC-017: the number of arguments comes before the state", async () => {
  const control = new FakeControl();
  control.moodNow = "SHUTDOWN";
  assert.equal(await supervisor(control, "getState", 1), WRONG_COUNT);
});

test("RPC-018: system.* works while the daemon goes down; calls inside a multicall do not", async () => {
  const control = new FakeControl();
  control.moodNow = "SHUTDOWN";
  assert.equal(((await call(control, "system.listMethods")) as string[]).length, 41);
  assert.deepEqual(await call(control, "system.methodSignature", "supervisor.getPID"), ["int"]);
  assert.match(String(await call(control, "system.methodHelp", "supervisor.getPID")), /process id/);
  const inside = new Map([["methodName", "supervisor.getPID"]]);
  assert.deepEqual(await call(control, "system.multicall", [inside]), [{ faultCode: 6, faultString: "SHUTDOWN_STATE" }]);
});

test("RPC-235, RPC-243: each section gives a namespace; without any only system.* is there", async () => {
  const control = new FakeControl();
  const none = makeCalls(control, []);
  const answer = await none.call("supervisor.getState", []);
  assert.equal(answer.ok ? "" : failureText(answer.error), UNKNOWN);
  assert.deepEqual([...none.methods.keys()], ["system.listMethods", "system.methodHelp", "system.methodSignature", "system.multicall"]);
  assert.deepEqual(await makeCalls(control, ["other", "supervisor"]).call("other.getPID", []), { ok: true, value: 11015 });
});

test("RPC-242: a section that calls itself system gives way", () => {
  assert.deepEqual([...makeCalls(new FakeControl(), ["system"]).methods.keys()].length, 4);
});

test("RPC-235: the sections with the original's factory give the supervisor's namespaces, by their names", () => {
  const main = { name: "supervisor", factory: "supervisor.rpcinterface:make_main_rpcinterface", options: {} };
  const plugin = { name: "my", factory: "./my.mjs:make", options: {} };
  assert.deepEqual(mainNamespaces([main, plugin, { ...main, name: "b" }]), ["supervisor", "b"]);
});

const told: PublishedMethod = {
  name: "told",
  aliases: [],
  params: null,
  returns: null,
  faults: [],
  help: null,
  duringShutdown: true,
  listed: true,
  run: (_port, ...args) => ok(args.length),
};

test("RPC-235, RPC-242: a plug-in's methods are found under its section's name; a plug-in that calls itself system gives way", async () => {
  const calls = makeCalls(
    new FakeControl(),
    ["supervisor"],
    [
      { name: "my", methods: [told] },
      { name: "system", methods: [told] },
    ],
  );
  assert.deepEqual(await calls.call("my.told", ["a", "b"]), ok(2));
  assert.equal((await calls.call("system.told", [])).ok, false);
  assert.equal((await calls.call("system.listMethods", [])).ok, true);
});

test("RPC-185, RPC-186: a method without a text has the help None and no signature", async () => {
  const calls = makeCalls(new FakeControl(), [], [{ name: "my", methods: [told] }]);
  assert.deepEqual(await calls.call("system.methodHelp", ["my.told"]), ok("None"));
  const signature = await calls.call("system.methodSignature", ["my.told"]);
  assert.equal(signature.ok ? "" : failureText(signature.error), "fault 4 SIGNATURE_UNSUPPORTED");
});

test("RPC-003: better: a fault of a plug-in keeps its number and text", () => {
  assert.equal(failureText({ fault: "FAILED", detail: null, own: { code: 777, text: "no luck" } }), "fault 777 no luck");
});
