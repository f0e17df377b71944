/** The flags of supervisorctl as a table: reading, help and documentation derive from it. (CTL-001, cli.md section 3) */

import { COLOR, parseChoice } from "../config/choices.ts";
import { type Flag, ourFlag, type Program } from "../config/commandline.ts";
import { quoted } from "../config/quoting.ts";
import type { Result } from "../result.ts";
import { looksLikeUrl } from "./client/address.ts";

export const SUPERVISORCTL_FLAGS: readonly Flag[] = [
  { name: "configuration", short: "c", long: "configuration", value: "FILENAME", help: "configuration file (searched for if not given)" },
  { name: "help", short: "h", long: "help", value: null, help: "print this text and exit", acts: true },
  { name: "help", short: "?", long: null, value: null, help: "", acts: true, hidden: true },
  {
    name: "interactive",
    short: "i",
    long: "interactive",
    value: null,
    help: "start an interactive session: ask for user name and password, and before shutdown and reload",
  },
  { name: "serverurl", short: "s", long: "serverurl", value: "URL", help: "where supervisord listens: unix://path or http://host:port" },
  { name: "username", short: "u", long: "username", value: "USERNAME", help: "user name for the server" },
  { name: "password", short: "p", long: "password", value: "PASSWORD", help: "password for the server" },
  // The original's help names a flag that it does not know; here both spellings work (CTL-002), and the file is really used (CTL-031).
  { name: "history", short: "r", long: "history-file", value: "FILENAME", help: "file that keeps the history of the shell", ours: true },
  { name: "history", short: null, long: "history_file", value: "FILENAME", help: "", hidden: true },
  ourFlag("color", "colours: auto (on a terminal), always or never", { value: "WHEN", valueAlone: "auto" }),
  ourFlag("timeout", "how long supervisord may be silent before a command gives up (30)", { value: "SECONDS" }),
  ourFlag("version", "print the version of supervisorctl and exit", { acts: true }),
];

export const SUPERVISORCTL: Program = {
  summary: "supervisorctl -- control applications that supervisord runs, and supervisord itself.",
  usage: "[options] [action [arguments]]",
  flags: SUPERVISORCTL_FLAGS,
  takesWords: true,
  epilogue:
    'Actions are commands like "status", "start" or "tail"; the action "help" lists them. Without an action a shell is started that reads them.',
};

/** Longer than anybody waits; setTimeout takes no more. */
const TIMEOUT_SECONDS_MAX = 86_400;

/** What is wrong with a flag's value; null when it is good. (CTL-008, CLI-058) */
export function checkFlag(flag: Flag, text: string): string | null {
  if (flag.name === "serverurl" && !looksLikeUrl(text)) return `value ${quoted(text)} is not a URL`;
  if (flag.name === "color") return firstError(parseChoice(text, COLOR));
  if (flag.name === "timeout" && !isTimeout(text)) return `give a number of seconds from 0.1 to ${TIMEOUT_SECONDS_MAX}`;
  return null;
}

function firstError(read: Result<unknown, string>): string | null {
  return read.ok ? null : read.error;
}

function isTimeout(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text) && Number(text) >= 0.1 && Number(text) <= TIMEOUT_SECONDS_MAX;
}
