/**
 * One daemon of a simulated host, from its birth to its death, behind doors that can go dead at any call. After that nothing it does reaches the
 * host, and no promise of its doors settles: the code runs on into nothing, as a process that was killed.
 */

import type { Sampled } from "../../src/api/watch.ts";
import type { Account, Accounts, Birth, Clock, Doors, Keeper, ToolResult } from "../../src/doors.ts";
import type { KeeperFrame } from "../../src/link/codec.ts";
import { type Batch, PROTOCOL_VERSION, type Report, type Welcome } from "../../src/link/messages.ts";
import { WelcomeBuilder } from "../../src/link/welcome.ts";
import { ok, type Result, refuse } from "../../src/result.ts";
import type { Chance } from "./chance.ts";
import { fakeFiles } from "./fakefiles.ts";
import type { DaemonFrame } from "./keeper/codec.ts";
import type { Host } from "./keeper/host.ts";
import type { Connection, FakeKeeper } from "./keeper/keeper.ts";
import type { Death } from "./keeper/lives.ts";
import type { Pending } from "./scheduler.ts";
import { describeBatch, type Line, textOf } from "./trace.ts";

export type InstanceParts = {
  readonly host: Host;
  readonly keeper: FakeKeeper;
  readonly birth: Birth;
  readonly number: number;
  /** Dies at this call of a door, if it comes to that. */
  readonly diesAtCall: number | null;
  readonly onBatch: (batch: Batch) => void;
  readonly onDeath: (instance: Instance, death: Death) => void;
  /** What programs answer that the daemon runs itself; without it there are none. */
  readonly runTool?: (file: string, args: readonly string[]) => ToolResult;
};

const NEVER = new Promise<never>(() => {});
const SIGKILL = 9;
/** Calls that change something on the disk. */
const CHANGES = /^(write|create|rename|link|gzip|remove) /;
const DISK_MS = [0.05, 20] as const;

const ACCOUNTS: readonly Account[] = [
  { name: "root", uid: 0, gid: 0, groups: [0], home: "/root", shell: "/bin/sh" },
  { name: "web", uid: 33, gid: 33, groups: [33], home: "/var/www", shell: "/bin/sh" },
];

export class Instance {
  readonly #parts: InstanceParts;
  readonly #chance: Chance;
  readonly #connection: Connection;
  readonly number: number;
  readonly doors: Doors;
  /** What programs take of memory: one of four takes a lot. */
  readonly samples: () => Promise<Result<Sampled, string>>;
  alive = true;
  calls = 0;
  batches = 0;
  alarms = 0;
  #diesAtCall: number | null;
  #alarm: Pending | null = null;
  /** What was asked of the disk and has not happened yet. */
  readonly #underWay = new Set<() => void>();
  #onFrame: (frame: KeeperFrame) => void = () => {};

