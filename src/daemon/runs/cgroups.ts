/**
 * The control groups of processes: made before a start, limited, emptied, removed. Each has a folder `GROUP:NAME` with the limits, and in it `run` for the
 * program and `aux` for what runs beside it, so that emptying the one spares the other. Who has none of the options has none. (CGR-001..004)
 */
import { createHash } from "node:crypto";
import type { LifeLimit } from "../../api/types.ts";
import type { ProcessConfig } from "../../config/model.ts";
import type { Tree } from "../../process/life.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { allMembers, type Group, label, type Member, type Ref } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";
import { type Base, type Controller, enable, findBase, leave, pidsIn, removeStale, removeTree, words } from "./cgroupbase.ts";

const PERIOD_US = 100_000;
/** A longer name is cut, and told from others by a hash. */
const NAME_BYTES_MAX = 200;

type Limit = {
  readonly option: string;
  readonly controller: Controller;
  readonly file: string;
  readonly wanted: string | null;
  readonly shown: string;
};

/** Of one process, by option: why a limit is not enforced. */
type Open = ReadonlyMap<string, string>;
const NONE_OPEN: Open = new Map();

export class Cgroups implements Part {
  readonly #runtime: Runtime;
  #base: Promise<Result<Base, string>> | null = null;
  #enabled: Promise<Result<ReadonlySet<Controller>, string>> | null = null;
  /** By label, what is known of those that were started by this daemon. */
  readonly #open = new Map<string, Open>();
  /** Groups that are being removed or emptied: a start waits for that. */
  #removing: Promise<void> = Promise.resolve();
  readonly #emptying = new Map<string, Promise<unknown>>();
  /** What was told once. */
  readonly #told = new Set<string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** A predecessor may have made some: then they are removed with their processes. */
  restore(_: Inheritance): void {
    const uses = [...allMembers(this.#runtime.world)].some(
      ({ config, state: { life } }) => needsGroup(config) || life.tree?.cgroup !== undefined,
    );
    if (uses) void this.#find();
  }

  /** Limits are live; what is taken out of the configuration goes. (CGR-004) */
  groupChanged(_: Turn, group: Group, change: GroupChange): void {
    if (this.#base === null) return;
    if (change === "changed") for (const member of group.members.values()) void this.#relimit(member);
    if (change !== "added") this.#removing = this.#removing.then(() => this.#removeUnused());
  }

  /** For a start: the group that it is in, with its limits; null: none. The error says what cannot be set. (LIM-002, CGR-003) */
  async place(ref: Ref, config: ProcessConfig): Promise<Result<Pick<Tree, "cgroup" | "oomKills"> | null, string>> {
    const wanted = limitsOf(config).filter((limit) => limit.wanted !== null);
    if (wanted.length === 0 && !config.killTree) return ok(null);
    const base = await this.#find();
    const path = base.ok ? `${base.value.path}/${folderName(ref)}` : "";
    await Promise.all([this.#removing, this.#emptying.get(path)]);
    const made = base.ok ? await this.#make(path, config, base.value) : base;
    const open = made.ok ? await this.#limit(path, wanted) : openBecause(wanted, made.error);
    this.#open.set(label(ref), open);
    const [first] = wanted.filter(({ option }) => open.has(option));
    if (first !== undefined && this.#mode === "require")
      return refuse(`couldn't set ${first.option} to ${first.shown}: ${open.get(first.option)}`);
    this.#tell(ref, config, base, open);
    const isOfUse = open.size < wanted.length || (config.killTree && base.ok && base.value.canKill);
    if (!made.ok || !isOfUse) return ok(null);
    const oomKills = this.#runtime.doors.kernel.oomKillsIn(path);
    return ok({ cgroup: path, ...(oomKills !== null && { oomKills }) });
  }

  /** For a command that runs beside it; null: none. */
  async placeBeside({ state }: Member): Promise<string | null> {
    const { cgroup } = state.life.tree ?? state.life.sweep ?? {};
    if (cgroup === undefined) return null;
    const made = await this.#runtime.doors.cgroups.makeFolder(`${cgroup}/aux`);
    return made.ok || made.error === "EEXIST" ? `${cgroup}/aux` : null;
  }

  /** A child could not join its group: the next ones are in none, unless it was taken away, and is made anew. */
  cannotJoin(errno: string): void {
    this.#base = errno === "ENOENT" ? null : Promise.resolve(refuse(words(errno)));
    if (errno === "ENOENT") this.#enabled = null;
  }

  /** Each limit with what is wanted and what is in force; null: it has none. (HIS-007, CGR-003) */
  limits({ ref, config, state }: Member): readonly LifeLimit[] | null {
    const wanted = limitsOf(config).filter((limit) => limit.wanted !== null);
    if (wanted.length === 0) return null;
    const open = this.#open.get(label(ref)) ?? NONE_OPEN;
    const isInNone = state.pid !== 0 && state.life.tree?.cgroup === undefined;
    return wanted.map(({ option, shown }) => {
      const why = open.get(option) ?? (isInNone ? "from the next start on" : null);
      return { option, wanted: shown, effective: why === null ? shown : `not enforced: ${why}` };
    });
  }

  /** Everything in the group of a run is killed; true: nobody is left. An errno: the group cannot be used. The next run begins behind it. (KILL-002) */
  empty(cgroup: string): Promise<Result<boolean, string>> {
    const emptied = this.#empty(cgroup);
    this.#emptying.set(cgroup, emptied);
    void emptied.finally(() => this.#emptying.get(cgroup) === emptied && this.#emptying.delete(cgroup));
    return emptied;
  }

  async #empty(cgroup: string): Promise<Result<boolean, string>> {
    const { cgroups: files } = this.#runtime.doors;
    const before = await files.read(`${cgroup}/run/cgroup.events`);
    if (!before.ok) return before.error === "ENOENT" || before.error === "ENODEV" ? ok(true) : before;
    if (isEmpty(before.value)) return ok(true);
    const killed = await files.write(`${cgroup}/run/cgroup.kill`, "1");
    if (!killed.ok) return killed;
    const after = await files.read(`${cgroup}/run/cgroup.events`);
    return ok(after.ok && isEmpty(after.value));
  }

  pidsOfRun(cgroup: string): Promise<readonly number[]> {
    return pidsIn(this.#runtime, `${cgroup}/run`);
  }

  /** At the end of supervisord nothing of it stays. */
  async end(): Promise<void> {
    const base = this.#base === null ? null : await this.#base;
    if (base?.ok === true) await leave(this.#runtime, base.value);
  }

  get #mode(): "auto" | "off" | "require" {
    return this.#runtime.running.daemon.cgroups as "auto" | "off" | "require";
  }

  #find(): Promise<Result<Base, string>> {
    this.#base ??= this.#mode === "off" ? Promise.resolve(refuse("cgroups=off")) : this.#findOut();
    return this.#base;
  }

  #enable(base: Base): Promise<Result<ReadonlySet<Controller>, string>> {
    this.#enabled ??= enable(this.#runtime, base);
    return this.#enabled;
  }

  async #findOut(): Promise<Result<Base, string>> {
    const base = await findBase(this.#runtime);
    if (base.ok) await removeStale(this.#runtime, base.value);
    return base;
  }

  /** Only where it is of use: for the limits, or to be emptied. */
  async #make(path: string, { killTree }: ProcessConfig, base: Base): Promise<Result<true, string>> {
    const enabled = killTree && base.canKill ? ok(true) : await this.#enable(base);
    if (!enabled.ok) return enabled;
    for (const folder of [path, `${path}/run`]) {
      const made = await this.#runtime.doors.cgroups.makeFolder(folder);
      if (!made.ok && made.error !== "EEXIST") return refuse(words(made.error));
    }
    return ok(true);
  }

  /** Writes what is wanted; what could not be written is told with the reason. */
  async #limit(path: string, wanted: readonly Limit[]): Promise<Open> {
    if (wanted.length === 0) return NONE_OPEN;
    const base = await this.#find();
    if (!base.ok) return openBecause(wanted, base.error);
    const enabled = await this.#enable(base.value);
    if (!enabled.ok) return openBecause(wanted, enabled.error);
    const open = new Map<string, string>();
    for (const { option, controller, file, wanted: text } of wanted) {
      if (!enabled.value.has(controller)) open.set(option, `the controller ${controller} cannot be had in ${base.value.own}`);
      else {
        const written = await this.#runtime.doors.cgroups.write(`${path}/${file}`, text ?? "max");
        if (!written.ok) open.set(option, words(written.error));
      }
    }
    return open;
  }

  /** Of one that runs, or will be started in the group that it has. */
  async #relimit({ ref, config, state }: Member): Promise<void> {
    const { cgroup } = state.life.tree ?? {};
    if (cgroup === undefined) return;
    const wanted = limitsOf(config);
    const open = await this.#limit(
      cgroup,
      wanted.filter((limit) => limit.wanted !== null),
    );
    const { cgroups: files } = this.#runtime.doors;
    for (const { wanted: text, file } of wanted) if (text === null) await files.write(`${cgroup}/${file}`, "max");
    this.#open.set(label(ref), open);
  }

  async #removeUnused(): Promise<void> {
    const base = await this.#find();
    if (!base.ok) return;
    const { world, doors } = this.#runtime;
    const found = await doors.cgroups.folders(base.value.path);
    const isUsed = (name: string): boolean =>
      [...allMembers(world)].some(({ ref, config }) => needsGroup(config) && folderName(ref) === name);
    // Each name of ours has a colon, which the keeper's own has not.
    for (const name of found.ok ? found.value : [])
      if (name.includes(":") && !isUsed(name)) await removeTree(doors.cgroups, `${base.value.path}/${name}`, 2);
  }

