/**
 * Events on their way to listeners: the pools of the running configuration, what they want done, and their records in the keeper's store. All
 * decisions are in `src/events/`; here they meet processes, the clock and the keeper.
 */
import type { QueueFacts } from "../../api/watch.ts";
import type { Now } from "../../doors.ts";
import type { Pool, PoolConfig } from "../../events/buffer.ts";
import { type EventType, matches } from "../../events/eventtable.ts";
import { isWanted, makePools, notify } from "../../events/notify.ts";
import { changePool, dropPool, isQuiet, makePool, nextDeadlineMs, type PoolInput, stepPool } from "../../events/pool.ts";
import { poolRecord, restorePool } from "../../events/poolrecords.ts";
import { queueLength } from "../../events/queue.ts";
import { dueTicks, msToNextTick, type TickSlices } from "../../events/ticks.ts";
import type { SupervisorEvent } from "../../events/types.ts";
import { refuse } from "../../result.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { encodeRecord, storedNumber } from "../../supervisor/records.ts";
import { allMembers, type Group, type Member, memberOfChild, type Ref } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Turn } from "../loop/turn.ts";
import type { Watchers } from "../observers/watchers.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import type { PluginHost } from "../serving/pluginhost.ts";

const SERIAL_KEY = "events";
const poolKey = (pool: string): string => `pool/${pool}`;
const eventPrefix = (pool: string): string => `event/${pool}/`;
/** Where an event lies that waits in a pool. */
export const eventKey = (pool: string, id: number): string => `${eventPrefix(pool)}${id}`;
const TICK_TYPES = ["EVENT", "TICK", "TICK_5", "TICK_60", "TICK_3600"];

export class Pools {
  readonly #runtime: Runtime;
  readonly #plugins: PluginHost;
  readonly #watchers: Watchers;
  readonly #pools = makePools();
  #slices: TickSlices | null = null;
  #nextTickWallMs = 0;

  constructor(runtime: Runtime, plugins: PluginHost, watchers: Watchers) {
    this.#runtime = runtime;
    this.#plugins = plugins;
    this.#watchers = watchers;
  }

  /** After an update in place listeners may have come and gone, other events may be wanted. A removed pool drops its buffer. (EVT-079) */
  groupChanged(turn: Turn, group: Group, change: GroupChange): void {
    const { name } = group.config;
    const config = this.#configOf(group);
    if (config === null) return;
    const pool = this.#pools.byName.get(name) ?? makePool(config);
    switch (change) {
      case "added":
        this.#pools.byName.set(name, pool);
        return turn.state(poolKey(name), poolRecord(pool));
      case "changed":
        this.#runtime.carryOut(turn, changePool(pool, config));
        return this.#step(turn, pool, { type: "deadline" });
      case "removed":
        this.#pools.byName.delete(name);
        this.#runtime.carryOut(turn, dropPool(pool));
        return turn.state(poolKey(name), null);
    }
  }

