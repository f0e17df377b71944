/**
 * What the features beyond Supervisor know of one process: pauses, waits, hooks, readiness, health, schedules. Each has a member of its own here and a file of
 * its own. It is stored beside the state of the process (`life/GROUP:NAME`), so that an earlier release, which knows nothing of it, can take over. (CMN-021)
 */

import type { AgainCause, DueCause, Reason, StartCause, StopCause } from "./causes.ts";
import type { Health } from "./health.ts";
import type { Policy } from "./policy.ts";
import type { Run, RunEnd } from "./run.ts";
import type { Job } from "./schedule.ts";

/** The last word about a process, where its state does not say it. (CMN-007, CMN-027) */
export type Wanted = { readonly up: boolean; readonly by: StartCause | StopCause | "exit" };

/** A start that waits until its conditions hold. (DEP-003) */
export type Waiting = {
  readonly cause: StartCause;
  /** Since when, monotonic. */
  readonly sinceMs: number;
  /** When it has waited long enough; without it, it waits for ever. (DEP-013) */
  readonly untilMs?: number;
};

/** Whether it has become ready in this run. (RDY-001) */
export type Ready = {
  /** Set for the rest of the run. */
  readonly isReady: boolean;
  /** When it was set, by the wall clock. */
  readonly atWallMs?: number;
  /** The number of the attempt that is under way or due: the result of any other comes too late. */
  readonly check: number;
  /** The run that makes this attempt, where it is a command. */
  readonly run?: number;
  /** It was not ready in time, and has had its stop signal: what the failed start says. */
  readonly failed?: string;
};

/** A stop that is carried out when everything that needs this process is down. (DEP-020, BND-002) */
export type StopAfter = { readonly cause?: StopCause; readonly again?: boolean };

/** What hooks are told besides what they are; of a program that has some. (HOOK-009) */
export type Told = {
  /** What the last start was for. */
  readonly start?: Reason;
  /** What it is stopped for, as it was when that began: a shutdown that comes meanwhile is no other stop. Gone with the next start. */
  readonly stop?: Reason;
  /** How the last run ended; gone with the next one. */
  readonly end?: RunEnd;
};

/** A run of which nothing is to survive its end, or that is limited with all that it starts. (KILL-003, CGR-002) */
export type Tree = {
  /** Nothing that was started earlier belongs to it. */
  readonly sinceTicks: number;
  /** Its control group, with a folder `run` that it is in; without one it is in none. */
  readonly cgroup?: string;
  /** How many the kernel had killed in it for want of memory when it began. */
  readonly oomKills?: number;
};

/** What is left of a run is being killed. (KILL-004, KILL-007) */
export type Sweep = Pick<Tree, "sinceTicks"> & {
  /** The control group to be emptied. */
  readonly cgroup?: string;
  /** The main process that has ended. */
  readonly pid: number;
  readonly child: number;
  /** Then the rest is given up, monotonic. */
  readonly untilMs: number;
};

/** A start that waits until what belongs to the last run is over. */
export type Later = { readonly cause: StartCause; readonly deps?: false };

/** A process that was not killed in time. */
export type Leftover = { readonly pid: number; readonly name: string; readonly state: string };

/** What it has said of itself in this run, by its notify socket: see `said.ts`. */
export type Said = {
  /** In its own words; without: it has said nothing, or taken it back. */
  readonly status?: string;
  /** It is about to end. */
  readonly stopping?: true;
  /** Since when it takes up its configuration anew, monotonic. (RDY-012) */
  readonly reloadingMs?: number;
  /** By how much its messages have moved deadlines. */
  readonly extendedMs?: number;
  /** Within which time it knows that it has to ping; without: nobody has told it, and it has not begun by itself. */
  readonly watchdogMs?: number;
  /** What the log says once in a run. */
  readonly warnedOfSender?: true;
  readonly warnedOfMainPid?: true;
};

/** A reload that was ordered in a run: `reload.ts` says what happens to it. (RLD) */
export type Reload = {
  /** The client's word for the order: given again it is the same order. */
  readonly token: string;
  /** Of which run. */
  readonly child: number;
  /** The command runs; RELOADING=1 may come; it has come, and READY=1 may; it is over, and `text` says how. */
  readonly phase: "command" | "listening" | "reloading" | "over";
  /** RELOADING=1 has come while the command ran. */
  readonly hasSaid?: true;
  /** When listening and waiting for READY=1 end, monotonic. */
  readonly untilMs?: number;
  /** The empty text: it was good. */
  readonly text?: string;
  /** Another order, which begins when this one is over. (RLD-004) */
  readonly next?: string;
};

export type Life = {
  readonly wanted?: Wanted;
  /** What it is being stopped for, or was last, unless a user, an update or a shutdown has ordered it: that need not be kept. */
  readonly stopCause?: StopCause;
  /** It is stopped in order to be started again, and why. (CMN-012) */
  readonly again?: AgainCause;
  readonly waiting?: Waiting;
  readonly ready?: Ready;
  readonly health?: Health;
  readonly said?: Said;
  /** The last reload that was ordered in this run. */
  readonly reload?: Reload;
  /** It is to be stopped and started again as soon as its turn comes, and why. (HLT-007) */
  readonly due?: DueCause;
  /** Of a program with a schedule. */
  readonly job?: Job;
  /** Since when it has been RUNNING, monotonic; of a program whose runs have a greatest age. (AGE-001) */
  readonly runningMs?: number;
  readonly policy?: Policy;
  /** The code with which the last run ended, while starts fail; only where `exit_on` is set. (CTR-002) */
  readonly lastCode?: number;
  readonly stopAfter?: StopAfter;
  /** Commands that run beside it, in the order in which they became due; and the number of the last. */
  readonly runs?: readonly Run[];
  readonly lastRun?: number;
  readonly told?: Told;
  readonly tree?: Tree;
  readonly sweep?: Sweep;
  readonly later?: Later;
  /** The commands before the start that is under way have ended well. */
  readonly mayStart?: true;
};

/** That of a process that uses nothing of all this: nearly every one, so all of them share it. */
export const NO_LIFE: Life = Object.freeze({});

/** With some members changed; `undefined` takes one out. */
export function withLife(life: Life, changes: { readonly [K in keyof Life]?: Life[K] | undefined }): Life {
  const names = Object.keys(changes) as (keyof Life)[];
  if (names.every((name) => life[name] === changes[name])) return life;
  const left = Object.entries({ ...life, ...changes }).filter(([, value]) => value !== undefined);
  return left.length === 0 ? NO_LIFE : (Object.fromEntries(left) as Life);
}
