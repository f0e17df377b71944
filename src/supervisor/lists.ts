/**
 * Long lists in the keeper's store: the processes of a group, its AUTO logs. A short list stands in the record that names it; a long one is cut into pieces
 * of bounded size, which are written first, each in a batch of its own, and count from the moment at which a record names them. So no frame is as
 * large as a configuration, and what a successor finds is whole at every instant. A list is never changed: another one takes its place.
 */
import { ok, type Result, refuse } from "../result.ts";
import { type Delta, delta, patched } from "./delta.ts";

/** The first entry differs from the base of the whole list, the others from the first: each piece can be read without the others. */
export type Piece = readonly (Delta | null)[];

/** Where a list lies. `id` is never used twice. */
export type ListRecord = { readonly piece: Piece } | { readonly id: number; readonly pieces: number };

/** As many of `values` as fit, one at least. */
export function nextPiece(base: unknown, values: readonly unknown[], from: number, maxBytes: number): { piece: Piece; bytes: number } {
  const first = delta(base, values[from]);
  const piece: (Delta | null)[] = [first];
  let bytes = jsonBytes(first);
  for (let at = from + 1; at < values.length; at++) {
    const change = delta(values[from], values[at]);
    const size = jsonBytes(change) + 1;
    if (bytes + size > maxBytes) break;
    bytes += size;
    piece.push(change);
  }
  return { piece, bytes };
}

/** All of it, piece by piece. */
export function* piecesOf(base: unknown, values: readonly unknown[], maxBytes: number): Generator<{ piece: Piece; bytes: number }> {
  for (let at = 0; at < values.length; ) {
    const next = nextPiece(base, values, at, maxBytes);
    at += next.piece.length;
    yield next;
  }
}

export function pieceValues(base: unknown, piece: Piece): unknown[] {
  if (piece.length === 0) return [];
  const first = patched(base, piece[0] ?? null);
  return piece.map((change, index) => (index === 0 ? first : patched(first, change)));
}

/** A whole list; `readPiece` gives the pieces that do not stand in the record. */
export function readList(
  base: unknown,
  record: ListRecord,
  readPiece: (id: number, index: number) => Result<unknown, string>,
): Result<unknown[], string> {
  if ("piece" in record) return ok(pieceValues(base, record.piece));
  const values: unknown[] = [];
  for (let index = 0; index < record.pieces; index++) {
    const piece = readPiece(record.id, index);
    if (!piece.ok) return piece;
    if (!Array.isArray(piece.value)) return refuse(`piece ${index} of list ${record.id} is none`);
    for (const value of pieceValues(base, piece.value as Piece)) values.push(value);
  }
  return ok(values);
}

/** What the JSON of a value takes, about: most of it is ASCII. */
function jsonBytes(value: unknown): number {
  return JSON.stringify(value).length;
}
