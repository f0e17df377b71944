import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { State } from "../process/states.ts";
import { envelopeBytes } from "./envelope.ts";
import { codePoints, eventBody } from "./payload.ts";
import type { SupervisorEvent } from "./types.ts";

const payload = (event: SupervisorEvent) => Buffer.from(eventBody(event).payload).toString();
const state = (to: State, more: Partial<Extract<SupervisorEvent, { kind: "process-state" }>> = {}): SupervisorEvent => ({
  kind: "process-state",
  state: to,
  from: "STARTING",
  group: "g",
  process: "p",
  pid: 7,
  tries: 0,
  expected: false,
  spawnError: "",
  cause: { type: "start" },
  reason: "start",
  ...more,
});

test("EVT-042: STARTING and BACKOFF carry the retry counter", () => {
  assert.equal(payload(state("STARTING", { from: "STOPPED" })), "processname:p groupname:g from_state:STOPPED tries:0");
  assert.equal(payload(state("BACKOFF", { tries: 1 })), "processname:p groupname:g from_state:STARTING tries:1");
});

test("EVT-043: RUNNING, STOPPING and STOPPED carry the pid", () => {
  assert.equal(payload(state("RUNNING")), "processname:p groupname:g from_state:STARTING pid:7");
  assert.equal(payload(state("STOPPING", { from: "RUNNING" })), "processname:p groupname:g from_state:RUNNING pid:7");
  assert.equal(payload(state("STOPPED", { from: "BACKOFF", pid: 0 })), "processname:p groupname:g from_state:BACKOFF pid:0");
});

test("EVT-044: EXITED says whether it was expected", () => {
  assert.equal(payload(state("EXITED", { from: "RUNNING" })), "processname:p groupname:g from_state:RUNNING expected:0 pid:7");
  assert.equal(
    payload(state("EXITED", { from: "RUNNING", expected: true })),
    "processname:p groupname:g from_state:RUNNING expected:1 pid:7",
  );
});

test("EVT-045: FATAL and UNKNOWN carry nothing more", () => {
  assert.equal(payload(state("FATAL", { from: "BACKOFF" })), "processname:p groupname:g from_state:BACKOFF");
  assert.equal(payload(state("UNKNOWN", { from: "STOPPING" })), "processname:p groupname:g from_state:STOPPING");
});

const output = (data: Uint8Array) => ({ group: "g", process: "p", pid: 7, data });

test("EVT-047, EVT-048: communication and log", () => {
  const data = Buffer.from("text\nmore\n");
  assert.equal(
    payload({ kind: "process-communication", channel: "stderr", ...output(data) }),
    "processname:p groupname:g pid:7\ntext\nmore\n",
  );
  assert.equal(
    payload({ kind: "process-log", channel: "stderr", ...output(data) }),
    "processname:p groupname:g pid:7 channel:stderr\ntext\nmore\n",
  );
  assert.equal(
    payload({ kind: "process-communication", channel: "stdout", ...output(new Uint8Array(0)) }),
    "processname:p groupname:g pid:7\n",
  );
});

test("EVT-049: data that is not UTF-8 is shown as Python shows bytes", () => {
  const bad = Buffer.from("\xff\xfe bad utf8\n", "latin1");
  const head = "processname:p groupname:g pid:7 channel:stdout\n";
  assert.equal(payload({ kind: "process-log", channel: "stdout", ...output(bad) }), `${head}Undecodable: b'\\xff\\xfe bad utf8\\n'`);
  assert.equal(
    payload({ kind: "process-log", channel: "stdout", ...output(Buffer.from("it's\xe9", "latin1")) }),
    `${head}Undecodable: b"it's\\xe9"`,
  );
});

test("EVT-050: remote communication, unchecked", () => {
  assert.equal(payload({ kind: "remote-communication", type: "a b:c\nd", data: "é" }), "type:a b:c\nd\né");
});

test("EVT-051: a change of the supervisor's state has no payload", () => {
  assert.equal(payload({ kind: "supervisor-state", state: "RUNNING" }), "");
});

test("EVT-052: groups, with a line end", () => {
  assert.equal(payload({ kind: "process-group", change: "REMOVED", group: "g" }), "groupname:g\n");
});

test("EVT-053: ticks", () => {
  assert.equal(payload({ kind: "tick", period: 5, when: 1_700_000_005 }), "when:1700000005");
});

test("EVT-054: an empty group name is empty", () => {
  assert.equal(payload(state("FATAL", { group: "" })), "processname:p groupname: from_state:STARTING");
});

const envelope = (event: SupervisorEvent, identifier = "supervisor") =>
  Buffer.from(envelopeBytes({ ...eventBody(event), identifier, pool: "l", serial: 3, poolSerial: 1 })).toString();

test("EVT-056: the header and the payload without a terminator", () => {
  const expected = "ver:3.0 server:supervisor serial:3 pool:l poolserial:1 eventname:TICK_60 len:7\nwhen:60";
  assert.equal(envelope({ kind: "tick", period: 60, when: 60 }), expected);
  assert.equal(
    envelope({ kind: "supervisor-state", state: "RUNNING" }),
    "ver:3.0 server:supervisor serial:3 pool:l poolserial:1 eventname:SUPERVISOR_STATE_CHANGE_RUNNING len:0\n",
  );
});

test("EVT-057: the identifier is not checked", () => {
  assert.match(envelope({ kind: "supervisor-state", state: "RUNNING" }, "a b:c"), /^ver:3\.0 server:a b:c serial:3 /);
});

test("RPC-115, EVT-058, EVT-059: len counts code points, the stream is UTF-8", () => {
  const said = envelope({ kind: "remote-communication", type: "é", data: "üx" });
  assert.match(said, / len:9\ntype:é\nüx$/);
  assert.match(envelope({ kind: "remote-communication", type: "", data: "😀" }), / len:7\n/, "one for a character beyond U+FFFF");
});

test("EVT-059: whatever the text, code points are counted", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "\n", "é", "€", "😀", "\u0301")), (characters) =>
      assert.equal(codePoints(Buffer.from(characters.join(""))), characters.length),
    ),
  );
});

test("EVX-001: what is ours says whose it is, its keys, and a text for people", () => {
  const news = { kind: "lifecycle", group: "g", process: "p", name: "LIFECYCLE_HOOK_FAILED" } as const;
  const body = eventBody({ ...news, keys: { hook: "pre_stop", code: 3, signal: "" }, text: "pre_stop failed (exit 3)" });
  assert.equal(body.name, "LIFECYCLE_HOOK_FAILED");
  assert.equal(Buffer.from(body.payload).toString(), "processname:p groupname:g hook:pre_stop code:3 signal:\npre_stop failed (exit 3)");
  assert.equal(
    Buffer.from(eventBody({ ...news, keys: { for: "a b" }, text: "" }).payload).toString(),
    "processname:p groupname:g for:a_b\n",
  );
});

test("EVT-046, EVT-055: the payload is fixed when the event arises", () => {
  const event = { ...output(Buffer.from("x")), kind: "process-log" as const, channel: "stdout" as const };
  const body = eventBody(event);
  event.data[0] = 0x79;
  event.pid = 8;
  assert.equal(Buffer.from(body.payload).toString(), "processname:p groupname:g pid:7 channel:stdout\nx");
});
