/** Which bytes of a log file a reading call gets. Byte arithmetic only: the caller reads, and reads no more than it is told here. */
import { ok, type Result, refuse } from "../result.ts";

export type Range = { readonly from: number; readonly length: number };

/**
 * readLog and its relatives: from `offset` to the end (length 0) or at most `length` bytes; a negative offset with length 0: that many from the end.
 * (LOG-096..098, RPC-119..123)
 */
export function readRange(size: number, offset: number, length: number): Result<Range, "BAD_ARGUMENTS"> {
  if (length < 0 || (offset < 0 && length !== 0)) return refuse("BAD_ARGUMENTS");
  const from = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
  const left = size - from;
  return ok({ from, length: length === 0 ? left : Math.min(length, left) });
}

export type TailRange = Range & {
  /** Always the file's size. */
  readonly newOffset: number;
  readonly overflow: boolean;
};

/**
 * The tail calls, whose arithmetic clients know by its results: when the window reaches past the end, or ends before it, the last `length` bytes come,
 * not those from `offset`. (LOG-101..103, RPC-131..135)
 */
export function tailRange(size: number, offset: number, length: number): TailRange {
  const overflow = size > offset + length;
  const answer = (from: number, count: number): TailRange => {
    const start = Math.max(0, from);
    return { from: start, length: Math.max(0, Math.min(count, size - start)), newOffset: size, overflow };
  };
  const start = overflow ? size - 1 : offset;
  if (start + length <= size) return answer(start, length);
  const count = start > size - 1 ? 0 : length;
  return answer(size - count, count);
}
