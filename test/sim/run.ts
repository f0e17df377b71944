/** One run from one seed: a host, a configuration, a history of whatever may happen, a rest, an end; and what did not hold. */
import { Chance } from "./chance.ts";
import { Configuration } from "./configuration.ts";
import { LifeOptions } from "./lifeoptions.ts";
import { Operator } from "./operator.ts";
import type { Swarm } from "./programplan.ts";
import { CONFIG_PATH, World } from "./world.ts";

export type RunOptions = {
  /** How many things happen. */
  readonly actions?: number;
  readonly traceLines?: number;
  /** Programs have options beyond Supervisor: another history, of the same kind. */
  readonly life?: boolean;
  /** A file may have two names: another history, wherever a log is rotated. */
  readonly hardLinks?: boolean;
  /** Called with every line of the history. */
  readonly onTrace?: (line: string) => void;
};

export type RunResult = {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly config: string;
  readonly events: number;
  readonly daemons: number;
  readonly simulatedMs: number;
};

/** Which kinds of events a run has. */
type Trouble = {
  readonly kills: boolean;
  readonly killsAtCalls: boolean;
  readonly disk: boolean;
  readonly fork: boolean;
  readonly wallClock: boolean;
  readonly reload: boolean;
  readonly clear: boolean;
  readonly killsAtEnd: boolean;
};

const BOOT_MS = 60_000;
const REST_MS = 40_000;
const END_MS = 300_000;
const SAMPLES = 3;
const ANSWER_MS = 60_000;
const SIGHUP = 1;
const SIGINT = 2;
const SIGUSR2 = 12;
const SIGTERM = 15;

export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const chance = new Chance(seed ^ 0x5eed);
  const some = (): boolean => chance.happens(0.5);
  const swarm: Swarm = {
    events: some(),
    listeners: some(),
    floods: some(),
    smallLogs: some(),
    autoLogs: some(),
    groups: some(),
    stubborn: some(),
    brokenCommands: some(),
    updatesInPlace: some(),
    smallFrames: some(),
  };
  const trouble: Trouble = {
    kills: some(),
    killsAtCalls: some(),
    disk: chance.happens(0.2),
    fork: chance.happens(0.2),
    wallClock: chance.happens(0.3),
    reload: chance.happens(0.3),
    clear: chance.happens(0.15),
    killsAtEnd: some(),
  };
  const life = options.life === true ? new LifeOptions(new Chance(seed ^ 0x11fe)) : null;
  const configuration = new Configuration(chance.fork(), life?.calmer(swarm) ?? swarm, life);
  const config = configuration.text;
  const world = new World(seed, config, options.traceLines ?? 300);
  world.tree.hardLinks = options.hardLinks ?? (life !== null && seed % 2 === 1);
  if (swarm.smallFrames) world.sizes = { batchBytes: 1, pieceBytes: chance.pick([1, 150, 600]) };
  if (options.onTrace !== undefined) world.trace.onLine = options.onTrace;
  if (life !== null) {
    world.watchLife();
    for (const name of ["p0", "p2", "p3"]) world.tree.put(`/etc/${name}.env`, "A=1\n");
  }
  const run = new Run(world, chance, configuration, trouble, life);
  world.note(`seed ${seed}: ${JSON.stringify({ ...swarm, ...trouble })}`);
  await run.all(options.actions ?? chance.between(5, 60));
  return {
    seed,
    config,
    violations: world.invariants.violations,
    get trace() {
      return world.trace.lines;
    },
    events: world.scheduler.events,
    daemons: world.instances.length,
    simulatedMs: Math.round(world.scheduler.nowMs - 1_000_000),
  };
}

class Run {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #configuration: Configuration;
  readonly #trouble: Trouble;
  readonly #operator: Operator;
  readonly #life: LifeOptions | null;

  constructor(world: World, chance: Chance, configuration: Configuration, trouble: Trouble, life: LifeOptions | null) {
    this.#world = world;
    this.#chance = chance;
    this.#configuration = configuration;
    this.#trouble = trouble;
    this.#operator = new Operator(world, chance.fork());
    this.#life = life;
  }

