/**
 * What the RPC methods and the web pages need of the daemon, and nothing more: views of what is, and verbs. The daemon implements it; tests use
 * a plain object. The order of checks, fan-out over groups, rows and texts belong to this room; the verbs do one thing to one process.
 *
 * A view is an immutable value: the daemon returns the *same object* until something in it changes. The XML of a process is cached by that
 * identity, so a view that is made anew for each call costs a lot, and one that is changed in place is never seen to change.
 */
import type { Difference } from "../config/diff.ts";
import type { ConfigError, DaemonConfig, GroupConfig, LogLevel } from "../config/model.ts";
import type { Clock, Files } from "../doors.ts";
import type { Mood, State } from "../process/states.ts";
import type { Result } from "../result.ts";
import type { KeptStates } from "../supervisor/kept.ts";
import type { Operation } from "../supervisor/rolling.ts";
import type { PlannedProcess } from "../supervisor/update.ts";

/** A group and a process in it. */
export type ProcessRef = { readonly group: string; readonly process: string };

export type ProcessView = {
  readonly group: string;
  readonly name: string;
  readonly priority: number;
  readonly state: State;
  /** Whole wall-clock seconds of the last attempt to spawn; 0: never. (RPC-040) */
  readonly startSeconds: number;
  /** Whole wall-clock seconds of the last exit; 0: never. (RPC-041) */
  readonly stopSeconds: number;
  /** 0 when no process exists. */
  readonly pid: number;
  /** The empty text when there is none. (RPC-044) */
  readonly spawnError: string;
  /** null before the first exit and after a spawn. (RPC-046) */
  readonly exitStatus: number | null;
  /** startsecs is 0: it is RUNNING as soon as it is spawned. (RPC-064) */
  readonly runsAtOnce: boolean;
  /**
   * It is down, or on its way down, and yet there is something to stop or to wait for: it will start by itself (CMN-009), or something of its last run is
   * being ended (HOOK-007, KILL-001).
   */
  readonly unsettled: boolean;
  /** It is in BACKOFF for a pause that the configuration asks for: a start does not wait for the end of it. (CMN-008) */
  readonly pauses: boolean;
  /** What it waits for, in words that take the place of its usual description; the empty text when it does not. (CMN-012) */
  readonly dueText: string;
  /** null: it has no schedule. */
  readonly job: JobView | null;
  /** A stop was asked for and its exit has not come. (RPC-107) */
  readonly stopping: boolean;
  /** The path that is written now, AUTO resolved; null for NONE, syslog, or stderr that is redirected. (RPC-048) */
  readonly stdoutLogfile: string | null;
  readonly stderrLogfile: string | null;
};

/** The schedule of a program that has one. (CRON-002) */
export type JobView = {
  /** As it was written. */
  readonly schedule: string;
  /** null: that of the host. */
  readonly timezone: string | null;
  readonly paused: boolean;
  /** A run follows the one under way. */
  readonly queued: boolean;
  /** null: it is paused, or there is none within five years. */
  readonly nextMs: number | null;
  /** `next run Nov 29 02:30 AM`, or why there is none. */
  readonly nextText: string;
  readonly skipped: { readonly overlap: number; readonly missed: number };
};

export type GroupView = {
  readonly name: string;
  readonly priority: number;
  /** In configuration order. (PROC-144, PROC-145) */
  readonly processes: readonly ProcessView[];
};

/** How a wait ended: `gone`: the group was removed meanwhile. The same words as the supervisor's `Outcome`. */
export type WaitOutcome = "done" | "spawn-error" | "abnormal-termination" | "gone" | { readonly waitsFor: string };

/** Why a command cannot be executed, found without spawning it. `text` is what clients see, as in RPC-058 and RPC-059. */
export type CommandProblem = { readonly kind: "no-file" | "not-executable"; readonly text: string };

/** Group names that differ between the file and what is active, in the orders of RPC-148. */
export type ReloadPlan = { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] };

