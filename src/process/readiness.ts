/**
 * When a process that was started is ready: a latch that is set once in a run by a probe, a line of its output or a word of its own. Until then it is STARTING,
 * and one that is not ready in time has failed to start. (RDY-001..005)
 */
import { durationInWords } from "../config/durations.ts";
import type { ProcessConfig } from "../config/model.ts";
import { probeWords } from "../config/probes.ts";
import type { Now } from "../doors.ts";
import { orderCheck } from "./checkruns.ts";
import type { Checked } from "./health.ts";
import { type Ready, withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { type Action, adding, type Deadlines, log, type ProcessEffect, type ProcessState, unchanged, withoutDeadline } from "./state.ts";

/** One attempt of a network probe or a command. */
export const ATTEMPT_MS = 10_000;

/** Nothing but the time since its start makes it ready, as in Supervisor. (RDY-001) */
export function isPlain({ readyWhen }: Pick<ProcessConfig, "readyWhen">): boolean {
  return readyWhen.kind === "startsecs";
}

/** The child is there and has to become ready. (RDY-002, RDY-005) */
export function awaitReadiness(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  const deadlines: Deadlines = {
    ...(config.startSecs > 0 ? { startup: now.monoMs + config.startSecs * 1000 } : {}),
    ...(config.readyTimeout > 0 ? { ready: now.monoMs + config.readyTimeout } : {}),
    ...(isAsked(config) ? { "ready-check": now.monoMs } : {}),
  };
  return { ...process, deadlines, life: withLife(process.life, { ready: { isReady: false, check: 1 } }) };
}

/** Readiness that somebody asks for; the other kinds come by themselves. */
function isAsked({ readyWhen: { kind } }: ProcessConfig): boolean {
  return kind === "tcp" || kind === "unix" || kind === "http" || kind === "exec";
}

export function awaitsReadiness({ life }: ProcessState): boolean {
  return life.ready !== undefined && !life.ready.isReady;
}

/** An attempt is due. What a new configuration does not ask for any more is not asked. */
export const askReady: Action<"deadline"> = (config, process, now) => {
  const { ready } = process.life;
  if (ready === undefined || ready.isReady || !isAsked(config)) return unchanged(process);
  if (config.readyWhen.kind === "exec") return orderCheck(process, ATTEMPT_MS, now);
  const effect: ProcessEffect = {
    type: "probe",
    purpose: "ready",
    child: process.child,
    check: ready.check,
    probe: config.readyWhen,
    timeoutMs: ATTEMPT_MS,
  };
  return { process, effects: [effect] };
};

/** What an attempt found: it is ready, or there is another attempt after a pause. null: the result is not awaited. */
export function probedReady(config: ProcessConfig, process: ProcessState, check: number, found: Checked, now: Now): ProcessState | null {
  const { ready } = process.life;
  if (ready === undefined || ready.isReady || ready.check !== check) return null;
  if (found.result === "ok") return latched(process, now);
  const deadlines = { ...process.deadlines, "ready-check": now.monoMs + config.readyInterval };
  return { ...process, deadlines, life: withLife(process.life, { ready: { isReady: false, check: check + 1 } }) };
}

/** It is ready, and stays so for this run; nothing is asked any more. */
export function latched(process: ProcessState, now: Now): ProcessState {
  const check = (process.life.ready?.check ?? 0) + 1;
  const deadlines = withoutDeadline(withoutDeadline(process.deadlines, "ready"), "ready-check");
  return { ...process, deadlines, life: withLife(process.life, { ready: { isReady: true, atWallMs: now.wallMs, check } }) };
}

/** Told behind the line of its success. (RDY-013) */
export function tellReady(config: ProcessConfig, process: ProcessState, now: Now): readonly ProcessEffect[] {
  if (process.life.ready?.isReady !== true) return [];
  const text = say.ready(config.name, probeWords(config.readyWhen), (now.monoMs - process.startMonoMs) / 1000);
  return [log("info", text), { type: "lifecycle", name: "LIFECYCLE_READY", keys: { pid: process.pid }, text }];
}

/** ready_timeout is over: it gets its stop signal and stays STARTING until it has ended. (RDY-004) */
export const notReadyInTime: Action<"deadline"> = (config, process, now) => {
  if (!awaitsReadiness(process)) return unchanged(process);
  const asGroup = config.stopAsGroup;
  const text = `not ready within ${durationInWords(config.readyTimeout)}`;
  const ready: Ready = { isReady: false, check: (process.life.ready?.check ?? 0) + 1, failed: text };
  const deadlines: Deadlines = { "unready-kill": now.monoMs + config.stopWaitSecs * 1000 };
  return adding(
    unchanged({ ...process, deadlines, life: withLife(process.life, { ready, stopCause: "ready-timeout" }) }),
    log("warn", say.notReady(config.name, text)),
    log("debug", say.killing(config.name, process.pid, config.stopSignal, asGroup)),
    { type: "signal", child: process.child, signal: config.stopSignal, to: asGroup ? "group" : "process" },
  );
};

/** Attempts begin anew: the daemon is another one, or this one has slept. The deadline stays. (RDY-014) */
export const askAnew: Action<"recheck"> = (config, process, now) => {
  const { ready } = process.life;
  if (ready === undefined || ready.isReady || ready.failed !== undefined || !isAsked(config)) return unchanged(process);
  const deadlines = { ...process.deadlines, "ready-check": now.monoMs };
  return unchanged({ ...process, deadlines, life: withLife(process.life, { ready: { isReady: false, check: ready.check + 1 } }) });
};
