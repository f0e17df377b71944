/**
 * Carries an order to its end when the connection breaks on the way. A daemon of ours may be killed at any moment; its successor is there within
 * a second and the programs never notice, so neither should `stop`, `restart` or `update`. After a break the client comes back, looks at the
 * processes, and either finds the order carried out or gives it again.
 *
 * Never: an order twice that does harm twice. Signals, standard input and `reload` are left as they are, and a start is only given again when
 * no process has been started since. Times are compared on the daemon's clock, in whole seconds.
 */
import { STATES } from "../../process/states.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { isStopped } from "../processstate.ts";
import { type Failure, isFault } from "./failure.ts";
import type { ProcessInfo, ResultRow } from "./infos.ts";
import type { Supervisor } from "./supervisor.ts";

/** How long the daemon may stay away. Its successor takes less than a second; a loaded machine a few. */
const RECONNECT_MS = 5_000;
const RETRY_MS = 100;
/** How often a process on its way is looked at, only after a break. */
const LOOK_MS = 250;
/** Breaks in one order; more is no accident. */
const BREAKS_MAX = 5;

export type Pace = { monoMs(): number; sleep(ms: number): Promise<void> };

/** False: the order has not been given, and each has to be. */
type Rows = readonly ResultRow[] | false;
type Outcome<T> = Promise<Result<T, Failure>>;
/** Whether a process, by its times, was started or stopped since the order was first given. */
type Since = (info: ProcessInfo, seconds: number) => boolean;

/** The same methods; those that start, stop, add and remove survive a broken connection. */
export function resuming(supervisor: Supervisor, pace: Pace): Supervisor {
  const order = <T>(names: Names, again: Again<T>, give: () => Outcome<T>) =>
    carryOut(supervisor, pace, give, (since) => again({ supervisor, pace, names }, since, give));
  const repeat = <T>(give: () => Outcome<T>, done: number | null, value: T) =>
    carryOut(supervisor, pace, give, async () => accepting(await give(), done, value));
  const same = <T>(ask: () => Outcome<T>) => carryOut(supervisor, pace, ask, ask);
  return {
    ...supervisor,
    // What an order begins with: a daemon may be killed more than once before it has answered.
    getProcessInfo: (name) => same(() => supervisor.getProcessInfo(name)),
    getAllProcessInfo: () => same(() => supervisor.getAllProcessInfo()),
    jobs: () => same(() => supervisor.jobs()),
    startProcess: (name) => order({ process: name }, startAgain, () => supervisor.startProcess(name)),
    stopProcess: (name) => order({ process: name }, stopAgain, () => supervisor.stopProcess(name)),
    startProcesses: (names) => order({ processes: names }, startSeveralAgain, () => supervisor.startProcesses(names)),
    stopProcesses: (names) => order({ processes: names }, stopSeveralAgain, () => supervisor.stopProcesses(names)),
    startProcessGroup: (group) => order({ group }, startAllAgain, () => supervisor.startProcessGroup(group)),
    stopProcessGroup: (group) => order({ group }, stopAllAgain, () => supervisor.stopProcessGroup(group)),
    startAllProcesses: () => order({}, startAllAgain, () => supervisor.startAllProcesses()),
    stopAllProcesses: () => order({}, stopAllAgain, () => supervisor.stopAllProcesses()),
    clearProcessLogs: (name) => repeat(() => supervisor.clearProcessLogs(name), null, true),
    clearAllProcessLogs: () => repeat(() => supervisor.clearAllProcessLogs(), null, []),
    addProcessGroup: (name) => repeat(() => supervisor.addProcessGroup(name), FAULTS.ALREADY_ADDED, true),
    removeProcessGroup: (name) => repeat(() => supervisor.removeProcessGroup(name), FAULTS.BAD_NAME, true),
    // A successor goes on with an update, and a second one finds nothing left to change.
    applyUpdate: (group) => repeat(() => supervisor.applyUpdate(group), null, true),
    // Where there is a token it says that this is the same order; others order nothing.
    scale: (program, numprocs, token) => same(() => supervisor.scale(program, numprocs, token)),
    scaleSettled: (added, removed) => same(() => supervisor.scaleSettled(added, removed)),
    reloadProcess: (name, token) => same(() => supervisor.reloadProcess(name, token)),
    rollingRestart: (names, options) => same(() => supervisor.rollingRestart(names, options)),
    operation: (id, results) => same(() => supervisor.operation(id, results)),
    shutdown: () => repeat(() => supervisor.shutdown(), FAULTS.SHUTDOWN_STATE, true),
  };
}