  /** Once in a daemon where the groups are, or why there are none; and once of each program what is not enforced. */
  #tell(ref: Ref, config: ProcessConfig, base: Result<Base, string>, open: Open): void {
    const options = [...open.keys()];
    const [why] = open.values();
    if (why !== undefined)
      return this.#say(
        "warn",
        `${ref.group} ${options.join()}`,
        `cgroups: not available: ${why}; ${options.join(", ")} of ${config.name} ${options.length > 1 ? "are" : "is"} not enforced`,
      );
    if (!base.ok) return this.#say("info", "no base", `cgroups: not available: ${base.error}; killtree looks for processes`);
    void (this.#enabled ?? Promise.resolve(null)).then((enabled) => {
      const what = enabled?.ok === true ? [...enabled.value].join(", ") : "killtree";
      this.#say("info", what, `cgroups: ${what} in ${base.value.path}`);
    });
  }

  #say(level: "info" | "warn", what: string, text: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#runtime.loop.post((turn) => this.#runtime.activity.write(turn, level, text));
  }
}

/** Whether it wants a control group. */
export function needsGroup({ killTree, memoryMax, pidsMax, cpuMax }: ProcessConfig): boolean {
  return killTree || memoryMax !== null || pidsMax !== null || cpuMax !== null;
}

