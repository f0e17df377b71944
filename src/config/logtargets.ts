/** Where lines go besides a program's log: what `stdout_targets` and `syslog_address` may say. (LOGX-040..043) */
import { ok, type Result, refuse } from "../result.ts";
import { quoted } from "./quoting.ts";
import { trimmed } from "./whitespace.ts";

/** `syslog`, `journal`, or an absolute path. */
export type LogTargets = readonly string[];

const WORDS: readonly string[] = ["syslog", "journal"];
/** Of a file. */
const ABSOLUTE = /^\/.*[^/]$/;
/** So many further targets of one channel. */
const TARGETS_MAX = 8;

export function parseLogTargets(text: string): Result<LogTargets, string> {
  if (trimmed(text) === "") return ok([]);
  const targets: string[] = [];
  for (const written of text.split(",").map(trimmed)) {
    const target = WORDS.find((word) => word === written.toLowerCase()) ?? written;
    if (!WORDS.includes(target) && !ABSOLUTE.test(target)) return refuse(notATarget(written));
    if (targets.includes(target)) return refuse(`${quoted(written)} is there twice`);
    targets.push(target);
  }
  return targets.length > TARGETS_MAX ? refuse(`more than ${TARGETS_MAX} targets`) : ok(targets);
}

function notATarget(text: string): string {
  return `not a target of a log: ${quoted(text)} (syslog, journal or an absolute path)`;
}

/** Where syslog listens. */
export type SyslogAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "udp" | "tcp"; readonly host: string; readonly port: number };

/** A path, or `udp://HOST:PORT`, `tcp://HOST:PORT`; an address of IPv6 stands in brackets. */
export function parseSyslogAddress(text: string): Result<SyslogAddress, string> {
  if (ABSOLUTE.test(text)) return ok({ kind: "unix", path: text });
  const [, kind, host, bracketed, port] = /^(udp|tcp):\/\/(?:([^\s:[\]/@]+)|\[([0-9a-fA-F:.]+)\]):(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if ((kind !== "udp" && kind !== "tcp") || number < 1 || number > 0xffff)
    return refuse(`not an address of syslog: ${quoted(text)} (/path, udp://HOST:PORT or tcp://HOST:PORT)`);
  return ok({ kind, host: host ?? bracketed ?? "", port: number });
}

export function syslogAddressText(address: SyslogAddress): string {
  if (address.kind === "unix") return address.path;
  return `${address.kind}://${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** In the order of their numbers. (RFC 5424, 6.2.1) */
export const SEVERITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const;
export type Severity = (typeof SEVERITIES)[number];
/** Of a line of stdout, and of one of stderr. */
export type SyslogLevels = readonly [stdout: Severity, stderr: Severity];

export function parseSyslogLevels(text: string): Result<SyslogLevels, string> {
  const words = text.split(",").map((word) => trimmed(word).toLowerCase());
  const [first, second = first] = words.map((word) => SEVERITIES.find((severity) => severity === word));
  if (words.length > 2 || first === undefined || second === undefined || words.some((word) => !SEVERITIES.includes(word as Severity)))
    return refuse(`not a level of syslog, or two of them: ${quoted(text)} (${SEVERITIES.join(", ")})`);
  return ok([first, second]);
}

/** By name, with their numbers. */
export const FACILITIES = {
  ...{ user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, lpr: 6, news: 7, uucp: 8, cron: 9, authpriv: 10, ftp: 11 },
  ...{ local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23 },
} as const;
export type Facility = keyof typeof FACILITIES;
export const FACILITY_WORDS = Object.keys(FACILITIES) as readonly Facility[];
