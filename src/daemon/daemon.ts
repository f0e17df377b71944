/** One daemon behind its doors: boot or take over, then the loop. `main.ts` gives it the real doors, the simulation gives it fake ones. */
import type { LoadDoors } from "../config/load.ts";
import type { Config } from "../config/model.ts";
import type { Listening } from "../config/reader.ts";
import { logText } from "../config/report.ts";
import type { Doors } from "../doors.ts";
import type { Report } from "../link/messages.ts";
import { ok, type Result, refuse } from "../result.ts";
import { makeCalls } from "../rpc/calls.ts";
import { allIsHeard, goOnGoingDown } from "../supervisor/goingdown.ts";
import { recordKeys } from "../supervisor/records.ts";
import { deadlinesDue, nextDeadlineMs, stepMember, stepReports } from "../supervisor/step.ts";
import { resumeUpdates } from "../supervisor/update.ts";
import { emptyWorld } from "../supervisor/world.ts";
import type { Core } from "./core.ts";
import { carryOut, takeStep } from "./effects.ts";
import { GroupRecords } from "./groups/grouprecords.ts";
import { Groups } from "./groups/groups.ts";
import { Orders } from "./groups/orders.ts";
import { Unowned } from "./groups/unowned.ts";
import { Updates } from "./groups/update.ts";
import { Waits } from "./groups/waits.ts";
import { startWithoutStates, type WaysUp } from "./lifecycle/adopt.ts";
import { announce, serveWithPlugins } from "./lifecycle/bringup.ts";
import { tellDeaths } from "./lifecycle/deaths.ts";
import { ended } from "./lifecycle/ended.ts";
import { Limbo } from "./lifecycle/firststarts.ts";
import { requestReload } from "./lifecycle/reload.ts";
import { type BootFailure, boot } from "./lifecycle/start.ts";
import { resumeNaming } from "./lifecycle/survivors.ts";
import {
  dropStrays,
  readStored,
  renewProcesses,
  restoreWorld,
  resumePreparations,
  type Stored,
  storedFacts,
} from "./lifecycle/takeover.ts";
import { Pools } from "./listeners/pools.ts";
import { ChildStdin } from "./listeners/stdin.ts";
import { AutoLogs } from "./logfiles/autologs.ts";
import { Backlog } from "./logfiles/backlog.ts";
import { Clearing } from "./logfiles/clearing.ts";
import { Outputs } from "./logfiles/outputs.ts";
import { Streaming } from "./logfiles/streaming.ts";
import { Targets } from "./logfiles/targets.ts";
import { Activity } from "./loop/activitylog.ts";
import { Barrier } from "./loop/barrier.ts";
import { Numbers } from "./loop/numbers.ts";
import { Requests } from "./loop/requests.ts";
import { BATCH_BYTES, Loop } from "./loop/turn.ts";
import { History } from "./observers/history.ts";
import { Watchers } from "./observers/watchers.ts";
import { supervisorControl } from "./ports/rpc.ts";
import { receive } from "./reports.ts";
import type { Inheritance, LoadConfig, Runtime } from "./runtime.ts";
import { sweepPidfile } from "./serving/pidfile.ts";
import { type CallOurs, noPlugins, type OpenPlugin, PluginHost } from "./serving/pluginhost.ts";
import { type Serve, Servers } from "./serving/servers.ts";
import { FastCgiSockets } from "./spawn/fastcgi.ts";
import { Preparations } from "./spawn/preparations.ts";

export type DaemonParts = {
  readonly doors: Doors;
  /** `passedOver` is what the configuration in force passed over; without it this is a start. */
  readonly load: (doors: LoadDoors, listening?: Listening, passedOver?: readonly string[]) => ReturnType<LoadConfig>;
  readonly serve: (core: Core, ...args: Parameters<Serve>) => ReturnType<Serve>;
  readonly plugins?: OpenPlugin;
  /** Other bounds than the usual ones, for simulations: with small ones a small configuration is a large one. */
  readonly sizes?: { readonly batchBytes: number; readonly pieceBytes: number };
  /** A broken invariant: the last words have been said when this is called. */
  readonly onBug: (error: unknown) => void;
  /** Is called with the daemon as soon as there is one. */
  readonly onMade?: (core: Core) => void;
};

/** Starts a daemon: a fresh one with the configuration that `load` gives, or a successor. Resolves when it is in charge. */
export async function startDaemon(parts: DaemonParts): Promise<Result<Core, BootFailure>> {
  const early: Report[] = [];
  let receiver = (report: Report): void => void early.push(report);
  const inheritance = await parts.doors.keeper.connect((report) => receiver(report));
  const open = (core: Core): void => {
    receiver = (report) => receive(core, report);
    for (const report of early.splice(0)) receive(core, report);
  };
  return inheritance.ready ? takeOver(parts, inheritance, open) : startFresh(parts, inheritance, open);
}

