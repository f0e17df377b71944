import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_NAMES, LIFECYCLE_NAMES } from "../config/eventnames.ts";
import { EVENT_TYPES, type EventType, eventName, matches } from "./eventtable.ts";
import type { SupervisorEvent } from "./types.ts";

const childrenOf = (parent: EventType) => EVENT_NAMES.filter((name) => EVENT_TYPES[name] === parent).sort();
const prefixed = (parent: string, ...names: string[]) => names.map((name) => `${parent}_${name}`).sort();

test("EVT-001: EVENT is the root of every type of Supervisor's; what is ours has a root of its own", () => {
  assert.deepEqual(
    EVENT_NAMES.filter((name) => EVENT_TYPES[name] === null),
    ["EVENT", "LIFECYCLE"],
  );
  const ours: ReadonlySet<string> = new Set(["LIFECYCLE", ...LIFECYCLE_NAMES]);
  for (const name of EVENT_NAMES) assert.equal(matches(new Set(["EVENT"]), name), ours.has(name) ? 0 : 1, name);
  for (const name of LIFECYCLE_NAMES) assert.equal(matches(new Set(["LIFECYCLE", "PROCESS_STATE", "EVENT", name]), name), 2, name);
});

test("EVT-002, EVT-003, EVT-004, EVT-005, EVT-006, EVT-007, EVT-008: who inherits from whom", () => {
  const states = ["STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN"];
  assert.deepEqual(childrenOf("PROCESS_STATE"), prefixed("PROCESS_STATE", ...states));
  assert.deepEqual(childrenOf("PROCESS_COMMUNICATION"), prefixed("PROCESS_COMMUNICATION", "STDOUT", "STDERR"));
  assert.deepEqual(childrenOf("PROCESS_LOG"), prefixed("PROCESS_LOG", "STDOUT", "STDERR"));
  assert.deepEqual(childrenOf("REMOTE_COMMUNICATION"), []);
  assert.deepEqual(childrenOf("SUPERVISOR_STATE_CHANGE"), prefixed("SUPERVISOR_STATE_CHANGE", "RUNNING", "STOPPING"));
  assert.deepEqual(childrenOf("TICK"), prefixed("TICK", "5", "60", "3600"));
  assert.deepEqual(childrenOf("PROCESS_GROUP"), prefixed("PROCESS_GROUP", "ADDED", "REMOVED"));
  const top = [
    "PROCESS_COMMUNICATION",
    "PROCESS_GROUP",
    "PROCESS_LOG",
    "PROCESS_STATE",
    "REMOTE_COMMUNICATION",
    "SUPERVISOR_STATE_CHANGE",
    "TICK",
  ];
  assert.deepEqual(childrenOf("EVENT"), top);
});

test("EVT-009: a subscription takes a type and all below it, and nothing else", () => {
  const subscription = new Set(["PROCESS_STATE", "TICK_60"]);
  const taken = EVENT_NAMES.filter((name) => matches(subscription, name) > 0);
  assert.deepEqual([...taken].sort(), [...childrenOf("PROCESS_STATE"), "PROCESS_STATE", "TICK_60"].sort());
});

test("EVT-009: the header names the concrete type", () => {
  const output = { group: "g", process: "p", pid: 1, data: new Uint8Array(0) };
  const events: readonly (readonly [SupervisorEvent, EventType])[] = [
    [
      {
        kind: "process-state",
        state: "BACKOFF",
        from: "STARTING",
        group: "g",
        process: "p",
        pid: 0,
        tries: 1,
        expected: false,
        spawnError: "",
        cause: { type: "deadline" },
        reason: null,
      },
      "PROCESS_STATE_BACKOFF",
    ],
    [{ kind: "process-log", channel: "stdout", ...output }, "PROCESS_LOG_STDOUT"],
    [{ kind: "process-log", channel: "stderr", ...output }, "PROCESS_LOG_STDERR"],
    [{ kind: "process-communication", channel: "stdout", ...output }, "PROCESS_COMMUNICATION_STDOUT"],
    [{ kind: "process-communication", channel: "stderr", ...output }, "PROCESS_COMMUNICATION_STDERR"],
    [{ kind: "remote-communication", type: "t", data: "d" }, "REMOTE_COMMUNICATION"],
    [{ kind: "supervisor-state", state: "STOPPING" }, "SUPERVISOR_STATE_CHANGE_STOPPING"],
    [{ kind: "process-group", change: "ADDED", group: "g" }, "PROCESS_GROUP_ADDED"],
    [{ kind: "lifecycle", group: "g", process: "p", name: "LIFECYCLE_READY", keys: { pid: 1 }, text: "" }, "LIFECYCLE_READY"],
    [{ kind: "tick", period: 3600, when: 0 }, "TICK_3600"],
  ];
  for (const [event, name] of events) assert.equal(eventName(event), name);
});

test("EVT-010: nothing stands between PROCESS_STATE and its states", () => {
  assert.equal(EVENT_TYPES.PROCESS_STATE_STARTING, "PROCESS_STATE");
  assert.equal(EVENT_TYPES.PROCESS_STATE_BACKOFF, "PROCESS_STATE");
});

test("EVT-012: overlapping names count each", () => {
  assert.equal(matches(new Set(["EVENT", "PROCESS_STATE", "PROCESS_STATE_EXITED"]), "PROCESS_STATE_EXITED"), 3);
  assert.equal(matches(new Set(["EVENT", "TICK"]), "PROCESS_STATE_EXITED"), 1);
});