/** One target of a process, and whether it holds by now. */
export type DependencyView = {
  readonly from: ProcessRef;
  /** As it is written. */
  readonly to: string;
  /** The processes that are meant. */
  readonly processes: readonly ProcessRef[];
  readonly condition: string;
  readonly holds: boolean;
};

/** What an update would do with one group. */
export type PreviewedGroup = {
  readonly group: string;
  readonly change: "added" | "changed" | "removed";
  readonly details: readonly Difference[];
  /** How a change in place treats each process; null where the group would be stopped and started as a whole. */
  readonly processes: readonly PlannedProcess[] | null;
};

/** Why a process is as it is. */
export type Explanation = {
  /** A sentence without a full stop, such as `exit code 3 after 0.1 s, 3 times`; empty while there is nothing to say. */
  readonly reason: string;
  /** Of its last end; null: it has not ended yet, or by a signal. */
  readonly exitStatus: number | null;
  readonly signal: string | null;
  /** How often it was started again by itself since supervisord began. */
  readonly restarts: number;
};

/** What an update would do, and what the reader of the configuration finds doubtful. */
export type Preview = { readonly groups: readonly PreviewedGroup[]; readonly warnings: readonly string[] };

/** What is wrong with the configuration file, and what is doubtful in it. */
export type ConfigReport = { readonly errors: readonly ConfigError[]; readonly warnings: readonly string[] };

/** `each`: one after the other, also behind a failure, without a look at health. `token`: the same word is the same order; empty: none. */
export type RollingOrder = { readonly atOnce: number; readonly each: boolean; readonly token: string };

/** Why a program has not reloaded; `none`: it has no option for it. */
export type ReloadFailure =
  | { readonly kind: "not-running" }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly text: string };

/** How many processes a program is to have; null: as many as the file says. `token`: the same word is the same order; empty: none. */
export type ScaleWish = { readonly program: string; readonly numprocs: number | null; readonly token: string };

/** Why a log is not rotated; `no-backups`: nothing would be kept. */
export type RotateFailure =
  | { readonly kind: "no-file" }
  | { readonly kind: "no-backups" }
  | { readonly kind: "failed"; readonly text: string };

/** A program that has another number of processes by now. */
export type Scaled = {
  readonly before: number;
  readonly after: number;
  readonly added: readonly ProcessRef[];
  /** The highest number first. */
  readonly removed: readonly ProcessRef[];
  /** Those added that did not come up. */
  readonly failed: readonly ProcessRef[];
};

export type ScaleFailure =
  | { readonly kind: "bad-name" }
  | { readonly kind: "going-down" }
  /** What is wrong with the configuration file. */
  | { readonly kind: "unreadable"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string };

export type UpgradeOptions = {
  /** Nothing changes. */
  readonly check: boolean;
  readonly daemonOnly: boolean;
  /** Also when nothing differs. */
  readonly force: boolean;
  /** The folder of another package than the one that is installed; absolute. */
  readonly from: string | null;
};

/** What runs, what it is replaced by, and how far that has come; `begun`: the connection ends now, and `lastUpgrade` says what became of this id. */
export type Upgraded = {
  readonly outcome: "nothing" | "checked" | "begun";
  readonly id: number;
  readonly keeper: string;
  readonly keeperBuild: string;
  readonly daemon: string;
  readonly installedKeeper: string;
  readonly installedKeeperBuild: string;
  readonly installedDaemon: string;
  /** The version of Node.js that the next daemon runs under. */
  readonly node: string;
  /** How many programs run. */
  readonly processes: number;
};

/** `step` 0 and `over`: it is done. */
export type LastUpgrade = {
  readonly id: number;
  readonly at: number;
  readonly over: boolean;
  readonly step: number;
  readonly error: string;
  readonly fromKeeper: string;
  readonly fromKeeperBuild: string;
  readonly fromDaemon: string;
  readonly toKeeper: string;
  readonly toKeeperBuild: string;
  readonly toDaemon: string;
  readonly node: string;
  /** How long nobody could be asked. */
  readonly awayMs: number;
  readonly processes: number;
};

