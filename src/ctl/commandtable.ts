/**
 * THE table of commands. Help, completion in the shell and in bash, zsh and fish, dispatch and the reference page derive from it; nothing else lists
 * commands. The `usage` lines are the original's, which prints them after wrong uses. A row loads its code only when it is run.
 */
import { EXIT, STATUS_EXIT } from "./exit.ts";
import type { CommandOption, CommandRow } from "./session.ts";

const JSON_OPTION: CommandOption = { name: "json", value: null, help: "print JSON instead of text" };

type Row = Pick<CommandRow, "name" | "usage" | "load"> & Partial<CommandRow>;

function row(given: Row): CommandRow {
  return { more: [], completes: "nothing", options: [], json: null, source: "default", ...given };
}

/** A command that prints a line per thing, or a JSON list with an item per thing. */
function listing(given: Row): CommandRow {
  return row({ json: "list", ...given, options: [JSON_OPTION, ...(given.options ?? [])] });
}

/** A command that prints one thing. */
function telling(given: Row): CommandRow {
  return row({ json: "object", ...given, options: [JSON_OPTION, ...(given.options ?? [])] });
}

const PROCESS_NAME = { least: 1, what: "a process name" };

/** Shown by the commands that take names of processes. */
const PATTERNS = "A name may be a pattern, such as 'web-*' or '*:worker_0?'.";

