/** One daemon behind its doors: boot or take over, then the loop. `main.ts` gives it the real doors, the simulation gives it fake ones. */
import type { LoadDoors } from "../config/load.ts";
import type { Config } from "../config/model.ts";
import type { Listening } from "../config/reader.ts";
import { logText } from "../config/report.ts";
import type { Doors } from "../doors.ts";
import type { Report } from "../link/messages.ts";
import { ok, type Result, refuse } from "../result.ts";
import { makeCalls } from "../rpc/calls.ts";
import { allIsHeard } from "../supervisor/goingdown.ts";
import { isLifeKey } from "../supervisor/records.ts";
import { deadlinesDue, nextDeadlineMs, stepMember, stepReports } from "../supervisor/step.ts";
import { emptyWorld } from "../supervisor/world.ts";
import { readSamples } from "./doors/samples.ts";
import { carryOut, takeStep } from "./effects.ts";
import { Configurations } from "./groups/configurations.ts";
import { GroupRecords } from "./groups/grouprecords.ts";
import { Groups } from "./groups/groups.ts";
import { Jobs } from "./groups/jobs.ts";
import { Operations } from "./groups/operations.ts";
import { Orders } from "./groups/orders.ts";
import { Persisted } from "./groups/persisted.ts";
import { Reloads } from "./groups/reloads.ts";
import { readingWith, Scales, storedScales } from "./groups/scales.ts";
import { Scaling } from "./groups/scaling.ts";
import { Unowned } from "./groups/unowned.ts";
import { Updates } from "./groups/update.ts";
import { adoptWorld, continueAdopted, findBasis } from "./lifecycle/adopt.ts";
import { BringUp } from "./lifecycle/bringup.ts";
import { FirstStarts } from "./lifecycle/firststarts.ts";
import { Identity } from "./lifecycle/identity.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { boot } from "./lifecycle/start.ts";
import { Systemd } from "./lifecycle/systemd.ts";
import { continueLife, dropStrays, readStored, renewProcesses, restoreConfig, restoreWorld, storedFacts } from "./lifecycle/takeover.ts";
import { Pools } from "./listeners/pools.ts";
import { ChildStdin } from "./listeners/stdin.ts";
import { AutoLogs } from "./logfiles/autologs.ts";
import { Backlog } from "./logfiles/backlog.ts";
import { Clearing } from "./logfiles/clearing.ts";
import { LineTargets } from "./logfiles/linetargets.ts";
import { LogOrders } from "./logfiles/logorders.ts";
import { Outputs } from "./logfiles/outputs.ts";
import { RotationTimes } from "./logfiles/rotationtimes.ts";
import { Streaming } from "./logfiles/streaming.ts";
import { Targets } from "./logfiles/targets.ts";
import { Activity } from "./loop/activitylog.ts";
import { Barrier } from "./loop/barrier.ts";
import { Numbers } from "./loop/numbers.ts";
import { Requests } from "./loop/requests.ts";
import { StoreBudget } from "./loop/storebudget.ts";
import { BATCH_BYTES, Loop } from "./loop/turn.ts";
import { openHistory } from "./observers/history.ts";
import { MemoryLimits } from "./observers/memory.ts";
import { Watchers } from "./observers/watchers.ts";
import type { Daemon } from "./parts.ts";
import { watchOf } from "./ports/api.ts";
import { supervisorControl } from "./ports/rpc.ts";
import type { Served } from "./ports/serve.ts";
import { Probes } from "./probes/probes.ts";
import { receive } from "./reports.ts";
import { Cgroups } from "./runs/cgroups.ts";
import { Sweeps } from "./runs/sweeps.ts";
import type { BootFailure, Inheritance, LoadConfig, Part, Runtime } from "./runtime.ts";
import { type CallOurs, noPlugins, type OpenPlugin, PluginHost } from "./serving/pluginhost.ts";
import { type Serve, Servers } from "./serving/servers.ts";
import { AuxiliaryRuns } from "./spawn/auxiliary.ts";
import { FastCgiSockets } from "./spawn/fastcgi.ts";
import { Preparations } from "./spawn/preparations.ts";
import { Readings } from "./spawn/readings.ts";
import { Upgrades } from "./upgrade/upgrades.ts";

