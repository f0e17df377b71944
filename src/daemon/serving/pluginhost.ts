/**
 * The plug-ins of the running configuration: methods for clients, and judges of results. Opened when the daemon comes up and at a reload; one whose
 * thread has ended is opened again when it is next needed.
 */
import type { GroupConfig, LogLevel, PluginConfig } from "../../config/model.ts";
import { absolute, folderOf } from "../../config/pathnames.ts";
import { type CheckPlugin, parsePluginName } from "../../config/pluginnames.ts";
import { RESULT_BYTES_MAX, type ResultHandler, resultHandler } from "../../events/results.ts";
import type { FaultData, Judgement, MethodDescription, PluginOrder, ResultData } from "../../plugin/wire.ts";
import { assert, ok, type Result, refuse, unreachable } from "../../result.ts";
import { FAULTS, fault, faultCode, faultText, isFault } from "../../rpc/faults.ts";
import { type Interface, isMain } from "../../rpc/interfaces.ts";
import type { Answer, Calls, PublishedMethod } from "../../rpc/method.ts";
import { argumentOf, plainArgument, plainResult, resultOf } from "../../rpc/plainvalues.ts";
import { postLine } from "../loop/activitylog.ts";
import type { BootFailure, Runtime } from "../runtime.ts";

export type PluginOutcome =
  | { readonly kind: "done"; readonly value: unknown }
  | ({ readonly kind: "fault" } & FaultData)
  | { readonly kind: "threw"; readonly text: string };

export interface RunningPlugin {
  readonly methods: readonly MethodDescription[];
  call(method: string, params: readonly unknown[]): Promise<PluginOutcome>;
  /** At once: the listener's next bytes depend on it. */
  judge(data: ResultData): Judgement;
  close(): void;
}

/** What a plug-in can reach of the daemon, and who hears of its end. */
export type PluginSurroundings = {
  call(method: string, params: readonly unknown[]): Promise<Result<unknown, FaultData>>;
  log(level: LogLevel, text: string): void;
  ended(why: string): void;
};

/** Opens a plug-in. The composition root gives the real one; the simulation has none. The error follows `cannot be resolved within [section]: `. */
export type OpenPlugin = (order: PluginOrder, surroundings: PluginSurroundings) => Promise<Result<RunningPlugin, string>>;

/** Calls one of our methods, whatever namespaces clients are given. */
export type CallOurs = Calls["call"];

export const noPlugins: OpenPlugin = async () => refuse("plug-ins cannot be loaded here");

export class PluginHost {
  readonly #runtime: Runtime;
  readonly #open: OpenPlugin;
  readonly #callOurs: CallOurs;
  readonly #running = new Map<string, RunningPlugin>();
  readonly #opening = new Map<string, Promise<Result<RunningPlugin, string>>>();
  /** In the order of their sections. */
  #interfaces: readonly Interface[] = [];

  constructor(runtime: Runtime, open: OpenPlugin, callOurs: CallOurs) {
    this.#runtime = runtime;
    this.#open = open;
    this.#callOurs = callOurs;
  }

  /** What the [rpcinterface:x] sections of plug-ins give. */
  get interfaces(): readonly Interface[] {
    return this.#interfaces;
  }

