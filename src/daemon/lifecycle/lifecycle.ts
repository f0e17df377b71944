/**
 * Shutdown and reload: from the order to the end, or to another beginning. A reload that was promised is stored until it is carried out or refused, so
 * that a successor takes it up.
 */
import type { Config } from "../../config/model.ts";
import { logText } from "../../config/report.ts";
import type { Now } from "../../doors.ts";
import type { Mood } from "../../process/states.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { beginCutoff } from "../../supervisor/cutoff.ts";
import type { Step } from "../../supervisor/effects.ts";
import { goDown, goOnGoingDown } from "../../supervisor/goingdown.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Configurations } from "../groups/configurations.ts";
import { daemonRecord } from "../groups/daemonrecords.ts";
import type { Groups } from "../groups/groups.ts";
import type { Unowned } from "../groups/unowned.ts";
import type { Turn } from "../loop/turn.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Runtime } from "../runtime.ts";
import { removePidfile } from "../serving/pidfile.ts";
import type { Servers } from "../serving/servers.ts";
import type { BringUp } from "./bringup.ts";
import type { Identity } from "./identity.ts";

const GOES_ON = "cannot restart with this configuration, everything goes on as it is";

type Parts = {
  readonly identity: Identity;
  readonly configurations: Configurations;
  readonly servers: Servers;
  readonly groups: Groups;
  readonly unowned: Unowned;
  readonly cgroups: Cgroups;
};

export class Lifecycle {
  readonly #runtime: Runtime;
  readonly #bringUp: BringUp;
  readonly #parts: Parts;
  /** The configuration that a reload under way will build. */
  #next: Config | null = null;
  /** Everything is down and what comes after has begun. */
  #ending = false;
  /** Another reload was ordered meanwhile. */
  #reloadAgain = false;
  /** Reloads that have still to read the file: those that are stored, and when all of them have read it. */
  readonly #reloads: { stored: number; last: Promise<unknown> } = { stored: 0, last: Promise.resolve() };

  constructor(runtime: Runtime, bringUp: BringUp, parts: Parts) {
    this.#runtime = runtime;
    this.#bringUp = bringUp;
    this.#parts = parts;
  }

