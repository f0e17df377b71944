import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCalls } from "../rpc/calls.ts";
import { alone, FakeControl, running, view } from "../rpc/control.fixture.ts";
import { FAULTS } from "../rpc/faults.ts";
import { plainResult } from "../rpc/plainvalues.ts";
import { BODY_DEPTH_MAX } from "./bounds.ts";
import { callMethod, FAULT_STATUS } from "./methodcalls.ts";
import { openApi } from "./openapi.ts";

function calling(control = new FakeControl(alone(running("web"), view("db")))) {
  const calls = makeCalls(control, ["supervisor"]);
  const call = async (name: string, body: unknown): Promise<[number, unknown]> => {
    const reply = await callMethod(calls, { plain: plainResult, control }, name, body);
    return reply.kind === "text" ? [reply.status, JSON.parse(reply.body)] : [0, null];
  };
  return { control, calls, call };
}

test("what was rendered as XML comes as plain data", async () => {
  const { call } = calling();
  const [status, answer] = await call("supervisor.getAllProcessInfo", null);
  const { result } = answer as { result: { name: string; statename: string }[] };
  assert.deepEqual(
    [status, result.map(({ name, statename }) => [name, statename])],
    [
      200,
      [
        ["db", "STOPPED"],
        ["web", "RUNNING"],
      ],
    ],
  );
});

test("an optional parameter may be left out, but not one before another that is given", async () => {
  const { call, control } = calling();
  assert.equal((await call("supervisor.startProcess", { name: "db", wait: false }))[0], 200);
  assert.equal((await call("supervisor.startProcess", { wait: false }))[0], 400);
  assert.equal(control.done.length, 1);
});

test("null, fractions for whole numbers, and what is nested too deeply are refused", async () => {
  const { call } = calling();
  let deep: unknown = 1;
  for (let depth = 0; depth <= BODY_DEPTH_MAX; depth++) deep = [deep];
  for (const [name, body] of [
    ["supervisor.startProcess", [null]],
    ["supervisor.readLog", [0.5, 1]],
    ["system.multicall", [deep]],
  ] as const)
    assert.equal((await call(name, body))[0], 400, name);
});

test("every fault has a status", () => {
  assert.deepEqual(Object.keys(FAULT_STATUS).sort(), Object.keys(FAULTS).sort());
});

test("the document describes every method that can be called, and refers to nothing that is not there", () => {
  const { calls } = calling();
  const document = openApi(calls);
  const paths = Object.keys(document["paths"] as object);
  for (const name of calls.methods.keys()) assert.ok(paths.includes(`/api/v1/call/${name}`), name);
  const schemas = (document["components"] as { schemas: object }).schemas;
  const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = ""]) => name);
  for (const name of named) assert.ok(name in schemas, name);
});
