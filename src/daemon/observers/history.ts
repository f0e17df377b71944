/**
 * What has happened to each process: the ends of its runs and its restarts, which are kept in the store (`exitrecords.ts`), and a short list of state changes
 * with their reasons since this daemon began, in memory alone. It is for people who look, nothing is decided by it.
 */
import type { ExitReason, TimelineEntry } from "../../api/types.ts";
import type { Kernel, Now } from "../../doors.ts";
import type { SupervisorEvent } from "../../events/types.ts";
import type { Reason } from "../../process/causes.ts";
import type { ProcessState } from "../../process/state.ts";
import { decodeWaitStatus, endingSignal } from "../../process/waitstatus.ts";
import { type End, type ExitHistory, type Oom, restartsOf } from "../../supervisor/exits.ts";
import { findMember, type Member, type Ref, type World } from "../../supervisor/world.ts";
import type { StoreBudget } from "../loop/storebudget.ts";
import type { Turn } from "../loop/turn.ts";
import type { Part, Runtime } from "../runtime.ts";
import { ExitRecords } from "./exitrecords.ts";
import { GroupSurvivors } from "./groupsurvivors.ts";
import { OomKills } from "./oomkills.ts";

/** State changes that are kept of each process; some 10 kB when it is full. */
export const TIMELINE_MAX = 100;

type ProcessStateEvent = Extract<SupervisorEvent, { kind: "process-state" }>;
type Past = {
  readonly entries: TimelineEntry[];
  words: string;
  unspawned: string | null;
  endReason: Reason | null;
  restart: Reason | null;
};
type Parts = {
  readonly world: World;
  readonly kernel: Kernel;
  readonly exits: ExitRecords;
  readonly oomKills: OomKills;
  readonly survivors: GroupSurvivors;
};

/** What the keeper tells of an end. */
export type Ended = {
  readonly pid: number;
  readonly waitStatus: number;
  readonly userUs: bigint;
  readonly systemUs: bigint;
  readonly maxRssKiB: bigint;
};

const SIGKILL = 9;

export function openHistory({ world, loop, doors: { kernel } }: Runtime, budget: StoreBudget): History {
  const exits = new ExitRecords(budget);
  return new History({ world, kernel, exits, oomKills: new OomKills(kernel), survivors: new GroupSurvivors(loop, kernel, exits) });
}

/** Reasons of starts that are no restart: somebody ordered them, or it had not run. */
const ORDERED: ReadonlySet<Reason> = new Set(["start", "dependency", "schedule"]);

