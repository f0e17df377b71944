/** What the table tells about itself, and several calls in one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "./calling.fixture.ts";
import { alone, FakeControl, running, view } from "./control.fixture.ts";
import type { WaitOutcome } from "./control.ts";
import { SUPERVISOR_METHODS } from "./methodtable.ts";
import type { RpcValue } from "./values.ts";

const SUPERVISOR = [
  "addProcessGroup",
  "clearAllProcessLogs",
  "clearLog",
  "clearProcessLog",
  "clearProcessLogs",
  "getAPIVersion",
  "getAllConfigInfo",
  "getAllProcessInfo",
  "getIdentification",
  "getPID",
  "getProcessInfo",
  "getState",
  "getSupervisorVersion",
  "getVersion",
  "readLog",
  "readMainLog",
  "readProcessLog",
  "readProcessStderrLog",
  "readProcessStdoutLog",
  "reloadConfig",
  "removeProcessGroup",
  "restart",
  "sendProcessStdin",
  "sendRemoteCommEvent",
  "shutdown",
  "signalAllProcesses",
  "signalProcess",
  "signalProcessGroup",
  "startAllProcesses",
  "startProcess",
  "startProcessGroup",
  "stopAllProcesses",
  "stopProcess",
  "stopProcessGroup",
  "tailProcessLog",
  "tailProcessStderrLog",
  "tailProcessStdoutLog",
];
const SYSTEM = ["listMethods", "methodHelp", "methodSignature", "multicall"];
const ALL = [...SUPERVISOR.map((name) => `supervisor.${name}`), ...SYSTEM.map((name) => `system.${name}`)];

const entry = (methodName: RpcValue, ...params: readonly RpcValue[]) =>
  new Map<string, RpcValue>([
    ["methodName", methodName],
    ["params", params],
  ]);

test("RPC-180, RPC-181, RPC-182, RPC-183: all 41 names, sorted by code point", async () => {
  assert.deepEqual(await call(new FakeControl(), "system.listMethods"), ALL);
});

test("RPC-118: older names are the same methods", () => {
  const aliases = Object.fromEntries(SUPERVISOR_METHODS.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name])));
  assert.deepEqual(aliases, {
    getVersion: "getAPIVersion",
    readMainLog: "readLog",
    readProcessLog: "readProcessStdoutLog",
    tailProcessLog: "tailProcessStdoutLog",
    clearProcessLog: "clearProcessLogs",
  });
});

test("RPC-185: every method has a help text with its lines; an unknown one gets SIGNATURE_UNSUPPORTED", async () => {
  const control = new FakeControl();
  for (const name of ALL)
    assert.match(String(await call(control, "system.methodHelp", name)), /^\w{3}[\s\S]*\n@return \w+ \w+ {2}\S/, name);
  assert.match(
    String(await call(control, "system.methodHelp", "supervisor.startProcess")),
    /\n@param string name {2}.*\n@param boolean wait {2}.*\n@return boolean result/,
  );
  for (const name of ["supervisor.nothere", "nothere", 5, ["a"], null]) {
    assert.equal(await call(control, "system.methodHelp", name), "fault 4 SIGNATURE_UNSUPPORTED");
    assert.equal(await call(control, "system.methodSignature", name), "fault 4 SIGNATURE_UNSUPPORTED");
  }
});

const SIGNATURES: Record<string, readonly string[]> = {
  string: ["getAPIVersion", "getVersion", "getIdentification", "getSupervisorVersion"],
  struct: ["getState"],
  int: ["getPID"],
  boolean: ["clearLog", "restart", "shutdown"],
  array: ["getAllConfigInfo", "getAllProcessInfo", "reloadConfig", "clearAllProcessLogs", "system.listMethods"],
  "boolean string": ["addProcessGroup", "removeProcessGroup", "clearProcessLog", "clearProcessLogs"],
  "struct string": ["getProcessInfo"],
  "string int int": ["readLog", "readMainLog"],
  "string string int int": ["readProcessLog", "readProcessStdoutLog", "readProcessStderrLog"],
  "array string int int": ["tailProcessLog", "tailProcessStdoutLog", "tailProcessStderrLog"],
  "boolean string boolean": ["startProcess", "stopProcess"],
  "array string boolean": ["startProcessGroup", "stopProcessGroup"],
  "array boolean": ["startAllProcesses", "stopAllProcesses"],
  "boolean string string": ["sendProcessStdin", "sendRemoteCommEvent", "signalProcess"],
  "array string string": ["signalProcessGroup"],
  "array string": ["signalAllProcesses", "system.methodSignature"],
  "string string": ["system.methodHelp"],
  "array array": ["system.multicall"],
};

test("RPC-105, RPC-186..190: the signatures of all 41", async () => {
  const seen: string[] = [];
  for (const [signature, names] of Object.entries(SIGNATURES)) {
    for (const name of names) {
      const full = name.includes(".") ? name : `supervisor.${name}`;
      seen.push(full);
      assert.deepEqual(await call(new FakeControl(), "system.methodSignature", full), signature.split(" "), full);
    }
  }
  assert.deepEqual(seen.sort(), [...ALL].sort());
});

test("RPC-191, RPC-192: results come in order and bare", async () => {
  const calls = [entry("supervisor.getState"), entry("supervisor.getAPIVersion"), entry("supervisor.getPID")];
  assert.deepEqual(await call(new FakeControl(), "system.multicall", calls), [{ statecode: 1, statename: "RUNNING" }, "3.0", 11015]);
});

test("RPC-193: a fault is a struct of code and text", async () => {
  const calls = [entry("supervisor.getProcessInfo", "nope"), entry("supervisor.getPID", 1)];
  assert.deepEqual(await call(new FakeControl(), "system.multicall", calls), [
    { faultCode: 10, faultString: "BAD_NAME: nope" },
    { faultCode: 2, faultString: "INCORRECT_PARAMETERS" },
  ]);
});

test("RPC-194: params may be missing; what is no array is what Python makes of it", async () => {
  const control = new FakeControl();
  const withParams = (params: RpcValue) =>
    new Map<string, RpcValue>([
      ["methodName", "supervisor.getAPIVersion"],
      ["params", params],
    ]);
  const wrong = { faultCode: 2, faultString: "INCORRECT_PARAMETERS" };
  assert.deepEqual(await call(control, "system.multicall", [new Map([["methodName", "supervisor.getAPIVersion"]])]), ["3.0"]);
  assert.deepEqual(
    await call(control, "system.multicall", [withParams(5), withParams(null), withParams(new Map()), withParams(new Map([["a", 1]]))]),
    [wrong, wrong, "3.0", wrong],
  );
  const named = new Map<string, RpcValue>([
    ["methodName", "supervisor.getProcessInfo"],
    ["params", new Map([["a", 1]])],
  ]);
  assert.deepEqual(await call(control, "system.multicall", [named]), [{ faultCode: 10, faultString: "BAD_NAME: a" }]);
  const text = new Map<string, RpcValue>([
    ["methodName", "supervisor.getProcessInfo"],
    ["params", "b"],
  ]);
  assert.deepEqual(await call(control, "system.multicall", [text]), [{ faultCode: 10, faultString: "BAD_NAME: b" }]);
});

test("RPC-195: no name, the multicall itself, an unknown name", async () => {
  const calls = [new Map([["params", []]]), entry("system.multicall", []), entry(""), entry("nothere")];
  assert.deepEqual(await call(new FakeControl(), "system.multicall", calls), [
    { faultCode: 2, faultString: "INCORRECT_PARAMETERS: No methodName" },
    { faultCode: 2, faultString: "INCORRECT_PARAMETERS: Recursive system.multicall forbidden" },
    { faultCode: 1, faultString: "UNKNOWN_METHOD" },
    { faultCode: 1, faultString: "UNKNOWN_METHOD" },
  ]);
});

test("RPC-196: the other methods of system work inside", async () => {
  const calls = [entry("system.listMethods"), entry("system.methodSignature", "supervisor.getPID")];
  assert.deepEqual(await call(new FakeControl(), "system.multicall", calls), [ALL, ["int"]]);
});

test("RPC-197: a stumble inside is a row, and the others go on", async () => {
  const calls = [entry("supervisor.getProcessInfo", 3), entry(7), entry("supervisor.getPID")];
  const row = { faultCode: 30, faultString: "FAILED: <class 'AttributeError'>:'int' object has no attribute 'split'" };
  assert.deepEqual(await call(new FakeControl(), "system.multicall", calls), [row, row, 11015]);
});

test("RPC-198: what is no array of structs", async () => {
  const control = new FakeControl();
  assert.match(String(await call(control, "system.multicall", [entry("supervisor.getPID"), 5])), /^stumble AttributeError: 'int' .* 'get'/);
  assert.match(String(await call(control, "system.multicall", "abc")), /^stumble AttributeError: 'str' .* 'get'/);
  for (const calls of [5, new Map(), null, true])
    assert.equal(await call(control, "system.multicall", calls), "fault 2 INCORRECT_PARAMETERS");
  assert.deepEqual(await call(control, "system.multicall", []), []);
});

test("RPC-199, RPC-200: a call that must wait is waited for before the next begins; better: nothing is polled, so no timer is needed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const control = new FakeControl(alone(view("a"), running("b")));
  let release: (outcome: WaitOutcome) => void = () => undefined;
  control.starts.set(
    "a",
    new Promise((resolve) => {
      release = resolve;
    }),
  );
  const answer = call(control, "system.multicall", [entry("supervisor.startProcess", "a"), entry("supervisor.stopProcess", "b")]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(control.done, ["start a:a running"]);
  release("done");
  assert.deepEqual(await answer, [true, true]);
  assert.deepEqual(control.done, ["start a:a running", "stop b:b stopped"]);
});
