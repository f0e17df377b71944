/**
 * A program is told to take up a new configuration of its own, by a signal or a command. One that speaks of itself (RELOADING=1, READY=1) is waited for. The
 * order is kept with the life of the process, so a successor goes on with it; state, pid and uptime stay. (RLD)
 */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { callOffRuns, hasFailed, isUnderWay, orderRun, outcomeWords } from "./auxiliary.ts";
import { type Reload, withLife } from "./life.ts";
import { hasSocket, isReloading } from "./said.ts";
import { log, type ProcessEffect, type ProcessInput, type ProcessState, type Transition, then, unchanged } from "./state.ts";

/** So long after the signal, or the end of the command, RELOADING=1 may come. (RLD-003) */
export const LISTEN_MS = 2000;

export const NOT_RUNNING = "not running";
const NOT_READY = "not ready again";

/** Neither signal nor command: there is nothing to reload it by. */
export function hasReload({ reloadSignal, reloadCommand }: ProcessConfig): boolean {
  return reloadSignal !== null || reloadCommand !== null;
}

/** Orders a reload of a process that is RUNNING. `token` comes back: that of the order that will tell the end of this one. */
export function orderReload(
  config: ProcessConfig,
  process: ProcessState,
  token: string,
  now: Now,
): Transition & { readonly token: string } {
  const { reload } = process.life;
  const isIts = reload?.child === process.child;
  if (reload !== undefined && isIts && (reload.token === token || reload.next === token)) return { ...unchanged(process), token };
  if (reload === undefined || !isIts || reload.phase === "over") return { ...begin(config, process, token, now), token };
  const next = reload.next ?? token;
  return { ...unchanged(withReload(process, { ...reload, next })), token: next };
}

/** What follows for a reload from a step of the process. */
export function followReload(config: ProcessConfig, step: Transition, input: ProcessInput | null, now: Now): Transition {
  return then(step, (it) => follow(config, it, input, now));
}

/** When time changes something, monotonic; infinity: never. */
export function reloadDueMs({ life }: ProcessState): number {
  return life.reload?.untilMs ?? Number.POSITIVE_INFINITY;
}

function follow(config: ProcessConfig, process: ProcessState, input: ProcessInput | null, now: Now): Transition {
  const { reload } = process.life;
  if (reload === undefined || (reload.phase === "over" && reload.child === process.child)) return unchanged(process);
  if (process.state !== "RUNNING" || reload.child !== process.child) return gone(process, reload, now);
  const isOver = reload.untilMs !== undefined && reload.untilMs <= now.monoMs;
  switch (reload.phase) {
    case "command":
      if (input?.type === "run-ended" && input.what === "reload_command") {
        if (!hasFailed(input.outcome)) return listen(config, process, reload, now);
        return end(config, process, reload, `reload_command failed: ${outcomeWords(input.outcome, config.hookTimeout)}`, now);
      }
      if (isReloading(process) && reload.hasSaid !== true) return unchanged(withReload(process, { ...reload, hasSaid: true }));
      return unchanged(process);
    case "listening":
      if (isReloading(process)) return waitForReady(config, process, reload, now);
      return isOver ? end(config, process, reload, "", now) : unchanged(process);
    case "reloading":
      if (!isReloading(process)) return end(config, process, reload, "", now);
      return isOver ? end(config, process, reload, NOT_READY, now) : unchanged(process);
    case "over":
      return unchanged(process);
  }
}

function begin(config: ProcessConfig, process: ProcessState, token: string, now: Now): Transition {
  const reload: Reload = { token, child: process.child, phase: "command" };
  if (config.reloadCommand !== null) {
    return orderRun(withReload(process, reload), { what: "reload_command", timeoutMs: config.hookTimeout }, now);
  }
  const signal = config.reloadSignal;
  if (signal === null) return end(config, withReload(process, reload), reload, "no reload_signal or reload_command", now);
  const sent: ProcessEffect = { type: "signal", child: process.child, signal, to: "process" };
  return then({ process, effects: [sent] }, (it) => listen(config, it, reload, now));
}

/** The signal is sent, or the command has ended well. */
function listen(config: ProcessConfig, process: ProcessState, reload: Reload, now: Now): Transition {
  if (!hasSocket(config)) return end(config, process, reload, "", now);
  if (isReloading(process)) return waitForReady(config, process, reload, now);
  if (reload.hasSaid === true) return end(config, process, reload, "", now);
  return unchanged(withReload(process, { ...reload, phase: "listening", untilMs: now.monoMs + LISTEN_MS }));
}

function waitForReady(config: ProcessConfig, process: ProcessState, reload: Reload, now: Now): Transition {
  const { untilMs: _, ...rest } = reload;
  const until = config.readyTimeout > 0 ? { untilMs: now.monoMs + config.readyTimeout } : {};
  return unchanged(withReload(process, { ...rest, phase: "reloading", ...until }));
}

/** It has ended, or is stopped: nothing of it is reloaded any more. */
function gone(process: ProcessState, reload: Reload, now: Now): Transition {
  const { reload: _, ...others } = process.life;
  const left = { ...process, life: withLife(others, {}) };
  const calledOff = isUnderWay(left, "reload_command") ? callOffRuns(left, ({ what }) => what === "reload_command", now) : unchanged(left);
  if (reload.phase === "over") return calledOff;
  const tokens = [reload.token, ...(reload.next === undefined ? [] : [reload.next])];
  return { ...calledOff, effects: [...calledOff.effects, ...tokens.map((token) => ended(token, NOT_RUNNING))] };
}

function end(config: ProcessConfig, process: ProcessState, { token, child, next }: Reload, text: string, now: Now): Transition {
  const over = withReload(process, { token, child, phase: "over", text });
  const told: readonly ProcessEffect[] =
    text === ""
      ? [
          log("info", `reloaded: ${config.name}`),
          { type: "lifecycle", name: "LIFECYCLE_RELOADED", keys: { pid: process.pid }, text: `${config.name} has reloaded` },
        ]
      : [log("warn", `reload of ${config.name} failed: ${text}`)];
  const done: Transition = { process: over, effects: [...told, ended(token, text)] };
  return next === undefined ? done : then(done, (it) => begin(config, it, next, now));
}

function ended(token: string, text: string): ProcessEffect {
  return { type: "reload-ended", token, text };
}

function withReload(process: ProcessState, reload: Reload): ProcessState {
  return { ...process, life: withLife(process.life, { reload }) };
}
