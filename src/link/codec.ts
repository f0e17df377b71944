/**
 * Frames as values and as bytes: the daemon encodes hello and batches and decodes what the keeper says. The keeper's side, for the tests, is
 * test/sim/keeper/codec.ts. Pure: bytes come from and go to somebody else. docs/keeper-protocol.md is the contract.
 */
import { assert, ok, type Result, refuse } from "../result.ts";
import { FRAME_MAX } from "./frames.ts";
import { effect, type UnknownEffect } from "./keepereffects.ts";
import { reportBody, reportType } from "./keeperreports.ts";
import type { Batch, KeeperEffect, Report, StateChange } from "./messages.ts";
import { WELCOME_FRAMES, type WelcomeFrame, welcomeFrameType } from "./welcome.ts";
import { bytes, type Field, list, oneOf, Reader, record, str, u16, u32, u64, type ValueOf, type Writer } from "./wirefields.ts";

/** A batch as it arrives: with its number, and with the effects that this version does not know. */
export type NumberedBatch = Omit<Batch, "effects"> & {
  readonly batch: bigint;
  readonly effects: readonly (KeeperEffect | UnknownEffect)[];
};

/** What the keeper says. */
export type KeeperFrame = WelcomeFrame | { readonly type: "report"; readonly value: Report };

/**
 * `unknown`: the tag of a later protocol, to be skipped. `malformed`: the frame has no effect at all; `batch` is its number where one can be
 * read, else 0.
 */
export type DecodeError = { readonly kind: "unknown" | "malformed"; readonly tag: number; readonly batch: bigint; readonly text: string };

/** Length and tag, before the body. */
const FRAME_HEAD_BYTES = 6;
const TAG_BYTES = 2;
/** The longest key of a state, in bytes. */
export const KEY_MAX = 512;
export const HELLO_TAG = 1;
export const BATCH_TAG = 2;
const NO_BYTES = new Uint8Array(0);

export const helloBody = record({ versionMin: u16, versionMax: u16 });

const stateOp = oneOf("put", "delete");
const state: Field<StateChange> = {
  size: ({ key, value }) => str.size(key) + 1 + bytes.size(value ?? NO_BYTES),
  write(to, { key, value }) {
    assert(Buffer.byteLength(key) <= KEY_MAX, "a state's key is too long");
    str.write(to, key);
    stateOp.write(to, value === null ? "delete" : "put");
    bytes.write(to, value ?? NO_BYTES);
  },
  read(from) {
    const key = str.read(from);
    const op = stateOp.read(from);
    const value = bytes.read(from);
    if (Buffer.byteLength(key) > KEY_MAX) from.fail("a key that is too long");
    if (op === "delete" && value.length > 0) from.fail("a deleted state with a value");
    return { key, value: op === "delete" ? null : value };
  },
};

export const batchBody: Field<NumberedBatch> = record({ batch: u64, acknowledged: list(u64), states: list(state), effects: list(effect) });

/** The frame that opens the daemon's side. */
export function encodeHello(hello: ValueOf<typeof helloBody>): Buffer {
  return encode(HELLO_TAG, helloBody, hello);
}

/** `number` comes back in `refused` and `unknown`. A batch that takes more than a frame holds is our bug: ask `batchSize` first. */
export function encodeBatch(number: bigint, batch: Omit<NumberedBatch, "batch">): Buffer {
  return encode(BATCH_TAG, batchBody, { ...batch, batch: number });
}

/** How many bytes of FRAME_MAX a batch takes; counts and copies nothing. */
export function batchSize(batch: Batch): number {
  return TAG_BYTES + batchBody.size({ ...batch, batch: 0n });
}

/** How many bytes one effect adds to a batch, so that a caller can split before it is too late. */
export function effectSize(value: KeeperEffect): number {
  return effect.size(value);
}

/** How many bytes one change of state adds to a batch. */
export function stateSize(value: StateChange): number {
  return state.size(value);
}

/** Reads a frame of the keeper's. The value shares no memory with `body`. */
export function decodeKeeperFrame(tag: number, body: Buffer): Result<KeeperFrame, DecodeError> {
  const report = reportType(tag);
  if (report !== null) return decode(tag, reportBody(report) as Field<Report>, body, (value) => ({ type: "report", value }));
  const type = welcomeFrameType(tag);
  if (type === null) return refuse({ kind: "unknown", tag, batch: 0n, text: `tag ${tag}` });
  return decode(tag, WELCOME_FRAMES[type].body as Field<object>, body, (value) => ({ type, value }) as WelcomeFrame);
}

/** A frame. */
export function encode<T>(tag: number, body: Field<T>, value: T): Buffer {
  const length = TAG_BYTES + body.size(value);
  assert(length <= FRAME_MAX, `a frame of ${length} bytes`);
  const to: Writer = { buffer: Buffer.allocUnsafe(FRAME_HEAD_BYTES - TAG_BYTES + length), offset: 0 };
  u32.write(to, length);
  u16.write(to, tag);
  body.write(to, value);
  assert(to.offset === to.buffer.length, `tag ${tag}: ${to.offset} bytes written, ${to.buffer.length} counted`);
  return to.buffer;
}

/** Reads the body of a frame. */
export function decode<T, F>(tag: number, field: Field<T>, body: Buffer, wrap: (value: T) => F): Result<F, DecodeError> {
  const from = new Reader(body);
  const value = field.read(from);
  from.finish();
  if (from.failure === null) return ok(wrap(value));
  const batch = tag === BATCH_TAG ? u64.read(new Reader(body)) : 0n;
  return refuse({ kind: "malformed", tag, batch, text: `tag ${tag}: ${from.failure}` });
}
