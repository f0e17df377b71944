/**
 * What a program says of itself by its notify socket, as sd_notify(3) has it: lines of KEY=VALUE. What is not known is passed over without a word, since
 * programs say much that is meant for others; what cannot be read says nothing. (RDY-008, RDY-010)
 */

/** What one line says. */
export type Word =
  | { readonly kind: "ready" | "reloading" | "stopping" }
  /** Its watchdog: it is alive, or it wants to be found unhealthy. */
  | { readonly kind: "ping" | "trigger" }
  | { readonly kind: "status"; readonly text: string }
  /** It needs so much more time. */
  | { readonly kind: "extend"; readonly ms: number }
  /** That is the process to be kept. */
  | { readonly kind: "main-pid"; readonly pid: number };

/** What people are shown of a status, in characters. */
export const STATUS_MAX = 256;
/** What one message can add to a deadline. */
export const EXTEND_MS_MAX = 3_600_000;

const LF = "\n";
const NUL = 0;
/** What moves a terminal's cursor, or makes another line of one. */
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g;
const UNREADABLE: readonly Word[] = [];

/** In the order in which they were said. */
export function readMessage(bytes: Uint8Array): readonly Word[] {
  // Some count the end of their string in; a NUL elsewhere is no text.
  const whole = bytes.at(-1) === NUL ? bytes.subarray(0, -1) : bytes;
  if (whole.includes(NUL)) return UNREADABLE;
  return new TextDecoder().decode(whole).split(LF).flatMap(readLine);
}

function readLine(line: string): readonly Word[] {
  const equals = line.indexOf("=");
  const read = equals < 0 ? undefined : KEYS.get(line.slice(0, equals));
  return read?.(line.slice(equals + 1)) ?? UNREADABLE;
}

const KEYS: ReadonlyMap<string, (value: string) => readonly Word[]> = new Map([
  ["READY", (value: string): readonly Word[] => (value === "1" ? [{ kind: "ready" }] : UNREADABLE)],
  ["RELOADING", (value) => (value === "1" ? [{ kind: "reloading" }] : UNREADABLE)],
  ["STOPPING", (value) => (value === "1" ? [{ kind: "stopping" }] : UNREADABLE)],
  ["WATCHDOG", readWatchdog],
  ["STATUS", (value) => [{ kind: "status", text: shownStatus(value) }]],
  ["EXTEND_TIMEOUT_USEC", readExtension],
  ["MAINPID", (value) => (/^[0-9]{1,10}$/.test(value) ? [{ kind: "main-pid", pid: Number(value) }] : UNREADABLE)],
]);

function readWatchdog(value: string): readonly Word[] {
  if (value === "1") return [{ kind: "ping" }];
  return value === "trigger" ? [{ kind: "trigger" }] : UNREADABLE;
}

function readExtension(value: string): readonly Word[] {
  return /^[0-9]+$/.test(value) ? [{ kind: "extend", ms: Math.min(Number(value) / 1000, EXTEND_MS_MAX) }] : UNREADABLE;
}

function shownStatus(text: string): string {
  return [...text].slice(0, STATUS_MAX).join("").replaceAll(CONTROLS, "?");
}