export type DaemonParts = {
  readonly doors: Doors;
  /** `passedOver` is what the configuration in force passed over; without it this is a start. */
  readonly load: (doors: LoadDoors, listening?: Listening, passedOver?: readonly string[]) => ReturnType<LoadConfig>;
  readonly serve: (daemon: Served, ...args: Parameters<Serve>) => ReturnType<Serve>;
  readonly plugins?: OpenPlugin;
  /** Other looks at all processes of the host than those in /proc, for simulations. */
  readonly samples?: typeof readSamples;
  /** Other bounds than the usual ones, for simulations: with small ones a small configuration is a large one. */
  readonly sizes?: { readonly batchBytes: number; readonly pieceBytes: number };
  /** A broken invariant: the last words have been said when this is called. */
  readonly onBug: (error: unknown) => void;
  /** Is called with the daemon as soon as there is one. */
  readonly onMade?: (daemon: Daemon) => void;
};

/** Starts a daemon: a fresh one with the configuration that `load` gives, or a successor. Resolves when it is in charge. */
export async function startDaemon(parts: DaemonParts): Promise<Result<Daemon, BootFailure>> {
  const early: Report[] = [];
  let receiver = (report: Report): void => void early.push(report);
  const inheritance = await parts.doors.keeper.connect((report) => receiver(report));
  const open = (daemon: Daemon): void => {
    receiver = (report) => receive(daemon, report);
    for (const report of early.splice(0)) receive(daemon, report);
  };
  return inheritance.ready ? takeOver(parts, inheritance, open) : startFresh(parts, inheritance, open);
}

/** A list that takes more lies in the store in pieces of this size. */
const PIECE_BYTES = 64 * 1024;

type Open = (daemon: Daemon) => void;

async function startFresh(parts: DaemonParts, inheritance: Inheritance, open: Open): Promise<Result<Daemon, BootFailure>> {
  const loaded = await parts.load(parts.doors);
  if (!loaded.ok) return refuse({ text: logText(loaded.error), code: 2 });
  const daemon = makeDaemon(parts, inheritance, loaded.value);
  open(daemon);
  const booted = await boot(daemon.runtime, daemon);
  return booted.ok ? ok(daemon) : booted;
}

async function takeOver(given: DaemonParts, inheritance: Inheritance, open: Open): Promise<Result<Daemon, BootFailure>> {
  const parts = startedWhere(given, inheritance);
  const stored = readStored(inheritance);
  if (typeof stored === "string") {
    const scaled = readingWith(storedScales(inheritance.store)).listening;
    const load = (): ReturnType<LoadConfig> => parts.load(parts.doors, scaled, storedFacts(inheritance)?.passedOver);
    const basis = await findBasis(load, inheritance, stored);
    if (!basis.ok) return basis;
    const daemon = makeDaemon(parts, inheritance, basis.value.config);
    adoptWorld(daemon.runtime, daemon, inheritance, basis.value);
    restoreParts(daemon, inheritance, false);
    await continueAdopted(daemon.runtime, daemon, inheritance, { ...basis.value, why: stored });
    open(daemon);
    return ok(daemon);
  }
  const daemon = makeDaemon(parts, inheritance, stored.running);
  restoreWorld(daemon.runtime, stored, inheritance, daemon.autoLogs);
  restoreConfig(daemon, stored);
  for (const { config, autoLogs } of stored.groups.groups) daemon.records.autoLogs.set(config.name, autoLogs);
  restoreParts(daemon, inheritance, true);
  // What the parts have posted goes in a turn of its own, before the reports that have come meanwhile.
  await Promise.resolve();
  open(daemon);
  continueLife(daemon.runtime, daemon, inheritance);
  if (stored.groups.isOld) void daemon.records.storeAll();
  else {
    renewProcesses(daemon.runtime, inheritance);
    dropStrays(daemon.runtime, stored, inheritance);
  }
  return ok(daemon);
}

/** A successor is born in the keeper's working directory; relative names count from the folder of the start for it too. */
function startedWhere(parts: DaemonParts, inheritance: Inheritance): DaemonParts {
  const { doors } = parts;
  return { ...parts, doors: { ...doors, birth: { ...doors.birth, cwd: storedFacts(inheritance)?.startFolder ?? doors.birth.cwd } } };
}

/** Each part takes up what is its own. Without states only the keeper's lists can be used. */
function restoreParts(daemon: Daemon, inheritance: Inheritance, hasStates: boolean): void {
  daemon.runtime.activity.configure(daemon.runtime.running.daemon);
  for (const part of daemon.parts) part.restore?.(inheritance, hasStates);
}

