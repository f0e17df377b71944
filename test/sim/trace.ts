/** The history of a run as text: short lines, the last of them kept, enough to see what a failing seed did. */
import type { Batch, KeeperEffect } from "../../src/link/messages.ts";
import { decodeProcess } from "../../src/supervisor/records.ts";
import { isLeftOut } from "./leftout.ts";

/** A line of the history, or what makes it: most lines of most runs are never read. */
export type Line = string | (() => string);

export class Trace {
  readonly #lines: Line[] = [];
  readonly #most: number;
  /** Called with every line, for a run that is watched. */
  onLine: ((line: string) => void) | null = null;

  constructor(most: number) {
    this.#most = most;
  }

  add(line: Line): void {
    this.onLine?.(textOf(line));
    this.#lines.push(line);
    if (this.#lines.length > this.#most * 2) this.#lines.splice(0, this.#most);
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.#most).map(textOf);
  }
}

export function textOf(line: Line): string {
  return typeof line === "string" ? line : line();
}

const BRIEF_MAX = 160;

export function describeBatch({ acknowledged, states, effects }: Batch): string {
  const parts = [
    ...(acknowledged.length > 0 ? [`ack ${acknowledged.join(" ")}`] : []),
    ...states
      .filter(({ key }) => !isLeftOut(key))
      .map(({ key, value }) => (value === null ? `-${key}` : `+${key} ${key.startsWith("process/") ? stateOf(value) : brief(value)}`)),
    ...effects.map(describeEffect),
  ];
  return `{ ${parts.join("; ")} }`;
}

function describeEffect(effect: KeeperEffect): string {
  switch (effect.type) {
    case "spawn":
      return `spawn ${effect.child} ${effect.label} ${effect.argv.join(" ")}`;
    case "append":
      return `append ${effect.sink} ${JSON.stringify(Buffer.from(effect.bytes).toString().slice(0, BRIEF_MAX))}`;
    case "sink-open":
    case "sink-reopen":
      return `${effect.type} ${effect.sink} ${effect.spec.path} limit ${effect.spec.limit}`;
    case "verdict":
      return `verdict ${effect.stream}/${effect.block} ${effect.verdict.kind}`;
    default: {
      const { type, ...rest } = effect;
      return `${type} ${Object.values(rest)
        .map((value) => (value instanceof Uint8Array ? `${value.length}B` : typeof value === "object" ? "…" : String(value)))
        .join(" ")}`.trimEnd();
    }
  }
}

function brief(value: Uint8Array): string {
  const text = Buffer.from(value).toString();
  return text.length > BRIEF_MAX ? `${text.length}B` : text;
}

/** Of a process the state, so that a history is the same whatever its record looks like. */
function stateOf(value: Uint8Array): string {
  const decoded = decodeProcess(value);
  return decoded.ok ? decoded.value.state : decoded.error;
}
