/** A daemon made of plain values, for the tests of this room and of `http`. Its verbs are recorded in `done`; what they answer can be set. */
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { CHANNEL_OURS, OURS } from "../config/ours.fixture.ts";
import type { FileInfo } from "../doors.ts";
import type { Mood } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Operation } from "../supervisor/rolling.ts";
import type {
  Activity,
  CommandProblem,
  ConfigReport,
  DependencyView,
  Explanation,
  GroupView,
  Preview,
  ProcessRef,
  ProcessView,
  ReloadFailure,
  ReloadPlan,
  RollingOrder,
  RotateFailure,
  Scaled,
  ScaleFailure,
  ScaleWish,
  SupervisorControl,
  WaitOutcome,
} from "./control.ts";
import { FakeUpgrades } from "./upgrades.fixture.ts";

export const NOW_MS = Date.UTC(2026, 10, 24, 5, 40, 27);

export function view(name: string, changes: Partial<ProcessView> = {}): ProcessView {
  return {
    group: name,
    name,
    priority: 999,
    state: "STOPPED",
    startSeconds: 0,
    stopSeconds: 0,
    pid: 0,
    spawnError: "",
    exitStatus: null,
    runsAtOnce: false,
    unsettled: false,
    dueText: "",
    job: null,
    pauses: false,
    stopping: false,
    stdoutLogfile: `/log/${name}.out`,
    stderrLogfile: `/log/${name}.err`,
    ...changes,
  };
}

/** A process that has been up for 61 seconds. */
export function running(name: string, changes: Partial<ProcessView> = {}): ProcessView {
  return view(name, { state: "RUNNING", pid: 4711, startSeconds: NOW_MS / 1000 - 61, ...changes });
}

export function group(name: string, ...processes: readonly ProcessView[]): GroupView {
  return { name, priority: processes[0]?.priority ?? 999, processes: processes.map((process) => ({ ...process, group: name })) };
}

/** A process for itself is a group of its own name. */
export function alone(...processes: readonly ProcessView[]): GroupView[] {
  return processes.map((process) => ({ name: process.name, priority: process.priority, processes: [process] }));
}

export class FakeControl extends FakeUpgrades implements SupervisorControl {
  wallMs = NOW_MS;
  zoneMinutes = 0;
  moodNow: Mood = "RUNNING";
  active: readonly GroupView[];
  /** What is remembered; null: nothing is. */
  keptStates: ReturnType<SupervisorControl["kept"]> = null;
  keptProblem: string | null = null;
  /** By path. */
  readonly contents = new Map<string, Uint8Array>();
  readonly inodes = new Map<string, bigint>();
  /** By process name; `done` when nothing is said. */
  readonly starts = new Map<string, WaitOutcome | Promise<WaitOutcome>>();
  readonly stops = new Map<string, Result<WaitOutcome, string> | Promise<Result<WaitOutcome, string>>>();
  readonly together: string[][] = [];
  depends: readonly DependencyView[] = [];
  dependants: readonly ProcessRef[] = [];
  readonly commands = new Map<string, CommandProblem | Promise<CommandProblem | null>>();
  readonly signals = new Map<string, string>();
  readonly stdins = new Map<string, "closed" | "full">();
  readonly unclearable = new Set<string>();
  /** What is wrong with the configuration that a restart reads. */
  restartError: string | null = null;
  mainLog: string | null = "/log/supervisord.log";
  mainLogClears: Result<true, "no-file" | "failed"> = ok(true);
  plan: Result<ReloadPlan, string> = ok({ added: [], changed: [], removed: [] });
  /** `added` names what was added after the reread. */
  configured: { groups: readonly GroupConfig[]; reread: boolean; added?: string } = { groups: [], reread: false };
  adding: Result<true, "bad-name" | "already-added"> = ok(true);
  eventStored = Promise.resolve();
  mode: "as-original" | "minimal" = "as-original";
  preview: Result<Preview, string> = ok({ groups: [], warnings: [] });
  readonly lives = new Map<string, object>();
  readonly explanations = new Map<string, Explanation>();
  readonly words = new Map<string, readonly string[]>();
  report: ConfigReport = { errors: [], warnings: [] };
  updating: Result<boolean, "bad-name"> = ok(true);
  removing: Result<true, "bad-name" | "still-running"> = ok(true);

  constructor(active: readonly GroupView[] = []) {
    super();
    this.active = active;
  }

  readonly clock = { now: () => ({ monoMs: this.monoMs, wallMs: this.wallMs }), offsetMinutes: () => this.zoneMinutes };

  readonly files = {
    stat: async (path: string): Promise<Result<FileInfo, string>> => {
      const bytes = this.contents.get(path);
      if (bytes === undefined) return path.endsWith("/") ? ok(info("directory", 0, 1n)) : refuse("ENOENT");
      return ok(info("file", bytes.length, this.inodes.get(path) ?? 1n));
    },
    readAt: async (path: string, offset: number, length: number): Promise<Result<Uint8Array, string>> => {
      const bytes = this.contents.get(path);
      return bytes === undefined ? refuse("EIO") : ok(bytes.slice(offset, offset + length));
    },
  };

