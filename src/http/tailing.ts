/**
 * A log that is followed: its end, then what is added, as it is written, until the client goes. Nothing is polled; the daemon tells when the file may
 * have changed. At most one piece is held for each client: while it has not taken it, nothing more is read. (HTTP-113..121)
 *
 * Unlike the original nothing is lost when the log is rotated: what is left in the old file is sent before the new one is begun (HTTP-117).
 */
import type { FileInfo } from "../doors.ts";
import { beginFollowing, type Following, follow, TRUNCATED } from "../logs/follow.ts";
import type { Range } from "../logs/reading.ts";
import type { SupervisorPort } from "../rpc/port.ts";
import type { Exchange, Headers } from "./exchange.ts";
import { PIECE_BYTES } from "./limits.ts";

/** The daemon's word that a file may have grown, shrunk or been replaced. What it returns ends it. */
export interface LogFollow {
  onGrowth(path: string, changed: () => void): () => void;
}

export type Tailing = { readonly files: SupervisorPort["files"]; readonly follow: LogFollow };

/** Answers with the log, or with 404 when there is none. (HTTP-111, HTTP-122) */
export async function tailLog(tailing: Tailing, exchange: Exchange, path: string | null, headers: Headers): Promise<void> {
  const found = path === null ? null : await logAt(tailing, path);
  if (path === null || found === null) return exchange.fail(404);
  if (exchange.isOver) return;
  exchange.stream(["Content-Type", "text/plain;charset=utf-8", ...headers]);
  const waking = new Waking();
  const unfollow = tailing.follow.onGrowth(path, () => waking.wake());
  exchange.response.once("close", () => waking.end());
  try {
    await pump(tailing, exchange, path, beginFollowing(found), waking);
  } finally {
    unfollow();
  }
}

async function pump(tailing: Tailing, exchange: Exchange, path: string, begun: Following, waking: Waking): Promise<void> {
  let following = begun;
  do {
    for (;;) {
      const turn = await oneTurn(tailing, path, following);
      if (turn === null) break;
      following = turn.following;
      if (turn.truncated && !(await exchange.write(TRUNCATED))) return;
      if (turn.bytes !== null && !(await exchange.write(turn.bytes))) return;
    }
  } while (await waking.next());
}

type Turn = { readonly following: Following; readonly truncated: boolean; readonly bytes: Uint8Array | null };

/** One look at the file. null: nothing new, or the file is gone for the moment. */
async function oneTurn(tailing: Tailing, path: string, following: Following): Promise<Turn | null> {
  const found = await logAt(tailing, path);
  if (found === null) return null;
  if (found.inode !== following.inode) {
    const rest = await restOfRotated(tailing, path, following);
    if (rest !== null) return rest;
  }
  const step = follow(following, found, PIECE_BYTES);
  if (step.read === null) {
    const moved = step.following.inode !== following.inode || step.following.offset !== following.offset;
    return moved || step.truncated ? { following: step.following, truncated: step.truncated, bytes: null } : null;
  }
  const bytes = await readSame(tailing, path, found.inode, step.read);
  if (bytes === null) return null;
  const offset = step.read.from + bytes.length;
  return { following: { offset, inode: found.inode }, truncated: step.truncated, bytes };
}

/** What was not sent yet of a log that has just become the first backup. null: nothing, or it cannot be found. */
async function restOfRotated(tailing: Tailing, path: string, following: Following): Promise<Turn | null> {
  const backup = `${path}.1`;
  const found = await logAt(tailing, backup);
  if (found === null || found.inode !== following.inode || found.size <= following.offset) return null;
  const length = Math.min(PIECE_BYTES, found.size - following.offset);
  const bytes = await readSame(tailing, backup, found.inode, { from: following.offset, length });
  if (bytes === null) return null;
  return { following: { offset: following.offset + bytes.length, inode: following.inode }, truncated: false, bytes };
}

/** Bytes of exactly that file: between the look and the reading another may have taken its place. null: then, or when there are none. */
async function readSame(tailing: Tailing, path: string, inode: bigint, { from, length }: Range): Promise<Uint8Array | null> {
  const read = await tailing.files.readAt(path, from, length);
  if (!read.ok || read.value.length === 0) return null;
  return (await logAt(tailing, path))?.inode === inode ? read.value : null;
}

async function logAt(tailing: Tailing, path: string): Promise<FileInfo | null> {
  const found = await tailing.files.stat(path);
  return found.ok && found.value.kind === "file" ? found.value : null;
}

/** Any number of changes while nobody waits are one. */
class Waking {
  #woken = false;
  #ended = false;
  #resolve: ((goOn: boolean) => void) | null = null;

  wake(): void {
    this.#woken = true;
    this.#settle();
  }

  end(): void {
    this.#ended = true;
    this.#settle();
  }

  /** Resolves at the next change, at once when there was one already; false at the end. */
  next(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#woken || this.#ended) this.#settle();
    });
  }

  #settle(): void {
    const resolve = this.#resolve;
    if (resolve === null) return;
    this.#resolve = null;
    this.#woken = false;
    resolve(!this.#ended);
  }
}
