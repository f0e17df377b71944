import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILT_IN } from "../config/pluginnames.ts";
import { RESULT_HANDLERS, resultHandler } from "./results.ts";

const judge = (name: keyof typeof RESULT_HANDLERS, result: string) => {
  const bytes = Buffer.from(result);
  const handler = RESULT_HANDLERS[name];
  return handler.judge(bytes.subarray(0, handler.keepBytes), bytes.length, null);
};

test("every handler that the configuration knows by its name is here, and no other", () => {
  assert.deepEqual(Object.keys(RESULT_HANDLERS).sort(), [...BUILT_IN.resultHandlers].sort());
  assert.equal(resultHandler("constructor"), null);
  assert.equal(resultHandler("my.module:handler"), null);
});

test("EVT-105: exactly OK accepts", () => {
  assert.equal(judge("supervisor.dispatchers:default_handler", "OK").kind, "accepted");
  for (const result of ["FAIL", "ok", "MAYBE", "", "OK\n", "OKAY", "O"])
    assert.equal(judge("supervisor.dispatchers:default_handler", result).kind, "rejected", result);
});

const relayed = (result: string) => {
  const outcome = judge("supervisor_stdout:event_handler", result);
  assert.equal(outcome.kind, "accepted");
  return outcome.kind === "accepted" && outcome.stdout !== null ? Buffer.from(outcome.stdout).toString() : "";
};

test("the relay of supervisor-stdout: each line behind process and channel", () => {
  const head = "processname:web groupname:g pid:7 channel:stderr";
  assert.equal(relayed(`${head}\none\ntwo\n`), "web stderr | one\nweb stderr | two\n");
  assert.equal(relayed(`${head}\none\n\ntwo`), "web stderr | one\nweb stderr | \nweb stderr | two\n");
  assert.equal(relayed(`${head}\n`), "");
  assert.equal(relayed(`${head}\né`), "web stderr | é\n");
});

test("the relay accepts what has no such header and passes it on without a prefix", () => {
  for (const text of ["OK", "no header\nmore\n", "processname:web pid:7\nx\n", "a:b:c channel:x\nx\n"]) {
    assert.equal(relayed(text), text.endsWith("\n") ? text : `${text}\n`, text);
  }
});
