/** What every room of the daemon may use: the doors, the world of processes, the loop, the activity log, the configuration. There is one for each daemon. */
import type { Config, ConfigError } from "../config/model.ts";
import type { Listening } from "../config/reader.ts";
import type { Doors, Now } from "../doors.ts";
import type { PoolEffect } from "../events/buffer.ts";
import type { KeeperNames, Welcome } from "../link/messages.ts";
import type { StreamEffect } from "../logs/pipeline.ts";
import type { Result } from "../result.ts";
import type { Effect, GroupChange, Step } from "../supervisor/effects.ts";
import type { Group, Ref, World } from "../supervisor/world.ts";
import type { Activity } from "./loop/activitylog.ts";
import type { Numbers } from "./loop/numbers.ts";
import type { Requests } from "./loop/requests.ts";
import type { Loop, Turn } from "./loop/turn.ts";

/** Reads the configuration again from the same command line; all errors come at once (`config/report.ts` words them). */
export type LoadConfig = (listening?: Listening) => Promise<Result<Config, readonly ConfigError[]>>;

/** What the pure rooms may want done. `log` and `event` are common to all of them; the others each room has for itself. */
export type AnyEffect = Effect | PoolEffect | StreamEffect;

/** What a successor finds: the keeper's welcome. */
export type Inheritance = Welcome;

export type Runtime = {
  readonly doors: Doors;
  readonly world: World;
  readonly loop: Loop;
  readonly numbers: Numbers;
  readonly requests: Requests;
  readonly activity: Activity;
  /** Keys of the records `life/…` that are in the store. */
  readonly storedLives: Set<string>;
  readonly load: LoadConfig;
  /** When this daemon was put together, by the wall clock. */
  readonly startedWallMs: number;
  /** What is in force. These three are those of groups/configurations.ts. */
  readonly running: Config;
  /** What was read last: addGroup and `avail` use it. */
  readonly available: Config;
  /** True once reloadConfig has succeeded since the start or restart. */
  readonly reread: boolean;
  /** Who we are, as lifecycle/identity.ts has it: what the world calls supervisord, and the user, after a change of user. */
  readonly keeperPid: number;
  /** The version of the protocol that the keeper speaks with us: one of an earlier release may lack what is new. */
  readonly keeperVersion: number;
  /** Which keeper it is; null: one of an earlier release, which does not say it. */
  readonly keeperNames: KeeperNames | null;
  readonly uid: number;
  /** Carries out what the pure rooms want done, in its order. */
  readonly carryOut: (turn: Turn, effects: readonly AnyEffect[]) => void;
  /** Takes one step of the supervisor within a turn, with everything that follows from it in the same batch. */
  readonly step: (turn: Turn, act: (step: Step, now: Now) => void, now?: Now) => void;
};

/** Why a start ends: the words for whoever started supervisord, what to do about it, and its exit code. */
export type BootFailure = { readonly text: string; readonly code: number; readonly hint?: string };

/** What is restored, begun, told of changed groups, or has deadlines. daemon.ts has the list of them, and with it their order. */
export type Part = {
  /** A successor takes up what its predecessor left. Without states only what the keeper itself lists can be used. */
  restore?(found: Inheritance, hasStates: boolean): void;
  /** Gets what the running configuration names. A start ends with the first failure, a reload says it and goes on. */
  begin?(isStart: boolean): Promise<Result<true, BootFailure>>;
  /** In the batch that has the change. `only`: the process that has its new configuration or is out of the group, and no other has changed. */
  groupChanged?(turn: Turn, group: Group, change: GroupChange, only?: Ref): void;
  /** The loop woke long after its alarm: this host or this process has slept. */
  overslept?(): void;
  /** After every turn. What it posts is done in the next one. */
  turned?(now: Now): void;
  /** The earliest time at which `deadlinePassed` has something to do, monotonic. */
  nextDeadlineMs?(now: Now): number | null;
  /** Posts what is due. Called when any part's deadline has passed. */
  deadlinePassed?(now: Now): void;
  /** The same for what all parts do in one turn. */
  timePassed?(turn: Turn): void;
};
