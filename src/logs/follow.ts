/** Following a log file that grows, shrinks and is replaced, as `tail -f` over HTTP does. The caller looks at the file and says what it found. (LOG-106) */
import type { Range } from "./reading.ts";

export type Following = {
  /** Bytes before this have been handed on. */
  readonly offset: number;
  readonly inode: bigint;
};

export type Found = { readonly size: number; readonly inode: bigint };

/** What a client gets of the log before new lines: so many bytes from its end. */
export const FOLLOW_HEAD_BYTES = 1024;

/** What a client reads when the file has become shorter; it then comes from its beginning. */
export const TRUNCATED = "==> File truncated <==\n";

export function beginFollowing(found: Found): Following {
  return { offset: Math.max(0, found.size - FOLLOW_HEAD_BYTES), inode: found.inode };
}

export type FollowStep = {
  readonly following: Following;
  /** TRUNCATED must be written first. */
  readonly truncated: boolean;
  readonly read: Range | null;
};

/** A file that was replaced (rotation) is read from its beginning, without a word. At most `lengthMax` bytes come at a time. */
export function follow(following: Following, found: Found, lengthMax: number): FollowStep {
  const replaced = found.inode !== following.inode;
  const truncated = !replaced && found.size < following.offset;
  const from = replaced || truncated ? 0 : following.offset;
  const length = Math.min(lengthMax, found.size - from);
  return { following: { offset: from + length, inode: found.inode }, truncated, read: length > 0 ? { from, length } : null };
}