type Owners = {
  readonly configurations: Configurations;
  readonly identity: Identity;
  readonly requests: Requests;
  readonly barrier: Barrier;
};

/** What all rooms may read, of those who alone may change it. `daemon` gives what is put together on it. */
function makeRuntime(parts: DaemonParts, inheritance: Inheritance, owners: Owners, daemon: () => Daemon): Runtime {
  const { configurations, identity, requests, barrier } = owners;
  const { doors } = parts;
  return {
    doors,
    load: (listening) => parts.load(doors, listening, configurations.running.passedOver),
    world: emptyWorld(),
    loop: new Loop(doors, parts.sizes?.batchBytes ?? BATCH_BYTES, {
      beforeSending: (turn) => barrier.beforeSending(turn, doors.clock.now()),
      afterTurn: () => {
        letListenersGo(daemon());
        letProgramsEnd(daemon());
        setAlarm(daemon());
      },
      onBug: parts.onBug,
    }),
    numbers: new Numbers(inheritance.store.get("numbers")),
    requests,
    activity: new Activity(doors.clock),
    storedLives: new Set([...inheritance.store.keys()].filter(isLifeKey)),
    carryOut: (turn, effects) => carryOut(daemon(), turn, effects, doors.clock.now()),
    step: (turn, act, now = doors.clock.now()) => takeStep(daemon(), turn, act, now),
    startedWallMs: doors.clock.now().wallMs,
    get running() {
      return configurations.running;
    },
    get available() {
      return configurations.available;
    },
    get reread() {
      return configurations.reread;
    },
    get keeperPid() {
      return identity.keeperPid;
    },
    keeperVersion: inheritance.version,
    keeperNames: inheritance.keeper ?? null,
    get uid() {
      return identity.uid;
    },
  };
}

function makeDaemon(parts: DaemonParts, inheritance: Inheritance, config: Config): Daemon {
  const requests = new Requests();
  const owners: Owners = {
    configurations: new Configurations(config),
    identity: new Identity(parts.doors.birth.uid, inheritance.keeperPid),
    requests,
    barrier: new Barrier(requests),
  };
  const runtime = makeRuntime(parts, inheritance, owners, () => daemon);
  const rooms = { ...owners, ...makeRooms(parts, runtime, owners, () => daemon) };
  const control = supervisorControl(runtime, rooms);
  const daemon: Daemon = { ...rooms, runtime, control, watch: watchOf(runtime, rooms) };
  parts.onMade?.(daemon);
  return daemon;
}