  async all(actions: number): Promise<void> {
    const world = this.#world;
    world.keeper.start();
    if (!(await world.scheduler.until(() => world.port !== null || world.exitCode !== null, world.scheduler.nowMs + BOOT_MS)))
      return world.violation("I-10 the first daemon is not in charge after a minute");
    if (world.exitCode !== null) return world.violation(`I-10 the keeper ended with ${world.exitCode} at the start`);
    for (let i = 0; i < actions && world.exitCode === null; i++) {
      this.#act();
      await world.scheduler.runTo(world.scheduler.nowMs + this.#chance.latency(0, 5000));
    }
    if (this.#hasEnded()) return undefined;
    await this.#rest();
    if (world.exitCode === null) await this.#end();
  }

  /** The keeper has ended, and nobody had asked for it. */
  #hasEnded(): boolean {
    const { exitCode } = this.#world;
    const reason = this.#world.life?.exitCode;
    if (exitCode !== null && exitCode !== reason)
      this.#world.violation(`I-10 the keeper ended with ${exitCode} and nobody had asked for ${reason === undefined ? "it" : "that code"}`);
    return exitCode !== null;
  }

  #act(): void {
    const world = this.#world;
    const operator = this.#operator;
    const chance = this.#chance;
    const acts: (() => void)[] = [
      () => operator.orderProcess(),
      () => operator.orderProcess(),
      () => operator.orderProcess(),
      () => operator.orderProcess(),
      () => operator.sendStdin(),
      () => operator.remoteEvent(),
      () => this.#killProgram(),
      () => world.keeper.signal(SIGUSR2),
      () => {
        this.#edit();
        operator.update();
      },
      () => operator.update(),
    ];
    const life = this.#life;
    if (life !== null)
      acts.push(
        () => this.#writeVariables(life),
        () => operator.orderLife(),
        () => operator.orderLife(),
        () => operator.orderLife(),
      );
    const trouble = this.#trouble;
    if (trouble.kills)
      acts.push(
        () => world.instance?.die(),
        () => world.instance?.die(),
      );
    if (trouble.killsAtCalls)
      acts.push(
        () => world.instance?.dieAfter(chance.between(1, 40)),
        () => {
          world.nextDiesAtCall = chance.between(2, 25);
          world.instance?.die();
        },
        () => world.instance?.dieAfter(chance.between(1, 6)),
      );
    if (trouble.disk) acts.push(() => this.#breakDisk());
    if (trouble.fork)
      acts.push(() => {
        world.faults.fork = chance.pick([0, 0.3, 1]);
      });
    if (trouble.wallClock)
      acts.push(() => {
        world.scheduler.wallOffsetMs += chance.between(-7_200_000, 7_200_000);
      });
    if (trouble.reload)
      acts.push(
        () => operator.reload(),
        () => {
          world.invariants.autoLogsSwept = true;
          world.life?.allOrdered();
          world.note("host: HUP");
          world.keeper.signal(SIGHUP);
          world.invariants.reloadPromised(world.keeper);
        },
      );
    if (trouble.clear) acts.push(() => operator.clearLogs());
    chance.pick(acts)();
  }

  #edit(): void {
    for (let i = this.#chance.between(1, 3); i > 0; i--) this.#configuration.change();
    this.#world.note("operator: edits the file");
    this.#world.tree.put(CONFIG_PATH, this.#configuration.text);
  }

  #writeVariables(life: LifeOptions): void {
    const { path, text } = life.variables();
    this.#world.note(`operator: ${text === null ? "removes" : "writes"} ${path}`);
    if (text === null) this.#world.tree.remove(path);
    else this.#world.tree.put(path, text);
  }

  #killProgram(): void {
    const { live } = this.#world.keeper.children;
    if (live.length === 0) return;
    const child = this.#chance.pick(live);
    this.#world.note(`host: kills ${child.label} (pid ${child.pid})`);
    this.#world.keeper.children.kill(child.pid, this.#chance.pick([9, 15, 1]));
  }

  #breakDisk(): void {
    const { faults } = this.#world;
    faults.write = this.#chance.pick([0, 0, 0.3, 1]);
    faults.open = this.#chance.pick([0, 0.3]);
    faults.files = this.#chance.pick([0, 0.3]);
    this.#world.invariants.filesMayFail = true;
    this.#world.note(`host: disk faults ${JSON.stringify(faults)}`);
  }

  /** Nothing more is done to the host. What is wrong at every sample is wrong. */
  async #rest(): Promise<void> {
    const world = this.#world;
    Object.assign(world.faults, { write: 0, fork: 0, open: 0, files: 0 });
    world.note("host: rest");
    await world.scheduler.runTo(world.scheduler.nowMs + REST_MS);
    let wrong: Set<string> | null = null;
    for (let sample = 0; sample < SAMPLES; sample++) {
      if (this.#hasEnded()) return undefined;
      const now = this.#wrongNow();
      const before: Set<string> = wrong ?? now;
      wrong = new Set([...before].filter((text) => now.has(text)));
      await world.scheduler.runTo(world.scheduler.nowMs + 7013);
    }
    for (const text of wrong ?? []) world.violation(text);
  }

  #wrongNow(): Set<string> {
    const world = this.#world;
    const { port, runtime, keeper, invariants, tree } = world;
    if (port === null || runtime === null) return new Set(["I-10 no daemon is in charge"]);
    return new Set([
      ...invariants.agreement(port, keeper),
      ...invariants.tidiness(keeper),
      ...invariants.promises(keeper, tree),
      ...invariants.legacy(runtime, keeper),
      ...invariants.logsAtTheirPaths(keeper, tree),
      ...this.#operator.overdue(ANSWER_MS),
      ...(world.life?.waits() ?? []),
      ...(world.life?.overdueRuns() ?? []),
    ]);
  }

  async #end(): Promise<void> {
    const world = this.#world;
    if (this.#chance.happens(0.5)) this.#operator.shutdown();
    else {
      world.note("host: TERM");
      world.keeper.signal(this.#chance.pick([SIGTERM, SIGINT]));
    }
    const ended = (): boolean => world.exitCode !== null;
    for (let kills = this.#trouble.killsAtEnd ? this.#chance.between(1, 4) : 0; kills > 0 && !ended(); kills--) {
      await world.scheduler.until(ended, world.scheduler.nowMs + this.#chance.latency(1, 4000));
      if (!ended()) world.instance?.die();
    }
    if (!(await world.scheduler.until(ended, world.scheduler.nowMs + END_MS))) {
      // A daemon that had to start without its stored states has forgotten it; it is asked again.
      world.note("host: TERM once more");
      world.keeper.signal(SIGTERM);
      await world.scheduler.until(ended, world.scheduler.nowMs + END_MS);
    }
    world.invariants.checkEnd(world.keeper, world.life?.exitCode ?? 0);
    world.invariants.checkLines(world.tree);
  }
}
