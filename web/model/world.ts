/**
 * What the page knows of the daemon, and how each message of the stream changes it. Rows that did not change keep their identity, so only what changed
 * is drawn.
 */
import type { DaemonRow, ProcessUsage, StreamMessage, SupervisorEvent, Usage } from "../../src/api/types.ts";

import { type Row, withRestarts } from "./flapping.ts";

/** Points of a small graph: two minutes at one each two seconds. */
const HISTORY_MAX = 60;
/** Events that are kept to be looked at. */
export const EVENTS_MAX = 500;

export type Group = { readonly name: string; readonly members: readonly string[] };
export type UsageHistory = { readonly now: ProcessUsage; readonly cpu: readonly number[]; readonly memory: readonly number[] };

export type World = {
  readonly daemon: DaemonRow | null;
  readonly groups: readonly Group[];
  /** By namespec. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly usage: ReadonlyMap<string, UsageHistory>;
  readonly daemonUsage: Usage | null;
  /** Oldest first. */
  readonly events: readonly SupervisorEvent[];
  /** How far the daemon's clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number;
};

export const EMPTY_WORLD: World = {
  daemon: null,
  groups: [],
  rows: new Map(),
  usage: new Map(),
  daemonUsage: null,
  events: [],
  clockAheadMs: 0,
};

/** `nowMs`: our wall clock. */
export function applyMessage(world: World, message: StreamMessage, nowMs: number): World {
  switch (message.kind) {
    case "snapshot": {
      const { daemon, groups, now } = message.snapshot;
      return {
        ...world,
        daemon,
        groups: groups.map(({ name, processes }) => ({ name, members: processes.map((row) => row.namespec) })),
        rows: new Map(
          groups.flatMap(({ processes }) => processes.map((row) => [row.namespec, withRestarts(row, world.rows.get(row.namespec), now)])),
        ),
        clockAheadMs: now - nowMs,
      };
    }
    case "processes": {
      const rows = new Map(world.rows);
      for (const row of message.processes) {
        const before = rows.get(row.namespec);
        if (before !== undefined) rows.set(row.namespec, withRestarts(row, before, message.now));
      }
      return { ...world, rows, clockAheadMs: message.now - nowMs };
    }
    case "daemon":
      return { ...world, daemon: message.daemon };
    case "usage":
      return {
        ...world,
        rows: recovered(world.rows, message.now),
        usage: withUsage(world.usage, message.usage),
        daemonUsage: message.daemon,
      };
    case "event":
      return { ...world, events: [...world.events.slice(-(EVENTS_MAX - 1)), message.event] };
    case "missed":
      return world;
  }
}

/** What has been up for a while is well again, though nothing was said of it. */
function recovered(before: World["rows"], now: number): World["rows"] {
  const well = [...before.values()].map((row) => (row.flapping ? withRestarts(row, row, now) : row)).filter((row) => !row.flapping);
  const changed = well.filter((row) => before.get(row.namespec) !== row);
  return changed.length === 0 ? before : new Map([...before, ...changed.map((row) => [row.namespec, row] as const)]);
}

function withUsage(before: World["usage"], usage: readonly ProcessUsage[]): World["usage"] {
  return new Map(
    usage.map((now) => {
      const known = before.get(now.namespec);
      return [now.namespec, { now, cpu: longer(known?.cpu, now.tree.cpu), memory: longer(known?.memory, now.tree.memory) }];
    }),
  );
}

function longer(before: readonly number[] | undefined, value: number): readonly number[] {
  return [...(before ?? []).slice(-(HISTORY_MAX - 1)), value];
}