/** In the order of the rooms: each is handed what it needs of those below. */
function makeRooms(given: DaemonParts, runtime: Runtime, { configurations, identity, barrier }: Owners, daemon: () => Daemon) {
  const callOurs: CallOurs = (method, params) => makeCalls(daemon().control, ["supervisor"]).call(method, params);
  const watchers = new Watchers();
  const plugins = new PluginHost(runtime, given.plugins ?? noPlugins, callOurs);
  const servers = new Servers(runtime, (descriptor, server) => given.serve(daemon(), descriptor, server));
  const pools = new Pools(runtime, plugins, watchers);
  const autoLogs = new AutoLogs(runtime);
  const targets = new Targets(runtime, autoLogs);
  const lines = new LineTargets(runtime);
  const outputs = new Outputs(runtime, targets, new Streaming(runtime, pools, lines), lines, watchers);
  const backlog = new Backlog(runtime, pools, outputs);
  const clearing = new Clearing(runtime, outputs);
  const rotationTimes = new RotationTimes(runtime, outputs);
  const fastCgi = new FastCgiSockets(runtime);
  const budget = new StoreBudget();
  const history = openHistory(runtime, budget);
  const readings = new Readings(budget, (turn) => history.makeRoom(turn));
  const cgroups = new Cgroups(runtime);
  const preparations = new Preparations(runtime, fastCgi, readings, cgroups);
  const auxiliary = new AuxiliaryRuns(runtime, { outputs, targets, readings, history, cgroups });
  const probes = new Probes(runtime);
  const sweeps = new Sweeps(runtime, cgroups);
  const records = new GroupRecords(runtime, given.sizes?.pieceBytes ?? PIECE_BYTES);
  const unowned = new Unowned(runtime);
  const orders = new Orders(runtime);
  const groups = new Groups(runtime, { fastCgi, plugins, autoLogs, records, orders });
  const updates = new Updates(runtime, { groups, plugins, autoLogs, records, orders });
  const operations = new Operations(runtime);
  const reloads = new Reloads(runtime);
  const scales = new Scales(runtime);
  const scaling = new Scaling(runtime, { configurations, autoLogs, records, orders, scales });
  const persisted = new Persisted(runtime);
  const firstStarts = new FirstStarts(runtime);
  const systemd = new Systemd(runtime, watchers);
  const processes = processDeadlines(runtime);
  const jobs = new Jobs(runtime);
  const upgrades = new Upgrades(runtime);
  const memory = new MemoryLimits(runtime, given.samples ?? readSamples);
  // Servers are bound before anything is done to files or programs: a second supervisord by mistake ends there and has destroyed nothing. (CONF-354)
  const parts: readonly Part[] = [
    ...[unowned, preparations, barrier, backlog, processes, jobs, probes, sweeps, cgroups, memory, pools, lines, outputs, clearing],
    rotationTimes,
    ...[
      plugins,
      servers,
      fastCgi,
      autoLogs,
      firstStarts,
      ...history.parts,
      readings,
      auxiliary,
      scales,
      operations,
      persisted,
      systemd,
      upgrades,
    ],
  ];
  const bringUp = new BringUp(runtime, { inOrder: parts, outputs, plugins, servers, pools, groups, firstStarts, systemd });
  const lifecycle = new Lifecycle(runtime, bringUp, { configurations, identity, servers, groups, unowned, cgroups });
  const ofFiles = { autoLogs, targets, outputs, backlog, clearing, rotationTimes, logOrders: new LogOrders(runtime, outputs), lines };
  const ofGroups = { records, unowned, groups, jobs, orders, updates, operations, reloads, scales, scaling };
  const ofLife = { persisted, firstStarts, bringUp, lifecycle, systemd, upgrades };
  const stdin = new ChildStdin(runtime);
  const ofStarts = { fastCgi, readings, preparations, auxiliary, probes, sweeps, cgroups };
  return { parts, watchers, history, plugins, pools, stdin, ...ofFiles, ...ofStarts, ...ofGroups, ...ofLife };
}

/** On the way down listeners hear everything before they are told. */
function letListenersGo(daemon: Daemon): void {
  if ((daemon.runtime.world.goingDown?.listeningUntilMs ?? null) === null || !daemon.pools.allIsHeard()) return;
  daemon.runtime.loop.post((turn) => daemon.runtime.step(turn, (step, now) => allIsHeard(daemon.runtime.world, now, step)));
}

/** Who waits for a console that nobody reads cannot end. */
function letProgramsEnd({ runtime, lines, outputs }: Daemon): void {
  if (runtime.world.mood === "SHUTDOWN" && outputs.holdsBlocks && !lines.hasLeft) runtime.loop.post((turn) => lines.leave(turn));
}

/** An alarm so late says that nothing ran here for that time. (HLT-006) */
const OVERSLEPT_MS = 2000;

/** One alarm for everything that waits for a time. */
function setAlarm(daemon: Daemon): void {
  const { clock } = daemon.runtime.doors;
  const now = clock.now();
  for (const part of daemon.parts) part.turned?.(now);
  let earliest: number | null = null;
  for (const part of daemon.parts) {
    const at = part.nextDeadlineMs?.(now) ?? null;
    if (at !== null && (earliest === null || at < earliest)) earliest = at;
  }
  clock.alarm(earliest, () => {
    const rings = clock.now();
    if (earliest !== null && rings.monoMs - earliest > OVERSLEPT_MS) for (const part of daemon.parts) part.overslept?.();
    for (const part of daemon.parts) part.deadlinePassed?.(rings);
    daemon.runtime.loop.post((turn) => {
      for (const part of daemon.parts) part.timePassed?.(turn);
    });
  });
}

/** The deadlines of processes, and the lines that tell how a shutdown goes on. */
function processDeadlines({ world, loop, step: takeOne }: Runtime): Part {
  return {
    nextDeadlineMs: () => nextDeadlineMs(world),
    deadlinePassed: (now) => {
      for (const member of deadlinesDue(world, now)) {
        loop.post((turn) => takeOne(turn, (step, time) => stepMember(world, member, { type: "deadline" }, time, step)));
      }
    },
    timePassed: (turn) => takeOne(turn, (step, time) => stepReports(world, time, step)),
  };
}
