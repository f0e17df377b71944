/** Logs of processes and of the daemon: a piece, the whole file, and what is written from now on. Offsets count bytes; text never ends within a character. */
import { jsonOf } from "../bytes.ts";
import type { SupervisorControl } from "../rpc/control.ts";
import { followLog, type LogFollow, logAt } from "../rpc/following.ts";
import { ALIVE_MS, LOG_PIECE_BYTES, LOG_PIECE_BYTES_MAX } from "./bounds.ts";
import { fails, json, type Outlet, type Reply, sse } from "./reply.ts";
import type { LogPiece } from "./types.ts";
import type { Timers } from "./watch.ts";

export type LogRequest = { readonly path: string | null; readonly from: number | null; readonly length: number | null };

export async function logPiece(files: SupervisorControl["files"], { path, from, length }: LogRequest): Promise<Reply> {
  const found = path === null ? null : await logAt(files, path);
  if (path === null || found === null) return noLog();
  const { size } = found;
  const start = startOf(from ?? -LOG_PIECE_BYTES, size);
  const read = await files.readAt(path, start, Math.min(length ?? LOG_PIECE_BYTES, LOG_PIECE_BYTES_MAX));
  if (!read.ok) return fails(409, "FAILED", `the log cannot be read: ${read.error}`);
  const skipped = from === null || from < 0 ? continuation(read.value) : 0;
  const bytes = read.value.subarray(skipped);
  const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
  const piece: LogPiece = { from: start + skipped, next: start + skipped + whole.length, size, text: textOf(whole) };
  return json(piece);
}

export async function logDownload(files: SupervisorControl["files"], path: string | null): Promise<Reply> {
  const found = path === null ? null : await logAt(files, path);
  if (path === null || found === null) return noLog();
  return { kind: "file", path, size: found.size, name: path.slice(path.lastIndexOf("/") + 1) };
}

export type Tail = { readonly files: SupervisorControl["files"]; readonly follow: LogFollow; readonly timers: Timers };

/** `from` null: what is written from now on. */
export async function logFollow(tail: Tail, request: LogRequest): Promise<Reply> {
  const begun = await beginAt(tail.files, request);
  if (begun === null) return noLog();
  return {
    kind: "events",
    run: async (outlet) => {
      outlet.onGone(keepAlive(tail.timers, outlet));
      const say = (kind: string, message: object, next: number) => outlet.write(sse(kind, jsonOf(message), String(next)));
      await followTo(tail, begun, say, (gone) => outlet.onGone(gone));
    },
  };
}

export type Begun = { readonly path: string; readonly offset: number; readonly inode: bigint };

/** null: there is no such log. Beyond its end: it has been begun anew since that was its length, and is followed from its beginning. */
export async function beginAt(files: SupervisorControl["files"], { path, from }: Omit<LogRequest, "length">): Promise<Begun | null> {
  const found = path === null ? null : await logAt(files, path);
  if (path === null || found === null) return null;
  const offset = from === null ? found.size : from < 0 ? startOf(from, found.size) : from;
  return { path, offset, inode: found.inode };
}

/** `next` is where the log goes on behind the message. False: the client is gone. */
export type Say = (kind: "piece" | "restarted", message: object, next: number) => Promise<boolean>;

/** Settles when the client is gone. */
export async function followTo(tail: Tail, { path, ...begun }: Begun, say: Say, onGone: (gone: () => void) => void): Promise<void> {
  /** The beginning of a character whose end has not been read. */
  let rest: Uint8Array = new Uint8Array(0);
  await followLog(
    tail,
    { path, begun, pieceBytes: LOG_PIECE_BYTES },
    {
      piece: async (bytes, at, size) => {
        const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
        const from = at - rest.length;
        const whole = all.subarray(0, all.length - unfinished(all));
        rest = all.slice(whole.length);
        if (whole.length === 0) return true;
        const piece: LogPiece = { from, next: from + whole.length, size, text: textOf(whole) };
        return say("piece", piece, piece.next);
      },
      restarted: (why) => {
        rest = new Uint8Array(0);
        return say("restarted", { why }, 0);
      },
      onGone,
    },
  );
}

/** Proxies cut what says nothing for long. */
export function keepAlive(timers: Timers, outlet: Outlet): () => void {
  let cancel: () => void = () => undefined;
  const again = (): void => {
    cancel = timers.after(ALIVE_MS, () => {
      outlet.offer(Buffer.from(":\n\n"), 0);
      again();
    });
  };
  again();
  return () => cancel();
}

function noLog(): Reply {
  return fails(404, "NO_FILE", "there is no such log");
}

function startOf(from: number, size: number): number {
  return from < 0 ? Math.max(0, size + from) : Math.min(from, size);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Bytes at the beginning that belong to a character before it: three at most, else it is no UTF-8. */
export function continuation(bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && ((bytes[count] ?? 0) & 0xc0) === 0x80) count += 1;
  return count > 3 ? 0 : count;
}

/** Bytes at the end that begin a character which is longer than what is there. */
export function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
