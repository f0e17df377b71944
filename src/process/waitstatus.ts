/** Wait statuses in numbers and in words, as clients and logs know them. */

/** Signal names as the original says them: aliases resolved as Python 3.11 does on Linux (PROC-048). */
const SIGNAL_NAMES: readonly string[] = [
  "",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGSTKFLT",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGPOLL",
  "SIGPWR",
  "SIGSYS",
];

/** `SIGTERM`, `SIGRTMIN`, or `signal 40` for a number without a name. (PROC-048) */
export function signalName(signal: number): string {
  if (signal === 34) return "SIGRTMIN";
  if (signal === 64) return "SIGRTMAX";
  return (signal > 0 && SIGNAL_NAMES[signal]) || `signal ${signal}`;
}

export type Ending = {
  /** The exit code, -1 for a death by signal. (PROC-049) */
  readonly status: number;
  /** `exit status 3`, `terminated by SIGKILL (core dumped)`. (PROC-047) */
  readonly words: string;
};

/** What wait(2) reported, decoded. (PROC-047, PROC-049) */
export function decodeWaitStatus(waitStatus: number): Ending {
  const signal = waitStatus & 0x7f;
  if (signal === 0) {
    const status = (waitStatus >> 8) & 0xff;
    return { status, words: `exit status ${status}` };
  }
  if (signal !== 0x7f) {
    const dumped = (waitStatus & 0x80) !== 0 ? " (core dumped)" : "";
    return { status: -1, words: `terminated by ${signalName(signal)}${dumped}` };
  }
  return { status: -1, words: `unknown termination cause 0x${waitStatus.toString(16).padStart(4, "0")}` };
}

/** The code by which a shell tells how a child ended: its own, or 128 and the signal. */
export function codeOf(waitStatus: number): number {
  const signal = waitStatus & 0x7f;
  if (signal === 0) return (waitStatus >> 8) & 0xff;
  return signal === 0x7f ? 1 : 128 + signal;
}

/** The signal that ended it, by name; null: it ended by itself. */
export function endingSignal(waitStatus: number): { readonly signal: string | null; readonly coreDumped: boolean } {
  const signal = waitStatus & 0x7f;
  if (signal === 0 || signal === 0x7f) return { signal: null, coreDumped: false };
  return { signal: signalName(signal), coreDumped: (waitStatus & 0x80) !== 0 };
}

/** The wait status of a child that ended by itself with this code. */
export function exitWith(code: number): number {
  return (code & 0xff) << 8;
}
