/** Why a process is as it is, in a sentence: how its last run ended, or why there was none; and the last that it said. For people who look. */
import { LastLines } from "../../api/lastlines.ts";
import { EXITED_TOO_QUICKLY } from "../../process/loglines.ts";
import { STATES } from "../../process/states.ts";
import type { Explanation, ProcessRef, SupervisorControl } from "../../rpc/control.ts";
import { findMember, type Member } from "../../supervisor/world.ts";
import type { History } from "../observers/history.ts";
import type { Runtime } from "../runtime.ts";

/** What a child that could not become the program ends with. (PROC-077) */
const SPAWN_FAILED = 127;

/** Colours and the like: XML cannot carry them, and nobody wants them in a sentence. */
const SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** Null: there is no such process. */
export function explain({ world }: Runtime, history: History, ref: ProcessRef): Explanation | null {
  const member = findMember(world, ref);
  if (member === undefined) return null;
  const exit = history.lastExit(member);
  return {
    reason: reasonOf(history, member),
    exitStatus: history.unspawned(member) === null ? (exit?.exitCode ?? null) : SPAWN_FAILED,
    signal: history.unspawned(member) === null ? (exit?.signal ?? null) : null,
    restarts: history.restarts(member),
  };
}

/** The last lines of stderr, or of stdout where both are one; empty while it runs. */
export async function lastWords({ world }: Runtime, control: SupervisorControl, ref: ProcessRef): Promise<readonly string[]> {
  const member = findMember(world, ref);
  const view = control.process(ref);
  if (member === undefined || view === null || isUp(member)) return [];
  const words = new LastLines(control);
  await words.read(view, { redirectsStderr: member.config.redirectStderr });
  return (words.of(view) ?? []).map((line) => line.replaceAll(SEQUENCES, ""));
}

function isUp({ state }: Member): boolean {
  return STATES[state.state].signallable && state.pid !== 0;
}

function reasonOf(history: History, member: Member): string {
  const { state } = member;
  if (isUp(member) || state.startWallMs === 0) return state.spawnError;
  const times = state.tries > 1 ? `, ${state.tries} times` : "";
  const unspawned = history.unspawned(member);
  if (unspawned !== null) return `${unspawned}${times}`;
  const isOfExit = state.spawnError === "" || state.spawnError === EXITED_TOO_QUICKLY || state.spawnError.startsWith("Bad exit code");
  const exit = history.lastExit(member);
  if (!isOfExit || exit === null) return `${state.spawnError}${times}`;
  const ended =
    exit.exitCode === null ? `${exit.signal ?? "a signal"}${exit.coreDumped ? " (core dumped)" : ""}` : `exit code ${exit.exitCode}`;
  const tooSoon = state.spawnError === EXITED_TOO_QUICKLY && exit.expected ? `, sooner than startsecs=${member.config.startSecs}` : "";
  return `${ended} after ${duration(state.stopWallMs - state.startWallMs)}${tooSoon}${times}`;
}

/** Short, and as exact as anybody wants it. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
