/** One process under test: what is said to it, when, and what came of it in words that a test can compare. */
import type { ChannelConfig, ProcessConfig } from "../config/model.ts";
import { CHANNEL_OURS, OURS } from "../config/ours.fixture.ts";
import type { Now } from "../doors.ts";
import type { Checked } from "./health.ts";
import { readMessage } from "./messages.ts";
import type { What } from "./run.ts";
import { NEVER_STARTED, type ProcessEffect, type ProcessInput, type ProcessState } from "./state.ts";
import { stepProcess } from "./table.ts";
import { exitWith } from "./waitstatus.ts";

export const SIGTERM = 15;
export const SIGKILL = 9;
export const PID = 4242;
export const CHILD = 7;
/** What the wall clock shows at monotonic 0. */
export const WALL_MS = 1_764_000_000_000;

/** Every change of state there is, written out by hand. */
export const ALLOWED = [
  "STOPPED>STARTING",
  "STARTING>RUNNING",
  "STARTING>BACKOFF",
  "STARTING>STOPPING",
  "STARTING>UNKNOWN",
  "RUNNING>STOPPING",
  "RUNNING>EXITED",
  "RUNNING>UNKNOWN",
  "BACKOFF>STARTING",
  "BACKOFF>STOPPED",
  "BACKOFF>FATAL",
  "STOPPING>STOPPED",
  "STOPPING>UNKNOWN",
  "EXITED>STARTING",
  "FATAL>STARTING",
  "UNKNOWN>EXITED",
  "UNKNOWN>STOPPED",
];

const CHANNEL: ChannelConfig = {
  ...CHANNEL_OURS,
  logfile: { kind: "none" },
  maxBytes: 0,
  backups: 0,
  captureMaxBytes: 0,
  eventsEnabled: false,
  syslog: false,
};

/** The defaults of a [program:x], without a restart so that a test shows one life. */
export function program(over: Partial<ProcessConfig> = {}): ProcessConfig {
  return {
    ...OURS,
    name: "cat",
    command: "/bin/cat",
    directory: null,
    umask: null,
    priority: 999,
    autostart: true,
    autorestart: "never",
    startSecs: 1,
    startRetries: 3,
    stopSignal: SIGTERM,
    stopWaitSecs: 10,
    stopAsGroup: false,
    killAsGroup: false,
    exitCodes: [0],
    redirectStderr: false,
    environment: {},
    serverUrl: null,
    uid: null,
    stdout: CHANNEL,
    stderr: CHANNEL,
    ...over,
  };
}

export function at(monoMs: number): Now {
  return { monoMs, wallMs: WALL_MS + monoMs };
}

/** `STARTING>RUNNING`, `info: text`, `signal 15 to process`, `prepare 1`, `spawn 7`. */
export function inWords(effect: ProcessEffect): string {
  switch (effect.type) {
    case "log":
      return `${effect.level}: ${effect.text}`;
    case "event":
      return `${effect.from}>${effect.state}`;
    case "lifecycle":
      return effect.name;
    case "prepare":
      return `prepare ${effect.attempt}${effect.part === undefined ? "" : `, ${effect.part}`}`;
    case "spawn":
      return `spawn ${effect.child}`;
    case "probe":
      return `probe ${effect.purpose} ${effect.check}`;
    case "signal":
      return `signal ${effect.signal} to ${effect.to}`;
    case "run":
      return `run ${effect.what} ${effect.number}`;
    case "spawn-run":
      return `spawn run ${effect.number} as ${effect.child}`;
    case "signal-run":
      return `signal ${effect.signal} to run ${effect.child}`;
    case "reload-ended":
      return `reload ended${effect.text === "" ? "" : `: ${effect.text}`}`;
    case "tree":
      return `${effect.act} at the tree`;
  }
}

export class Life {
  readonly config: ProcessConfig;
  state: ProcessState = NEVER_STARTED;
  nowMs = 0;
  /** Everything since the beginning. */
  readonly effects: ProcessEffect[] = [];

  constructor(over: Partial<ProcessConfig> = {}) {
    this.config = program(over);
  }

  /** When the next deadline comes, monotonic. */
  get dueMs(): number | null {
    const times = Object.values(this.state.deadlines);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** One input, and what came of it in words. */
  take(input: ProcessInput): string[] {
    const { process, effects } = stepProcess(this.config, this.state, input, at(this.nowMs));
    this.state = process;
    this.effects.push(...effects);
    return effects.map(inWords);
  }

  /** Lets time pass, and acts on the deadlines in it, each at its moment. */
  pass(ms: number): string[] {
    const untilMs = this.nowMs + ms;
    const words: string[] = [];
    for (let due = this.dueMs; due !== null && due <= untilMs; due = this.dueMs) {
      this.nowMs = Math.max(this.nowMs, due);
      words.push(...this.take({ type: "deadline" }));
    }
    this.nowMs = untilMs;
    return words;
  }

  /** The answer to a `prepare`. */
  prepared(): string[] {
    return this.take({ type: "prepared", attempt: this.state.attempt, child: CHILD });
  }

  unprepared(text = "can't find command '/bin/cat'"): string[] {
    return this.take({ type: "unprepared", attempt: this.state.attempt, text });
  }

  spawned(pid = PID): string[] {
    return this.take({ type: "spawned", pid });
  }

  /** The result of the check that is under way or due. */
  probed(purpose: "ready" | "health", result: Checked["result"], text: string = result): string[] {
    const { child, life } = this.state;
    const check = (purpose === "ready" ? life.ready?.check : life.health?.check) ?? 0;
    return this.take({ type: "probed", purpose, child, check, found: { result, text, output: "", ms: 1 } });
  }

  /** A message by its notify socket: its own, unless somebody else sends it. */
  says(text: string, sender: { readonly pid: number; readonly uid: number } = { pid: this.state.pid, uid: 1000 }): string[] {
    return this.take({ type: "said", child: CHILD, sender, uid: 1000, words: readMessage(Buffer.from(text)) });
  }

  /** The end of the auxiliary run that was ordered last. */
  ran(what: What, code: number): string[] {
    const number = this.state.life.lastRun ?? 0;
    const outcome = { kind: "exit", code } as const;
    return this.take({ type: "run-ended", what, number, outcome, output: "", ranMs: 1, timeoutMs: 1000 });
  }

  exits(code: number): string[] {
    return this.take({ type: "exited", waitStatus: exitWith(code) });
  }

  diesOf(signal: number): string[] {
    return this.take({ type: "exited", waitStatus: signal });
  }

  /** From the start request to the child. */
  start(): string[] {
    return [...this.take({ type: "start" }), ...this.prepared(), ...this.spawned()];
  }

  /** The same after a restart that the machine decided itself. */
  spawn(): string[] {
    return [...this.prepared(), ...this.spawned()];
  }

  run(): this {
    this.start();
    this.pass(Math.max(0, this.config.startSecs) * 1000);
    return this;
  }

  /** A failed attempt before there is a child. */
  failToStart(): string[] {
    return [...this.take({ type: "start" }), ...this.unprepared()];
  }
}
