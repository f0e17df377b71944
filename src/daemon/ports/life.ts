/**
 * What is known of a process beyond its state, as clients see it: what is wanted, what happens next, and what each feature that it uses has to say. Each
 * feature fills in its own members behind `UNUSED`; null: the process does not use it. (HIS-007)
 */
import { UNUSED } from "../../api/life.ts";
import type { Life, LifeJob, LifeNext } from "../../api/types.ts";
import type { Now } from "../../doors.ts";
import { RUNS, runsOf } from "../../process/auxiliary.ts";
import { isReloading } from "../../process/said.ts";
import type { ProcessState } from "../../process/state.ts";
import { unreachable } from "../../result.ts";
import type { JobView } from "../../rpc/control.ts";
import type { Zones } from "../../supervisor/jobs.ts";
import { hasDependencies } from "../../supervisor/needs.ts";
import { startsWhenText, waitsFor } from "../../supervisor/waittexts.ts";
import { wantedOf } from "../../supervisor/wanted.ts";
import type { Member, World } from "../../supervisor/world.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Sweeps } from "../runs/sweeps.ts";
import { jobView } from "./jobview.ts";

/** What is known of a process outside of its state. */
export type Seen = {
  /** How many of an ended run are being killed; null: nothing is. */
  readonly tree?: number | null;
  readonly limits?: Life["limits"];
};

type Rooms = { readonly sweeps: Pick<Sweeps, "countOf">; readonly cgroups: Pick<Cgroups, "limits"> };

export function seenOf({ sweeps, cgroups }: Rooms, member: Member): Seen {
  return { tree: sweeps.countOf(member), limits: cgroups.limits(member) };
}

export function lifeOf(world: World, member: Member, now: Now, zones: Zones, { tree = null, limits = null }: Seen = {}): Life {
  const { up, by } = wantedOf(member);
  return {
    wanted: up ? "up" : "down",
    wantedBy: by,
    next: nextOf(world, member, now, zones),
    ...UNUSED,
    ...readinessOf(member),
    health: healthOf(member),
    job: jobOf(member, now, zones),
    hook: hookOf(member),
    row: rowOf(member),
    waitsFor: waitsOf(world, member, now),
    reload: reloadOf(member),
    tree,
    limits,
  };
}

/** Only of a process that has another readiness than the time since its start. (RDY-013) */
function readinessOf({ config, state }: Member): Pick<Life, "ready" | "readyAt" | "statusText"> {
  const { life } = state;
  const statusText = life.said?.status ?? null;
  if (isReloading(state)) return { ready: false, readyAt: null, statusText };
  // What runs was ready by what counted when it was started.
  const isUnasked = config.readyWhen.kind === "startsecs" || state.state === "RUNNING";
  if (life.ready === undefined) return { ready: isUnasked ? null : false, readyAt: null, statusText };
  return { statusText, ready: life.ready.isReady, readyAt: life.ready.atWallMs === undefined ? null : Math.round(life.ready.atWallMs) };
}

/** (HLT-012) */
function healthOf({ state: { life } }: Member): Life["health"] {
  if (life.health === undefined) return null;
  const { verdict, sinceWallMs, failures, last } = life.health;
  return {
    state: verdict,
    since: Math.round(sinceWallMs),
    failures,
    lastAt: last === null ? null : Math.round(last.atWallMs),
    lastResult: last === null ? null : { result: last.result, text: last.text, ms: Math.round(last.ms) },
  };
}

/** The one that is under way, or the first that waits for its turn. (HOOK-012) */
function hookOf({ state }: Member): Life["hook"] {
  const run = runsOf(state).find(({ what, ending }) => RUNS[what].isHook && ending === undefined);
  if (run === undefined) return null;
  const since = Math.round(run.sinceWallMs);
  return { name: run.what, pid: run.pid, since, deadline: since + run.timeoutMs };
}

/** Automatic restarts in a row, of a process that pauses between them. (RST-010) */
function rowOf({ config, state: { life } }: Member): number | null {
  return config.restartDelay > 0 ? (life.policy?.row ?? 0) : null;
}