  /**
   * Orders to go down. One that comes while a reload is building up again waits until that is done (a second reload) or ends it (a shutdown): it is never
   * lost, and never meets a world that is half built.
   */
  orderDown(turn: Turn, mood: Exclude<Mood, "RUNNING">): void {
    if (!this.#ending) {
      if (mood === "SHUTDOWN") this.#parts.unowned.askToEnd(turn);
      return this.#runtime.step(turn, (step, now) => {
        goDown(this.#runtime.world, mood, now, step);
        this.#limit(step, now);
      });
    }
    if (mood === "RESTARTING") {
      this.#reloadAgain = true;
      return turn.state(recordKeys.reload, encodeRecord(true));
    }
    this.#runtime.world.mood = "SHUTDOWN";
    return turn.state(recordKeys.daemon, encodeRecord(daemonRecord(this.#runtime)));
  }

  #limit(step: Step, now: Now): void {
    beginCutoff(this.#runtime.world, this.#runtime.running.daemon.shutdownTimeoutMs, now, step);
  }

  /** SIGHUP, and what a predecessor had promised: stored until it is carried out or refused, so that a successor takes it up. */
  requestReload(turn: Turn): void {
    this.#promise(turn);
    void this.#oneByOne(async () => {
      const next = await this.#readNext();
      this.#runtime.loop.post((later) => {
        if (next.ok) return this.#carryOut(later, next.value);
        this.#refuseReload(later, next.error);
        return this.#kept(later);
      });
    });
  }

  /** RPC restart: answered with the reason why everything goes on as it is, or when the order is stored; whatever becomes of this daemon, it happens then. */
  reload(): Promise<Result<true, string>> {
    return this.#oneByOne(async () => {
      const next = await this.#readNext();
      this.#runtime.loop.post((turn) => (next.ok ? this.#promise(turn) : this.#refuseReload(turn, next.error)));
      await this.#runtime.loop.flushed();
      if (!next.ok) return next;
      // In a batch of its own: the servers are closed in a reload, and the answer goes before that.
      this.#runtime.loop.post((turn) => this.#carryOut(turn, next.value));
      return ok(true);
    });
  }

  /** Whoever orders last reads the file last. */
  #oneByOne<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#reloads.last.then(act);
    this.#reloads.last = done;
    return done;
  }

  async #readNext(): Promise<Result<Config, string>> {
    const loaded = await this.#runtime.load();
    if (!loaded.ok) return refuse(logText(loaded.error));
    const problem = this.#parts.identity.problem(loaded.value.daemon.uid);
    return problem === null ? loaded : refuse(problem);
  }

  #promise(turn: Turn): void {
    this.#reloads.stored += 1;
    turn.state(recordKeys.reload, encodeRecord(true));
  }

  #refuseReload(turn: Turn, why: string): void {
    this.#runtime.activity.write(turn, "critical", `${GOES_ON}: ${why}`);
  }

  #carryOut(turn: Turn, next: Config): void {
    if (this.#runtime.world.mood !== "SHUTDOWN") {
      this.#next = next;
      this.orderDown(turn, "RESTARTING");
    }
    this.#kept(turn);
  }

  #kept(turn: Turn): void {
    this.#reloads.stored -= 1;
    this.#forgetReload(turn);
  }

  /** Once no reload that was promised is still to come. */
  #forgetReload(turn: Turn): void {
    if (this.#reloads.stored === 0 && !this.#reloadAgain) turn.state(recordKeys.reload, null);
  }

  /** Everything is down: build it up again. A successor that finds itself here has lost `next` and reads the file again. */
  async #rebuild(): Promise<void> {
    const next = this.#next ?? (await this.#reloadedOr());
    this.#next = null;
    this.#parts.servers.stop();
    await removePidfile(this.#runtime);
    this.#runtime.loop.post((turn) => {
      // The stored mood stays RESTARTING until everything is built: a successor begins this again.
      this.#parts.groups.dropAll(turn);
      this.#parts.configurations.replace(next);
    });
    await this.#runtime.loop.flushed();
    if (this.#isToEnd()) return this.#shutDown();
    const became = await this.#parts.identity.become(this.#runtime);
    this.#bringUp.openActivity();
    this.#runtime.loop.post((turn) => {
      if (!became.ok) return this.#runtime.activity.write(turn, "critical", became.error);
      for (const { level, text } of became.value) this.#runtime.activity.write(turn, level, text);
    });
    await this.#bringUp.begin(false);
    return this.#isToEnd() ? this.#shutDown() : this.#bringUp.beginToRun(false);
  }

  /** A shutdown was ordered while this was waiting for something. */
  #isToEnd(): boolean {
    return this.#runtime.world.mood === "SHUTDOWN";
  }

  async #reloadedOr(): Promise<Config> {
    const loaded = await this.#runtime.load();
    if (loaded.ok) return loaded.value;
    return { ...this.#runtime.running, groups: [...this.#runtime.world.groups.values()].map((group) => group.config) };
  }

  /** What was ordered meanwhile is done afterwards. */
  async ended(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const answered = this.#parts.servers.answered();
    if (answered !== null) await answered;
    if (this.#runtime.world.mood === "RESTARTING") await this.#rebuild();
    else await this.#shutDown();
    this.#runtime.loop.post((turn) => {
      this.#ending = false;
      const again = this.#reloadAgain;
      this.#reloadAgain = false;
      if (this.#isToEnd()) {
        this.#runtime.step(turn, (step, now) => {
          goOnGoingDown(this.#runtime.world, now, step);
          this.#limit(step, now);
        });
      } else if (again) this.orderDown(turn, "RESTARTING");
      this.#forgetReload(turn);
    });
  }

  /** The end: sockets and pid file go, then the keeper, which takes this process with it. (PROC-166) */
  async #shutDown(): Promise<void> {
    this.#parts.servers.stop();
    await removePidfile(this.#runtime);
    await this.#parts.cgroups.end();
    this.#runtime.loop.post((turn) => {
      this.#parts.unowned.end(turn);
      turn.effect({ type: "exit", code: this.#runtime.world.exit?.code ?? 0 });
      turn.after.push(() => this.#runtime.doors.self.exit(0));
      // What is sent behind it would find nobody, and be told as a failure.
      this.#runtime.loop.stop();
    });
  }
}
