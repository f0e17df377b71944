/**
 * Random lives of a program without any of our options, against a naive model: Supervisor's rules in the order in which a manual tells them, with one
 * moment that is waited for. Every change of state, every signal and their times must be the same.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ProcessConfig } from "../config/model.ts";
import { Life, PID } from "./life.fixture.ts";
import { exitWith } from "./waitstatus.ts";

const SECOND = 1000;
const SIGKILL = 9;

type Options = Pick<
  ProcessConfig,
  "autorestart" | "startSecs" | "startRetries" | "exitCodes" | "stopSignal" | "stopWaitSecs" | "stopAsGroup" | "killAsGroup"
>;
type Due = { readonly what: "startup" | "restart" | "kill"; readonly atMs: number };

class Model {
  readonly #options: Options;
  readonly told: string[] = [];
  nowMs = 0;
  state = "STOPPED";
  /** What there is of it: nothing, a command that is looked up, a child that is being made, a process. */
  is: "nothing" | "preparing" | "spawning" | "alive" = "nothing";
  due: Due | null = null;
  exitStatus: number | null = null;
  #failures = 0;
  #kills = 0;
  #shortRuns = 0;
  #startedMs = 0;
  #isToStop = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    if (!["STOPPED", "EXITED", "BACKOFF", "FATAL"].includes(this.state)) return;
    this.due = null;
    this.exitStatus = null;
    this.is = "preparing";
    this.#go("STARTING");
  }

  stop(): void {
    if (this.state === "RUNNING" || (this.state === "STARTING" && this.is === "alive")) return this.#tellToStop();
    if (this.state === "STARTING" && this.is === "spawning") this.#isToStop = true;
    else if (this.state === "STARTING") this.#isGone("STOPPING", "STOPPED");
    else if (this.state === "BACKOFF") this.#isGone("STOPPED");
    else if (this.state === "EXITED") this.due = null;
  }

  prepared(): void {
    this.is = "spawning";
  }

  spawned(): void {
    this.is = "alive";
    this.#startedMs = this.nowMs;
    if (this.#isToStop) this.#tellToStop();
    else if (this.#options.startSecs <= 0) this.#runs();
    else this.due = { what: "startup", atMs: this.nowMs + this.#options.startSecs * SECOND };
  }

  cannotStart(): void {
    if (this.#isToStop) this.#isGone("STOPPING", "STOPPED");
    else this.#fails();
  }

  exits(code: number): void {
    const ranMs = this.nowMs - this.#startedMs;
    if (this.state === "STARTING" && ranMs < this.#options.startSecs * SECOND) return this.#fails();
    this.exitStatus = code;
    if (this.state === "STOPPING") return this.#isGone("STOPPED");
    if (this.state === "STARTING") this.#runs();
    this.#isGone("EXITED");
    const isExpected = this.#options.exitCodes.includes(code);
    this.#shortRuns = ranMs < (isExpected ? 50 : SECOND) ? this.#shortRuns + 1 : 0;
    if (this.#options.autorestart === "never" || (this.#options.autorestart === "unexpected" && isExpected)) return;
    // From the fifth short run in a row on there is one in a second; what does its work in 50 ms has none of that.
    const pauseMs = isExpected ? SECOND - ranMs * (SECOND / 50) : SECOND - ranMs;
    this.due = { what: "restart", atMs: this.nowMs + (this.#shortRuns < 5 ? 0 : Math.max(0, pauseMs)) };
  }

  pass(untilMs: number): void {
    while (this.due !== null && this.due.atMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.due.atMs);
      if (this.due.what === "startup") this.#runs();
      else if (this.due.what === "restart") this.start();
      else this.#kill();
    }
    this.nowMs = untilMs;
  }

  #runs(): void {
    this.#failures = 0;
    this.due = null;
    this.#go("RUNNING");
  }

  #fails(): void {
    this.#failures += 1;
    this.#isGone("BACKOFF");
    if (this.#failures > this.#options.startRetries) {
      this.#failures = 0;
      this.#go("FATAL");
    } else this.due = { what: "restart", atMs: this.nowMs + this.#failures * SECOND };
  }

  #tellToStop(): void {
    const { stopSignal, stopAsGroup, stopWaitSecs } = this.#options;
    this.#isToStop = false;
    this.#kills = 0;
    this.#go("STOPPING");
    this.#signal(stopSignal, stopAsGroup);
    this.due = { what: "kill", atMs: this.nowMs + stopWaitSecs * SECOND };
  }

  /** Again and again, after a pause that is twice the last, five minutes at most. */
  #kill(): void {
    const { killAsGroup, stopWaitSecs } = this.#options;
    this.#signal(SIGKILL, killAsGroup);
    const pauseMs = Math.min(Math.max(1, stopWaitSecs) * 2 ** this.#kills * SECOND, 300 * SECOND);
    this.#kills += 1;
    this.due = { what: "kill", atMs: this.nowMs + pauseMs };
  }

  #isGone(...states: readonly string[]): void {
    this.is = "nothing";
    this.due = null;
    this.#isToStop = false;
    for (const state of states) this.#go(state);
  }

  #go(state: string): void {
    this.told.push(`${this.nowMs} ${this.state}>${state}`);
    this.state = state;
  }

  #signal(signal: number, isForGroup: boolean): void {
    this.told.push(`${this.nowMs} signal ${signal} to ${isForGroup ? "group" : "process"}`);
  }
}

/** The machine, driven in the same words. */
class Machine extends Life {
  readonly told: string[] = [];

  override take(...args: Parameters<Life["take"]>): string[] {
    const words = super.take(...args);
    this.told.push(...words.filter((word) => /^[A-Z]+>[A-Z]+$|^signal /.test(word)).map((word) => `${this.nowMs} ${word}`));
    return words;
  }
}

/** Most often what happens next in a life that gets somewhere. */
const ACTS = ["start", "start", "stop", "comes", "comes", "comes", "comes", "fails", "exits", "exits", "pass", "pass", "pass"] as const;
const act = fc.record({
  kind: fc.constantFrom(...ACTS),
  ms: fc.oneof(fc.constantFrom(0, 1, 49, 50, 999, 1000, 1001, 10_000), fc.nat(20_000)),
  code: fc.constantFrom(0, 1, 3, 127),
});
const options: fc.Arbitrary<Options> = fc.record({
  autorestart: fc.constantFrom("always", "never", "unexpected"),
  startSecs: fc.constantFrom(-1, 0, 1, 5),
  startRetries: fc.constantFrom(-1, 0, 1, 3),
  exitCodes: fc.constantFrom([0], [], [0, 3]),
  stopSignal: fc.constantFrom(15, 2),
  stopWaitSecs: fc.constantFrom(-1, 0, 1, 10, 1000),
  stopAsGroup: fc.boolean(),
  killAsGroup: fc.boolean(),
});

function perform({ kind, ms, code }: { kind: (typeof ACTS)[number]; ms: number; code: number }, model: Model, machine: Machine): void {
  const both = (one: () => void, other: () => unknown): void => {
    one();
    other();
  };
  if (kind === "start")
    return both(
      () => model.start(),
      () => machine.take({ type: "start" }),
    );
  if (kind === "stop")
    return both(
      () => model.stop(),
      () => machine.take({ type: "stop" }),
    );
  if (kind === "pass")
    return both(
      () => model.pass(model.nowMs + ms),
      () => machine.pass(ms),
    );
  if (kind === "comes" && model.is === "preparing")
    return both(
      () => model.prepared(),
      () => machine.prepared(),
    );
  if (kind === "comes" && model.is === "spawning")
    return both(
      () => model.spawned(),
      () => machine.spawned(PID),
    );
  if (kind === "fails" && model.is === "preparing")
    return both(
      () => model.cannotStart(),
      () => machine.unprepared(),
    );
  if (kind === "fails" && model.is === "spawning")
    return both(
      () => model.cannotStart(),
      () => machine.take({ type: "spawn-failed", text: "no" }),
    );
  if (kind === "exits" && model.is === "alive")
    return both(
      () => model.exits(code),
      () => machine.take({ type: "exited", waitStatus: exitWith(code) }),
    );
}

test("PROC: every life is as the model says, to the millisecond", () => {
  fc.assert(
    fc.property(options, fc.array(act, { maxLength: 80, size: "max" }), (config, acts) => {
      const model = new Model(config);
      const machine = new Machine(config);
      for (const one of acts) {
        perform(one, model, machine);
        // What is due already happens at once.
        model.pass(model.nowMs);
        machine.pass(0);
        assert.deepEqual(machine.told, model.told);
        const { state, pid, exitStatus } = machine.state;
        assert.deepEqual(
          [state, pid !== 0, exitStatus, machine.dueMs],
          [model.state, model.is === "alive", model.exitStatus, model.due?.atMs ?? null],
        );
      }
    }),
    { numRuns: 1500, includeErrorInReport: true },
  );
});