async function carryOut<T>(supervisor: Supervisor, pace: Pace, give: () => Outcome<T>, again: (since: Since) => Outcome<T>): Outcome<T> {
  const begunMs = pace.monoMs();
  const since: Since = (info, seconds) => seconds > 0 && seconds >= info.now - (pace.monoMs() - begunMs) / 1000 - 1;
  let outcome = await give();
  for (let breaks = 0; isBroken(outcome) && breaks < BREAKS_MAX; breaks++) {
    if (!(await comesBack(supervisor, pace))) return outcome;
    outcome = await again(since);
  }
  return outcome;
}

function isBroken(outcome: Result<unknown, Failure>): boolean {
  return !outcome.ok && outcome.error.kind === "broken";
}

/** A daemon that goes down answers with a fault: it is there all the same. */
async function comesBack(supervisor: Supervisor, pace: Pace): Promise<boolean> {
  for (const endMs = pace.monoMs() + RECONNECT_MS; pace.monoMs() < endMs; await pace.sleep(RETRY_MS)) {
    const answer = await supervisor.getVersion();
    if (answer.ok || answer.error.kind === "fault") return true;
    if (answer.error.kind !== "broken" && answer.error.kind !== "connect") return false;
  }
  return false;
}

/** The fault that means that the order had been carried out before the break. */
function accepting<T>(outcome: Result<T, Failure>, done: number | null, value: T): Result<T, Failure> {
  return !outcome.ok && done !== null && isFault(outcome.error, done) ? ok(value) : outcome;
}

type Names = { readonly process?: string; readonly group?: string; readonly processes?: readonly string[] };
type Look = { readonly supervisor: Supervisor; readonly pace: Pace; readonly names: Names };
/** After a break: finds the order carried out, or gives it again. */
type Again<T> = (look: Look, since: Since, give: () => Outcome<T>) => Outcome<T>;

async function startAgain(look: Look, since: Since, start: () => Outcome<true>): Outcome<true> {
  const infos = await whenNoneIs(look, STATES.STARTING.code);
  if (!infos.ok) return infos;
  const [info] = infos.value;
  if (info === undefined || !wasStarted(info, since)) return start();
  const status = startStatus(info);
  return status === SUCCESS ? ok(true) : refuse({ kind: "fault", code: status, text: info.spawnerr });
}

/** It is given again also when the process is down: its post_stop may run, or its schedule be as it was. (HOOK-007, CRON-002) */
async function stopAgain(look: Look, _since: Since, stop: () => Outcome<true>): Outcome<true> {
  const infos = await whenNoneIs(look, STATES.STOPPING.code);
  return infos.ok ? accepting(await stop(), FAULTS.NOT_RUNNING, true) : infos;
}

/** One that was stopped after its last start has not been started by the order: the start that is meant is the one before the stop, as in `restart`. */
function wasStarted(info: ProcessInfo, since: Since): boolean {
  return since(info, info.start) && !(info.state === STATES.STOPPED.code && info.stop >= info.start);
}

/**
 * The daemon orders all of them in one step, so either the order was lost or every process that it concerns has been started since, or waits for what it
 * depends on. A start of one that waits joins the wait.
 */
async function startAllAgain(look: Look, since: Since, start: () => Outcome<readonly ResultRow[]>): Outcome<readonly ResultRow[]> {
  const infos = await whenNoneIs(look, STATES.STARTING.code);
  if (!infos.ok) return infos;
  const begun = infos.value.filter((info) => wasStarted(info, since));
  if (begun.length === 0) return start();
  const rows = begun.filter((info) => !waits(info)).map((info) => row(info, startStatus(info)));
  for (const info of infos.value.filter(waits)) {
    const outcome = await look.supervisor.startProcess(makeNamespec({ group: info.group, process: info.name }));
    if (outcome.ok) rows.push(row(info, SUCCESS));
    else if (outcome.error.kind === "fault") rows.push(row(info, outcome.error.code));
    else return outcome;
  }
  return ok(rows);
}

