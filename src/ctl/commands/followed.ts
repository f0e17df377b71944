/** `tail -f` and `maintail -f`: a log on the screen until Ctrl-C. (CTL-121..CTL-125, CTL-131) */

import { ok, type Result } from "../../result.ts";
import type { Failure } from "../client/failure.ts";
import type { StreamEnd } from "../client/stream.ts";
import { pythonError } from "../errorline.ts";
import { EXIT } from "../exit.ts";
import { follow } from "../follow.ts";
import { either } from "../leave.ts";
import type { Session } from "../session.ts";

export const PRESS_TO_EXIT = "==> Press Ctrl-C to exit <==";

/** `shownPath` is the path as messages show it. */
export async function showFollowed(session: Session, path: string, shownPath: string): Promise<Result<unknown, Failure>> {
  const { screen, clock } = session.world;
  session.say(PRESS_TO_EXIT);
  let end: StreamEnd = { kind: "left" };
  const isInterrupted = await session.world.interruptible(async (leave) => {
    const left = either(leave, screen.closed);
    end = await follow({ reach: session.reach, clock, path, leave: left }, (bytes) => screen.write(bytes));
  });
  if (isInterrupted) session.say("");
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
