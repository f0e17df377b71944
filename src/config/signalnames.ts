/**
 * Signal names and their Linux numbers: the one list, read by `stopsignal`, by signalProcess and by help and documentation.
 */
import { ok, type Result, refuse } from "../result.ts";
import { parseInteger } from "./numbers.ts";
import { quoted } from "./quoting.ts";
import { trimmed } from "./whitespace.ts";

/** Where two names have one number, the one that messages show stands last. */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGIOT: 6,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCLD: 17,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
  SIGRTMIN: 34,
  SIGRTMAX: 64,
} as const satisfies Record<`SIG${string}`, number>;

/** 0 passes as in the original: it sends nothing and asks whether the process exists. (CONF-079) */
const NUMBERS: ReadonlySet<number> = new Set([0, ...Object.values(SIGNALS)]);

/**
 * Reads what a user wrote: `HUP`, `sighup`, `1`. (CONF-078, CONF-079)
 * Unlike the original it refuses `_DFL`, `_BLOCK` and the like, constants of Python's module that are no signals (CONF-080).
 */
export function parseSignal(text: string): Result<number, string> {
  const upper = trimmed(text).toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  if (Object.hasOwn(SIGNALS, name)) return ok(SIGNALS[name as keyof typeof SIGNALS]);
  const number = parseInteger(text);
  if (!number.ok) return refuse(`value ${quoted(text)} is not a valid signal name`);
  return NUMBERS.has(number.value) ? number : refuse(`value ${quoted(text)} is not a valid signal number`);
}
