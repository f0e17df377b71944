/** Events with types: what a payload says, by the kind of event. The text of the payload is there all the same. (EVT-042..054) */
import { type Headers, parseHeaders, splitPayload } from "./headers.ts";
import type { Message } from "./messagereader.ts";

export type ProcessState = "STOPPED" | "STARTING" | "RUNNING" | "BACKOFF" | "STOPPING" | "EXITED" | "FATAL" | "UNKNOWN";

/** What every event has. */
export type EventBase = {
  /** Such as `PROCESS_STATE_EXITED`. */
  readonly name: string;
  /** The `identifier` of the supervisord that sends it. */
  readonly server: string;
  readonly pool: string;
  /** Counts the events of that supervisord, `poolSerial` those of the pool. */
  readonly serial: number;
  readonly poolSerial: number;
  /** The header line and the payload as they came. */
  readonly headers: Headers;
  readonly payload: string;
};

export type ProcessStateEvent = EventBase & {
  readonly kind: "process-state";
  readonly state: ProcessState;
  readonly from: ProcessState;
  readonly process: string;
  readonly group: string;
  /** null in STARTING, BACKOFF, FATAL and UNKNOWN. */
  readonly pid: number | null;
  /** How many starts in a row have failed: in STARTING and BACKOFF. */
  readonly tries: number | null;
  /** Whether the exit code is one of `exitcodes`: in EXITED. */
  readonly expected: boolean | null;
};

/** PROCESS_LOG_*: what a process with `stdout_events_enabled` wrote. PROCESS_COMMUNICATION_*: what it wrote between the tokens of capture mode. */
export type ProcessOutputEvent = EventBase & {
  readonly kind: "process-log" | "process-communication";
  readonly channel: "stdout" | "stderr";
  readonly process: string;
  readonly group: string;
  readonly pid: number;
  readonly data: string;
};

/** Sent by a client with `supervisor.sendRemoteCommEvent`. */
export type RemoteCommunicationEvent = EventBase & { readonly kind: "remote-communication"; readonly type: string; readonly data: string };
export type SupervisorStateEvent = EventBase & { readonly kind: "supervisor-state"; readonly state: "RUNNING" | "STOPPING" };
export type ProcessGroupEvent = EventBase & {
  readonly kind: "process-group";
  readonly change: "ADDED" | "REMOVED";
  readonly group: string;
};
/** `when`: seconds since 1970, a multiple of the period. */
export type TickEvent = EventBase & { readonly kind: "tick"; readonly seconds: number; readonly when: number };
/** Of a supervisord that is newer than this library. */
export type OtherEvent = EventBase & { readonly kind: "other" };

export type ListenerEvent =
  | ProcessStateEvent
  | ProcessOutputEvent
  | RemoteCommunicationEvent
  | SupervisorStateEvent
  | ProcessGroupEvent
  | TickEvent
  | OtherEvent;

export function parseEvent({ headers, payload }: Message): ListenerEvent {
  const text = new TextDecoder().decode(payload);
  const name = headers["eventname"] ?? "";
  const base: EventBase = {
    name,
    server: headers["server"] ?? "",
    pool: headers["pool"] ?? "",
    serial: Number(headers["serial"]),
    poolSerial: Number(headers["poolserial"]),
    headers,
    payload: text,
  };
  const [, family, last = ""] = FAMILIES.exec(name) ?? [];
  switch (family) {
    case "PROCESS_STATE":
      return processState(base, last as ProcessState);
    case "PROCESS_LOG":
    case "PROCESS_COMMUNICATION":
      return processOutput(base, family, last);
    case "SUPERVISOR_STATE_CHANGE":
      return { ...base, kind: "supervisor-state", state: last as "RUNNING" | "STOPPING" };
    case "PROCESS_GROUP":
      return { ...base, kind: "process-group", change: last as "ADDED" | "REMOVED", group: parseHeaders(text)["groupname"] ?? "" };
    case "TICK":
      return { ...base, kind: "tick", seconds: Number(last), when: Number(parseHeaders(text)["when"]) };
    default:
      return name === "REMOTE_COMMUNICATION" ? remoteCommunication(base) : { ...base, kind: "other" };
  }
}

const FAMILIES = /^(PROCESS_STATE|PROCESS_LOG|PROCESS_COMMUNICATION|SUPERVISOR_STATE_CHANGE|PROCESS_GROUP|TICK)_([A-Z0-9]+)$/;

function processState(base: EventBase, state: ProcessState): ProcessStateEvent {
  const { processname, groupname, from_state, pid, tries, expected } = parseHeaders(base.payload);
  return {
    ...base,
    kind: "process-state",
    state,
    from: (from_state ?? "UNKNOWN") as ProcessState,
    process: processname ?? "",
    group: groupname ?? "",
    pid: optionalNumber(pid),
    tries: optionalNumber(tries),
    expected: expected === undefined ? null : expected === "1",
  };
}

function processOutput(base: EventBase, family: string, last: string): ProcessOutputEvent {
  const { headers, data } = splitPayload(base.payload);
  return {
    ...base,
    kind: family === "PROCESS_LOG" ? "process-log" : "process-communication",
    channel: last === "STDERR" ? "stderr" : "stdout",
    process: headers["processname"] ?? "",
    group: headers["groupname"] ?? "",
    pid: Number(headers["pid"]),
    data,
  };
}

/** The type is all of the first line: it may hold blanks and colons. */
function remoteCommunication(base: EventBase): RemoteCommunicationEvent {
  const end = base.payload.indexOf("\n");
  const line = end < 0 ? base.payload : base.payload.slice(0, end);
  return { ...base, kind: "remote-communication", type: line.replace(/^type:/, ""), data: end < 0 ? "" : base.payload.slice(end + 1) };
}

function optionalNumber(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