/** Some of them have been started since, or wait, so the order has come through; what has no row then has its own answer. */
async function startSeveralAgain(look: Look, since: Since, start: () => Outcome<Rows>): Outcome<Rows> {
  const lost: { given: Result<Rows, Failure> | null } = { given: null };
  const begun = await startAllAgain(look, since, async () => {
    lost.given = await start();
    return ok([]);
  });
  if (lost.given !== null || !begun.ok) return lost.given ?? begun;
  const rows = new Map(begun.value.map((one) => [nameOf(one), one]));
  const all: ResultRow[] = [];
  for (const name of look.names.processes ?? []) {
    const known = rows.get(plainName(name));
    const given = known === undefined ? await look.supervisor.startProcess(name) : ok(true as const);
    if (!given.ok && given.error.kind !== "fault") return given;
    all.push(known ?? rowNamed(name, given));
  }
  return ok(all);
}

/** What is down by now has been stopped by the order. */
async function stopSeveralAgain(look: Look, _since: Since, stop: () => Outcome<Rows>): Outcome<Rows> {
  const infos = await whenNoneIs(look, STATES.STOPPING.code);
  if (!infos.ok) return infos;
  const given = await stop();
  if (!given.ok || given.value === false) return given;
  const isDone = ({ status }: ResultRow): boolean => status === FAULTS.NOT_RUNNING;
  return ok(given.value.map((one) => (isDone(one) ? { ...one, status: SUCCESS, description: "OK" } : one)));
}

/** For what it depends on. (CMN-012) */
function waits(info: ProcessInfo): boolean {
  return info.state !== STATES.RUNNING.code && info.description.startsWith("waiting for ");
}

async function stopAllAgain(look: Look, since: Since, stop: () => Outcome<readonly ResultRow[]>): Outcome<readonly ResultRow[]> {
  const infos = await whenNoneIs(look, STATES.STOPPING.code);
  if (!infos.ok) return infos;
  const stopped = infos.value.filter((info) => isStopped(info) && since(info, info.stop)).map((info) => row(info, SUCCESS));
  const rest = await stop();
  if (!rest.ok) return rest;
  const told = new Set(rest.value.map(nameOf));
  return ok([...stopped.filter((one) => !told.has(nameOf(one))), ...rest.value]);
}

/** Looks until no process concerned is on its way any more. */
async function whenNoneIs({ supervisor, pace, names }: Look, state: number): Outcome<readonly ProcessInfo[]> {
  for (;;) {
    const infos = await lookAt(supervisor, names);
    if (!infos.ok || infos.value.every((info) => info.state !== state)) return infos;
    await pace.sleep(LOOK_MS);
  }
}

async function lookAt(supervisor: Supervisor, { process, group, processes }: Names): Outcome<readonly ProcessInfo[]> {
  if (process !== undefined) {
    const info = await supervisor.getProcessInfo(process);
    return info.ok ? ok([info.value]) : info;
  }
  const infos = await supervisor.getAllProcessInfo();
  if (!infos.ok || (group === undefined && processes === undefined)) return infos;
  const names = new Set(processes?.map(plainName));
  return ok(infos.value.filter((info) => info.group === group || names.has(makeNamespec({ group: info.group, process: info.name }))));
}

function startStatus(info: ProcessInfo): number {
  if (info.state === STATES.RUNNING.code) return SUCCESS;
  return info.spawnerr === "" ? FAULTS.ABNORMAL_TERMINATION : FAULTS.SPAWN_ERROR;
}

/** `cat:cat` is `cat`. */
function plainName(name: string): string {
  const { group, process } = splitNamespec(name);
  return makeNamespec({ group, process: process ?? group });
}

function rowNamed(called: string, given: Result<true, Failure>): ResultRow {
  const { group, process } = splitNamespec(called);
  const fault = given.ok || given.error.kind !== "fault" ? { code: SUCCESS, text: "OK" } : given.error;
  return { name: process ?? called, group, status: fault.code, description: fault.text };
}

function nameOf({ name, group }: ResultRow): string {
  return makeNamespec({ group, process: name });
}

function row({ name, group }: ProcessInfo, status: number): ResultRow {
  return { name, group, status, description: status === SUCCESS ? "OK" : "" };
}
