/**
 * One log that is followed: its end first, then what is added, each line once and none missing. The stream begins at an unknown place near the end
 * (CTL-121), so the end of the log is read after the stream has begun, and the stream's first bytes are looked for in it.
 */

import type { Result } from "../../result.ts";
import { anyOf } from "../abort.ts";
import type { Failure } from "../client/failure.ts";
import { logPath, type StreamEnd } from "../client/stream.ts";
import type { Connector } from "../connector.ts";
import { follow, STREAM_HEAD_BYTES } from "../logfollower.ts";
import type { Clock } from "../terminal.ts";
import { type Choice, choose, TIMELESS } from "./choice.ts";
import { LineCutter } from "./lines.ts";
import { type LogEnd, type LogSource, readEnd } from "./source.ts";

/** An empty log sends nothing; it is not waited for longer than this. */
const HEAD_WAIT_MS = 300;

export type Live = {
  readonly connector: Connector;
  readonly clock: Clock;
  readonly source: LogSource;
  readonly choice: Choice;
  readonly signal: AbortSignal;
  take(lines: readonly string[]): void;
  note(problem: string): void;
};

/** Resolves when the stream has ended. */
export async function showLive(live: Live): Promise<StreamEnd> {
  const cutter = new LineCutter();
  const early: Buffer[] = [];
  let isEarly = true;
  const headCame = new AbortController();
  const fresh = (bytes: Buffer) => {
    const lines = cutter.take(bytes);
    const { grep } = live.choice;
    live.take(grep === null ? lines : lines.filter((line) => grep.test(line)));
  };
  const streaming = follow({ ...live, path: logPath(live.source.name, live.source.channel) }, (bytes) => {
    headCame.abort();
    if (isEarly) early.push(bytes);
    else fresh(bytes);
  });

  await live.clock.sleep(HEAD_WAIT_MS, anyOf(headCame.signal, live.signal));
  const supervisor = live.connector.supervisor();
  const end = await untilLeft(readEnd(supervisor, live.source, live.choice), live.signal);
  supervisor.close();
  isEarly = false;
  if (end?.ok === false) live.note(`cannot be read from further back (${end.error.kind})`);
  const { old, rest } = stitched(end?.ok ? end.value : null, early);
  const begun = cutter.take(old);
  // Chosen together with what the stream has brought: the last lines are the last of both.
  const chosen = choose([...begun, ...cutter.take(rest)], live.choice, true);
  if (chosen.isTimeless) live.note(TIMELESS);
  live.take(chosen.lines);

  const ended = await streaming;
  const unfinished = cutter.flush();
  if (unfinished !== null) live.take([unfinished]);
  return ended;
}

/** What was there before the stream begins, and what the stream has brought so far. */
export function stitched(end: Pick<LogEnd, "bytes"> | null, early: readonly Buffer[]): { readonly old: Buffer; readonly rest: Buffer } {
  const rest = Buffer.concat(early);
  if (end === null) return { old: Buffer.alloc(0), rest };
  const head = (early[0] ?? rest).subarray(0, STREAM_HEAD_BYTES);
  if (head.length === 0) return { old: end.bytes, rest };
  // A shorter head is the whole log as it was: it may occur anywhere, but it begins where the log does.
  const isWhole = head.length < STREAM_HEAD_BYTES && end.bytes.subarray(0, head.length).equals(head);
  const at = isWhole ? 0 : end.bytes.lastIndexOf(head);
  return { old: at < 0 ? Buffer.alloc(0) : end.bytes.subarray(0, at), rest };
}

/** null: left before it was read. */
async function untilLeft(reading: Promise<Result<LogEnd, Failure>>, signal: AbortSignal): Promise<Result<LogEnd, Failure> | null> {
  if (signal.aborted) return null;
  return Promise.race([reading, new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null)))]);
}
