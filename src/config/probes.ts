/**
 * Checks of a program as options give them: what tells that it is ready, or healthy. Addresses are numbers here, since no name is resolved in the daemon,
 * and no TLS is spoken: `exec:`, where it is possible, runs a command that can do both.
 */
import type { NetworkProbe } from "../doors.ts";
import { ok, type Result, refuse, unreachable } from "../result.ts";
import { either } from "./choices.ts";
import { suggested } from "./nearest.ts";
import { parseInteger } from "./numbers.ts";
import { quoted } from "./quoting.ts";
import { parseCommandLine } from "./shellwords.ts";

export type Probe =
  | { readonly kind: "startsecs" | "notify" | "watchdog" }
  | { readonly kind: "fd"; readonly number: number }
  /** The expression is a good one, for flag `u`. */
  | { readonly kind: "log"; readonly pattern: string }
  | NetworkProbe
  | { readonly kind: "exec"; readonly command: string };

export type ProbeKind = Probe["kind"];

/** An address of IPv4 or IPv6 without brackets, or `localhost`; see `addressesOf`. */
export type ProbeHost = string;

/** What is wrong, and what to do about it. */
type Fault = { readonly message: string; readonly hint: string | null };

/** How each kind is written. */
export const PROBE_FORMS: { readonly [K in ProbeKind]: string } = {
  startsecs: "startsecs",
  notify: "notify",
  fd: "fd:N",
  log: "log:REGEX",
  tcp: "tcp:HOST:PORT",
  unix: "unix:PATH",
  http: "http://HOST:PORT/PATH",
  exec: "exec:COMMAND",
  watchdog: "watchdog",
};
const KINDS = Object.keys(PROBE_FORMS) as ProbeKind[];

const FD_MIN = 3;
const FD_MAX = 255;
const PORT_MAX = 0xffff;
const HTTP_PORT = 80;
const LOCALHOST = "localhost";

/** The addresses to try, one after the other. */
export function addressesOf(host: ProbeHost): readonly string[] {
  return host === LOCALHOST ? ["127.0.0.1", "::1"] : [host];
}

/** In a sentence: `tcp 5432`, `http 127.0.0.1:8000/health`. */
export function probeWords(probe: Probe): string {
  switch (probe.kind) {
    case "tcp":
      return `tcp ${probe.host === LOCALHOST ? probe.port : authority(probe)}`;
    case "unix":
      return `unix ${probe.path}`;
    case "http":
      return probe.to.kind === "unix" ? `http ${probe.to.path}:${probe.uri}` : `http ${authority(probe.to)}${probe.uri}`;
    case "fd":
      return `fd ${probe.number}`;
    case "startsecs":
    case "notify":
    case "watchdog":
    case "log":
    case "exec":
      return probe.kind;
    default:
      return unreachable(probe);
  }
}

/** A check of one of these kinds. */
export function parseProbe(text: string, kinds: readonly ProbeKind[] = KINDS): Result<Probe, string> {
  const probe = readProbe(text, kinds);
  return probe.ok ? probe : refuse(probe.error.message);
}

/** What to do about a text that is no check of one of these kinds. */
export function probeRemedy(text: string, kinds: readonly ProbeKind[] = KINDS): string | null {
  const probe = readProbe(text, kinds);
  return probe.ok ? null : probe.error.hint;
}

/** As it would stand in a file. */
export function probeText(probe: Probe): string {
  switch (probe.kind) {
    case "startsecs":
    case "notify":
    case "watchdog":
      return probe.kind;
    case "fd":
      return `fd:${probe.number}`;
    case "log":
      return `log:${probe.pattern}`;
    case "tcp":
      return `tcp:${probe.host === LOCALHOST ? "" : `${probe.host}:`}${probe.port}`;
    case "unix":
      return `unix:${probe.path}`;
    case "http":
      return `http://${probe.to.kind === "unix" ? `unix:${probe.to.path}:` : authority(probe.to)}${probe.uri}`;
    case "exec":
      return `exec:${probe.command}`;
  }
}

/** What an HTTP request names as its host. */
export function authority({ host, port }: { readonly host: ProbeHost; readonly port: number }): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === HTTP_PORT ? name : `${name}:${port}`;
}

function readProbe(text: string, kinds: readonly ProbeKind[]): Result<Probe, Fault> {
  const colon = text.indexOf(":");
  const word = (colon < 0 ? text : text.slice(0, colon)).toLowerCase();
  const rest = colon < 0 ? null : text.slice(colon + 1);
  const kind = KINDS.find((one) => one === word);
  if (kind === undefined) return notAProbe(text, remedyForWord(word, rest, kinds));
  if (!kinds.includes(kind)) return notAProbe(text, `${kind} is not possible here: ${formsOf(kinds)}`);
  if (kind === "startsecs" || kind === "notify" || kind === "watchdog") {
    return rest === null ? ok({ kind }) : notAProbe(text, `write ${kind} alone`);
  }
  if (rest === null || rest === "") return notAProbe(text, `write ${PROBE_FORMS[kind]}`);
  return READ[kind](rest, text, kinds);
}

type WithRest = Exclude<ProbeKind, "startsecs" | "notify" | "watchdog">;