/** Whether it can be asked for, and how. (RLD-001) */
function reloadOf({ config: { reloadSignal, reloadCommand } }: Member): Life["reload"] {
  if (reloadSignal !== null) return "signal";
  return reloadCommand === null ? null : "command";
}

/** null: it depends on nothing. */
function waitsOf(world: World, member: Member, now: Now): Life["waitsFor"] {
  if (!hasDependencies(member.config)) return null;
  const { waiting } = member.state.life;
  if (waiting === undefined) return [];
  const since = Math.round(now.wallMs + waiting.sinceMs - now.monoMs);
  return waitsFor(world, member).map((wait) => ({ ...wait, since }));
}

/** Exactly one of what can happen. (HIS-005) */
export function nextOf(world: World, member: Member, now: Now, zones: Zones): LifeNext {
  const { state, pending } = member;
  const { deadlines, life } = state;
  const at = (dueMs: number | undefined): number | null => (dueMs === undefined ? null : Math.round(now.wallMs + dueMs - now.monoMs));
  if (pending?.config === null) return { what: "removed", at: at(deadlines.kill), text: "is removed" };
  switch (state.state) {
    case "STARTING":
      if (life.ready?.failed !== undefined)
        return { what: "stops", at: at(deadlines["unready-kill"]), text: "is stopped, since it is not ready" };
      if (life.ready?.isReady === false) return { what: "runs", at: at(deadlines.ready), text: "runs when it is ready" };
      return { what: "runs", at: at(deadlines.startup), text: "runs" };
    case "RUNNING":
      return { what: "runs", at: null, text: runningText(state) };
    case "STOPPING":
      return { what: "stops", at: at(deadlines.kill), text: "is stopped" };
    case "STOPPED":
    case "EXITED":
    case "BACKOFF":
    case "FATAL":
    case "UNKNOWN":
      break;
    default:
      return unreachable(state.state);
  }
  const due = deadlines.restart ?? deadlines.again ?? deadlines["fatal-retry"];
  if (world.mood === "RUNNING" && due !== undefined) return { what: "retries", at: at(due), text: "retries" };
  if (world.mood === "RUNNING" && life.later !== undefined)
    return { what: "starts", at: null, text: "starts when nothing of its last run is left" };
  if (world.mood === "RUNNING" && life.waiting !== undefined)
    return { what: "starts", at: null, text: startsWhenText(world, member, now.monoMs) };
  const job = jobView(member, zones, now);
  if (job !== null && state.state !== "UNKNOWN" && world.mood === "RUNNING") return nextRun(job);
  return { what: "stays-down", at: null, text: "stays down until it is started" };
}

/** As it says itself. (RDY-010, RDY-012) */
function runningText(state: ProcessState): string {
  if (state.life.said?.stopping === true) return "runs, and is about to end, as it says";
  return isReloading(state) ? "runs, and takes up its configuration anew" : "runs";
}

function nextRun({ paused, nextMs }: JobView): LifeNext {
  if (paused || nextMs === null) return { what: "paused", at: null, text: "its schedule is paused" };
  return { what: "run", at: nextMs, text: "runs by its schedule" };
}

/** (CRON-002) */
function jobOf(member: Member, now: Now, zones: Zones): LifeJob | null {
  const job = jobView(member, zones, now);
  if (job === null) return null;
  const { nextMs, paused, queued, skipped } = job;
  const last = member.state.startWallMs === 0 ? null : Math.round(member.state.startWallMs);
  return { next: nextMs, last, paused, queued, skipped: skipped.overlap + skipped.missed };
}

/** Since when a process is in its state, by the wall clock; null: it has never been started, or nobody knows. `changed`: its last change, where it was seen. */
export function stateSince({ state }: Member, changed: number | undefined): number | null {
  if (changed !== undefined) return changed;
  switch (state.state) {
    case "STARTING":
    case "RUNNING":
      return state.startWallMs === 0 ? null : Math.round(state.startWallMs);
    case "STOPPED":
    case "EXITED":
      return state.stopWallMs === 0 ? null : Math.round(state.stopWallMs);
    case "BACKOFF":
    case "FATAL":
      return Math.round(Math.max(state.startWallMs, state.stopWallMs)) || null;
    case "STOPPING":
    case "UNKNOWN":
      return null;
    default:
      return unreachable(state.state);
  }
}
