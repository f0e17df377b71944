/** A simulated host with a keeper, its daemons one after the other, and programs; what happens to it is decided elsewhere (history.ts). */
import { findConfigFile, loadConfig } from "../../src/config/load.ts";
import { type DaemonParts, startDaemon } from "../../src/daemon/daemon.ts";
import type { Daemon } from "../../src/daemon/parts.ts";
import type { Runtime } from "../../src/daemon/runtime.ts";
import type { Birth, ToolResult } from "../../src/doors.ts";
import type { SupervisorControl } from "../../src/rpc/control.ts";
import { Chance } from "./chance.ts";
import { Instance } from "./instance.ts";
import { Invariants } from "./invariants.ts";
import type { Host } from "./keeper/host.ts";
import { FakeKeeper } from "./keeper/keeper.ts";
import { LifeInvariants } from "./lifeinvariants.ts";
import { Scheduler } from "./scheduler.ts";
import { type Line, Trace, textOf } from "./trace.ts";
import { errnoNumber, Tree } from "./tree.ts";

export const CONFIG_PATH = "/etc/supervisord.conf";
/** What the daemon's `main` says with it: a bug. */
const EXIT_BUG = 70;
const BURST_MS = 10;
/** A thousand times what a busy daemon sends in that time. */
const BURST_MAX = 10_000;

/** Failures that are on at the moment, each with its share of all cases. */
export type Faults = { write: number; fork: number; open: number; files: number; slowDisk: boolean };

export class World {
  readonly scheduler = new Scheduler();
  readonly tree = new Tree();
  readonly trace: Trace;
  readonly chance: Chance;
  readonly host: Host;
  readonly keeper: FakeKeeper;
  readonly invariants: Invariants;
  /** Where programs have options beyond Supervisor. */
  life: LifeInvariants | null = null;
  /** What supervisord finds in its environment besides the usual. */
  environment: Readonly<Record<string, string>> = {};
  readonly faults: Faults = { write: 0, fork: 0, open: 0, files: 0, slowDisk: false };
  readonly instances: Instance[] = [];
  /** The daemon that is alive, if there is one. */
  instance: Instance | null = null;
  /** Its port, once it is in charge. */
  port: SupervisorControl | null = null;
  runtime: Runtime | null = null;
  /** The bounds of what a daemon stores and sends at a time; undefined: the usual ones. */
  sizes: DaemonParts["sizes"] = undefined;
  /** The next daemon dies at this call. */
  nextDiesAtCall: number | null = null;
  /** What programs answer that the daemon runs itself; null: there are none. */
  runTool: ((file: string, args: readonly string[]) => ToolResult) | null = null;
  #burst = { sinceMs: 0, batches: 0 };
  /** No daemon comes up any more, whatever the keeper does. */
  exitCode: number | null = null;

  constructor(seed: number, configText: string, traceLines: number) {
    this.chance = new Chance(seed);
    this.trace = new Trace(traceLines);
    const faultChance = this.chance.fork();
    this.invariants = new Invariants(() => this.scheduler.nowMs);
    this.host = {
      scheduler: this.scheduler,
      tree: this.tree,
      chance: this.chance.fork(),
      nextPid: 100,
      speed: { worker: [0.05, 15], pipe: [0.01, 4], link: [0.01, 2] },
      faults: {
        fork: () => (faultChance.happens(this.faults.fork) ? errnoNumber("EAGAIN") : 0),
        write: () => (faultChance.happens(this.faults.write) ? this.#loseBytes() : 0),
      },
      trace: (text) => this.#say(text),
      violation: (text) => this.violation(text),
    };
    this.tree.wallMs = () => this.scheduler.wallMs;
    this.tree.fault = (action) => {
      const share = action === "open" ? this.faults.open : this.faults.files;
      return faultChance.happens(share) ? faultChance.pick(["ENOSPC", "EACCES", "EIO"]) : null;
    };
    this.#furnish(configText);
    this.keeper = new FakeKeeper({
      host: this.host,
      startDaemon: () => this.#startDaemon(),
      killDaemon: () => this.instance?.die(),
      onEnd: (code) => {
        this.exitCode = code;
      },
    });
    this.invariants.watch(this.keeper);
  }

  /** Programs have options beyond Supervisor. */
  watchLife(): void {
    this.life = new LifeInvariants(
      (text) => this.violation(text),
      () => this.scheduler.nowMs,
    );
    this.life.watch(this.keeper);
  }

  violation(text: string): void {
    this.#say(`VIOLATION: ${text}`);
    this.invariants.add(text);
  }

  note(text: string): void {
    this.#say(text);
  }

  #say(text: Line): void {
    const { nowMs } = this.scheduler;
    this.trace.add(() => `${(nowMs - 1_000_000).toFixed(2).padStart(11)} ${textOf(text)}`);
  }

