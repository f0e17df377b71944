/** `tail -f` and `maintail -f`: a log on the screen until Ctrl-C. (CTL-121..CTL-125, CTL-131) */

import { ok, type Result } from "../../result.ts";
import { anyOf } from "../abort.ts";
import type { Failure } from "../client/failure.ts";
import type { StreamEnd } from "../client/stream.ts";
import type { Channel } from "../client/supervisor.ts";
import { pythonError } from "../errorline.ts";
import { EXIT } from "../exit.ts";
import { follow } from "../logfollower.ts";
import { LineCutter } from "../logs/lines.ts";
import type { Session } from "../session.ts";

export const PRESS_TO_EXIT = "==> Press Ctrl-C to exit <==";

export type Followed = {
  readonly path: string;
  /** The path as messages show it. */
  readonly shownPath: string;
  /** What stands in each object with --json, besides the line. */
  readonly source: { readonly name: string; readonly channel?: Channel };
};

/** As it comes; with --json an object per line, as `logs -f` has them. */
export async function showFollowed(session: Session, { path, shownPath, source }: Followed): Promise<Result<unknown, Failure>> {
  const { screen, clock } = session.terminal;
  if (!session.isJson) session.say(PRESS_TO_EXIT);
  const cutter = new LineCutter();
  const emit = (lines: readonly string[]): void => {
    for (const line of lines) session.emit({ ...source, line });
  };
  let end: StreamEnd = { kind: "left" };
  const isInterrupted = await session.terminal.interruptible(async (signal) => {
    const left = anyOf(signal, screen.closed);
    end = await follow({ connector: session.connector, clock, path, signal: left }, (bytes) =>
      session.isJson ? emit(cutter.take(bytes)) : screen.write(bytes),
    );
  });
  const rest = cutter.flush();
  if (rest !== null) emit([rest]);
  if (isInterrupted && !session.isJson) session.say("");
  const problem = streamProblem(end);
  if (problem === null) return ok(null);
  session.exit = EXIT.GENERIC;
  session.note(`${session.serverUrl}${shownPath} ${problem}`);
  return ok(null);
}

/** What the original says on standard error; null when all was well. (CTL-122, CTL-123) */
export function streamProblem(end: StreamEnd): string | null {
  if (end.kind === "refused") return `Cannot read, status code ${end.status}`;
  if (end.kind !== "failed") return null;
  const error = pythonError(end.failure);
  return `Cannot connect, error: <class '${error.class}'> (${error.text})`;
}