/** A list that takes more lies in the store in pieces of this size. */
const PIECE_BYTES = 64 * 1024;

type Open = (core: Core) => void;

async function startFresh(parts: DaemonParts, inheritance: Inheritance, open: Open): Promise<Result<Core, BootFailure>> {
  const loaded = await parts.load(parts.doors);
  if (!loaded.ok) return refuse({ text: logText(loaded.error), code: 2 });
  const core = makeCore(parts, inheritance, loaded.value);
  open(core);
  const booted = await boot(core);
  return booted.ok ? ok(core) : booted;
}

async function takeOver(given: DaemonParts, inheritance: Inheritance, open: Open): Promise<Result<Core, BootFailure>> {
  const parts = startedWhere(given, inheritance);
  const stored = readStored(inheritance);
  if (typeof stored === "string") {
    const load = (): ReturnType<LoadConfig> => parts.load(parts.doors, {}, storedFacts(inheritance)?.passedOver);
    const ways: WaysUp = { load, makeCore: (config) => makeCore(parts, inheritance, config) };
    const core = await startWithoutStates(ways, inheritance, stored);
    if (core.ok) open(core.value);
    return core;
  }
  const core = makeCore(parts, inheritance, stored.running);
  restoreWorld(core.world, stored, inheritance, core.autoLogs);
  await resume(core, stored, inheritance);
  open(core);
  continueLife(core, inheritance);
  if (stored.groups.isOld) void core.records.storeAll();
  else {
    renewProcesses(core, inheritance);
    dropStrays(core, stored, inheritance);
  }
  return ok(core);
}

/** A successor is born in the keeper's working directory; relative names count from the folder of the start for it too. */
function startedWhere(parts: DaemonParts, inheritance: Inheritance): DaemonParts {
  const { doors } = parts;
  return { ...parts, doors: { ...doors, birth: { ...doors.birth, cwd: storedFacts(inheritance)?.startFolder ?? doors.birth.cwd } } };
}

/** Takes up logs, sockets, listeners and the starts under way. */
async function resume(core: Core, stored: Stored, inheritance: Inheritance): Promise<void> {
  core.available = stored.available;
  core.reread = stored.reread;
  core.records.restore({ ...stored.groups, read: stored.groups.generation });
  for (const { config, autoLogs } of stored.groups.groups) core.records.autoLogs.set(config.name, autoLogs);
  core.unowned.restore(inheritance);
  core.activity.configure(core.running.daemon);
  core.outputs.restore(inheritance);
  core.clearing.restore(inheritance);
  core.pools.restore(inheritance);
  core.servers.inherit(core.running.servers, inheritance);
  core.fastCgi.restore(inheritance);
}

/** From here on a successor is like any daemon. */
export function continueLife(core: Core, inheritance: Inheritance): void {
  const promised = inheritance.store.has(recordKeys.reload);
  core.loop.post((turn) => {
    turn.effect({ type: "ready" });
    const alive = [...core.world.groups.values()]
      .flatMap((group) => [...group.members.values()])
      .filter((member) => member.state.pid !== 0);
    tellDeaths(core, turn, inheritance);
    const { pid } = core.doors.birth;
    core.activity.write(
      turn,
      "info",
      `the daemon was restarted and carries on: ${alive.length} running, nothing was lost (daemon pid ${pid})`,
    );
    // A reload that was building up when its daemon died has started some of it: that goes down again first.
    if (core.world.mood !== "RUNNING") core.step(turn, (step, now) => goOnGoingDown(core.world, now, step));
    resumePreparations(core);
    core.step(turn, (step, now) => resumeUpdates(core.world, now, step));
    core.pools.dispatchAll(turn);
    if (promised) requestReload(core, turn);
  });
  // As at a start: whoever is answered finds the pid file.
  const isToAnnounce = core.world.mood === "RUNNING" && inheritance.store.has(recordKeys.beginning);
  const announced = isToAnnounce ? sweepPidfile(core).then(() => announce(core)) : Promise.resolve();
  void announced.then(() => {
    core.groups.startAutostarts();
    void resumeNaming(core, inheritance);
    void serveWithPlugins(core);
  });
}

