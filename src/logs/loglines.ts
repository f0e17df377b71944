/**
 * The activity-log lines of the daemon itself, exact: programs and people search for them. What belongs to one room stands there: `process/`,
 * `supervisor/`, `events/` and `rpc/` have their own `loglines.ts`, the reader of the configuration its remarks (LOG-123..126), `echo.ts` the lines
 * about child output.
 *
 * Not here, since nothing of ours can say them: waitpid and poll errors, descriptors that close or surprise, uncaught exceptions of a channel
 * (LOG-111, LOG-113, LOG-137, LOG-141, LOG-150..152): children, pipes and waiting belong to the keeper.
 */
import { quoted } from "../config/quoting.ts";

export const daemonMessages = {
  /** critical (LOG-107) */
  runningAsRoot: () =>
    "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  " +
    "If you intend to run as root, you can set user=root in the config file to avoid this message.",
  /** critical (LOG-108) */
  noAuthentication: (section: string) => `Server '${section}' running without any HTTP authentication checking`,
  /** critical (LOG-109) */
  pidfileNotWritten: (path: string) => `could not write pidfile ${path}`,
  /** critical (LOG-110) */
  directoryNotEntered: (directory: string, error: string) => `can't chdir into ${quoted(directory)}: ${error}`,

  /** warn (LOG-118) */
  exitRequested: (signal: string) => `received ${signal} indicating exit request`,
  restartRequested: (signal: string) => `received ${signal} indicating restart request`,
  restartIgnored: (signal: string) => `ignored ${signal} indicating restart request (shutdown in progress)`,
  /** blather (LOG-154) */
  nothingRequested: (signal: string) => `received ${signal} indicating nothing`,
  /** info, both before the logs are reopened (LOG-035, LOG-135) */
  reopenRequested: (signal: string) => `received ${signal} indicating log reopen request`,
  reopening: () => "supervisord logreopen",
  /** info (LOG-039, LOG-135) */
  activityLogReopening: () => "reopening log file",

  /** warn (LOG-122) */
  childLogDirNotCleared: () => "Could not clear childlog dir",
  childLogNotRemoved: (path: string) => `Failed to clean up ${quoted(path)}`,

  /** info (LOG-128) */
  userSet: (uid: number) => `Set uid to user ${uid} succeeded`,
  limitIncreased: (resource: "NOFILE" | "NPROC", limit: number) => `Increased RLIMIT_${resource} limit to ${limit}`,
  /** info (LOG-129) */
  interfaceReady: (name: string) => `RPC interface ${quoted(name)} initialized`,
  /** info (LOG-130) */
  daemonizing: () => "daemonizing the supervisord process",
  directoryEntered: (directory: string) => `set current directory: ${quoted(directory)}`,
  started: (pid: number) => `supervisord started with pid ${pid}`,
  /** info; `ending` as in `terminated by SIGTERM` (LOG-134) */
  orphanReaped: (pid: number, ending: string) => `reaped unknown pid ${pid} (${ending})`,
  /** debug, behind the line of the exit itself (LOG-137, PROC-179) */
  childQuit: () => "received SIGCHLD indicating a child quit",
  /** info (LOG-136) */
  socketCreated: (url: string) => `Creating socket ${url}`,
  socketClosed: (url: string) => `Closing socket ${url}`,

  /** blather, after the line about who is waited for (LOG-153) */
  processState: (name: string, state: string) => `${name} state: ${state}`,
  /** blather (LOG-154) */
  parentExiting: () => "supervisord forked; parent exiting",
} as const;
