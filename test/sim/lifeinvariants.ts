/**
 * What must hold of the options beyond Supervisor (docs/invariants.md, L-11 to L-18), seen from outside: in the records and effects that daemons send, all
 * daemons of a host one after the other. The rules are worked out here anew, with nothing of the daemon's own but how it writes its records.
 */
import type { ProcessConfig } from "../../src/config/model.ts";
import type { Target } from "../../src/config/targets.ts";
import { readStoredConfig } from "../../src/daemon/lifecycle/takeover.ts";
import type { Batch } from "../../src/link/messages.ts";
import type { ProcessState } from "../../src/process/state.ts";
import { type DaemonRecord, decodeProcess, decodeRecord, withStoredLife } from "../../src/supervisor/records.ts";
import type { Descendants } from "./keeper/descendants.ts";
import type { FakeKeeper } from "./keeper/keeper.ts";
import { type Ending, ExitCodes, stopLimitMs } from "./lifeendings.ts";
import { ownerOf, Runs } from "./liferuns.ts";

type Store = Map<string, Uint8Array>;
/** A moment: what is stored of each process, by its label. */
type Seen = ReadonlyMap<string, ProcessState>;
type Known = { readonly config: ProcessConfig; readonly group: string };
type Pause = { readonly atMs: number; readonly ms: number; readonly row: number };

/** A batch may be on its way a moment after the time that the daemon has looked at. */
const TOLERANCE_MS = 25;
/** An order looks commands up before it starts anything. */
const ORDER_MS = 1000;
/** Records that say something about the configuration. */
const CONFIG = /^(?:config|template|available)$|^(?:group|read|list|pending|scale)\//;

export class LifeInvariants {
  readonly #add: (text: string) => void;
  readonly #nowMs: () => number;
  /** What the keeper has once it has got everything. */
  readonly #store: Store = new Map();
  #seen = new Map<string, ProcessState>();
  #configs: ReadonlyMap<string, Known> | null = null;
  /** When a start was ordered last. */
  readonly #ordered = new Map<string, number>();
  /** Also for those that nobody knew yet. */
  #allOrderedMs = Number.NEGATIVE_INFINITY;
  /** When the last run of a process ended, or could not begin. */
  readonly #endedMs = new Map<string, number>();
  readonly #pauses = new Map<string, Pause>();
  /** Runs that a job may begin. */
  readonly #mayRun = new Map<string, number>();
  readonly codes: ExitCodes;
  #descendants: Descendants | null = null;
  readonly runs: Runs;
  #ending: Ending = { isDown: false, code: undefined };

  constructor(add: (text: string) => void, nowMs: () => number) {
    this.#add = add;
    this.codes = new ExitCodes(add);
    this.runs = new Runs(add);
    this.#nowMs = nowMs;
  }

  /** A start is ordered: it waits for no pause, and is a run of its own. */
  startOrdered(name: string): void {
    this.#ordered.set(name, this.#nowMs());
    this.#mayRun.set(name, Math.min(2, (this.#mayRun.get(name) ?? 0) + 1));
  }