/** What is not known is empty, or 0. */
export type Versions = {
  readonly keeper: string;
  readonly keeperBuild: string;
  readonly daemon: string;
  readonly node: string;
  readonly protocol: number;
  readonly table: number;
  readonly installedKeeper: string;
  readonly installedKeeperBuild: string;
  readonly installedDaemon: string;
  readonly lastUpgrade: LastUpgrade | null;
};

export interface SupervisorControl {
  readonly clock: Pick<Clock, "now" | "offsetMinutes">;
  readonly files: Pick<Files, "stat" | "readAt">;

  mood(): Mood;
  /** What clients call the pid of supervisord: the keeper's. (RPC-034) */
  supervisordPid(): number;
  identifier(): string;

  /** The active groups by priority, equal ones in the order of their arrival. The same array until a group comes, goes or changes. (RPC-077) */
  groups(): readonly GroupView[];
  group(name: string): GroupView | null;
  process(ref: ProcessRef): ProcessView | null;

  /** Looks the command up as a spawn would. (RPC-058..060) */
  checkCommand(ref: ProcessRef): Promise<Result<true, CommandProblem>>;
  /**
   * Starts a process; one that is STOPPING or has a pid is left alone, with a warning in the log (RPC-069). Settles when it has been spawned,
   * or is RUNNING, or that can no longer happen. Unless `deps` is false it waits for what it depends on first.
   * The start is ordered before this returns its promise, so calls keep their order.
   */
  start(ref: ProcessRef, until: "spawned" | "running", deps?: boolean): Promise<WaitOutcome>;
  /** Starts that follow are ordered together, up to the call of what comes back. (DEP-007) */
  startTogether(refs: readonly ProcessRef[]): () => void;
  /** Stops that follow are ordered together: where they depend on each other, that is their order. (DEP-020) */
  stopTogether(refs: readonly ProcessRef[]): void;
  /** What each process depends on. */
  dependencies(): readonly DependencyView[];
  /** Those that need it, directly or not; those that are needed themselves come later. */
  dependantsOf(ref: ProcessRef): readonly ProcessRef[];
  /** Stops it (BACKOFF: gives up, RPC-084). Settles when the signal is ordered, or when it is down. An error is the text after `FAILED: `. (RPC-082..087) */
  stop(ref: ProcessRef, until: "ordered" | "stopped"): Promise<Result<WaitOutcome, string>>;
  /** To the process alone, never to its group; a process that is just gone counts as success. An error is the text after `FAILED: `. (RPC-100, RPC-101) */
  signal(ref: ProcessRef, signal: number): Promise<Result<true, string>>;
  /** Stops a schedule until it is resumed; what runs goes on. False: it has none. */
  pauseJob(ref: ProcessRef): Promise<boolean>;
  resumeJob(ref: ProcessRef): Promise<boolean>;
  /** `closed`: there is nobody to read it (RPC-109); `full`: nothing of it was taken, unlike the original (RPC-111). */
  sendStdin(ref: ProcessRef, bytes: Uint8Array): Promise<Result<true, "closed" | "full">>;
  /** Empties both logs and the capture buffers, also of a process that is not running. */
  clearLogs(ref: ProcessRef): Promise<Result<true, "failed">>;
  /** Rotates the logs of a process, or with null the activity log, though they have not reached their size; what is empty stays. (LOGX-023) */
  rotateLogs(ref: ProcessRef | null): Promise<Result<true, RotateFailure>>;
  /** Opens the logs of a process again by their names, the activity log (`supervisord`), or all, as at USR2. (LOGX-024) */
  reopenLogs(what: ProcessRef | "supervisord" | "all"): Promise<void>;

  /** Null: there is no such process. */
  explain(ref: ProcessRef): Explanation | null;
  /** What is known of a process beyond its state, as plain data; null: there is no such process. (HIS-007) */
  life(ref: ProcessRef): object | null;
  /** The same with its history and its last words. (HIS-004) */
  why(ref: ProcessRef): Promise<object | null>;
  /** The last lines that a process wrote which does not run. */
  lastWords(ref: ProcessRef): Promise<readonly string[]>;

