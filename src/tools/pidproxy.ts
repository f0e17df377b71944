/**
 * pidproxy PIDFILE COMMAND [ARG...]: runs a command in the foreground and gives signals on to the process whose pid stands in a file, for programs
 * that put their real work into another process. What differs from the original is listed in docs/differences.md, section pidproxy. It must never
 * signal 0, a negative pid or itself, whatever the file says.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { constants } from "node:os";

/** Signals that are given on, and those among them that end us as well. (PROC-241, PROC-242; CLI-103..CLI-105) */
const PASSED_ON = ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGQUIT"] as const;
const ENDS_US: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGQUIT"]);

/** As a shell says it: the command was not found; it was found and cannot be run. */
const EXIT_NOT_FOUND = 127;
const EXIT_NOT_RUN = 126;

main(process.argv.slice(2));

function main([pidfile, ...command]: readonly string[]): void {
  const [name, ...args] = command;
  if (pidfile === undefined || name === undefined) {
    console.log(usage(process.env["HOLDFAST_ARGV0"] ?? "pidproxy"));
    process.exitCode = 1;
    return;
  }
  // Before the command exists: a signal that comes meanwhile waits in the queue instead of ending us.
  for (const signal of PASSED_ON) process.on(signal, () => passOn(signal, pidfile, child));
  const { HOLDFAST_ARGV0: _ours, ...env } = process.env;
  const child = spawn(locate(name), args, { argv0: name, stdio: "inherit", env });
  child.on("error", (error: NodeJS.ErrnoException) => {
    console.error(`pidproxy: cannot run ${name}: ${error.code ?? error.message}`);
    process.exit(error.code === "ENOENT" ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
  });
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

/** (PROC-239, CLI-096, CLI-097) */
function usage(argv0: string): string {
  return [
    "pidproxy: runs a command and sends the signals that it gets to the process whose pid stands in a file.",
    "",
    `Usage: ${argv0} <pidfile> <command> [<argument> ...]`,
  ].join("\n");
}

/** A name without a slash is a file of the working folder, as in the original (PROC-240); where there is none, it is looked up in PATH. */
function locate(name: string): string {
  if (name.includes("/")) return name;
  const here = statSync(`./${name}`, { throwIfNoEntry: false });
  return here?.isFile() === true ? `./${name}` : name;
}

/**
 * The pid is read anew for each signal. A process that cannot be reached is no reason to swallow an order to end: then our own child gets it,
 * and we end with it. (PROC-243, PROC-246, CLI-106, CLI-107)
 */
function passOn(signal: NodeJS.Signals, pidfile: string, child: ChildProcess): void {
  const problem = send(signal, pidfile);
  if (problem === null) {
    if (ENDS_US.has(signal)) process.exit(0);
    return;
  }
  console.log(problem);
  if (ENDS_US.has(signal)) child.kill(signal);
}

/** What went wrong, or null. */
function send(signal: NodeJS.Signals, pidfile: string): string | null {
  const pid = readPid(pidfile);
  if (pid === null) return `Can't read child pidfile ${pidfile}!`;
  try {
    process.kill(pid, signal);
    return null;
  } catch (error) {
    return `Can't send ${signal} to pid ${pid} of ${pidfile}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

function readPid(pidfile: string): number | null {
  try {
    const text = readFileSync(pidfile, "utf8").trim();
    const pid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
    return pid > 0 && pid !== process.pid ? pid : null;
  } catch {
    return null;
  }
}
