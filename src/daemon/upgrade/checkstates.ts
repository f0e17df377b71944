/** `--check-states`: what this daemon could not take over of what another one has stored, a line each. Every record is read by who will have to read it. */
import { restoreEvent, whyNoPool } from "../../events/poolrecords.ts";
import { decodeProcess, decodeRecord } from "../../supervisor/records.ts";
import { readStored } from "../lifecycle/takeover.ts";
import { readStreamState } from "../logfiles/streamrecords.ts";
import type { Inheritance } from "../runtime.ts";

type Store = ReadonlyMap<string, Uint8Array>;

export function unreadable(store: Store): readonly string[] {
  const problems = [...store].flatMap(([key, bytes]) => {
    const why = whyUnreadable(store, key, bytes);
    return why === null ? [] : [`${key}: ${why}`];
  });
  if (problems.length > 0) return problems;
  // The records as a whole: what one of them says of another.
  const stored = orThrown(() => readStored({ ...NOTHING, store }));
  return typeof stored === "string" ? [stored] : [];
}

function whyUnreadable(store: Store, key: string, bytes: Uint8Array): string | null {
  const problem = orThrown(() => {
    switch (key.slice(0, Math.max(key.indexOf("/"), 0))) {
      case "process":
        return errorOf(decodeProcess(bytes));
      case "pool":
        return whyNoPool(bytes);
      case "event":
        return errorOf(restoreEvent(Number(key.slice(key.lastIndexOf("/") + 1)), bytes));
      case "stream":
        return errorOf(readStreamState(store, Number(key.slice(key.indexOf("/") + 1))));
      // Read with their stream.
      case "chunk":
        return null;
      default:
        return errorOf(decodeRecord(bytes));
    }
  });
  return problem === null || typeof problem === "string" ? problem : null;
}

function errorOf(result: { readonly ok: true } | { readonly ok: false; readonly error: string }): string | null {
  return result.ok ? null : result.error;
}

/** A record of another shape than any that was ever written. */
function orThrown<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    return String(error);
  }
}

const NOTHING: Omit<Inheritance, "store"> = {
  version: 1,
  keeperPid: 0,
  quickDeaths: 0,
  ready: true,
  daemonized: false,
  monoNs: 0n,
  freeSockets: 0,
  children: [],
  sockets: [],
  sinks: [],
  streams: [],
};
