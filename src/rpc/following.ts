/**
 * A log that is followed: from a place in it to its end, then what is added, as it is written. Nothing is polled; the daemon tells when the file may
 * have changed. At most one piece is held for each follower: while it has not taken it, nothing more is read. (HTTP-113..121)
 *
 * Unlike the original nothing is lost when the log is rotated: what is left in the old file is handed on before the new one is begun (HTTP-117).
 */
import type { FileInfo } from "../doors.ts";
import { type Following, follow } from "../logs/follow.ts";
import type { Range } from "../logs/reading.ts";
import type { SupervisorControl } from "./control.ts";

/** A log that was rotated more often between two looks has lost what was in between. */
const BACKUPS_SEARCHED_MAX = 32;

/** The daemon's word that a file may have grown, shrunk or been replaced. What it returns ends it. */
export interface LogFollow {
  onGrowth(path: string, changed: () => void): () => void;
}

export type Tailing = { readonly files: SupervisorControl["files"]; readonly follow: LogFollow };

/** Who follows. Each answer comes when the client has taken what was given; false: it is gone. */
export interface Follower {
  /** `size`: of the file that the piece is from. */
  piece(bytes: Uint8Array, from: number, size: number): Promise<boolean>;
  /** Another file has taken its place, or it has become shorter: what follows is from its beginning. */
  restarted(why: "rotated" | "cleared"): Promise<boolean>;
  /** Calls when the client goes. */
  onGone(gone: () => void): void;
}

/** The file behind a log; null: there is none, or nothing that could be read without the danger of waiting for ever. */
export async function logAt(files: SupervisorControl["files"], path: string): Promise<FileInfo | null> {
  const found = await files.stat(path);
  return found.ok && isReadable(found.value) ? found.value : null;
}

/** Such as can be read without the danger of waiting for ever. */
export function isReadable({ kind }: FileInfo): boolean {
  return kind === "file" || kind === "null";
}

type Tail = {
  readonly path: string;
  readonly begun: Following;
  /** At most so much at a time. */
  readonly pieceBytes: number;
  /** A file that has become empty is told of when it has something again: it may be in the middle of being written anew, with what was in it. */
  readonly emptyMayBeRewritten?: boolean;
};

/** Settles when the follower is gone. */
export async function followLog(tailing: Tailing, tail: Tail, follower: Follower): Promise<void> {
  const { path, begun } = tail;
  const waking = new Waking();
  const unfollow = tailing.follow.onGrowth(path, () => waking.wake());
  follower.onGone(() => waking.end());
  try {
    let following = begun;
    do {
      for (;;) {
        const turn = await oneTurn(tailing.files, tail, following);
        if (turn === null) break;
        following = turn.following;
        if (turn.restarted !== null && !(await follower.restarted(turn.restarted))) return;
        if (turn.piece !== null && !(await follower.piece(turn.piece, following.offset - turn.piece.length, turn.size))) return;
      }
    } while (await waking.next());
  } finally {
    unfollow();
  }
}

type Turn = {
  readonly following: Following;
  readonly restarted: "rotated" | "cleared" | null;
  readonly piece: Uint8Array | null;
  readonly size: number;
};
type Files = SupervisorControl["files"];

/** One look at the file. null: nothing new, or the file is gone for the moment. */
async function oneTurn(files: Files, { path, pieceBytes, emptyMayBeRewritten = false }: Tail, following: Following): Promise<Turn | null> {
  const found = await logAt(files, path);
  if (found === null) return null;
  const replaced = found.inode !== following.inode;
  if (replaced) {
    const older = await turnInBackups(files, path, following, pieceBytes);
    if (older !== "none") return older === "moving" ? null : older;
  }
  const step = follow(following, found, pieceBytes);
  if (step.truncated && found.size === 0 && emptyMayBeRewritten) return null;
  const restarted = replaced ? "rotated" : step.truncated ? "cleared" : null;
  const { size } = found;
  if (step.read === null) {
    const moved = replaced || step.following.offset !== following.offset;
    return moved || restarted !== null ? { following: step.following, restarted, piece: null, size } : null;
  }
  const piece = await readSame(files, path, found.inode, step.read);
  if (piece === null) return null;
  return { following: { offset: step.read.from + piece.length, inode: found.inode }, restarted, piece, size };
}

/**
 * A log that has been rotated, perhaps several times since the last look: what was not sent of it, then the backup that came after it. `none`: nothing is
 * left, the file at the path is next, or it cannot be found. `moving`: it is being rotated right now, which is told when it is done.
 */
async function turnInBackups(files: Files, path: string, following: Following, pieceBytes: number): Promise<Turn | "none" | "moving"> {
  for (let number = 1; number <= BACKUPS_SEARCHED_MAX; number++) {
    const backup = `${path}.${number}`;
    const found = await logAt(files, backup);
    if (found === null) return "none";
    if (found.inode !== following.inode) continue;
    if (found.size > following.offset) {
      const length = Math.min(pieceBytes, found.size - following.offset);
      const piece = await readSame(files, backup, found.inode, { from: following.offset, length });
      if (piece === null) return "moving";
      return { following: { offset: following.offset + piece.length, inode: found.inode }, restarted: null, piece, size: found.size };
    }
    if (number === 1) return "none";
    const next = await logAt(files, `${path}.${number - 1}`);
    if (next === null || (await logAt(files, backup))?.inode !== following.inode) return "moving";
    return { following: { offset: 0, inode: next.inode }, restarted: "rotated", piece: null, size: next.size };
  }
  return "none";
}

/** Bytes of exactly that file: between the look and the reading another may have taken its place. null: then, or when there are none. */
async function readSame(files: Files, path: string, inode: bigint, { from, length }: Range): Promise<Uint8Array | null> {
  const read = await files.readAt(path, from, length);
  if (!read.ok || read.value.length === 0) return null;
  return (await logAt(files, path))?.inode === inode ? read.value : null;
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