function limitsOf({ memoryMax, pidsMax, cpuMax }: ProcessConfig): readonly Limit[] {
  const quota = cpuMax === null ? null : `${Math.round(cpuMax * PERIOD_US)} ${PERIOD_US}`;
  return [
    { option: "memory_max", controller: "memory", file: "memory.max", wanted: textOf(memoryMax), shown: sizeText(memoryMax ?? 0) },
    { option: "pids_max", controller: "pids", file: "pids.max", wanted: textOf(pidsMax), shown: String(pidsMax) },
    { option: "cpu_max", controller: "cpu", file: "cpu.max", wanted: quota, shown: String(cpuMax) },
  ];
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value);
}

/** In the largest unit that needs no fraction. */
function sizeText(bytes: number): string {
  for (const [unit, factor] of [
    ["GB", 1024 ** 3],
    ["MB", 1024 ** 2],
    ["KB", 1024],
  ] as const)
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor}${unit}`;
  return String(bytes);
}

function openBecause(wanted: readonly Limit[], why: string): Open {
  return new Map(wanted.map(({ option }) => [option, why]));
}

function isEmpty(events: string): boolean {
  return /^populated 0$/m.test(events);
}

/** No name of the kernel's own has a colon. */
export function folderName(ref: Ref): string {
  const name = label(ref).replaceAll("/", "%2F");
  if (Buffer.byteLength(name) <= NAME_BYTES_MAX) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return `${Buffer.from(name)
    .subarray(0, NAME_BYTES_MAX - 40)
    .toString("latin1")
    .replaceAll(/[^\w:.-]/g, "_")}:${hash}`;
}
