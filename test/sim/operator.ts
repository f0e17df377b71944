/** What people and their tools do to a running daemon, through the same port as the RPC methods, with the checks that those make. */
import { STATES } from "../../src/process/states.ts";
import type { ProcessView, SupervisorControl } from "../../src/rpc/control.ts";
import { startInOrder } from "../../src/rpc/startmethods.ts";
import { canStop, stopInOrder } from "../../src/rpc/stopmethods.ts";
import type { Chance } from "./chance.ts";
import type { World } from "./world.ts";

/** An answer that somebody waits for. */
type Waiting = { readonly what: string; readonly instance: number; readonly sinceMs: number; readonly limitMs: number | null };

export class Operator {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #waiting = new Set<Waiting>();

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  /** Answers that the living daemon owes since longer than this. */
  overdue(ms: number): string[] {
    const { instance, scheduler, life } = this.#world;
    // Who starts what depends on others may have to wait as long as these do not come.
    const mayWait = (what: string): boolean => life?.somethingWaits === true && what.startsWith("start ");
    return [...this.#waiting]
      .filter(({ instance: of, sinceMs, limitMs }) => of === instance?.number && scheduler.nowMs - sinceMs > (limitMs ?? ms))
      .filter(({ what }) => !mayWait(what))
      .map(({ what, limitMs }) => `${limitMs === null ? "I-9" : "L-19"} no answer to '${what}'`);
  }

  /** One order to one process, whatever its state allows. */
  orderProcess(): void {
    const { port } = this.#world;
    const processes = port?.groups().flatMap((group) => group.processes) ?? [];
    if (port === null || processes.length === 0) return;
    const process = this.#chance.pick(processes);
    const ref = { group: process.group, process: process.name };
    const name = `${ref.group}:${ref.process}`;
    if (!STATES[process.state].running && process.pid === 0)
      return this.#ask(`start ${name}`, () => {
        this.#world.life?.startOrdered(name);
        return port.start(ref, this.#chance.pick(["spawned", "running"]));
      });
    if (STATES[process.state].signallable && this.#chance.happens(0.3))
      return this.#ask(`signal ${name}`, () => port.signal(ref, this.#chance.pick([1, 10, 15, 9])));
    if (STATES[process.state].running) this.#askStop(name, () => port.stop(ref, this.#chance.pick(["ordered", "stopped"])));
  }

  /** One order to one process or several for which there has to be a reason beyond its state: what waits, a schedule, all of a group. */
  orderLife(): void {
    const { port } = this.#world;
    const processes = port?.groups().flatMap((group) => group.processes) ?? [];
    if (port === null || processes.length === 0) return;
    const process = this.#chance.pick(processes);
    const ref = refOf(process);
    const name = `${ref.group}:${ref.process}`;
    if (process.job !== null && this.#chance.happens(0.3)) {
      if (process.job.paused) return this.#ask(`resume ${name}`, () => port.resumeJob(ref));
      return this.#ask(`pause ${name}`, () => port.pauseJob(ref));
    }
    if (this.#chance.happens(0.25)) return this.#orderMany(port, processes);
    if (this.#chance.happens(0.2)) return this.#askStop(null, async () => await stopInOrder(port, processes, this.#chance.happens(0.5)));
    if (this.#chance.happens(0.3)) {
      this.#world.life?.allOrdered();
      return this.#ask("start all", async () => await startInOrder(port, processes, this.#chance.happens(0.5)));
    }
    if (canStop(process)) this.#askStop(name, () => port.stop(ref, "stopped"));
  }

  /** A rolling restart, another number of processes, a reload: orders that go on by themselves, whatever becomes of the daemon. */
  #orderMany(port: SupervisorControl, processes: readonly ProcessView[]): void {
    const { group, name } = this.#chance.pick(processes);
    if (this.#chance.happens(0.3)) return this.#ask(`reload ${group}:${name}`, () => port.reload({ group, process: name }, ""));
    if (this.#chance.happens(0.4)) {
      const numprocs = this.#chance.pick([null, 0, 1, 2, 3, 5]);
      return this.#ask(`scale ${group} ${numprocs}`, () =>
        port.scale({ program: group, numprocs, token: "" }, this.#chance.pick(["ordered", "done"])),
      );
    }
    const refs = processes.filter((one) => one.group === group || this.#chance.happens(0.3)).map(refOf);
    const order = { atOnce: this.#chance.between(1, 3), each: this.#chance.happens(0.3), token: "" };
    return this.#ask(`rolling restart of ${refs.length}`, () => port.rollingRestart(refs, order));
  }

  sendStdin(): void {
    const { port } = this.#world;
    const running =
      port
        ?.groups()
        .flatMap((group) => group.processes)
        .filter((process) => process.pid !== 0) ?? [];
    if (port === null || running.length === 0) return;
    const { group, name } = this.#chance.pick(running);
    this.#ask(`stdin ${group}:${name}`, () => port.sendStdin({ group, process: name }, Buffer.from("word\n")));
  }

  clearLogs(): void {
    const { port } = this.#world;
    const processes = port?.groups().flatMap((group) => group.processes) ?? [];
    if (port === null || processes.length === 0) return;
    this.#world.invariants.linesMayBeGone = true;
    const { group, name } = this.#chance.pick(processes);
    this.#ask(`clear ${group}:${name}`, () => port.clearLogs({ group, process: name }));
  }

  remoteEvent(): void {
    void this.#world.port?.remoteEvent("USER", "data");
  }

  /** supervisorctl update. */
  update(): void {
    this.#ask("update", () => this.#update());
  }

  reload(): void {
    this.#world.invariants.autoLogsSwept = true;
    this.#world.note("operator: reload");
    const { port, invariants, keeper, life } = this.#world;
    if (port === null) return;
    life?.allOrdered();
    const answer = port.restart();
    this.#ask("reload", () => answer.then((ordered) => ordered.ok && invariants.reloadPromised(keeper)));
  }

  shutdown(): void {
    this.#world.note("operator: shutdown");
    this.#world.port?.shutdown();
  }

  async #update(): Promise<void> {
    const { port, life } = this.#world;
    if (port === null) return;
    life?.allOrdered();
    const plan = await port.reloadConfig();
    if (!plan.ok) return this.#world.note(`operator: reread says ${plan.error}`);
    const inPlace = new Set<string>();
    for (const name of plan.value.changed) {
      const applied = await port.applyUpdate(name);
      if (applied.ok && applied.value) inPlace.add(name);
    }
    const replaced = plan.value.changed.filter((name) => !inPlace.has(name));
    for (const name of [...plan.value.removed, ...replaced]) {
      const group = port.group(name);
      await Promise.all(
        (group?.processes ?? []).filter(isUp).map((process) => port.stop({ group: name, process: process.name }, "stopped")),
      );
      const removed = await port.removeGroup(name);
      if (!removed.ok) this.#world.note(`operator: ${name} is ${removed.error}`);
    }
    for (const name of [...replaced, ...plan.value.added]) await port.addGroup(name);
  }

  /** One process, or all of them. A daemon that lives answers it within the sum of the limits of what has to end. */
  #askStop(name: string | null, act: () => Promise<unknown>): void {
    const { life } = this.#world;
    this.#ask(`stop ${name ?? "all"}`, act, life === null ? undefined : () => life.stopLimitMs(name));
  }

  #ask(what: string, act: () => Promise<unknown>, limit?: () => number): void {
    const { instance, scheduler } = this.#world;
    if (instance === null) return;
    const limitMs = limit?.() ?? null;
    const waiting: Waiting = { what, instance: instance.number, sinceMs: scheduler.nowMs, limitMs };
    this.#world.note(`operator: ${what}`);
    this.#waiting.add(waiting);
    act().then(
      () => {
        this.#waiting.delete(waiting);
        const mostMs = Math.max(limitMs ?? Number.POSITIVE_INFINITY, limit?.() ?? 0);
        const tookMs = scheduler.nowMs - waiting.sinceMs;
        if (tookMs > mostMs) this.#world.violation(`L-19 '${what}' was answered after ${tookMs.toFixed(0)} ms, not ${mostMs}`);
      },
      (error: unknown) => this.#world.violation(`'${what}' failed: ${error instanceof Error ? error.stack : String(error)}`),
    );
  }
}

function refOf({ group, name }: ProcessView): { readonly group: string; readonly process: string } {
  return { group, process: name };
}

function isUp(process: ProcessView): boolean {
  return STATES[process.state].running || process.state === "STOPPING";
}
