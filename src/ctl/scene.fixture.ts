/** A whole supervisorctl without a terminal, a socket or a clock: lines go in, what was said and the exit status come out. */
import { ok, type Result, refuse } from "../result.ts";
import { FAULTS, type FaultName } from "../rpc/faults.ts";
import type { HttpAnswer } from "./client/connection.ts";
import type { Failure } from "./client/failure.ts";
import type { ConfigInfo, ProcessInfo, ResultRow } from "./client/infos.ts";
import type { StreamEnd } from "./client/stream.ts";
import type { Supervisor } from "./client/supervisor.ts";
import { COMMANDS } from "./commandtable.ts";
import type { Connector, Target } from "./connector.ts";
import { runLine } from "./run.ts";
import { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

export type Stream = { readonly pieces: readonly (string | Buffer)[]; readonly end: StreamEnd };

export type SceneOptions = {
  /** Methods that answer; a call of any other is UNKNOWN_METHOD. getVersion answers 3.0 unless it is given. */
  readonly methods?: Partial<Supervisor>;
  readonly streams?: Readonly<Record<string, Stream>>;
  /** What pages answer; any other is 404. */
  readonly pages?: Readonly<Record<string, Result<HttpAnswer, Failure>>>;
  readonly settings?: Partial<Settings>;
  readonly isInteractive?: boolean;
  /** What is typed at questions and in fg. */
  readonly typed?: readonly string[];
  readonly isTerminal?: boolean;
  readonly hasColours?: boolean;
  readonly nowMs?: number;
  /** Called at each sleep; true aborts what can be interrupted, as Ctrl-C does. */
  readonly atSleep?: (count: number) => boolean;
};

export type Scene = {
  readonly session: Session;
  /** Every method called, with its arguments. */
  readonly calls: string[];
  readonly targets: Target[];
  /** Runs a line; gives what it printed, and the exit status so far. */
  run(line: string): Promise<{ readonly text: string; readonly exit: number }>;
  /** What went to standard error. */
  noted(): string;
};

export function scene(options: SceneOptions = {}): Scene {
  const calls: string[] = [];
  const targets: Target[] = [];
  let out = "";
  let noted = "";
  let sleeps = 0;
  let nowMs = options.nowMs ?? 0;
  let interrupt: AbortController | null = null;
  const typed = [...(options.typed ?? [])];
  const next = () => Promise.resolve(typed.shift() ?? null);
  const terminal: Terminal = {
    screen: {
      write: (text) => {
        out += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
      },
      writeError: (text) => {
        noted += text;
      },
      ...sides(options.isTerminal ?? false),
      hasColours: options.hasColours ?? false,
      size: () => ({ columns: 80, rows: 10 }),
      closed: new AbortController().signal,
    },
    clock: {
      monoMs: () => nowMs,
      wallMs: () => nowMs,
      async sleep(ms, signal) {
        if (signal?.aborted) return;
        nowMs += ms;
        if (options.atSleep?.(++sleeps)) interrupt?.abort();
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    keyboard: {
      ask: (prompt) => {
        out += prompt;
        return next();
      },
      askHidden: (prompt) => {
        out += prompt;
        return next();
      },
      async *lines(signal) {
        for (let line = typed.shift(); line !== undefined; line = typed.shift()) {
          yield line;
        }
        if (options.atSleep !== undefined) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    },
    async interruptible(work) {
      interrupt = new AbortController();
      await work(interrupt.signal);
      return interrupt.signal.aborted;
    },
  };
  const session = new Session({
    settings: { ...SETTINGS, ...options.settings },
    terminal,
    commands: COMMANDS,
    isInteractive: options.isInteractive ?? false,
    argv0: "supervisorctl",
    connectTo: (target) => {
      targets.push(target);
      return connectorOf(options, calls);
    },
  });
  return {
    session,
    calls,
    targets,
    async run(line) {
      out = "";
      noted = "";
      await runLine(session, line);
      return { text: out, exit: session.exit };
    },
    noted: () => noted,
  };
}

function connectorOf({ methods = {}, streams, pages }: SceneOptions, calls: string[]): Connector {
  return {
    supervisor: () => recording(methods, calls),
    async follow(path, take, signal) {
      calls.push(`GET ${path}`);
      const stream = streams?.[path];
      if (stream === undefined) return { kind: "refused", status: 404, reason: "Not Found" };
      for (const piece of stream.pieces) take(Buffer.from(piece));
      if (stream.end.kind === "left" && !signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return stream.end;
    },
    async get(path) {
      calls.push(`GET ${path}`);
      return pages?.[path] ?? ok({ status: 404, reason: "Not Found", body: Buffer.alloc(0) });
    },
  };
}

/** Standard output and standard error are the same terminal, or none. */
const sides = (isTerminal: boolean) => ({ isTerminal, errorIsTerminal: isTerminal, movesCursor: isTerminal });

const SETTINGS: Settings = {
  configFile: "/etc/supervisord.conf",
  serverUrl: "unix:///run/supervisor.sock",
  username: null,
  password: null,
  prompt: "supervisor",
  historyFile: null,
  color: null,
  answerMs: 30_000,
  plugins: [],
};

function recording(methods: Partial<Supervisor>, calls: string[]): Supervisor {
  const answering: Partial<Supervisor> = { getVersion: async () => ok("3.0"), ...methods };
  return new Proxy({} as Supervisor, {
    get(_, name: keyof Supervisor) {
      if (name === "close") return () => undefined;
      return (...args: readonly unknown[]) => {
        calls.push([name, ...args.map(String)].join(" "));
        const method = answering[name] as ((...given: readonly unknown[]) => unknown) | undefined;
        return method === undefined ? fault("UNKNOWN_METHOD") : method(...args);
      };
    },
  });
}

/** An answer that is a fault. */
export async function fault(name: FaultName, text: string = name): Promise<Result<never, Failure>> {
  return refuse({ kind: "fault", code: FAULTS[name], text });
}

export async function failing(failure: Failure): Promise<Result<never, Failure>> {
  return refuse(failure);
}

const STATE_CODES: Readonly<Record<string, number>> = {
  STOPPED: 0,
  STARTING: 10,
  RUNNING: 20,
  BACKOFF: 30,
  STOPPING: 40,
  EXITED: 100,
  FATAL: 200,
  UNKNOWN: 1000,
};

/** A process as getProcessInfo tells of it; `name` is `group:process`, or one name for both. */
export function info(name: string, statename: string, more: Partial<ProcessInfo> = {}): ProcessInfo {
  const [group = "", process = group] = name.split(":");
  return {
    name: process,
    group,
    start: 0,
    stop: 0,
    now: 1000,
    state: STATE_CODES[statename] ?? 1000,
    statename,
    spawnerr: "",
    exitstatus: 0,
    stdout_logfile: `/tmp/${process}.out`,
    stderr_logfile: `/tmp/${process}.err`,
    pid: 0,
    description: "",
    ...more,
  };
}

/** A row of the methods for many. */
export function resultRow(name: string, status: number, description = "OK"): ResultRow {
  const [group = "", process = group] = name.split(":");
  return { name: process, group, status, description };
}

export function configInfo(name: string, more: Partial<ConfigInfo> = {}): ConfigInfo {
  const [group = "", process = group] = name.split(":");
  return { name: process, group, inuse: true, autostart: true, group_prio: 999, process_prio: 999, ...more };
}