  /** Anything may be started anew: an update, a reload. */
  allOrdered(): void {
    this.#allOrderedMs = this.#nowMs();
    for (const name of this.#seen.keys()) this.startOrdered(name);
  }

  /** Also what the host sees of programs. */
  watch(keeper: FakeKeeper): void {
    const { children } = keeper;
    this.#descendants = children.descendants;
    const others = children.onLife;
    children.onLife = (child, alive, waitStatus) => {
      others(child, alive, waitStatus);
      const owner = ownerOf(child.label);
      if (owner !== null) {
        // A start that fails for it has failed then, however late a daemon hears of it.
        if (!alive && child.label === `${owner}:pre_start`) this.#endedMs.set(owner, this.#nowMs());
        if (alive) this.runs.born(child.label, child.child, this.#nowMs());
        else this.runs.gone(child.child);
        return;
      }
      if (!alive) this.#endedMs.set(child.label, this.#nowMs());
      if (waitStatus !== null) this.codes.childEnded(child.child, waitStatus);
    };
  }

  /** What a daemon sends. */
  batch({ states, effects }: Batch): void {
    const before = this.#seen;
    const was = this.#ending;
    this.#keep(states);
    const after = new Map(before);
    const labels = new Set(states.flatMap(({ key }) => /^(?:process|life)\/(.*)$/s.exec(key)?.[1] ?? []));
    for (const name of labels) {
      const state = this.#stored(name);
      if (state === null) after.delete(name);
      else after.set(name, state);
    }
    this.#seen = after;
    for (const name of labels) this.#swept(name, before.get(name), after.get(name));
    for (const name of labels) this.#changed(name, before, after, was.isDown);
    if (labels.size > 0 || was !== this.#ending) this.codes.batch(labels, this.#known(), before, after, was, this.#ending);
    for (const effect of effects) {
      if (effect.type !== "spawn" && effect.type !== "spawn-with") continue;
      const owner = ownerOf(effect.label);
      if (owner !== null) this.runs.ordered(effect.label, effect.child, after.get(owner), was.isDown && this.#ending.isDown);
      else if (after.get(effect.label)?.state !== "STARTING") this.#add(`L-11 ${effect.label} is forked, and no start of it was stored`);
    }
  }

  /** L-17: when a sweep is over nothing of the run lives. Nobody here resists SIGKILL. */
  #swept(name: string, before: ProcessState | undefined, after: ProcessState | undefined): void {
    const sweep = before?.life.sweep;
    if (sweep === undefined || after === undefined || after.life.sweep !== undefined) return;
    const left = this.#descendants?.of(sweep.child) ?? 0;
    if (left > 0) this.#add(`L-17 ${left} of the last run of ${name} live, and its sweep is over`);
  }

  /** Some start waits for others, perhaps for ever. */
  get somethingWaits(): boolean {
    return [...this.#seen.values()].some(({ life }) => life.waiting !== undefined);
  }

  /** How long a stop may take; null: of all that there is. */
  stopLimitMs(name: string | null): number {
    return stopLimitMs(this.#known(), this.#seen, name);
  }

  /** The code with which supervisord is to end because of a process. */
  get exitCode(): number | undefined {
    return this.#ending.code;
  }

  /** L-16. */
  overdueRuns(): string[] {
    return this.runs.overdue(this.#known(), this.#nowMs());
  }

  /** L-15: nothing waits whose conditions hold. A moment does not count. */
  waits(): string[] {
    if (this.#ending.isDown) return [];
    return [...this.#seen].flatMap(([name, { life }]) => {
      const known = life.waiting === undefined ? undefined : this.#known().get(name);
      if (known === undefined || !targets(known.config).every((target) => this.#holds(target, [this.#seen]))) return [];
      return [`L-15 ${name} waits, and everything that it waits for is there`];
    });
  }

  #keep(states: Batch["states"]): void {
    for (const { key, value } of states) {
      if (value === null) this.#store.delete(key);
      else this.#store.set(key, value);
      if (CONFIG.test(key)) this.#configs = null;
      if (key === "daemon") this.#ending = endingOf(value);
    }
  }

  #stored(name: string): ProcessState | null {
    const bytes = this.#store.get(`process/${name}`);
    const read = bytes === undefined ? null : decodeProcess(bytes);
    if (read?.ok !== true) return null;
    const life = this.#store.get(`life/${name}`);
    const whole = life === undefined ? read : withStoredLife(read.value, life);
    return whole.ok ? whole.value : read.value;
  }

  /** By label. One that an update waits for is as it was until it is down, and nothing is said about it. */
  #known(): ReadonlyMap<string, Known> {
    if (this.#configs !== null) return this.#configs;
    const found = readStoredConfig({ store: this.#store });
    const groups = found.ok ? found.value.running.groups : [];
    const all = groups.flatMap(({ name, processes }) =>
      processes.map((config) => [`${name}:${config.name}`, { config, group: name }] as const),
    );
    this.#configs = new Map(all.filter(([name]) => !this.#store.has(`pending/${name}`)));
    return this.#configs;
  }

  #changed(name: string, before: Seen, after: Seen, wentDown: boolean): void {
    const [was, is] = [before.get(name), after.get(name)];
    if (is === undefined) return this.#forget(name);
    this.runs.changed(name, was, is);
    const known = this.#known().get(name);
    if (known !== undefined && was !== undefined) this.#slot(name, was, is, known.config);
    const begins = is.attempt > (was?.attempt ?? 0) && is.state === "STARTING";
    if (begins) {
      if (wentDown && this.#ending.isDown) this.#add(`L-14 ${name} is started while supervisord goes down`);
      if (known !== undefined) {
        this.#begins(name, known.config, before, after);
        if (was !== undefined) this.#pauseIsOver(name, was);
      }
      this.#pauses.delete(name);
      this.#endedMs.delete(name);
    }
    const isPause = is.deadlines.restart !== undefined || (is.deadlines.again !== undefined && is.life.again === "unhealthy");
    const pausedBefore = was?.attempt === is.attempt && this.#pauses.has(name);
    if (isPause && !pausedBefore && known !== undefined && known.config.restartDelay > 0) this.#pause(name, is, known.config);
  }

  #forget(name: string): void {
    this.#ordered.delete(name);
    this.#pauses.delete(name);
    this.#mayRun.delete(name);
    this.runs.forget(name);
  }

  /** L-11: no start while a condition of it does not hold; in a turn of several steps it may have held for one of them. */
  #begins(name: string, config: ProcessConfig, before: Seen, after: Seen): void {
    for (const target of targets(config))
      if (!this.#holds(target, [before, after])) this.#add(`L-11 ${name} is started, and ${target.name} is not there`);
  }

  /** Of each process that is meant it was so at one of the moments. */
  #holds(target: Target, moments: readonly Seen[]): boolean {
    const meant = [...this.#known()].filter(
      ([, { group, config }]) => group === target.group && (target.processes === null || target.processes.includes(config.name)),
    );
    if (meant.length === 0) return [...this.#store.keys()].some((key) => key.startsWith(`pending/${target.group}:`));
    return meant.every(
      ([name, { config }]) => moments.some((seen) => isSo(target.condition, seen.get(name), config)) || hasPassed(name, moments),
    );
  }

  /** L-18: the pause before an automatic start is not shorter than it must be. */
  #pause(name: string, { life }: ProcessState, config: ProcessConfig): void {
    const row = life.policy?.row ?? 0;
    if (row < 1) this.#add(`L-18 ${name} pauses, and that is not counted`);
    const ms = Math.min(config.restartDelayMax, config.restartDelay * config.restartBackoff ** Math.max(0, row - 1));
    this.#pauses.set(name, { atMs: this.#endedMs.get(name) ?? this.#nowMs(), ms, row });
  }

  #isOrdered(name: string): boolean {
    const orderedMs = Math.max(this.#ordered.get(name) ?? Number.NEGATIVE_INFINITY, this.#allOrderedMs);
    return this.#nowMs() - orderedMs < ORDER_MS;
  }

  #pauseIsOver(name: string, was: ProcessState): void {
    const pause = this.#pauses.get(name);
    const cause = was.life.waiting?.cause;
    const isAutomatic =
      was.deadlines.restart !== undefined || was.deadlines.again !== undefined || cause === "retry" || cause === "restart";
    if (pause === undefined || !isAutomatic || this.#isOrdered(name)) return;
    const passedMs = this.#nowMs() - pause.atMs;
    if (passedMs + TOLERANCE_MS < pause.ms)
      this.#add(`L-18 ${name} is started after a pause of ${passedMs.toFixed(0)} ms, not ${pause.ms} (row ${pause.row})`);
  }

  /** L-13: a slot leads to one run at most. Not of a job that others need: they start it as well. */
  #slot(name: string, was: ProcessState, is: ProcessState, config: ProcessConfig): void {
    if (was.life.again === "memory" || was.life.again === "rolling") this.#mayRun.set(name, Math.max(1, this.#mayRun.get(name) ?? 0));
    if (config.cron === null || this.#isNeeded(name) || config.bindTo.length > 0 || config.fatalRetry !== null)
      return void this.#mayRun.set(name, 1);
    const [old, now] = [was.life.job, is.life.job];
    const skipped = (job: typeof now): number => (job?.skipped.overlap ?? 0) + (job?.skipped.missed ?? 0);
    const begins = is.attempt > was.attempt && is.state === "STARTING";
    // Of several slots of one moment some may have been missed, and the last leads to a run all the same.
    const isLater =
      (now?.queued === true && old?.queued !== true) ||
      (is.life.waiting !== undefined && was.life.waiting === undefined) ||
      (is.life.again === "replaced" && was.life.again !== "replaced");
    const runs = begins || isLater || skipped(old) === skipped(now);
    const isHandled = old?.position.handledMs !== now?.position.handledMs && runs;
    const most = config.cronOverlap === "skip" ? 1 : 2;
    if (isHandled || old === undefined) this.#mayRun.set(name, Math.min(most, (this.#mayRun.get(name) ?? 0) + 1));
    if (!begins) return;
    const left = (this.#mayRun.get(name) ?? 0) - 1;
    if (left < 0) this.#add(`L-13 ${name} runs twice for one slot`);
    this.#mayRun.set(name, Math.max(0, left));
  }

  #isNeeded(name: string): boolean {
    const own = this.#known().get(name);
    return [...this.#known().values()].some(({ config }) =>
      targets(config).some(({ group, processes }) => group === own?.group && (processes === null || processes.includes(own.config.name))),
    );
  }
}

function targets({ dependsOn, bindTo }: ProcessConfig): readonly Target[] {
  return [...dependsOn, ...bindTo];
}

/** Between two moments it may have been otherwise: it was on its way up and is on its way down, or another run has begun. */
function hasPassed(name: string, [before, after]: readonly Seen[]): boolean {
  const [was, is] = [before?.get(name), after?.get(name)];
  if (was === undefined || is === undefined) return false;
  const wentUp = was.state === "STARTING" && (is.state === "STOPPING" || is.state === "STOPPED" || is.state === "EXITED");
  return wentUp || (was.child !== 0 && is.attempt > was.attempt);
}

/** What is said of the conditions in docs/life.md. */
function isSo(written: Target["condition"], process: ProcessState | undefined, config: ProcessConfig): boolean {
  const { state, pid, life, spawnError } = process ?? { state: "STOPPED", pid: 0, life: {}, spawnError: "" };
  switch (written ?? (config.type === "oneshot" ? "exited_ok" : "ready")) {
    case "started":
      return pid !== 0 && (state === "STARTING" || state === "RUNNING");
    case "healthy":
      return state === "RUNNING" && life.health?.verdict === "healthy";
    case "exited_ok":
      return state === "EXITED" && spawnError === "" && process?.deadlines.restart === undefined && life.waiting === undefined;
    case "running":
      return state === "RUNNING";
    case "ready":
      return state === "RUNNING" && life.said?.reloadingMs === undefined;
  }
}

/** Supervisord goes down, or is about to; with which code, where a process has decided that. */
function endingOf(bytes: Uint8Array | null): Ending {
  const read = bytes === null ? null : decodeRecord(bytes);
  if (read?.ok !== true) return { isDown: false, code: undefined };
  const { mood, exit } = read.value as DaemonRecord;
  return { isDown: mood !== "RUNNING" || exit !== undefined, code: exit?.code };
}
