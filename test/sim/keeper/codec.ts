/** The keeper's side of the codec, for the fake keeper, the vectors and the tests: it reads what the daemon says, and says what the daemon reads. */
import {
  BATCH_TAG,
  batchBody,
  type DecodeError,
  decode,
  encode,
  HELLO_TAG,
  helloBody,
  type KeeperFrame,
  type NumberedBatch,
} from "../../../src/link/codec.ts";
import { REPORTS, reportBody } from "../../../src/link/keeperreports.ts";
import type { Report, Welcome } from "../../../src/link/messages.ts";
import { WELCOME_FRAMES, type WelcomeFrame } from "../../../src/link/welcome.ts";
import type { Field, ValueOf } from "../../../src/link/wirefields.ts";
import { type Result, refuse } from "../../../src/result.ts";

/** What the daemon says. */
export type DaemonFrame =
  | { readonly type: "hello"; readonly value: ValueOf<typeof helloBody> }
  | { readonly type: "batch"; readonly value: NumberedBatch };

/** A frame of the keeper's. */
export function encodeKeeperFrame(frame: KeeperFrame): Buffer {
  if (frame.type === "report") return encode(REPORTS[frame.value.type].tag, reportBody(frame.value.type) as Field<Report>, frame.value);
  const { tag, body } = WELCOME_FRAMES[frame.type];
  return encode(tag, body as Field<object>, frame.value);
}

/** Reads a frame of the daemon's: the keeper's side of the contract. */
export function decodeDaemonFrame(tag: number, body: Buffer): Result<DaemonFrame, DecodeError> {
  if (tag === HELLO_TAG) return decode(tag, helloBody, body, (value) => ({ type: "hello", value }));
  if (tag === BATCH_TAG) return decode(tag, batchBody, body, (value) => ({ type: "batch", value }));
  return refuse({ kind: "unknown", tag, batch: 0n, text: `tag ${tag}` });
}

/** A welcome as the frames that carry it. */
export function welcomeFrames(welcome: Welcome): readonly WelcomeFrame[] {
  const { deaths, keeper, children, sockets, store, sinks, streams, ...head } = welcome;
  return [
    { type: "welcome", value: head },
    ...(deaths === undefined ? [] : [{ type: "deaths", value: deaths } as const]),
    ...(keeper === undefined ? [] : [{ type: "keeper", value: keeper } as const]),
    ...children.map((value) => ({ type: "child", value }) as const),
    ...sockets.map((value) => ({ type: "socket", value }) as const),
    ...[...store].map(([key, value]) => ({ type: "stored", value: { key, value } }) as const),
    ...sinks.map((value) => ({ type: "sink", value }) as const),
    ...streams.map((value) => ({ type: "stream", value }) as const),
    { type: "welcome-end", value: {} },
  ];
}