  constructor(parts: InstanceParts) {
    this.#parts = parts;
    this.number = parts.number;
    this.#diesAtCall = parts.diesAtCall;
    this.#chance = parts.host.chance.fork();
    this.#connection = parts.keeper.attach((frame) => this.alive && this.#onFrame(frame));
    this.samples = () =>
      this.#perform("samples", () => {
        const processes = parts.keeper.children.live.map(({ pid, at }) => ({
          pid,
          parent: 1,
          cpuMs: 0,
          memory: (pid % 4 === 0 ? 200 : 1) * 1024 * 1024,
          startTicks: Number(at.monoNs / 10_000_000n),
        }));
        return ok({ processes, costMs: 0 });
      });
    const files = fakeFiles(parts.host.tree, (name, act) => this.#perform(name, act));
    this.doors = {
      clock: this.#clock(),
      keeper: this.#keeper(),
      files,
      logReads: files,
      logChanges: files,
      commandFiles: files,
      kernel: { oomKills: () => null, oomKillsIn: () => null, isGroupAlive: () => false, groupSizes: () => Promise.resolve(new Map()) },
      processes: {
        ticks: () => Math.max(0, Math.floor(parts.host.scheduler.nowMs / 10) - 1),
        one: (pid) => parts.keeper.children.processes().find((one) => one.pid === pid) ?? null,
        all: () => this.#perform("processes", () => parts.keeper.children.processes()),
        below: (pid) => parts.keeper.children.descendants.below(pid),
        variableOf: (pid) => Promise.resolve(parts.keeper.children.descendants.markOf(pid)),
      },
      // A host without control groups.
      cgroups: {
        read: () => Promise.resolve(refuse("ENOENT")),
        write: () => Promise.resolve(refuse("ENOENT")),
        folders: () => Promise.resolve(refuse("ENOENT")),
        makeFolder: () => Promise.resolve(refuse("ENOENT")),
        removeFolder: () => Promise.resolve(refuse("ENOENT")),
      },
      envFiles: files,
      random: { word: (length) => this.#chance.word(length) },
      accounts: fakeAccounts(),
      birth: parts.birth,
      self: {
        becomeUser: () => ok(true),
        stderr: (text) => parts.host.trace(`daemon ${this.number} stderr: ${text.trimEnd()}`),
        stdout: (text) => parts.host.trace(`daemon ${this.number} stdout: ${text.trimEnd()}`),
        exit: (code) => this.die({ code }),
        detach: () => null,
      },
      firstMatch: (expression, lines) => lines.find((line) => line.includes(expression)) ?? null,
      probe: () =>
        this.#perform("probe", () => {
          const result = this.#chance.happens(0.7) ? "ok" : this.#chance.pick(["failed", "error"] as const);
          return { result, text: result, output: "" };
        }),
      installation: {
        root: "/opt/holdfast",
        launchData: null,
        arch: "x64",
        node: "/bin/node",
        nodeVersion: "20.0.0",
        argv: ["/bin/node", "/opt/holdfast/dist/daemon.cjs"],
        realPath: (path) => this.#perform("realpath", () => path),
        run: (file, args) => this.#perform("run", () => parts.runTool?.(file, args) ?? { end: "ENOENT", stdout: "", stderr: "" }),
      },
      openLogSocket: () => ({ send: () => false }),
      resolveHost: () => this.#perform("resolve", () => ok("127.0.0.1")),
    };
  }

  /** From now on it dies at the nth call. */
  dieAfter(calls: number): void {
    this.#diesAtCall = this.calls + calls;
  }

  die(death: Death = { signal: SIGKILL }): void {
    if (!this.alive) return;
    this.alive = false;
    this.#parts.host.scheduler.cancel(this.#alarm);
    this.#parts.host.trace(`daemon ${this.number} died (${JSON.stringify(death)}) after ${this.calls} calls`);
    // A call that is in the kernel ends before the process is gone: it has happened or not, but never after the keeper knows of the death.
    for (const happen of [...this.#underWay]) if (this.#chance.happens(0.5)) happen();
    this.#underWay.clear();
    this.#connection.died(death);
    this.#parts.onDeath(this, death);
  }

  /** Counts a call; true when the daemon is dead and nothing may happen. */
  #isDeadAt(name: Line): boolean {
    if (!this.alive) return true;
    this.calls++;
    if (this.calls !== this.#diesAtCall) return false;
    this.#parts.host.trace(`daemon ${this.number} is killed at call ${this.calls}: ${textOf(name)}`);
    this.die();
    return true;
  }

  #perform<T>(name: string, act: () => T): Promise<T> {
    if (this.#isDeadAt(name)) return NEVER;
    const { scheduler } = this.#parts.host;
    return new Promise((resolve) => {
      const happen = (): void => {
        this.#underWay.delete(happen);
        const result = act();
        if (CHANGES.test(name)) this.#parts.host.trace(`daemon ${this.number} ${name}: ${outcome(result)}`);
        if (this.alive) scheduler.after(0, () => this.alive && resolve(result));
      };
      this.#underWay.add(happen);
      scheduler.after(this.#chance.latency(...DISK_MS), () => this.#underWay.has(happen) && happen());
    });
  }

  #clock(): Clock {
    const { scheduler } = this.#parts.host;
    return {
      now: () => ({ monoMs: scheduler.nowMs, wallMs: scheduler.wallMs }),
      alarm: (atMs, ring) => {
        scheduler.cancel(this.#alarm);
        this.#alarm = null;
        if (atMs === null || !this.alive) return;
        // Never early, and now and then late.
        this.#alarm = scheduler.at(atMs + this.#chance.latency(0, 3), () => {
          this.alarms++;
          if (this.alive) ring();
        });
      },
      offsetMinutes: () => 60,
    };
  }

  #keeper(): Keeper {
    let number = 0n;
    return {
      connect: (onReport: (report: Report) => void) => {
        if (this.#isDeadAt("connect")) return NEVER;
        return new Promise<Welcome>((resolve) => {
          const builder = new WelcomeBuilder();
          this.#onFrame = (frame) => {
            if (frame.type === "report") return onReport(frame.value);
            const built = builder.add(frame);
            if (!built.ok) throw new Error(built.error);
            if (built.value !== null) resolve(built.value);
          };
          this.#say({ type: "hello", value: { versionMin: PROTOCOL_VERSION, versionMax: PROTOCOL_VERSION } });
        });
      },
      send: (batch) => {
        number += 1n;
        const name = (): string => `send ${describeBatch(batch)}`;
        if (this.#isDeadAt(name)) return NEVER;
        this.#parts.host.trace(() => `daemon ${this.number} ${name()}`);
        this.batches++;
        this.#parts.onBatch(batch);
        this.#say({ type: "batch", value: { ...batch, batch: number } });
        return new Promise((resolve) => {
          this.#parts.host.scheduler.after(this.#chance.latency(0, 1), () => this.alive && resolve());
        });
      },
    };
  }

  #say(frame: DaemonFrame): void {
    this.#connection.receive(frame);
  }
}

function outcome(result: unknown): string {
  return typeof result === "object" && result !== null && "error" in result ? String(result.error) : "done";
}

function fakeAccounts(): Accounts {
  return {
    byName: (name) => ACCOUNTS.find((one) => one.name === name) ?? null,
    byUid: (uid) => ACCOUNTS.find((one) => one.uid === uid) ?? null,
    groupByName: (name) => ACCOUNTS.find((one) => one.name === name)?.gid ?? null,
    groupById: (gid) => ACCOUNTS.some((one) => one.gid === gid),
  };
}
