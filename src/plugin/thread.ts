/**
 * The entry point of a plug-in's thread: loads the module, makes what it is for, answers. Whatever goes wrong in here (an exception, a loop without end,
 * all memory used, `process.exit`) ends this thread and nothing else.
 */
import { parentPort, workerData } from "node:worker_threads";
import { assert, unreachable } from "../result.ts";
import { errorText, importFunction, type PluginFunction } from "./importing.ts";
import { methodsOf, type PluginMethod } from "./methods.ts";
import type { HandledEvent, RpcData, RpcFault, Supervisor } from "./types.ts";
import type { FaultData, FromThread, Judgement, ResultData, ThreadData, ToThread } from "./wire.ts";

assert(parentPort !== null, "this is run in a thread of its own");
const daemon = parentPort;
const { order, results, judged } = workerData as ThreadData;

let methods: ReadonlyMap<string, PluginMethod> = new Map();
const asked = new Map<number, { resolve(value: RpcData): void; reject(fault: Error): void }>();
let lastId = 0;

daemon.on("message", hear);
void begin();

async function begin(): Promise<void> {
  const found = await importFunction(order.plugin, order.folder);
  if (!found.ok) return say({ type: "unusable", why: found.error });
  try {
    if (order.role === "methods") methods = methodsOf(await found.value(supervisor, order.options));
    if (order.role === "results") judgeWith(found.value);
  } catch (error) {
    return say({ type: "unusable", why: errorText(error) });
  }
  say({ type: "ready", methods: [...methods.values()].map(({ description }) => description) });
}

const supervisor: Supervisor = {
  // The types of the answers are what the daemon's methods promise.
  call: (method, ...params) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      asked.set(lastId, { resolve: (value) => resolve(value as never), reject });
      say({ type: "ask", id: lastId, method, params });
    }),
  log: (level, text) => say({ type: "log", level, text: String(text) }),
};

function hear(message: ToThread): void {
  switch (message.type) {
    case "call":
      void run(message);
      return;
    case "told": {
      const waiting = asked.get(message.id);
      asked.delete(message.id);
      if (message.fault === null) waiting?.resolve(message.value as RpcData);
      else waiting?.reject(faultError(message.fault));
      return;
    }
    case "ping":
      return say({ type: "pong" });
    default:
      unreachable(message);
  }
}

async function run({ id, method, params }: Extract<ToThread, { type: "call" }>): Promise<void> {
  try {
    const value: unknown = await methods.get(method)?.call(params);
    say({ type: "done", id, value });
  } catch (error) {
    say({ type: "threw", id, text: errorText(error), fault: faultOf(error) });
  }
}

/** The daemon stands still while a result is judged, so the answer is put where it finds it without a loop. */
function judgeWith(handler: PluginFunction): void {
  results.on("message", ({ event, result }: ResultData) => {
    void judge(handler, event, result).then((judgement) => {
      results.postMessage(judgement);
      Atomics.store(judged, 0, 1);
      Atomics.notify(judged, 0);
    });
  });
}

async function judge(handler: PluginFunction, event: HandledEvent, result: Uint8Array): Promise<Judgement> {
  try {
    return { kind: (await handler(event, result)) === false ? "rejected" : "accepted" };
  } catch (error) {
    return { kind: "failed", why: errorText(error) };
  }
}

function faultOf(error: unknown): FaultData | null {
  const { faultCode, faultString } = (typeof error === "object" && error !== null ? error : {}) as Partial<RpcFault>;
  return typeof faultCode === "number" && typeof faultString === "string" ? { code: faultCode, text: faultString } : null;
}

function faultError({ code, text }: FaultData): RpcFault {
  return Object.assign(new Error(text), { faultCode: code, faultString: text });
}

function say(message: FromThread): void {
  daemon.postMessage(message);
}