export const COMMANDS: readonly CommandRow[] = [
  listing({
    name: "add",
    usage: ["add <name> [...]\tActivates any updates in config for process/group"],
    completes: "groups",
    load: () => import("./commands/add.ts"),
  }),
  listing({
    name: "avail",
    usage: ["avail\t\t\tDisplay all configured processes"],
    words: "none",
    load: () => import("./commands/avail.ts"),
  }),
  listing({
    name: "clear",
    usage: [
      "clear <name>\t\tClear a process' log files.",
      "clear <name> <name>\tClear multiple process' log files",
      "clear all\t\tClear all process' log files",
    ],
    more: [PATTERNS],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    load: () => import("./commands/clear.ts"),
  }),
  row({ name: "exit", usage: ["exit\tExit the supervisor shell."], load: () => import("./commands/quit.ts") }),
  row({
    name: "fg",
    usage: ["fg <process>\tConnect to a process in foreground mode", "\t\tCtrl-C to exit"],
    needs: "server",
    completes: "processes",
    load: () => import("./commands/fg.ts"),
  }),
  telling({
    name: "maintail",
    usage: [
      "maintail -f \tContinuous tail of supervisor main log file (Ctrl-C to exit)",
      "maintail -100\tlast 100 *bytes* of supervisord main log file",
      "maintail\tlast 1600 *bytes* of supervisor main log file",
      "",
    ],
    needs: "server",
    load: () => import("./commands/maintail.ts"),
  }),
  row({
    name: "open",
    usage: ["open <url>\tConnect to a remote supervisord process.", "\t\t(for UNIX domain socket, use unix:///socket/path)"],
    load: () => import("./commands/open.ts"),
  }),
  listing({
    name: "pid",
    usage: [
      "pid\t\t\tGet the PID of supervisord.",
      "pid <name>\t\tGet the PID of a single child process by name.",
      "pid all\t\t\tGet the PID of every child process, one per line.",
    ],
    more: [PATTERNS],
    needs: "server",
    completes: "processes",
    load: () => import("./commands/pid.ts"),
  }),
  row({ name: "quit", usage: ["quit\tExit the supervisor shell."], load: () => import("./commands/quit.ts") }),
  telling({
    name: "reload",
    usage: ["reload \t\tRestart the remote supervisord."],
    more: ["Every program is stopped and started. To take up a changed configuration only, see reread and update."],
    words: "none",
    asksFirst: "Really restart the remote supervisord process y/N? ",
    load: () => import("./commands/reload.ts"),
  }),
  listing({
    name: "remove",
    usage: ["remove <name> [...]\tRemoves process/group from active config"],
    completes: "groups",
    load: () => import("./commands/remove.ts"),
  }),
  listing({
    name: "reread",
    usage: ["reread \t\t\tReload the daemon's configuration files without add/remove"],
    words: "none",
    load: () => import("./commands/reread.ts"),
  }),
  listing({
    name: "restart",
    usage: [
      "restart <name>\t\tRestart a process",
      "restart <gname>:*\tRestart all processes in a group",
      "restart <name> <name>\tRestart multiple processes or groups",
      "restart all\t\tRestart all processes",
      "Note: restart does not reread config files. For that, see reread and update.",
    ],
    more: [PATTERNS],
    options: [
      { name: "rolling", value: "N", valueAlone: "1", help: "N at a time (1), the next ones when these run and are healthy" },
      { name: "each", value: null, help: "one after the other, also behind one that fails" },
    ],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    load: () => import("./commands/restart.ts"),
  }),
  telling({
    name: "shutdown",
    usage: ["shutdown \tShut the remote supervisord down."],
    words: "none",
    asksFirst: "Really shut the remote supervisord process down y/N? ",
    load: () => import("./commands/shutdown.ts"),
  }),
  listing({
    name: "signal",
    usage: [
      "signal <signal name> <name>\t\tSignal a process",
      "signal <signal name> <gname>:*\t\tSignal all processes in a group",
      "signal <signal name> <name> <name>\tSignal multiple processes or groups",
      "signal <signal name> all\t\tSignal all processes",
    ],
    more: [PATTERNS],
    words: { least: 2, what: "a signal name and a process name" },
    needs: "server",
    completes: "signal-processes",
    load: () => import("./commands/signal.ts"),
  }),
  listing({
    name: "start",
    usage: [
      "start <name>\t\tStart a process",
      "start <gname>:*\t\tStart all processes in a group",
      "start <name> <name>\tStart multiple processes or groups",
      "start all\t\tStart all processes",
    ],
    more: [PATTERNS],
    options: [{ name: "no-deps", value: null, help: "do not wait for what it depends on, nor start it, this once" }],
    words: { ...PROCESS_NAME, exit: EXIT.INVALID_ARGS },
    needs: "server",
    completes: "processes",
    load: () => import("./commands/start.ts"),
  }),
  listing({
    name: "status",
    usage: [
      "status <name>\t\tGet status for a single process",
      "status <gname>:*\tGet status for all processes in a group",
      "status <name> <name>\tGet status for multiple named processes",
      "status\t\t\tGet all process status info",
    ],
    more: [PATTERNS],
    options: [
      { name: "watch", value: null, help: "keep showing it; without a terminal, a line for each change (Ctrl-C to exit)" },
      { name: "wide", value: null, help: "a table with restarts, the last exit, readiness, health and what happens next" },
    ],
    needs: "server",
    exitIfDown: STATUS_EXIT.UNKNOWN,
    completes: "processes",
    load: () => import("./commands/status.ts"),
  }),
  listing({
    name: "stop",
    usage: [
      "stop <name>\t\tStop a process",
      "stop <gname>:*\t\tStop all processes in a group",
      "stop <name> <name>\tStop multiple processes or groups",
      "stop all\t\tStop all processes",
    ],
    more: [PATTERNS],
    options: [{ name: "dependants", value: null, help: "first stop everything that depends on it" }],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    load: () => import("./commands/stop.ts"),
  }),
  telling({
    name: "tail",
    usage: [
      "tail [-f] <name> [stdout|stderr] (default stdout)",
      "Ex:",
      "tail -f <name>\t\tContinuous tail of named process stdout",
      "\t\t\tCtrl-C to exit.",
      "tail -100 <name>\tlast 100 *bytes* of process stdout",
      "tail <name> stderr\tlast 1600 *bytes* of process stderr",
    ],
    needs: "server",
    completes: "processes",
    load: () => import("./commands/tail.ts"),
  }),
  listing({
    name: "update",
    usage: [
      "update\t\t\tReload config and add/remove as necessary, and will restart affected programs",
      "update all\t\tReload config and add/remove as necessary, and will restart affected programs",
      "update <gname> [...]\tUpdate specific groups",
    ],
    options: [{ name: "dry-run", value: null, help: "only tell what would be added, changed and removed" }],
    completes: "groups",
    load: () => import("./commands/update.ts"),
  }),
  telling({
    name: "version",
    usage: ["version\t\t\tShow the version of the remote supervisord process"],
    words: "none",
    needs: "server",
    load: () => import("./commands/version.ts"),
  }),
  row({
    name: "completion",
    usage: ["completion <shell>\tPrint the completion script for bash, zsh or fish"],
    more: [
      "bash:  source <(supervisorctl completion bash)",
      "zsh:   source <(supervisorctl completion zsh)",
      "fish:  supervisorctl completion fish | source",
    ],
    completes: "shells",
    source: "holdfast",
    load: () => import("./commands/completion.ts"),
  }),
  listing({
    name: "deps",
    usage: ["deps [<name> ...]\tShow what processes depend on, and whether that holds"],
    more: ["A target that does not hold is marked with !."],
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/deps.ts"),
  }),
  listing({
    name: "disable",
    usage: ["disable <name> [...]\tHave processes not start by themselves, from the next start of supervisord on"],
    more: ["It is remembered in the file of persist_state, which it needs.", PATTERNS],
    options: [{ name: "now", value: null, help: "stop them, too" }],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/disable.ts"),
  }),
  listing({
    name: "enable",
    usage: ["enable <name> [...]\tHave processes start by themselves, from the next start of supervisord on"],
    more: ["It is remembered in the file of persist_state, which it needs.", PATTERNS],
    options: [{ name: "now", value: null, help: "start them, too" }],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/enable.ts"),
  }),
  telling({
    name: "health",
    usage: ["health\t\t\tTell whether supervisord is well: exit status 0 or 1, 4 if it cannot be reached"],
    more: ["Asks /healthz of the server, and /readyz with --ready: for the HEALTHCHECK of a container."],
    options: [{ name: "ready", value: null, help: "whether what starts by itself has come up, too" }],
    words: "none",
    source: "holdfast",
    load: () => import("./commands/health.ts"),
  }),
  listing({
    name: "jobs",
    usage: [
      "jobs\t\t\tShow the programs with a schedule: last run, next run, skipped runs",
      "jobs pause <name> [...]\tPause the schedules of processes",
      "jobs resume <name> [...]\tResume the schedules of processes, from now on",
    ],
    more: [PATTERNS],
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/jobs.ts"),
  }),
  listing({
    name: "logs",
    usage: ["logs [<name> ...]\tShow the logs of processes, all of them without a name"],
    more: ["A name may be a group (web:*) or a pattern ('web-*'). Lines of several processes carry their names."],
    options: [
      { name: "follow", short: "f", value: null, help: "keep showing what is added (Ctrl-C to exit)" },
      { name: "lines", short: "n", value: "LINES", help: "how many of the last lines of each log (default 10)" },
      { name: "since", value: "TIME", help: "only lines that are younger: 30s, 10m, 2h, 1d, 14:30 or '2026-01-31 14:30:00'" },
      { name: "grep", value: "TEXT", help: "only lines that match this regular expression" },
      { name: "stdout", value: null, help: "only standard output" },
      { name: "stderr", value: null, help: "only standard error" },
    ],
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/logs.ts"),
  }),
  listing({
    name: "reloadprog",
    usage: ["reloadprog <name> [...]\tHave programs take up a new configuration of their own"],
    more: ["By reload_signal or reload_command of the program; reload is for supervisord itself.", PATTERNS],
    options: [{ name: "or-restart", value: null, help: "restart a program that has neither" }],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/reloadprog.ts"),
  }),
  listing({
    name: "reopen",
    usage: ["reopen [<name>] [...]\tOpen log files again by their names, after something has moved them"],
    more: ["Without a name all of them, as SIGUSR2 does; 'supervisord' is its own log.", PATTERNS],
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/reopen.ts"),
  }),
  listing({
    name: "rotate",
    usage: [
      "rotate <name> [...]\tRotate logs now, whatever their size",
      "rotate all\t\tRotate the logs of all processes",
      "rotate supervisord\tRotate supervisord's own log",
    ],
    more: ["A log that is empty stays as it is.", PATTERNS],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/rotate.ts"),
  }),
  telling({
    name: "scale",
    usage: [
      "scale <program> <number>\tGive a program another number of processes",
      "scale <program> --reset\tGive it as many as its file says",
    ],
    more: ["It holds until the file says another numprocs, or supervisord is reloaded."],
    options: [{ name: "reset", value: null, help: "as many as the file says" }],
    needs: "server",
    completes: "groups",
    source: "holdfast",
    load: () => import("./commands/scale.ts"),
  }),
  telling({
    name: "upgrade",
    usage: ["upgrade\t\t\tReplace supervisord by what is installed now; no program notices"],
    more: ["Exit status 0, 1 if it was refused and all goes on as it is, 7 if the new daemon is not there after 30 seconds."],
    options: [
      { name: "check", value: null, help: "make all checks and change nothing" },
      { name: "daemon-only", value: null, help: "the daemon alone, also after a new Node.js" },
      { name: "from", value: "DIR", help: "the package in this folder instead of the one that was started" },
      { name: "force", value: null, help: "also when nothing differs" },
    ],
    needs: "server",
    source: "holdfast",
    load: () => import("./commands/upgrade.ts"),
  }),
  listing({
    name: "why",
    usage: ["why <name> [...]\tTell why processes are as they are, and what happens next"],
    more: [PATTERNS],
    words: PROCESS_NAME,
    needs: "server",
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/why.ts"),
  }),
  listing({
    name: "wait",
    usage: ["wait <name> [...]\tWait until processes are in a state, ready, healthy or done"],
    more: [PATTERNS],
    options: [
      { name: "for", value: "STATE", help: "a state, READY, HEALTHY or DONE, or several with commas (default RUNNING)" },
      { name: "timeout", value: "SECONDS", help: "give up after so long (default 60, 0 for never)" },
    ],
    completes: "processes",
    source: "holdfast",
    load: () => import("./commands/wait.ts"),
  }),
];
