import assert from "node:assert/strict";
import { test } from "node:test";
import { envelopeBytes } from "../events/envelope.ts";
import { eventBody } from "../events/payload.ts";
import type { SupervisorEvent } from "../events/types.ts";
import { type ListenerEvent, parseEvent } from "./events.ts";
import { parseHeaders, splitPayload } from "./headers.ts";
import { Messages } from "./messagereader.ts";

function parsed(event: SupervisorEvent): ListenerEvent {
  const messages = new Messages();
  messages.push(envelopeBytes({ ...eventBody(event), identifier: "site", pool: "mails", serial: 7, poolSerial: 3 }));
  const message = messages.take();
  assert.ok(message !== null);
  return parseEvent(message);
}

/** Without what every event has. */
function told(event: SupervisorEvent): object {
  const { name: _n, server, pool, serial, poolSerial, headers: _h, payload: _p, ...rest } = parsed(event);
  assert.deepEqual([server, pool, serial, poolSerial], ["site", "mails", 7, 3]);
  return rest;
}

const cat = { group: "g", process: "cat" };
const details = { pid: 42, tries: 2, expected: true, spawnError: "", cause: { type: "start" }, reason: "start" } as const;
const state = { kind: "process-state", ...cat, ...details } as const;

test("EVT-042..EVT-045: what each change of state tells", () => {
  const common = { kind: "process-state", process: "cat", group: "g", pid: null, tries: null, expected: null };
  assert.deepEqual(told({ ...state, state: "STARTING", from: "STOPPED" }), { ...common, state: "STARTING", from: "STOPPED", tries: 2 });
  assert.deepEqual(told({ ...state, state: "RUNNING", from: "STARTING" }), { ...common, state: "RUNNING", from: "STARTING", pid: 42 });
  assert.deepEqual(told({ ...state, state: "FATAL", from: "BACKOFF" }), { ...common, state: "FATAL", from: "BACKOFF" });
  const exited = { ...common, state: "EXITED", from: "RUNNING", pid: 42 };
  assert.deepEqual(told({ ...state, state: "EXITED", from: "RUNNING" }), { ...exited, expected: true });
  assert.deepEqual(told({ ...state, state: "EXITED", from: "RUNNING", expected: false }), { ...exited, expected: false });
});

test("the other kinds", () => {
  const data = Buffer.from("né:1\nb\n");
  const output = { ...cat, channel: "stderr", pid: 42, data } as const;
  const words = { channel: "stderr", process: "cat", group: "g", pid: 42, data: "né:1\nb\n" };
  assert.deepEqual(told({ ...output, kind: "process-log" }), { ...words, kind: "process-log" });
  assert.deepEqual(told({ ...output, kind: "process-communication" }), { ...words, kind: "process-communication" });
  assert.deepEqual(told({ kind: "remote-communication", type: "a b:c", data: "x\ny" }), {
    kind: "remote-communication",
    type: "a b:c",
    data: "x\ny",
  });
  assert.deepEqual(told({ kind: "supervisor-state", state: "STOPPING" }), { kind: "supervisor-state", state: "STOPPING" });
  assert.deepEqual(told({ kind: "process-group", change: "REMOVED", group: "g" }), {
    kind: "process-group",
    change: "REMOVED",
    group: "g",
  });
  assert.deepEqual(told({ kind: "tick", period: 60, when: 120 }), { kind: "tick", seconds: 60, when: 120 });
});

test("an event that is not known is there all the same", () => {
  const event = parseEvent({ headers: { eventname: "NEWS_FLASH" }, payload: Buffer.from("a:b") });
  assert.deepEqual([event.kind, event.name, event.payload], ["other", "NEWS_FLASH", "a:b"]);
});

test("EVT-122, EVT-123: headers and payloads, also with a colon in a value and without a line end", () => {
  assert.deepEqual(parseHeaders(" a:1  b:x:y c "), { a: "1", b: "x:y" });
  assert.deepEqual(splitPayload("a:1 b:2\ndata\nmore"), { headers: { a: "1", b: "2" }, data: "data\nmore" });
  assert.deepEqual(splitPayload("a:1"), { headers: { a: "1" }, data: "" });
});
