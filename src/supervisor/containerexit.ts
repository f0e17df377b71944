/**
 * What ends supervisord: the end of a process whose `exit_on` says so begins a shutdown and fixes its exit code. The first one counts; what is stopped by an
 * order never does. (CTR-001..CTR-004)
 */
import type { ProcessConfig } from "../config/model.ts";
import { withLife } from "../process/life.ts";
import type { ProcessInput, ProcessState } from "../process/state.ts";
import { codeOf, decodeWaitStatus } from "../process/waitstatus.ts";
import type { Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import type { Member, World } from "./world.ts";

/** Nothing new is started any more: the daemon goes down, or is about to. */
export function startsNothing({ mood, exit }: World): boolean {
  return mood !== "RUNNING" || exit !== null;
}

/**
 * Keeps, while starts fail, the code with which the last run ended: FATAL ends supervisord with it. Only for processes that may end supervisord, so that
 * others have no record of it. (CTR-002)
 */
export function withLastCode(config: ProcessConfig, before: ProcessState, after: ProcessState, input: ProcessInput): ProcessState {
  if (!mayEnd(config)) return after;
  const isFailing = after.state === "BACKOFF" || after.state === "STARTING" || after.state === "FATAL";
  const lastCode = isFailing ? (codeOfRun(before, input) ?? before.life.lastCode) : undefined;
  const life = withLife(after.life, { lastCode });
  return life === after.life ? after : { ...after, life };
}

/** Looks whether the step of this member ends supervisord. */
export function noteExit(world: World, member: Member, before: ProcessState, input: ProcessInput, step: Step): void {
  if (!mayEnd(member.config) || startsNothing(world)) return;
  const end = endOf(member, before, input);
  if (end === null) return;
  const { code, words } = end;
  world.exit = { code };
  step.daemonChanged = true;
  const text = `${member.config.name} ${words} (exit_on=${member.config.exitOn})`;
  step.effects.push(
    { type: "log", level: "info", text: say.exiting(code, text) },
    { type: "event", event: { kind: "lifecycle", ...member.ref, name: "LIFECYCLE_EXITING", keys: { code }, text } },
    { type: "go-down" },
  );
}

function mayEnd({ exitOn }: ProcessConfig): boolean {
  return exitOn !== "never";
}

type End = { readonly code: number; readonly words: string };

function endOf({ config, state }: Member, before: ProcessState, input: ProcessInput): End | null {
  // A process that is given up ends supervisord whatever it waits for: no run of it would ever end otherwise.
  // One that is FATAL stays so while a start of it waits, and becomes it anew when that start is refused.
  if (state.state === "FATAL" && (before.state !== "FATAL" || state.attempt > before.attempt))
    return { code: state.life.lastCode || 1, words: "is FATAL" };
  if (config.exitOn === "fatal") return null;
  const code = codeOfRun(before, input);
  if (code === null || input.type !== "exited") return null;
  const { status, words } = decodeWaitStatus(input.waitStatus);
  // A one-shot that has failed may run again: it ends supervisord when it is done, or FATAL. (ONE-001)
  if (config.type === "oneshot" && !config.exitCodes.includes(decodeWaitStatus(input.waitStatus).status)) return null;
  if (config.exitOn === "failure" && config.exitCodes.includes(status)) return null;
  return { code, words: status >= 0 ? `exited with ${status}` : `was ${words}` };
}

/** The code with which a run has ended by itself: that of a shell, 128 + n for a signal. */
function codeOfRun(before: ProcessState, input: ProcessInput): number | null {
  if (input.type !== "exited" || input.notSpawned !== undefined) return null;
  const isOrdered = before.stopping || before.state === "STOPPING" || before.life.stopCause !== undefined;
  return isOrdered ? null : codeOf(input.waitStatus);
}
