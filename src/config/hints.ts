/** Remedies: what a user can do about a value that is wrong. The message says what is wrong in the original's words; the hint is ours. */
import { scheduleRemedy } from "./cronfields.ts";
import { SEVERITIES } from "./logtargets.ts";
import { nearest, suggested } from "./nearest.ts";
import { type Bounds, LOG_LEVELS, type OptionType } from "./optiontypes.ts";
import { probeRemedy } from "./probes.ts";
import { rotationTimeRemedy } from "./rotationtimes.ts";
import { SIGNALS } from "./signalnames.ts";
import { conditionRemedy } from "./targets.ts";
import { nearestZone } from "./zonenames.ts";

/** What to do about `text`, which is no value of the option; null when there is nothing useful to say. */
export function remedyForValue(option: Bounds & { readonly type: OptionType }, text: string): string | null {
  if (option.type === "choice") return suggested(text, option.choice?.words ?? []);
  return option.type === "probe" ? probeRemedy(text, option.probes) : remedyFor(option.type, text);
}

/** What to do about `text`, which is no `kind`; null when there is nothing useful to say. */
export function remedyFor(kind: OptionType | "folder" | "name", text: string, known: readonly string[] = []): string | null {
  switch (kind) {
    case "integer":
      return "give a whole number";
    case "boolean":
      return "give true or false";
    case "bytes":
      return "give a whole number, alone or with KB, MB or GB behind it";
    case "octal":
      return "give an octal number such as 022 or 0700";
    case "signal":
      if (/[\s,]/.test(text.trim())) return "give one signal; SIGKILL follows it after stopwaitsecs";
      return suggested(text.toUpperCase().replace(/^SIG/, ""), SIGNAL_WORDS) ?? "give a name such as TERM or a number";
    case "exitcodes":
      return "give numbers from 0 to 255, separated by commas";
    case "loglevel":
      return suggested(text, Object.keys(LOG_LEVELS)) ?? `give one of ${Object.keys(LOG_LEVELS).join(", ")}`;
    case "autorestart":
      return suggested(text, ["true", "false", "unexpected"]) ?? "give true, false or unexpected";
    case "environment":
      return `write KEY="value",KEY2="value2"; whatever is not a letter, a digit or one of _ / . + - ( ) : needs quotes`;
    case "envfiles":
      return "write paths, separated by commas; one that may be missing with - in front";
    case "directory":
    case "folder":
      return text === "" ? "give the path of a folder" : `create the folder ${text}, or name another one`;
    case "user":
      return "name a user of this system, or give a user id";
    case "group":
      return "name a group of this system, or give a group id";
    case "groups":
      return "name groups of this system, separated by commas, or write none";
    case "owner":
      return "write user or user:group, with names or ids of this system";
    case "address":
      return "write host:port or a port from 1 to 65535";
    case "name":
      return nameRemedy(text, known);
    case "duration":
      return "write 500ms, 10s, 5m, 2h or 1d";
    case "rotation":
      return rotationTimeRemedy(text);
    case "limit":
      return "write 4096, 4096:8192, 1GB or unlimited";
    case "commandline":
      return "write a program and its arguments; every quote needs its end";
    case "schedule":
      return scheduleRemedy(text);
    case "restartlimit":
      return "write 10/1h: so many restarts within so long a time";
    case "cores":
      return "write 1.5 or 150%%";
    case "retries":
      return "give a whole number, or infinite";
    case "zone":
      return suggestedZone(text);
    case "logtargets":
      return "write syslog, journal, or the absolute path of a file; commas between several";
    case "prefix":
      return 'write text with {group}, {process}, {channel} or {pid}, in "…" where blanks at its end count';
    case "syslogaddress":
      return "write /dev/log, udp://127.0.0.1:514 or tcp://[::1]:6514";
    case "sysloglevels":
      return suggestedLevel(text);
    case "targets":
      return conditionRemedy(text);
    default:
      return null;
  }
}

function suggestedZone(text: string): string {
  const near = nearestZone(text);
  return near === null ? "give a name such as Europe/Berlin, or UTC" : `did you mean ${near}?`;
}

function suggestedLevel(text: string): string {
  const wrong = text
    .split(",")
    .map((word) => word.trim())
    .find((word) => !SEVERITIES.some((severity) => severity === word.toLowerCase()));
  return suggested(wrong ?? "", SEVERITIES) ?? "write info, or info,err for stdout and stderr";
}

const SIGNAL_WORDS = Object.keys(SIGNALS).map((name) => name.slice(3));

/** `text` starts with the `%(name)` that is not known; or is a name with a character that names cannot have. */
function nameRemedy(text: string, known: readonly string[]): string | null {
  const name = /^%\((.*?)\)/.exec(text)?.[1];
  if (name === undefined) return "use letters, digits, - and _";
  if (name.startsWith("ENV_")) {
    const near = nearest(
      name,
      known.filter((one) => one.startsWith("ENV_")),
    );
    const set = `set ${name.slice(4)} in the environment of supervisord, or in [supervisord] environment`;
    return near === null ? set : `did you mean %(${near})s? Or ${set}`;
  }
  const near = nearest(name, known);
  if (near !== null) return `did you mean %(${near})s?`;
  return known.includes(`ENV_${name}`) ? `did you mean %(ENV_${name})s?` : null;
}