  /**
   * Opens all that the running configuration names, after those of the one before. What cannot be opened is left out; the error names the first of them.
   * (RPC-241) Without a server nobody could call them: none is made. (CONF-307)
   */
  async begin(): Promise<Result<true, BootFailure>> {
    for (const plugin of this.#running.values()) plugin.close();
    this.#running.clear();
    const { rpcInterfaces, servers } = this.#runtime.running;
    const sections = servers.length === 0 ? [] : rpcInterfaces.filter((section) => !isMain(section));
    const opened = await Promise.all(sections.map((section) => this.#openInterface(section)));
    this.#interfaces = opened.flatMap((one) => (one.ok ? one.value : []));
    const failed = opened.find((one) => !one.ok);
    return failed === undefined ? ok(true) : refuse({ text: failed.error, code: 2 });
  }

  /** Opens the result handler of a group that is about to be added. The error is for the log. */
  async openHandler(group: GroupConfig): Promise<Result<true, string>> {
    if (group.kind !== "listeners" || resultHandler(group.resultHandler) !== null) return ok(true);
    const opened = await this.#take(handlerOrder(this.#runtime, group.resultHandler));
    return opened.ok ? ok(true) : refuse(`${group.resultHandler} cannot be resolved within [eventlistener:${group.name}]: ${opened.error}`);
  }

  /** What judges the results of a pool. */
  handlerFor(pool: string, name: string): ResultHandler {
    const builtIn = resultHandler(name);
    if (builtIn !== null) return builtIn;
    const order = handlerOrder(this.#runtime, name);
    return {
      keepBytes: RESULT_BYTES_MAX,
      judge: (kept, length, event) => {
        const plugin = this.#running.get(keyOf(order));
        if (plugin === undefined) void this.#take(order);
        if (plugin === undefined) return { kind: "failed", why: "it is not loaded" };
        if (event === null) return { kind: "failed", why: "there is no event that was answered" };
        if (length > kept.length) return { kind: "failed", why: `a result of ${length} bytes is longer than ${RESULT_BYTES_MAX}` };
        const { name: eventName, serial, poolSerial: poolserial, payload } = event;
        const text = new TextDecoder().decode(payload);
        const judgement = plugin.judge({ event: { name: eventName, serial, poolserial, pool, payload: text }, result: kept.slice() });
        return judgement.kind === "accepted" ? { kind: "accepted", stdout: null } : judgement;
      },
    };
  }

  async #openInterface(section: PluginConfig): Promise<Result<Interface, string>> {
    const order = orderFor(this.#runtime, "methods", section.factory, section.options, section.name);
    const opened = await this.#take(order);
    if (!opened.ok) return refuse(`Could not make ${section.name} rpc interface: ${section.factory}: ${opened.error}`);
    const call = (method: string, params: readonly unknown[]) => this.#call(order, method, params);
    return ok({ name: section.name, methods: opened.value.methods.map((description) => publishedMethod(description, call)) });
  }

  async #call(order: NamedOrder, method: string, params: readonly unknown[]): Promise<PluginOutcome> {
    const plugin = await this.#take(order);
    return plugin.ok ? plugin.value.call(method, params) : { kind: "threw", text: plugin.error };
  }

  /** The running one, or a new one. */
  #take(order: NamedOrder): Promise<Result<RunningPlugin, string>> {
    const key = keyOf(order);
    const running = this.#running.get(key);
    if (running !== undefined) return Promise.resolve(ok(running));
    const opening = this.#opening.get(key) ?? this.#start(order, key);
    this.#opening.set(key, opening);
    return opening;
  }

  async #start(order: NamedOrder, key: string): Promise<Result<RunningPlugin, string>> {
    const say = (level: LogLevel, text: string) => postLine(this.#runtime, level, `plug-in ${order.label}: ${text}`);
    let plugin: RunningPlugin | null = null;
    const opened = await this.#open(order, {
      log: say,
      call: async (method, params) => plainAnswer(await this.#callOurs(method, params.map(argumentOf))),
      ended: (why) => {
        if (plugin === null || this.#running.get(key) !== plugin) return;
        this.#running.delete(key);
        say("error", `${why}; it is loaded again when it is needed`);
      },
    });
    this.#opening.delete(key);
    if (!opened.ok) return opened;
    plugin = opened.value;
    this.#running.set(key, plugin);
    return opened;
  }
}

/** For who checks a configuration: it is loaded, looked at and closed. */
export function checkWith(open: OpenPlugin): CheckPlugin {
  const nothing: PluginSurroundings = { call: async () => ok(true), log: () => undefined, ended: () => undefined };
  return async (plugin, folder) => {
    const opened = await open({ role: "check", plugin, folder, options: {} }, nothing);
    return opened.ok ? null : opened.error;
  };
}

type NamedOrder = PluginOrder & { readonly label: string };

function orderFor(runtime: Runtime, role: PluginOrder["role"], name: string, options: PluginConfig["options"], label: string): NamedOrder {
  const plugin = parsePluginName(name);
  assert(plugin !== null, `the configuration let ${name} pass as a plug-in`);
  return { role, plugin, options, label, folder: absolute(folderOf(runtime.running.file), runtime.doors.birth.cwd) };
}

function handlerOrder(runtime: Runtime, name: string): NamedOrder {
  return orderFor(runtime, "results", name, {}, name);
}

/** Two sections may name one factory: each gets its own. */
function keyOf({ role, label }: NamedOrder): string {
  return `${role} ${label}`;
}

type CallPlugin = (method: string, params: readonly unknown[]) => Promise<PluginOutcome>;

function publishedMethod({ name, params, returns, help }: MethodDescription, call: CallPlugin): PublishedMethod {
  return {
    name,
    aliases: [],
    params: params?.map(({ optional, ...param }) => ({ ...param, ...(optional && { optional: true as const }) })) ?? null,
    returns,
    help,
    faults: [],
    duringShutdown: true,
    listed: true,
    run: async (_port, ...args) => answerOf(await call(name, args.map(plainArgument)), name),
  };
}

/** An exception is a fault of the method, where the original answers with HTTP status 500: clients see what went wrong. (RPC-013) */
function answerOf(outcome: PluginOutcome, method: string): Answer {
  switch (outcome.kind) {
    case "done": {
      const result = resultOf(outcome.value);
      return result.ok ? result : refuse(fault("FAILED", `${method}: ${result.error}`));
    }
    case "fault":
      return refuse({ fault: "FAILED", detail: null, own: { code: outcome.code, text: outcome.text } });
    case "threw":
      return refuse(fault("FAILED", `${method}: ${outcome.text}`));
    default:
      return unreachable(outcome);
  }
}

/** What a plug-in hears from a method of ours that it has called. */
function plainAnswer(answer: Awaited<ReturnType<CallOurs>>): Result<unknown, FaultData> {
  if (answer.ok) return ok(plainResult(answer.value));
  if (isFault(answer.error)) return refuse({ code: faultCode(answer.error), text: faultText(answer.error) });
  const { error, message } = answer.error.stumble;
  return refuse({ code: FAULTS.INCORRECT_PARAMETERS, text: `${error}: ${message}` });
}
