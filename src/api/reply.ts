/** What this room answers with: HTTP is spoken by the room above it. */
import { jsonOf } from "../bytes.ts";
import { FAULTS, type FaultName } from "../rpc/faults.ts";
import type { ApiError } from "./types.ts";

/** Where the API is found. */
export const API_PREFIX = "/api/v1/";

export type ApiStatus = 200 | 400 | 404 | 405 | 409 | 500 | 503;

/** A client that takes a stream. Pieces are written whole or not at all. */
export interface Outlet {
  /** Writes, and settles when the client has taken it; false: it is gone. */
  write(piece: string): Promise<boolean>;
  /** Hands a piece over without waiting, unless the client has more than `heldMax` bytes to take already: then false, and nothing was handed over. */
  offer(piece: Uint8Array, heldMax: number): boolean;
  /** Calls each time the client has taken everything after an `offer` that made it wait. */
  onTaken(taken: () => void): void;
  onGone(gone: () => void): void;
  readonly isGone: boolean;
}

export type Reply =
  | { readonly kind: "text"; readonly status: ApiStatus; readonly type: string; readonly body: string }
  /** Server-sent events, until the client goes. */
  | { readonly kind: "events"; readonly run: (outlet: Outlet) => void | Promise<void> }
  /** A file as it is, as far as it reaches now. */
  | { readonly kind: "file"; readonly path: string; readonly size: number; readonly name: string };

export const JSON_TYPE = "application/json";

export function json(value: unknown, status: ApiStatus = 200): Reply {
  return { kind: "text", status, type: JSON_TYPE, body: jsonOf(value) };
}

export function failure(status: ApiStatus, error: ApiError): Reply {
  return json({ error }, status);
}

/** `code` and `name` are those of the fault that says the same in XML-RPC. */
export function fails(status: ApiStatus, name: FaultName, message: string): Reply {
  return failure(status, { code: FAULTS[name], name, message });
}

/** One server-sent event. JSON holds no line break, so one `data:` line is enough. */
export function sse(kind: string, data: string, id?: string): string {
  return `event: ${kind}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}