  /** Tells every pool that wants to know. */
  emit(turn: Turn, event: SupervisorEvent, now: Now): void {
    this.#watchers.heard(event, now);
    if (this.#pools.byName.size === 0) return;
    const serial = this.#pools.nextSerial;
    const effects = notify(this.#pools, event, now.monoMs);
    if (this.#pools.nextSerial === serial) return;
    turn.state(SERIAL_KEY, encodeRecord(this.#pools.nextSerial));
    this.#runtime.carryOut(turn, effects);
    for (const pool of this.#pools.byName.values()) turn.state(poolKey(pool.config.name), poolRecord(pool));
  }

  /** A process has changed: if it is a listener, its pool must know. */
  memberChanged(turn: Turn, member: Member): void {
    const pool = this.#pools.byName.get(member.ref.group);
    const listener = pool?.listeners.find((one) => one.process === member.ref.process);
    if (pool === undefined || listener === undefined) return;
    const { child, state } = member.state;
    const process = member.ref.process;
    if (child !== 0 && child !== listener.child) this.#step(turn, pool, { type: "started", process, child });
    if (child === 0 && listener.child !== 0) this.#step(turn, pool, { type: "ended", process });
    const running = state === "RUNNING";
    if (running !== listener.running) this.#step(turn, pool, { type: "running", process, running });
  }

  /** What a listener wrote on its stdout. */
  listenerOutput(turn: Turn, ref: Ref, child: number, bytes: Uint8Array): void {
    const pool = this.#pools.byName.get(ref.group);
    if (pool !== undefined) this.#step(turn, pool, { type: "output", process: ref.process, child, bytes });
  }

  /** The keeper could not hand on what was meant for a child's stdin. */
  sendFailed(turn: Turn, child: number, errno: string, bytesNotTaken: number): void {
    const member = memberOfChild(this.#runtime.world, child);
    const pool = member === undefined ? undefined : this.#pools.byName.get(member.ref.group);
    if (member !== undefined && pool !== undefined)
      this.#step(turn, pool, { type: "send-failed", process: member.ref.process, child, errno, bytesNotTaken });
  }

  /** The earliest moment at which time alone changes something, monotonic. Ticks wake nobody up when nobody wants them. */
  nextDeadlineMs(now: Now): number | null {
    let earliest = isWanted(this.#pools, TICK_TYPES)
      ? now.monoMs + msToNextTick(this.#nextTickWallMs, now.wallMs)
      : Number.POSITIVE_INFINITY;
    for (const pool of this.#pools.byName.values()) earliest = Math.min(earliest, nextDeadlineMs(pool) ?? Number.POSITIVE_INFINITY);
    return earliest === Number.POSITIVE_INFINITY ? null : earliest;
  }

  /** Ticks that are due, events whose pause is over. (EVT-036, EVT-037) */
  timePassed(turn: Turn): void {
    const now = this.#runtime.doors.clock.now();
    if (this.#slices === null || msToNextTick(this.#nextTickWallMs, now.wallMs) === 0) {
      const { slices, events, nextWallMs } = dueTicks(this.#slices, now.wallMs);
      this.#slices = slices;
      this.#nextTickWallMs = nextWallMs;
      for (const event of events) this.emit(turn, event, now);
    }
    for (const pool of this.#pools.byName.values()) {
      const due = nextDeadlineMs(pool);
      if (due !== null && due <= now.monoMs) this.#step(turn, pool, { type: "deadline" });
    }
  }

  /** The predecessor's pools: what waited goes on waiting, what was being answered is still being answered. */
  restore(inheritance: Inheritance, hasStates: boolean): void {
    if (!hasStates) return;
    this.#pools.nextSerial = storedNumber(inheritance.store.get(SERIAL_KEY)) ?? this.#pools.nextSerial;
    for (const group of this.#runtime.world.groups.values()) {
      const config = this.#configOf(group);
      const record = inheritance.store.get(poolKey(group.config.name));
      if (config === null) continue;
      const restored = record === undefined ? refuse("it is missing") : restorePool(config, record, storedEvents(inheritance, config.name));
      const lost = restored.ok
        ? restored.value.lost
        : [`pool ${config.name}: its record cannot be used (${restored.error}), its listeners must begin anew`];
      this.#pools.byName.set(config.name, restored.ok ? restored.value.pool : makePool(config));
      for (const text of lost) postLine(this.#runtime, "error", text);
    }
  }

  /** Whether listeners that can hear have heard everything: nothing waits for them, nothing is in their hands. */
  allIsHeard(): boolean {
    return [...this.#pools.byName.values()].every(isQuiet);
  }

  /** How many events wait in the fullest buffer of those that take events of this type. */
  mostWaiting(type: EventType): number {
    let most = 0;
    for (const { config, queue } of this.#pools.byName.values())
      if (matches(config.events, type) > 0) most = Math.max(most, queueLength(queue));
    return most;
  }

  /** How much waits for the listeners of each pool. */
  queues(): readonly QueueFacts[] {
    return [...this.#pools.byName].map(([pool, { config, queue }]) => ({ pool, length: queueLength(queue), capacity: config.bufferSize }));
  }

  /** Sends what can be sent, after a recovery. */
  dispatchAll(turn: Turn): void {
    for (const member of allMembers(this.#runtime.world)) this.memberChanged(turn, member);
    for (const pool of this.#pools.byName.values()) this.#step(turn, pool, { type: "deadline" });
    this.timePassed(turn);
  }

  /** With those that are on their way out. null for a group without a pool. */
  #configOf({ config: group, members }: Group): PoolConfig | null {
    if (group.kind !== "listeners") return null;
    return {
      name: group.name,
      processes: [...members.keys()],
      events: new Set(group.events),
      bufferSize: group.bufferSize,
      resultHandler: this.#plugins.handlerFor(group.name, group.resultHandler),
      identifier: this.#runtime.running.daemon.identifier,
    };
  }

  #step(turn: Turn, pool: Pool, input: PoolInput): void {
    this.#runtime.carryOut(turn, stepPool(pool, input, this.#runtime.doors.clock.now().monoMs));
    turn.state(poolKey(pool.config.name), poolRecord(pool));
  }
}

function storedEvents(inheritance: Inheritance, pool: string): Map<number, Uint8Array> {
  const prefix = eventPrefix(pool);
  const events = new Map<number, Uint8Array>();
  for (const [key, bytes] of inheritance.store) if (key.startsWith(prefix)) events.set(Number(key.slice(prefix.length)), bytes);
  return events;
}