  write(path: string, text: string | Uint8Array): void {
    this.contents.set(path, Buffer.from(text));
  }

  mood(): Mood {
    return this.moodNow;
  }

  supervisordPid(): number {
    return 11015;
  }

  identifier(): string {
    return "supervisor";
  }

  groups(): readonly GroupView[] {
    return this.active;
  }

  group(name: string): GroupView | null {
    return this.active.find((each) => each.name === name) ?? null;
  }

  process(ref: ProcessRef): ProcessView | null {
    return this.group(ref.group)?.processes.find((each) => each.name === ref.process) ?? null;
  }

  async checkCommand(ref: ProcessRef): Promise<Result<true, CommandProblem>> {
    const problem = (await this.commands.get(ref.process)) ?? null;
    return problem === null ? ok(true) : refuse(problem);
  }

  startTogether(refs: readonly ProcessRef[]): () => void {
    this.together.push(refs.map(({ process }) => process));
    return () => {};
  }

  stopTogether(): void {}

  dependencies(): readonly DependencyView[] {
    return this.depends;
  }

  dependantsOf(): readonly ProcessRef[] {
    return this.dependants;
  }

  async start(ref: ProcessRef, until: "spawned" | "running", deps = true): Promise<WaitOutcome> {
    this.done.push(`start ${ref.group}:${ref.process} ${until}${deps ? "" : " without its dependencies"}`);
    return this.starts.get(ref.process) ?? "done";
  }

  async stop(ref: ProcessRef, until: "ordered" | "stopped"): Promise<Result<WaitOutcome, string>> {
    this.done.push(`stop ${ref.group}:${ref.process} ${until}`);
    return this.stops.get(ref.process) ?? ok("done");
  }

  async signal(ref: ProcessRef, signal: number): Promise<Result<true, string>> {
    this.done.push(`signal ${ref.group}:${ref.process} ${signal}`);
    const problem = this.signals.get(ref.process);
    return problem === undefined ? ok(true) : refuse(problem);
  }

  async pauseJob(ref: ProcessRef): Promise<boolean> {
    this.done.push(`pause ${ref.group}:${ref.process}`);
    return (this.process(ref)?.job ?? null) !== null;
  }

  async resumeJob(ref: ProcessRef): Promise<boolean> {
    this.done.push(`resume ${ref.group}:${ref.process}`);
    return (this.process(ref)?.job ?? null) !== null;
  }

  async sendStdin(ref: ProcessRef, bytes: Uint8Array): Promise<Result<true, "closed" | "full">> {
    this.done.push(`stdin ${ref.group}:${ref.process} ${Buffer.from(bytes).toString("hex")}`);
    const problem = this.stdins.get(ref.process);
    return problem === undefined ? ok(true) : refuse(problem);
  }

  async clearLogs(ref: ProcessRef): Promise<Result<true, "failed">> {
    this.done.push(`clear ${ref.group}:${ref.process}`);
    return this.unclearable.has(ref.process) ? refuse("failed") : ok(true);
  }

  rotating: Result<true, RotateFailure> = ok(true);

  async rotateLogs(ref: ProcessRef | null): Promise<Result<true, RotateFailure>> {
    this.done.push(`rotate ${ref === null ? "the activity log" : `${ref.group}:${ref.process}`}`);
    return this.rotating;
  }

  async reopenLogs(what: ProcessRef | "supervisord" | "all"): Promise<void> {
    this.done.push(`reopen ${typeof what === "string" ? what : `${what.group}:${what.process}`}`);
  }

  shutdown(): void {
    this.done.push("shutdown");
    this.moodNow = "SHUTDOWN";
  }

  async restart(): Promise<Result<true, string>> {
    if (this.restartError !== null) return refuse(this.restartError);
    this.done.push("restart");
    this.moodNow = "RESTARTING";
    return ok(true);
  }

  mainLogfile(): string | null {
    return this.mainLog;
  }

  async clearMainLog(): Promise<Result<true, "no-file" | "failed">> {
    return this.mainLogClears;
  }

  async reloadConfig(): Promise<Result<ReloadPlan, string>> {
    return this.plan;
  }

  available(): { readonly groups: readonly GroupConfig[]; readonly inForce: ReadonlySet<string> } {
    const { groups, reread, added } = this.configured;
    const inForce = groups.map(({ name }) => name).filter((name) => !reread || name === added);
    return { groups, inForce: new Set(inForce) };
  }

  async addGroup(name: string): Promise<Result<true, "bad-name" | "already-added">> {
    this.done.push(`add ${name}`);
    return this.adding;
  }

  async removeGroup(name: string): Promise<Result<true, "bad-name" | "still-running">> {
    this.done.push(`remove ${name}`);
    return this.removing;
  }

  updateMode(): "as-original" | "minimal" {
    return this.mode;
  }