/** `daemon` gives what is put together on it. */
function makeRuntime(
  parts: DaemonParts,
  inheritance: Inheritance,
  config: Config,
  barrier: Barrier,
  requests: Requests,
  daemon: () => Core,
): Runtime {
  const { doors } = parts;
  const runtime: Runtime = {
    doors,
    load: (listening) => parts.load(doors, listening, runtime.running.passedOver),
    world: emptyWorld(),
    loop: new Loop(doors, parts.sizes?.batchBytes ?? BATCH_BYTES, {
      beforeSending: (turn) => barrier.beforeSending(turn, doors.clock.now()),
      afterTurn: () => {
        letListenersGo(daemon());
        setAlarm(daemon());
      },
      onBug: parts.onBug,
    }),
    numbers: new Numbers(inheritance.store.get("numbers")),
    requests,
    activity: new Activity(doors.clock),
    carryOut: (turn, effects) => carryOut(daemon(), turn, effects, doors.clock.now()),
    step: (turn, act, now = doors.clock.now()) => takeStep(daemon(), turn, act, now),
    running: config,
    available: config,
    reread: false,
    keeperPid: inheritance.keeperPid,
    startedWallMs: doors.clock.now().wallMs,
    uid: doors.birth.uid,
  };
  return runtime;
}

function makeCore(parts: DaemonParts, inheritance: Inheritance, config: Config): Core {
  const requests = new Requests();
  const barrier = new Barrier(requests);
  const runtime = makeRuntime(parts, inheritance, config, barrier, requests, () => core);
  const callOurs: CallOurs = (method, params) => makeCalls(supervisorControl(core), ["supervisor"]).call(method, params);
  const plugins = new PluginHost(runtime, parts.plugins ?? noPlugins, callOurs);
  const watchers = new Watchers();
  const pools = new Pools(runtime, plugins, watchers);
  const autoLogs = new AutoLogs(runtime);
  const targets = new Targets(runtime, autoLogs);
  const outputs = new Outputs(runtime, targets, new Streaming(runtime, pools), watchers);
  const fastCgi = new FastCgiSockets(runtime);
  const records = new GroupRecords(runtime, parts.sizes?.pieceBytes ?? PIECE_BYTES);
  const unowned = new Unowned(runtime);
  const groups = new Groups(runtime, { fastCgi, plugins, autoLogs, records, pools, outputs, unowned });
  const history = new History();
  const waits = new Waits();
  const core: Core = Object.assign(runtime, {
    barrier,
    autoLogs,
    targets,
    outputs,
    clearing: new Clearing(runtime, outputs),
    backlog: new Backlog(runtime, pools, outputs),
    fastCgi,
    history,
    watchers,
    plugins,
    pools,
    stdin: new ChildStdin(runtime),
    preparations: new Preparations(runtime, fastCgi),
    limbo: new Limbo(),
    servers: new Servers(runtime, (descriptor, server) => parts.serve(core, descriptor, server)),
    records,
    waits,
    groups,
    orders: new Orders(runtime, waits),
    updates: new Updates(runtime, { groups, plugins, autoLogs, records, waits }),
    unowned,
    next: null,
    ending: false,
    reloads: { stored: 0, last: Promise.resolve() },
    reloadAgain: false,
    onEnded: () => void ended(core),
  });
  parts.onMade?.(core);
  return core;
}

/** On the way down listeners hear everything before they are told. */
function letListenersGo(core: Core): void {
  if ((core.world.goingDown?.listeningUntilMs ?? null) === null || !core.pools.allIsHeard()) return;
  core.loop.post((turn) => core.step(turn, (step, now) => allIsHeard(core.world, now, step)));
}

/** One alarm for everything that waits for a time. */
function setAlarm(core: Core): void {
  const now = core.doors.clock.now();
  core.limbo.check(core.world, now);
  const deadlines = [
    nextDeadlineMs(core.world),
    core.preparations.nextDeadlineMs(),
    core.limbo.nextDeadlineMs(),
    core.pools.nextDeadlineMs(now),
    core.outputs.reopening.nextDeadlineMs(),
    core.barrier.nextDeadlineMs(),
    core.backlog.nextDeadlineMs(),
  ].filter((at) => at !== null);
  core.doors.clock.alarm(deadlines.length === 0 ? null : Math.min(...deadlines), () => ring(core));
}

function ring(core: Core): void {
  const now = core.doors.clock.now();
  core.preparations.release(now);
  core.barrier.timePassed(now);
  core.backlog.release(now.monoMs);
  for (const member of deadlinesDue(core.world, now)) {
    core.loop.post((turn) => core.step(turn, (step, time) => stepMember(core.world, member, { type: "deadline" }, time, step)));
  }
  core.loop.post((turn) => {
    core.step(turn, (step, time) => stepReports(core.world, time, step));
    core.pools.timePassed(turn, core.doors.clock.now());
    core.outputs.reopening.tryAgain(turn, core.doors.clock.now());
  });
}