export class History {
  readonly #past = new WeakMap<Member, Past>();
  readonly #parts: Parts;
  /** Children to which a SIGKILL was sent. */
  readonly #killed = new Set<number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Those that are taken up by a successor. */
  get parts(): readonly Part[] {
    return [this.#parts.exits, this.#parts.oomKills];
  }

  /** The store is full: everybody keeps a few ends. (CMN-029) */
  makeRoom(turn: Turn): void {
    this.#parts.exits.cutAll(turn);
  }

  timeline(member: Member): readonly TimelineEntry[] {
    return this.#past.get(member)?.entries ?? [];
  }

  exits({ ref }: Member): ExitHistory {
    return this.#parts.exits.of(ref);
  }

  restarts(member: Member): number {
    return restartsOf(this.exits(member));
  }

  /** What an earlier release saw is known from the process's record, without the signal. */
  lastExit(member: Member): ExitReason | null {
    const { state, config } = member;
    const end = this.exits(member).ends.at(-1);
    if (end !== undefined) return { at: end.endedAt, exitCode: end.code, signal: end.signal, expected: end.expected, coreDumped: end.core };
    if (state.exitStatus === null) return null;
    const exitCode = state.exitStatus < 0 ? null : state.exitStatus;
    return {
      at: Math.round(state.stopWallMs),
      exitCode,
      signal: null,
      expected: config.exitCodes.includes(state.exitStatus),
      coreDumped: false,
    };
  }

  /** There was a start, but never a program: why not. Until the next start. */
  unspawned(member: Member): string | null {
    return this.#past.get(member)?.unspawned ?? null;
  }

  /** A process has changed its state. */
  changed(turn: Turn, member: Member, event: ProcessStateEvent, at: number): void {
    const past = this.#of(member);
    const { state, from, pid, cause, spawnError, reason } = event;
    if (state === "STARTING") {
      // One that was refused has come to its end in the same step.
      const isRestart = reason !== null && !ORDERED.has(reason) && member.state.state !== "FATAL";
      // A restart that follows in the step of an end is written with it.
      if (isRestart && past.endReason !== null) past.restart = reason;
      else if (isRestart) this.#parts.exits.restarted(turn, member.ref, reason);
      past.words = "";
      past.unspawned = null;
    }
    if (cause.type === "exited") {
      past.endReason = reason ?? past.endReason;
      past.words = wordsOf(cause.waitStatus);
      past.unspawned = cause.notSpawned ?? null;
    }
    past.entries.push({ at: Math.round(at), state, from, pid, reason: reasonOf(state, past.words, spawnError) });
    if (past.entries.length > TIMELINE_MAX) past.entries.shift();
  }

  spawned(turn: Turn, at: Now): void {
    this.#parts.oomKills.runBegins(turn, at.monoMs);
  }

  signalled(child: number, signal: number): void {
    if (signal === SIGKILL) this.#killed.add(child);
  }

  /** A run has ended; `before`: what it was until then. The process may have been taken out of its group by that. */
  ended(turn: Turn, member: Member, before: ProcessState, ended: Ended, at: Now): End | null {
    const isOurs = this.#killed.delete(before.child);
    if (findMember(this.#parts.world, member.ref) !== member) return null;
    const end = this.#endOf(turn, member, before, { ...ended, isOurs }, at);
    const past = this.#of(member);
    this.#parts.exits.ended(turn, member.ref, end, past.restart);
    past.endReason = null;
    past.restart = null;
    // Most often nobody is left; else the number follows. (KILL-006)
    if (end.survivors === null) this.#parts.survivors.count(member.ref, ended.pid, end.endedAt);
    return end;
  }

  hookFailed(turn: Turn, { group, process, keys }: Extract<SupervisorEvent, { kind: "lifecycle" }>): void {
    this.#parts.exits.hookFailed(turn, { group, process }, String(keys["hook"] ?? ""));
  }

  /** The process is out of its group. */
  forget(turn: Turn, ref: Ref): void {
    this.#parts.exits.forget(turn, ref);
  }

  #endOf(turn: Turn, member: Member, before: ProcessState, ended: Ended & { readonly isOurs: boolean }, at: Now): End {
    const { status } = decodeWaitStatus(ended.waitStatus);
    const { signal, coreDumped } = endingSignal(ended.waitStatus);
    const { kernel } = this.#parts;
    const wasKilled = signal === "SIGKILL" && !ended.isOurs && before.kills === 0;
    return {
      startedAt: Math.round(before.startWallMs),
      endedAt: Math.round(at.wallMs),
      ranMs: Math.max(0, Math.round(at.monoMs - before.startMonoMs)),
      code: status < 0 ? null : status,
      signal,
      core: coreDumped,
      expected: before.state === "STOPPING" || member.config.exitCodes.includes(status),
      reason: this.#past.get(member)?.endReason ?? "exit",
      oom: wasKilled ? this.#oomOf(turn, before, at) : "no",
      cpuMs: Math.round(Number(ended.userUs + ended.systemUs) / 1000),
      memory: Number(ended.maxRssKiB) * 1024,
      survivors: ended.pid > 1 && kernel.isGroupAlive(ended.pid) ? null : 0,
    };
  }

  /** Of what has a control group with limits of its own the kernel tells; of others nobody can be certain. (HIS-002) */
  #oomOf(turn: Turn, before: ProcessState, at: Now): Oom {
    const { cgroup, oomKills } = before.life.tree ?? {};
    const kills = cgroup === undefined || oomKills === undefined ? null : this.#parts.kernel.oomKillsIn(cgroup);
    if (kills !== null && oomKills !== undefined) return kills > oomKills ? "yes" : "no";
    return this.#parts.oomKills.hasKilledBetween(turn, before.startMonoMs, at.monoMs) ? "likely" : "no";
  }

  #of(member: Member): Past {
    const known = this.#past.get(member);
    if (known !== undefined) return known;
    const past: Past = { entries: [], words: "", unspawned: null, endReason: null, restart: null };
    this.#past.set(member, past);
    return past;
  }
}

function wordsOf(waitStatus: number): string {
  const { signal, coreDumped } = endingSignal(waitStatus);
  if (signal === null) return decodeWaitStatus(waitStatus).words.replace("exit status", "exit");
  return `${signal}${coreDumped ? " (core dumped)" : ""}`;
}

function reasonOf(state: TimelineEntry["state"], words: string, spawnError: string): string {
  switch (state) {
    case "STARTING":
    case "RUNNING":
    case "STOPPING":
      return "";
    case "STOPPED":
    case "EXITED":
      return words;
    case "BACKOFF":
    case "FATAL":
    case "UNKNOWN":
      return words !== "" || spawnError === "" ? words : `spawn error: ${spawnError}`;
  }
}
