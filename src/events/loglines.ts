/** The activity-log lines about pools and listeners, exact: programs and people search for them. (LOG-115, LOG-121, LOG-144, LOG-145) */
import type { Phase } from "./listener.ts";
import { textOf } from "./undecodable.ts";

export const eventMessages = {
  overflowed: (pool: string, serial: number) => `pool ${pool} event buffer overflowed, discarding event ${serial}`,
  rebuffering: (serial: number, pool: string, size: number, max: number) =>
    `rebuffering event ${serial} for pool ${pool} (buf size=${size}, max=${max})`,
  sent: (serial: number, listener: string) => `event ${serial} sent to listener ${listener}`,
  brokenPipe: (serial: number, listener: string) =>
    `epipe occurred while sending event ${serial} to listener ${listener}, listener state unchanged`,
  changed: (listener: string, from: Phase, to: Phase) => `${listener}: ${from} -> ${to}`,
  unknown: (listener: string) =>
    `${listener}: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol`,
  processed: (listener: string) => `${listener}: event was processed`,
  rejected: (listener: string) => `${listener}: event was rejected`,
  badResultLine: (listener: string, line: Uint8Array) => `${listener}: bad result line: '${textOf(line)}'`,
  causedError: (listener: string) => `${listener}: event caused an error`,
  // Those below are ours: the original has no such limits, and writes a traceback nowhere.
  handlerFailed: (listener: string, why: string) => `${listener}: the result handler failed: ${why}`,
  tooLarge: (pool: string, serial: number, bytes: number) =>
    `pool ${pool}: event ${serial} of ${bytes} bytes is larger than listeners can be sent, discarding it`,
  notReading: (listener: string, serial: number) => `${listener}: does not read its stdin, event ${serial} will be sent again`,
  recordLost: (pool: string, what: string) => `pool ${pool}: a stored event could not be read (${what}), it is lost`,
} as const;
