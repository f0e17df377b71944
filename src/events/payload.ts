/**
 * What an event says to listeners, as bytes, made once when the event arises: nothing that changes later can change it, and an event that is sent
 * again is the same to the byte (EVT-046, EVT-055). Exact: listeners parse it.
 */
import { unreachable } from "../result.ts";
import { type EventType, eventName } from "./eventtable.ts";
import type { SupervisorEvent } from "./types.ts";
import { textBytesOf } from "./undecodable.ts";

/** The part of a message to a listener that is the same for every pool. */
export type EventBody = {
  readonly name: EventType;
  /** UTF-8. */
  readonly payload: Uint8Array;
};

export function eventBody(event: SupervisorEvent): EventBody {
  return { name: eventName(event), payload: payloadOf(event) };
}

/** Code points, which is what the header's `len` counts: not bytes, not UTF-16 units. (EVT-058, EVT-059) */
export function codePoints(utf8: Uint8Array): number {
  let count = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}

const encoder = new TextEncoder();

function payloadOf(event: SupervisorEvent): Uint8Array {
  switch (event.kind) {
    case "process-state":
      return encoder.encode(`processname:${event.process} groupname:${event.group} from_state:${event.from}${stateDetails(event)}`);
    case "process-log":
      return withData(`processname:${event.process} groupname:${event.group} pid:${event.pid} channel:${event.channel}\n`, event.data);
    case "process-communication":
      return withData(`processname:${event.process} groupname:${event.group} pid:${event.pid}\n`, event.data);
    case "remote-communication":
      return encoder.encode(`type:${event.type}\n${event.data}`);
    case "supervisor-state":
      return new Uint8Array(0);
    case "process-group":
      return encoder.encode(`groupname:${event.group}\n`);
    case "tick":
      return encoder.encode(`when:${event.when}`);
    case "lifecycle":
      return encoder.encode(`processname:${event.process} groupname:${event.group}${keysText(event.keys)}\n${event.text}`);
    default:
      return unreachable(event);
  }
}

/** (EVT-042..045) */
function stateDetails(event: Extract<SupervisorEvent, { kind: "process-state" }>): string {
  switch (event.state) {
    case "STARTING":
    case "BACKOFF":
      return ` tries:${event.tries}`;
    case "RUNNING":
    case "STOPPING":
    case "STOPPED":
      return ` pid:${event.pid}`;
    case "EXITED":
      return ` expected:${event.expected ? 1 : 0} pid:${event.pid}`;
    case "FATAL":
    case "UNKNOWN":
      return "";
    default:
      return unreachable(event.state);
  }
}

/** A value with a blank in it would be read as two. */
function keysText(keys: Readonly<Record<string, string | number>>): string {
  return Object.entries(keys)
    .map(([key, value]) => ` ${key}:${String(value).replaceAll(/\s/g, "_")}`)
    .join("");
}

function withData(head: string, data: Uint8Array): Uint8Array {
  const text = textBytesOf(data);
  const first = encoder.encode(head);
  const whole = new Uint8Array(first.length + text.length);
  whole.set(first);
  whole.set(text, first.length);
  return whole;
}
