/**
 * `fg`: a process in the foreground. What it writes is shown, what is typed goes to its standard input; it is left with Ctrl-C, at the end of the
 * input, or when the process ends, which is noticed within a second. (CTL-132..CTL-140)
 */

import { STATES } from "../../process/states.ts";
import { ok, type Result } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { anyOf } from "../abort.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { logPath } from "../client/stream.ts";
import type { Channel, Supervisor } from "../client/supervisor.ts";
import { pythonError } from "../errorline.ts";
import { EXIT } from "../exit.ts";
import { follow } from "../logfollower.ts";
import type { Command, Session } from "../session.ts";
import { PRESS_TO_EXIT, streamProblem } from "./followed.ts";

const CHANNELS: readonly Channel[] = ["stdout", "stderr"];
/** How often the state of the process is looked at. */
const LOOK_MS = 1000;
/** Looks in a row that may fail: a daemon that is being replaced is away for less. */
const LOST_LOOKS_MAX = 5;
/** Its last words are on the way when a process has just ended. */
const LAST_WORDS_MS = 200;

export const run: Command = async (session, args) => {
  const [name, ...more] = args.words;
  if (name === undefined || more.length > 0) {
    const isMissing = name === undefined;
    session.wrongUse(
      isMissing ? "ERROR: no process name supplied" : "ERROR: too many process names supplied",
      EXIT.GENERIC,
      isMissing ? args.row : null,
    );
    return ok(null);
  }
  const info = await session.supervisor.getProcessInfo(name);
  if (!info.ok) return refused(session, info.error);
  if (info.value.state !== STATES.RUNNING.code) {
    session.wrongUse("ERROR: process not running", EXIT.GENERIC, null);
    return ok(null);
  }
  session.say(PRESS_TO_EXIT);
  return foreground(session, name);
};

/** (CTL-133) */
function refused(session: Session, failure: Failure): Result<unknown, Failure> {
  if (failure.kind !== "fault") return { ok: false, error: failure };
  if (isFault(failure, FAULTS.BAD_NAME)) session.wrongUse("ERROR: bad process name supplied", EXIT.GENERIC, null);
  else session.say(`ERROR: ${pythonError(failure).text}`);
  return ok(null);
}

/** Why the foreground was left: because of what is said, or of a failure. */
type Left = { readonly said: string | null } | { readonly failure: Failure };

async function foreground(session: Session, name: string): Promise<Result<unknown, Failure>> {
  let left: Left = { said: null };
  await session.terminal.interruptible(async (interrupted) => {
    const over = new AbortController();
    const signal = anyOf(interrupted, over.signal);
    const shown = CHANNELS.map((channel) => show(session, name, channel, signal));
    left = await Promise.race([passOn(session, name, signal), untilItEnds(session, name, signal)]);
    if ("said" in left && left.said !== null) await session.terminal.clock.sleep(LAST_WORDS_MS, interrupted);
    over.abort();
    await Promise.all(shown);
  });
  return ending(session, left);
}

function ending(session: Session, left: Left): Result<unknown, Failure> {
  if ("failure" in left) return { ok: false, error: left.failure };
  if (left.said !== null) session.say(left.said);
  session.say("Exiting foreground");
  return ok(null);
}

async function show(session: Session, name: string, channel: Channel, signal: AbortSignal): Promise<void> {
  const { screen, clock } = session.terminal;
  const end = await follow({ connector: session.connector, clock, path: logPath(name, channel), signal }, (bytes) => screen.write(bytes));
  const problem = streamProblem(end);
  if (problem !== null) session.note(`${session.serverUrl}/logtail/${name}/${channel} ${problem}`);
}

/** Sends each line that is typed. (CTL-134..CTL-136) */
async function passOn(session: Session, name: string, signal: AbortSignal): Promise<Left> {
  for await (const line of session.terminal.keyboard.lines(signal)) {
    const sent = await session.supervisor.sendProcessStdin(name, `${line}\n`);
    if (!sent.ok && sent.error.kind !== "fault") return { failure: sent.error };
    if (!sent.ok) return { said: isFault(sent.error, FAULTS.NOT_RUNNING) ? KILLED : `ERROR: ${pythonError(sent.error).text}` };
    const state = await isStillRunning(session.supervisor, name);
    if (!state.ok) return { failure: state.error };
    if (!state.value) return { said: KILLED };
  }
  return { said: null };
}

const KILLED = "Process got killed";

/** Looks over a connection of its own: the other one may be sending. */
async function untilItEnds(session: Session, name: string, signal: AbortSignal): Promise<Left> {
  const { clock } = session.terminal;
  const supervisor = session.connector.supervisor();
  try {
    for (let lost = 0; ; ) {
      await clock.sleep(LOOK_MS, signal);
      if (signal.aborted) return { said: null };
      const state = await isStillRunning(supervisor, name);
      if (state.ok && !state.value) return { said: KILLED };
      lost = state.ok ? 0 : lost + 1;
      if (!state.ok && lost > LOST_LOOKS_MAX) return { failure: state.error };
    }
  } finally {
    supervisor.close();
  }
}

async function isStillRunning(supervisor: Supervisor, name: string): Promise<Result<boolean, Failure>> {
  const info = await supervisor.getProcessInfo(name);
  if (info.ok) return ok(info.value.state === STATES.RUNNING.code);
  return info.error.kind === "fault" ? ok(false) : info;
}
