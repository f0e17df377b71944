/**
 * What must hold of the ways in which processes and supervisord end (docs/invariants.md, L-19 and L-20): how long a stop may take, and with which code
 * supervisord ends because of a process.
 */
import type { ProcessConfig } from "../../src/config/model.ts";
import type { ProcessState } from "../../src/process/state.ts";
import { codeOf, decodeWaitStatus } from "../../src/process/waitstatus.ts";

/** Every process by its label, as it is configured. */
export type Configs = ReadonlyMap<string, { readonly config: ProcessConfig; readonly group: string }>;
type Seen = ReadonlyMap<string, ProcessState>;
/** What the daemon's record says of the end. */
export type Ending = { readonly isDown: boolean; readonly code: number | undefined };

/** What an update waits for has a configuration that nobody knows here: one of the drawn ones. */
const MOST_STOP_MS = 30_000;
/** From SIGTERM for a hook to its end. */
const HOOK_END_MS = 2000;
/** How long survivors are looked for. */
const SWEEP_MS = 10_000;
/** Signals, exits and answers take their time, and a line of the log may be waited for. */
const ON_THE_WAY_MS = 3000;

/** L-19: as long as it and all that is bound to it may take, one after the other. `names` null: all there are. */
export function stopLimitMs(configs: Configs, seen: Seen, name: string | null): number {
  const meant = name === null ? new Set(seen.keys()) : boundTo(configs, name);
  const each = [...meant].map((one) => ownLimitMs(configs.get(one)?.config));
  return each.reduce((sum, ms) => sum + ms, ON_THE_WAY_MS);
}

function ownLimitMs(config: ProcessConfig | undefined): number {
  if (config === undefined) return MOST_STOP_MS;
  // What was under way before, pre_stop, what takes the place of the signal, post_stop: one after the other.
  const { preStop, stopCommand, postStop, hookTimeout } = config;
  const hookMs = preStop === null && stopCommand === null && postStop === null ? 0 : 3 * (hookTimeout + HOOK_END_MS);
  return config.stopWaitSecs * 1000 + hookMs + (config.killTree ? SWEEP_MS : 0);
}

/** It, what is bound to it, what is bound to that. */
function boundTo(configs: Configs, name: string): Set<string> {
  const found = new Set([name]);
  for (const one of found) {
    const own = configs.get(one);
    if (own === undefined) continue;
    for (const [other, { config }] of configs)
      if (config.bindTo.some(({ group, processes }) => group === own.group && (processes === null || processes.includes(own.config.name))))
        found.add(other);
  }
  return found;
}

/** L-20: the first end that is to end supervisord does so, with its code; nothing else does, and later ones change nothing. */
export class ExitCodes {
  readonly #add: (text: string) => void;
  /** How children have ended. */
  readonly #ended = new Map<number, number>();
  /** By label, the code with which its last run ended by itself. */
  readonly #lastCode = new Map<string, number>();

  constructor(add: (text: string) => void) {
    this.#add = add;
  }

  childEnded(child: number, waitStatus: number): void {
    this.#ended.set(child, waitStatus);
  }

  /** A batch in which these processes have changed. */
  batch(changed: Iterable<string>, configs: Configs, before: Seen, after: Seen, was: Ending, is: Ending): void {
    const allowed: number[] = [];
    let mustEnd = false;
    for (const name of changed) {
      const config = configs.get(name)?.config;
      const codes = config === undefined ? null : this.#codes(name, config, before.get(name), after.get(name));
      if (codes === null) continue;
      allowed.push(...codes);
      mustEnd = true;
    }
    if (was.code !== undefined) {
      if (is.code !== undefined && is.code !== was.code)
        this.#add(`L-20 supervisord was to end with ${was.code}, and is to end with ${is.code}`);
      return;
    }
    if (was.isDown) return;
    if (is.code !== undefined && !allowed.includes(is.code))
      this.#add(`L-20 supervisord is to end with ${is.code}, and what has ended gives ${allowed.join(" or ") || "no reason"}`);
    if (mustEnd && !is.isDown) this.#add(`L-20 what has ended ends supervisord with ${allowed.join(" or ")}, and it does not`);
  }

  /** The codes with which supervisord may end for it, null: it goes on. */
  #codes(name: string, config: ProcessConfig, was: ProcessState | undefined, is: ProcessState | undefined): readonly number[] | null {
    if (was === undefined || is === undefined) return null;
    const waitStatus = was.child !== 0 && is.child !== was.child ? this.#ended.get(was.child) : undefined;
    const isOrdered = was.stopping || was.state === "STOPPING" || was.life.stopCause !== undefined;
    const code = waitStatus === undefined || isOrdered ? null : codeOf(waitStatus);
    if (code !== null) this.#lastCode.set(name, code);
    if (config.exitOn === "never") return null;
    const isGivenUp = is.state === "FATAL" && (was.state !== "FATAL" || is.attempt > was.attempt);
    const codes = [
      ...(isGivenUp ? [this.#lastCode.get(name) || 1, 1] : []),
      ...(code !== null && this.#countsAsEnd(config, waitStatus ?? 0) ? [code] : []),
    ];
    return codes.length > 0 ? codes : null;
  }

  #countsAsEnd(config: ProcessConfig, waitStatus: number): boolean {
    if (config.exitOn === "fatal") return false;
    const isGood = config.exitCodes.includes(decodeWaitStatus(waitStatus).status);
    // A one-shot that has failed may run again: it counts when it is done, or FATAL.
    return isGood ? config.exitOn === "exit" : config.type !== "oneshot";
  }
}
