/** What the parts of the fake keeper share: the host's time, files and chance, its failures, and the record of all that happened. */
import type { Chance } from "../chance.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Line } from "../trace.ts";
import type { Tree } from "../tree.ts";

/** Failures that a run can switch on; each says whether it strikes now. A number is an errno. */
export type HostFaults = {
  /** fork(2) of a spawn. */
  fork: () => number;
  /** A write of so many bytes to a sink's path. */
  write: (path: string) => number;
};

/** How long the slow parts of the host take, in milliseconds. */
export type HostSpeed = {
  readonly worker: readonly [number, number];
  readonly pipe: readonly [number, number];
  readonly link: readonly [number, number];
};

export type Host = {
  readonly scheduler: Scheduler;
  readonly tree: Tree;
  readonly chance: Chance;
  readonly faults: HostFaults;
  readonly speed: HostSpeed;
  /** Every pid that was ever given out is below. */
  nextPid: number;
  /** One line of the history. */
  trace(text: Line): void;
  /** Something the contract forbids was seen. */
  violation(text: string): void;
};

export function later(host: Host, part: keyof HostSpeed, act: () => void): void {
  const [low, high] = host.speed[part];
  host.scheduler.after(host.chance.latency(low, high), act);
}
