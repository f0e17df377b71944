/** `tail`: the end of a process's log, in bytes. (CTL-113..CTL-120) */
import { quoted } from "../../config/quoting.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { logPath } from "../client/stream.ts";
import type { Channel } from "../client/supervisor.ts";
import { EXIT } from "../exit.ts";
import { programColours } from "../logs/colours.ts";
import type { Command, Line, Session } from "../session.ts";

const BYTES_DEFAULT = 1600;

export type Tail = { readonly name: string; readonly channel: Channel; readonly amount: number | "follow" };

export const run: Command = async (session, args) => {
  const tail = readTail(args.words);
  if (!tail.ok) {
    session.wrongUse(tail.error.message, EXIT.GENERIC, tail.error.showUsage ? args.row : null);
    return ok(null);
  }
  return showTail(session, tail.value);
};

type WrongTail = { readonly message: string; readonly showUsage: boolean };

/** `[-f or -N] NAME [channel]`. A word between name and channel is not looked at. (CTL-113, CTL-115..CTL-118) */
export function readTail(words: readonly string[]): Result<Tail, WrongTail> {
  const wrong = (message: string, showUsage = false) => refuse({ message: `Error: ${message}`, showUsage });
  if (words.length === 0) return wrong("too few arguments", true);
  if (words.length > 3) return wrong("too many arguments", true);
  const modifier = words[0]?.startsWith("-") ? words[0] : null;
  const rest = modifier === null ? words : words.slice(1);
  const name = rest[0];
  if (name === undefined) return wrong("tail requires process name");
  const channel = rest.length === 1 ? "stdout" : (rest.at(-1) ?? "").toLowerCase();
  if (channel !== "stdout" && channel !== "stderr") return wrong(`bad channel ${quoted(channel)}`);
  const amount = modifier === null ? BYTES_DEFAULT : readAmount(modifier);
  return amount === null ? wrong(`bad argument ${modifier}`) : ok({ name, channel, amount });
}

/** `-f`, `-100`; `-0` is everything, and `--5` everything from byte 5 on. (CTL-115) */
export function readAmount(modifier: string): number | "follow" | null {
  const what = modifier.slice(1);
  if (what === "f") return "follow";
  return /^[+-]?\d+(?:_\d+)*$/.test(what) ? Number(what.replaceAll("_", "")) : null;
}

async function showTail(session: Session, { name, channel, amount }: Tail): Promise<Result<unknown, Failure>> {
  if (amount === "follow") {
    const { showFollowed } = await import("./followed.ts");
    return showFollowed(session, { path: logPath(name, channel), shownPath: `/logtail/${name}/${channel}`, source: { name, channel } });
  }
  const text = await session.supervisor.readProcessLog(name, channel, -amount, 0);
  if (text.ok) {
    const data = { name, channel, text: programColours(text.value, true) };
    session.report({ text: programColours(text.value, session.hasColoursOfOurs), exit: null, data, isOutput: true });
    return text;
  }
  const line = tailError(name, text.error, "no such process name");
  if (line === null) return text;
  session.report(line);
  return ok(null);
}

/** `unknownName` null: the name cannot be wrong. (CTL-119, CTL-130) */
export function tailError(name: string, failure: Failure, unknownName: string | null): Line | null {
  const line = (error: string): Line => ({ text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } });
  if (isFault(failure, FAULTS.NO_FILE)) return line("no log file");
  if (isFault(failure, FAULTS.FAILED)) return line("unknown error reading log");
  return unknownName !== null && isFault(failure, FAULTS.BAD_NAME) ? line(unknownName) : null;
}
