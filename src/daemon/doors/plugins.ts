/**
 * The door to plug-ins: each runs in a thread of its own, so that one that throws, hangs, eats memory or calls `process.exit` ends itself and nothing
 * else. What is asked of it is answered by it, or by this file when it is gone.
 *
 * Judging a result is the one thing that the daemon stands still for, as the original does, and here it has an end (JUDGE_MS).
 */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { FromThread, Judgement, MethodDescription, PluginOrder, ResultData, ThreadData, ToThread } from "../../plugin/wire.ts";
import { ok, type Result, refuse, unreachable } from "../../result.ts";
import type { OpenPlugin, PluginOutcome, PluginSurroundings, RunningPlugin } from "../serving/pluginhost.ts";

const LOAD_MS = 10_000;
const JUDGE_MS = 1000;
/** So long may a thread be deaf while something is asked of it. */
const DEAF_MS = 5_000;
/** More than this may not be asked at once. */
const CALLS_MAX = 1000;
const HEAP_MB_MAX = 256;
const PRINTED_LINE_MAX = 2000;

/** `file` is what `src/plugin/thread.ts` was built to. */
export function realPlugins(file: string): OpenPlugin {
  return async (order, surroundings) => {
    const thread = new PluginThread(file, order, surroundings);
    const opened = await thread.opened;
    if (!opened.ok || order.role === "check") thread.close();
    return opened;
  };
}

class PluginThread implements RunningPlugin {
  methods: readonly MethodDescription[] = [];
  readonly opened: Promise<Result<RunningPlugin, string>>;
  readonly #worker: Worker;
  readonly #surroundings: PluginSurroundings;
  readonly #results: MessagePort;
  readonly #judged = new Int32Array(new SharedArrayBuffer(4));
  readonly #calls = new Map<number, (outcome: PluginOutcome) => void>();
  #lastCall = 0;
  #settle: (result: Result<RunningPlugin, string>) => void = () => undefined;
  #deadline: NodeJS.Timeout | null = null;
  #heard = false;
  #gone: string | null = null;

  constructor(file: string, order: PluginOrder, surroundings: PluginSurroundings) {
    this.#surroundings = surroundings;
    const { port1, port2 } = new MessageChannel();
    this.#results = port1;
    port1.unref();
    const workerData: ThreadData = { order, results: port2, judged: this.#judged };
    this.#worker = new Worker(file, {
      workerData,
      transferList: [port2],
      execArgv: [],
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    this.opened = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#deadline = setTimeout(() => this.#end(`it was not loaded within ${LOAD_MS / 1000} seconds`), LOAD_MS);
    this.#worker.on("message", (message: FromThread) => this.#hear(message));
    this.#worker.on("error", (error) => this.#end(textOf(error)));
    this.#worker.on("exit", (code) => this.#end(`its thread ended by itself (code ${code})`));
    this.#print(this.#worker.stdout, "info");
    this.#print(this.#worker.stderr, "warn");
  }

  call(method: string, params: readonly unknown[]): Promise<PluginOutcome> {
    if (this.#gone !== null) return Promise.resolve({ kind: "threw", text: this.#gone });
    if (this.#calls.size >= CALLS_MAX) return Promise.resolve({ kind: "threw", text: `${CALLS_MAX} calls are waiting already` });
    return new Promise((resolve) => {
      this.#lastCall += 1;
      this.#calls.set(this.#lastCall, resolve);
      this.#say({ type: "call", id: this.#lastCall, method, params });
      this.#watch();
    });
  }

  judge(data: ResultData): Judgement {
    if (this.#gone !== null) return { kind: "failed", why: this.#gone };
    Atomics.store(this.#judged, 0, 0);
    this.#results.postMessage(data);
    if (Atomics.wait(this.#judged, 0, 0, JUDGE_MS) === "timed-out") {
      const why = `there was no answer within ${JUDGE_MS} ms`;
      this.#end(why);
      return { kind: "failed", why };
    }
    const answer = receiveMessageOnPort(this.#results) as { readonly message: Judgement } | undefined;
    return answer?.message ?? { kind: "failed", why: "there was no answer" };
  }

  close(): void {
    this.#end("it was closed");
  }

  #hear(message: FromThread): void {
    this.#heard = true;
    switch (message.type) {
      case "ready":
        this.methods = message.methods;
        this.#stopClock();
        return this.#settle(ok(this));
      case "unusable":
        this.#settle(refuse(message.why));
        return this.#end(message.why);
      case "done":
        return this.#answer(message.id, { kind: "done", value: message.value });
      case "threw": {
        const { text, fault } = message;
        return this.#answer(message.id, fault === null ? { kind: "threw", text } : { kind: "fault", ...fault });
      }
      case "ask":
        void this.#surroundings.call(message.method, message.params).then((answer) => {
          if (answer.ok) this.#say({ type: "told", id: message.id, value: answer.value, fault: null });
          else this.#say({ type: "told", id: message.id, value: null, fault: answer.error });
        });
        return;
      case "log":
        return this.#surroundings.log(message.level, message.text.slice(0, PRINTED_LINE_MAX));
      case "pong":
        return;
      default:
        unreachable(message);
    }
  }

  #answer(id: number, outcome: PluginOutcome): void {
    const settle = this.#calls.get(id);
    this.#calls.delete(id);
    settle?.(outcome);
    if (this.#calls.size === 0) this.#stopClock();
  }

  /** While a call waits: a method may take its time, but the thread must be able to say so. */
  #watch(): void {
    if (this.#deadline !== null) return;
    this.#heard = false;
    this.#say({ type: "ping" });
    this.#deadline = setTimeout(() => {
      this.#deadline = null;
      if (!this.#heard) this.#end(`it has been busy for ${DEAF_MS / 1000} seconds and hears nothing`);
      else if (this.#calls.size > 0) this.#watch();
    }, DEAF_MS);
    this.#deadline.unref();
  }

  #stopClock(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }

  /** Once: whoever waits is answered, and the thread is ended if it has not ended by itself. */
  #end(why: string): void {
    if (this.#gone !== null) return;
    this.#gone = why;
    this.#stopClock();
    this.#settle(refuse(why));
    for (const settle of this.#calls.values()) settle({ kind: "threw", text: why });
    this.#calls.clear();
    this.#results.close();
    void this.#worker.terminate();
    this.#surroundings.ended(why);
  }

  #say(message: ToThread): void {
    if (this.#gone === null) this.#worker.postMessage(message);
  }

  #print(stream: Readable, level: "info" | "warn"): void {
    createInterface({ input: stream }).on("line", (line) => this.#surroundings.log(level, line.slice(0, PRINTED_LINE_MAX)));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