  life(ref: ProcessRef): object | null {
    return this.lives.get(ref.process) ?? null;
  }

  async why(ref: ProcessRef): Promise<object | null> {
    return this.process(ref) === null ? null : { ...ref, life: this.life(ref) };
  }

  explain({ process }: ProcessRef): Explanation | null {
    return this.explanations.get(process) ?? null;
  }

  async lastWords({ process }: ProcessRef): Promise<readonly string[]> {
    return this.words.get(process) ?? [];
  }

  async checkConfig(): Promise<ConfigReport> {
    return this.report;
  }

  async previewUpdate(): Promise<Result<Preview, string>> {
    return this.preview;
  }

  async applyUpdate(name: string): Promise<Result<boolean, "bad-name">> {
    this.done.push(`update ${name}`);
    return this.updating;
  }

  reloading: Result<true, ReloadFailure> = ok(true);
  async reload({ group, process }: ProcessRef, token: string): Promise<Result<true, ReloadFailure>> {
    this.done.push(`reload ${group}:${process} ${token}`);
    return this.reloading;
  }

  rolling: Result<number, ProcessRef> = ok(1);
  async rollingRestart(refs: readonly ProcessRef[], { atOnce, each, token }: RollingOrder): Promise<Result<number, ProcessRef>> {
    this.done.push(`rolling ${refs.map(({ group, process }) => `${group}:${process}`).join(" ")} ${atOnce} ${each} ${token}`);
    return this.rolling;
  }

  operationNow: Operation | null = null;
  async operation(id: number, results: number): Promise<Operation | null> {
    this.done.push(`operation ${id} ${results}`);
    return this.operationNow;
  }

  restarting: readonly string[] = [];
  isBeingRestarted({ group, process }: ProcessRef): boolean {
    return this.restarting.includes(`${group}:${process}`);
  }

  scaling: Result<Scaled, ScaleFailure> = refuse({ kind: "bad-name" });
  async scale({ program, numprocs, token }: ScaleWish, until: "ordered" | "done"): Promise<Result<Scaled, ScaleFailure>> {
    this.done.push(`scale ${program} ${numprocs} ${until}${token === "" ? "" : ` ${token}`}`);
    return this.scaling;
  }

  readonly setEnabled = (refs: readonly ProcessRef[], enabled: boolean) => this.#remember(enabled ? "enable" : "disable", refs);
  readonly kept = () => this.keptStates;
  readonly keepWanted = (refs: readonly ProcessRef[], up: boolean) => this.keptStates && this.#remember(up ? "keep up" : "keep down", refs);

  async #remember(what: string, refs: readonly ProcessRef[]): Promise<Result<true, string>> {
    this.done.push(`${what} ${refs.map(({ group, process }) => `${group}:${process}`).join(" ")}`);
    return this.keptProblem === null ? ok(true) : refuse(this.keptProblem);
  }

  async scaleSettled(added: readonly ProcessRef[], removed: readonly ProcessRef[]): Promise<readonly ProcessRef[]> {
    const names = (refs: readonly ProcessRef[]) => refs.map(({ group, process }) => `${group}:${process}`).join(" ");
    this.done.push(`settled ${names(added)} | ${names(removed)}`);
    return added;
  }

  remoteEvent(type: string, data: string): Promise<void> {
    this.done.push(`event ${type}|${data}`);
    return this.eventStored;
  }
}

/** Keeps what is written. */
export class FakeActivity implements Activity {
  readonly lines: string[] = [];
  tracing = true;

  takes(level: string): boolean {
    return this.tracing || level !== "trace";
  }

  write(level: string, text: string): void {
    if (this.takes(level)) this.lines.push(`${level} ${text}`);
  }
}

export function processConfig(name: string, changes: Partial<ProcessConfig> = {}): ProcessConfig {
  const channel = {
    ...CHANNEL_OURS,
    logfile: { kind: "auto" },
    maxBytes: 52428800,
    backups: 10,
    ...{ captureMaxBytes: 0, eventsEnabled: false, syslog: false },
  } as const;
  return {
    ...OURS,
    name,
    command: "/bin/cat",
    directory: null,
    umask: null,
    priority: 999,
    autostart: true,
    autorestart: "unexpected",
    startSecs: 1,
    startRetries: 3,
    stopSignal: 15,
    stopWaitSecs: 10,
    stopAsGroup: false,
    killAsGroup: false,
    exitCodes: [0],
    redirectStderr: false,
    environment: {},
    serverUrl: null,
    uid: null,
    stdout: channel,
    stderr: channel,
    ...changes,
  };
}

/** When every log was last written: 2025-11-24 16:00:00 UTC. */
export const LOG_MTIME_MS = 1_764_000_000_000;

function info(kind: FileInfo["kind"], size: number, inode: bigint): FileInfo {
  return { kind, mode: 0o644, size, device: 1n, inode, uid: 0, gid: 0, links: 1, mtimeMs: LOG_MTIME_MS };
}
