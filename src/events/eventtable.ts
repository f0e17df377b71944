/**
 * The names of events and who inherits from whom, declared once: subscription, the header's `eventname` and the checks of `events=` derive from
 * this table. The class without a name that the original has between PROCESS_STATE and STARTING/BACKOFF is left out: nobody can name it (EVT-010).
 */
import type { EventName } from "../config/eventnames.ts";
import { unreachable } from "../result.ts";
import type { SupervisorEvent } from "./types.ts";

/** Each type that the configuration lets pass, with its parent. (EVT-001..008) */
export const EVENT_TYPES = {
  EVENT: null,
  PROCESS_STATE: "EVENT",
  PROCESS_STATE_STOPPED: "PROCESS_STATE",
  PROCESS_STATE_STARTING: "PROCESS_STATE",
  PROCESS_STATE_RUNNING: "PROCESS_STATE",
  PROCESS_STATE_BACKOFF: "PROCESS_STATE",
  PROCESS_STATE_STOPPING: "PROCESS_STATE",
  PROCESS_STATE_EXITED: "PROCESS_STATE",
  PROCESS_STATE_FATAL: "PROCESS_STATE",
  PROCESS_STATE_UNKNOWN: "PROCESS_STATE",
  PROCESS_COMMUNICATION: "EVENT",
  PROCESS_COMMUNICATION_STDOUT: "PROCESS_COMMUNICATION",
  PROCESS_COMMUNICATION_STDERR: "PROCESS_COMMUNICATION",
  PROCESS_LOG: "EVENT",
  PROCESS_LOG_STDOUT: "PROCESS_LOG",
  PROCESS_LOG_STDERR: "PROCESS_LOG",
  REMOTE_COMMUNICATION: "EVENT",
  SUPERVISOR_STATE_CHANGE: "EVENT",
  SUPERVISOR_STATE_CHANGE_RUNNING: "SUPERVISOR_STATE_CHANGE",
  SUPERVISOR_STATE_CHANGE_STOPPING: "SUPERVISOR_STATE_CHANGE",
  TICK: "EVENT",
  TICK_5: "TICK",
  TICK_60: "TICK",
  TICK_3600: "TICK",
  PROCESS_GROUP: "EVENT",
  PROCESS_GROUP_ADDED: "PROCESS_GROUP",
  PROCESS_GROUP_REMOVED: "PROCESS_GROUP",
  // Ours, with a root of their own: a listener that was written for Supervisor and asks for EVENT gets what Supervisor sends.
  LIFECYCLE: null,
  LIFECYCLE_WAITING: "LIFECYCLE",
  LIFECYCLE_READY: "LIFECYCLE",
  LIFECYCLE_RELOADING: "LIFECYCLE",
  LIFECYCLE_RELOADED: "LIFECYCLE",
  LIFECYCLE_HEALTHY: "LIFECYCLE",
  LIFECYCLE_UNHEALTHY: "LIFECYCLE",
  LIFECYCLE_RESTARTING: "LIFECYCLE",
  LIFECYCLE_HOOK_FAILED: "LIFECYCLE",
  LIFECYCLE_JOB_SKIPPED: "LIFECYCLE",
  LIFECYCLE_OOM: "LIFECYCLE",
  LIFECYCLE_LEFTOVERS: "LIFECYCLE",
  LIFECYCLE_EXITING: "LIFECYCLE",
} as const satisfies Record<EventName, EventName | null>;

export type EventType = EventName;

/** The concrete type of an event, as its header names it. (EVT-009) */
export function eventName(event: SupervisorEvent): EventType {
  switch (event.kind) {
    case "process-state":
      return `PROCESS_STATE_${event.state}`;
    case "process-log":
      return event.channel === "stdout" ? "PROCESS_LOG_STDOUT" : "PROCESS_LOG_STDERR";
    case "process-communication":
      return event.channel === "stdout" ? "PROCESS_COMMUNICATION_STDOUT" : "PROCESS_COMMUNICATION_STDERR";
    case "remote-communication":
      return "REMOTE_COMMUNICATION";
    case "supervisor-state":
      return `SUPERVISOR_STATE_CHANGE_${event.state}`;
    case "process-group":
      return `PROCESS_GROUP_${event.change}`;
    case "tick":
      return `TICK_${event.period}`;
    case "lifecycle":
      return event.name;
    default:
      return unreachable(event);
  }
}

/**
 * How many names of a subscription an event answers to: its own type and each ancestor that is listed. Overlapping names are not merged: the
 * event is buffered and sent that many times. (EVT-009, EVT-012)
 */
export function matches(subscription: ReadonlySet<string>, name: EventType): number {
  let count = 0;
  for (let type: EventType | null = name; type !== null; type = EVENT_TYPES[type]) if (subscription.has(type)) count += 1;
  return count;
}