  #loseBytes(): number {
    this.invariants.bytesMayBeLost = true;
    return errnoNumber("ENOSPC");
  }

  #furnish(configText: string): void {
    for (const path of ["/log/auto", "/run", "/tmp", "/root", "/dev"]) this.tree.directory(path);
    this.tree.put("/bin/actor", "", 0o755);
    this.tree.put("/etc/data", "no program", 0o644);
    this.tree.put(CONFIG_PATH, configText);
  }

  #startDaemon(): void {
    const instance = new Instance({
      host: this.host,
      keeper: this.keeper,
      birth: { ...BIRTH, environment: { ...BIRTH.environment, ...this.environment } },
      number: this.instances.length + 1,
      diesAtCall: this.nextDiesAtCall,
      onBatch: (batch) => {
        this.#spins(instance);
        this.invariants.batch(batch);
        this.life?.batch(batch);
      },
      ...(this.runTool && { runTool: this.runTool }),
      onDeath: (dead) => {
        if (this.instance !== dead) return;
        this.instance = null;
        this.port = null;
      },
    });
    this.nextDiesAtCall = null;
    this.instances.push(instance);
    this.instance = instance;
    this.#say(`daemon ${instance.number} is born`);
    void this.#run(instance);
  }

  /** I-14: so many batches in so little time are a loop that nothing ends. */
  #spins(instance: Instance): void {
    const { nowMs } = this.scheduler;
    if (nowMs - this.#burst.sinceMs > BURST_MS) this.#burst = { sinceMs: nowMs, batches: 0 };
    if (++this.#burst.batches <= BURST_MAX) return;
    this.#burst = { sinceMs: nowMs, batches: 0 };
    this.violation(`I-14 daemon ${instance.number} sends one batch after the other and comes to nothing`);
    instance.die();
  }

  async #run(instance: Instance): Promise<void> {
    const onBug = (error: unknown): void => {
      if (!instance.alive) return;
      this.violation(`daemon ${instance.number} has a bug: ${error instanceof Error ? error.stack : String(error)}`);
      instance.die({ code: EXIT_BUG });
    };
    try {
      const started = await startDaemon({
        doors: instance.doors,
        load: () => this.#load(instance),
        serve: () => ({ close: () => {} }),
        samples: instance.samples,
        ...(this.sizes && { sizes: this.sizes }),
        onBug,
      });
      if (!instance.alive) return;
      if (!started.ok) {
        this.#say(`daemon ${instance.number} does not come up: ${started.error.text}`);
        return instance.die({ code: started.error.code });
      }
      this.#say(`daemon ${instance.number} is in charge`);
      this.#inCharge(instance, started.value);
    } catch (error) {
      onBug(error);
    }
  }

  #inCharge(instance: Instance, daemon: Daemon): void {
    if (this.instance !== instance) return;
    this.runtime = daemon.runtime;
    this.port = daemon.control;
  }

  async #load(instance: Instance): ReturnType<Parameters<typeof startDaemon>[0]["load"]> {
    const { doors } = instance;
    const flags = new Map();
    const { file } = await findConfigFile(doors, flags);
    return file.ok ? loadConfig(doors, { file: file.value, flags }) : file;
  }
}

const BIRTH: Birth = {
  pid: 2,
  uid: 0,
  gid: 0,
  cwd: "/",
  environment: { PATH: "/bin", HOME: "/root", LANG: "C" },
  hostName: "sim",
  argv0: "/usr/bin/supervisord",
  args: [],
};