const READ: { readonly [K in WithRest]: (rest: string, text: string, kinds: readonly ProbeKind[]) => Result<Probe, Fault> } = {
  fd(rest, text) {
    const number = /^[0-9]+$/.test(rest) ? Number(rest) : FD_MAX + 1;
    if (number < FD_MIN) return refuse({ message: `fd:${number} is taken (${FD_MIN} to ${FD_MAX})`, hint: null });
    return number > FD_MAX ? notAProbe(text, `write fd:N, with N from ${FD_MIN} to ${FD_MAX}`) : ok({ kind: "fd", number });
  },
  log(pattern) {
    const problem = regexProblem(pattern);
    if (problem === null) return ok({ kind: "log", pattern });
    return refuse({ message: `not a valid regular expression: ${quoted(pattern)}: ${problem}`, hint: null });
  },
  tcp(rest, text, kinds) {
    const to = readAddress(/^[0-9]+$/.test(rest) ? `${LOCALHOST}:${rest}` : rest, null, text, { kind: "tcp", kinds });
    return to.ok ? ok({ kind: "tcp", ...to.value }) : to;
  },
  unix: (path) => ok({ kind: "unix", path }),
  http(rest, text, kinds) {
    if (!rest.startsWith("//") || /[\s\x00-\x1f\x7f]/.test(rest)) return notAProbe(text, `write ${PROBE_FORMS.http}`);
    const target = rest.slice(2).replace(/#.*$/, "");
    if (target.startsWith("unix:")) {
      const [, path, uri] = /^unix:(.+?)(?::(\/.*))?$/.exec(target) ?? [];
      return path === undefined
        ? notAProbe(text, "write http://unix:PATH:/URI")
        : ok({ kind: "http", to: { kind: "unix", path }, uri: uri ?? "/" });
    }
    const [, host = "", uri = ""] = /^([^/?]*)(.*)$/.exec(target) ?? [];
    const to = readAddress(host, HTTP_PORT, text, { kind: "http", kinds });
    return to.ok ? ok({ kind: "http", to: { kind: "tcp", ...to.value }, uri: uri.startsWith("/") ? uri : `/${uri}` }) : to;
  },
  exec(rest) {
    const command = parseCommandLine(rest);
    return command.ok ? ok({ kind: "exec", command: command.value }) : refuse({ message: command.error, hint: "write exec:COMMAND" });
  },
};

type Address = { readonly host: ProbeHost; readonly port: number };

/** `HOST:PORT`, an address of IPv6 with or without brackets; `HOST` alone where there is a usual port. */
function readAddress(
  written: string,
  usualPort: number | null,
  text: string,
  { kind, kinds }: { readonly kind: "tcp" | "http"; readonly kinds: readonly ProbeKind[] },
): Result<Address, Fault> {
  const form = PROBE_FORMS[kind];
  const bracketed = /^\[([^\]]*)\](?::([^:]*))?$/.exec(written);
  const plain = usualPort !== null && !written.includes(":") ? [written, written, undefined] : /^(.*):([^:]*)$/.exec(written);
  const [, host, portText] = bracketed ?? plain ?? [];
  if (host === undefined || host === "") return notAProbe(text, `write ${form}`);
  const port = portText === undefined ? usualPort : portOf(portText);
  if (port === null) return notAProbe(text, `write ${form}, with a port from 1 to ${PORT_MAX}`);
  const numeric = host.toLowerCase() === LOCALHOST ? LOCALHOST : numericHost(host);
  if (numeric !== null) return ok({ host: numeric, port });
  if (!/^[a-z0-9._-]+$/i.test(host)) return notAProbe(text, `write ${form}`);
  const hint = kinds.includes("exec") ? "use exec: with a command that resolves it" : "write its address, or localhost";
  return refuse({ message: `a host name is not possible here: ${quoted(host)}`, hint });
}

function portOf(text: string): number | null {
  const port = parseInteger(text);
  return /^[0-9]+$/.test(text) && port.ok && port.value >= 1 && port.value <= PORT_MAX ? port.value : null;
}

function numericHost(host: string): string | null {
  const parts = host.split(".");
  if (parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return host;
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) && URL.canParse(`http://[${host}]/`) ? host.toLowerCase() : null;
}

/** What is wrong with an expression, in the words of the engine; null when it is good. */
function regexProblem(pattern: string): string | null {
  try {
    new RegExp(pattern, "u");
    return null;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.replace(`Invalid regular expression: /${pattern}/u: `, "");
  }
}

function remedyForWord(word: string, rest: string | null, kinds: readonly ProbeKind[]): string {
  if (word === "https") {
    return `no TLS is spoken here: ${kinds.includes("exec") ? "use exec: with a command that does, such as curl" : formsOf(kinds)}`;
  }
  return suggested(word, kinds, rest === null ? "" : `:${rest}`) ?? formsOf(kinds);
}

function formsOf(kinds: readonly ProbeKind[]): string {
  return `write ${either(kinds.map((kind) => PROBE_FORMS[kind]))}`;
}

function notAProbe(text: string, hint: string): Result<never, Fault> {
  return refuse({ message: `not a valid check: ${quoted(text)}`, hint });
}