  /** Begins to shut down; returns at once. (RPC-035) */
  shutdown(): void;
  /** Answers when it is certain to restart, before anything has stopped; an error is what is wrong with the configuration. (RPC-036) */
  restart(): Promise<Result<true, string>>;

  /** The activity log's path; null when syslog has it. */
  mainLogfile(): string | null;
  clearMainLog(): Promise<Result<true, "no-file" | "failed">>;

  /** Reads the configuration again and keeps it as the one `available` and `addGroup` use. An error is the text after `CANT_REREAD: `. (RPC-147..153) */
  reloadConfig(): Promise<Result<ReloadPlan, string>>;
  /** The configuration read last, in file order; `inForce` names those of its groups that were activated since it was read. (RPC-158, RPC-164) */
  available(): { readonly groups: readonly GroupConfig[]; readonly inForce: ReadonlySet<string> };
  /** Activates a group of `available`. (RPC-155) */
  addGroup(name: string): Promise<Result<true, "bad-name" | "already-added">>;
  /** Takes an active group out. (RPC-156) */
  removeGroup(name: string): Promise<Result<true, "bad-name" | "still-running">>;

  updateMode(): DaemonConfig["updateMode"];
  /** Reads the configuration again and tells what an update to it would do; nothing is kept. An error is the text after `CANT_REREAD: `. */
  previewUpdate(): Promise<Result<Preview, string>>;
  /** Reads the configuration again as `supervisord --check` does; nothing is kept. */
  checkConfig(): Promise<ConfigReport>;
  /** Changes an active group in place to what was read last. False: this cannot or shall not be done in place, and nothing was done. */
  applyUpdate(name: string): Promise<Result<boolean, "bad-name">>;

  /** Has it take up a new configuration of its own; settles when it has. The same token is the same order. (RLD-001) */
  reload(ref: ProcessRef, token: string): Promise<Result<true, ReloadFailure>>;
  /** Stops and starts these, a few at a time; the number of the operation. An error: this one is part of another that goes on. (ROLL-004) */
  rollingRestart(refs: readonly ProcessRef[], order: RollingOrder): Promise<Result<number, ProcessRef>>;
  /** How a rolling restart stands, once more is known of it than so many results, or after a while. null: there is none. */
  operation(id: number, results: number): Promise<Operation | null>;
  /** A rolling restart is just stopping and starting it. */
  isBeingRestarted(ref: ProcessRef): boolean;
  /** Gives a program another number of processes. `done`: what was added runs or has failed, what was removed is gone. */
  scale(wish: ScaleWish, until: "ordered" | "done"): Promise<Result<Scaled, ScaleFailure>>;
  /** On the disk when it is answered; the error says why nothing has changed. (BOOT-011) */
  setEnabled(refs: readonly ProcessRef[], enabled: boolean): Promise<Result<true, string>>;
  /** What is remembered, by `group:process`; null without persist_state. */
  kept(): KeptStates | null;
  /** Remembers what a client is about to start or stop, where that is kept; null: it is not. (BOOT-012) */
  keepWanted(refs: readonly ProcessRef[], up: boolean): Promise<Result<true, string>> | null;
  /** Orders nothing: waits as `scale` does for what it added and removed, and gives those added that failed. */
  scaleSettled(added: readonly ProcessRef[], removed: readonly ProcessRef[]): Promise<readonly ProcessRef[]>;

  /** Has keeper and daemon replaced by what is installed. An error says at which step it was refused. (UPG-005) */
  upgrade(options: UpgradeOptions): Promise<Result<Upgraded, string>>;
  versions(): Promise<Versions>;

  /** Emits REMOTE_COMMUNICATION; resolves when no death of the daemon can lose it any more. (RPC-113) */
  remoteEvent(type: string, data: string): Promise<void>;
}

/** The activity log as this room and `http` see it. */
export interface Activity {
  /** Whether a line of this level would be written; ask before a line is costly to make. */
  takes(level: LogLevel): boolean;
  write(level: LogLevel, text: string): void;
}
