/**
 * The keeper of a simulated host: the semantics of docs/keeper-protocol.md on values. It passes the same contract suite as the real one
 * (test/contract), and it sees what no real one can: every misuse of the contract by a daemon is a violation.
 */

import type { DecodeError, KeeperFrame } from "../../../src/link/codec.ts";
import type { UnknownEffect } from "../../../src/link/keepereffects.ts";
import {
  type KeeperEffect,
  type KeeperNames,
  PROTOCOL_OLDEST,
  PROTOCOL_VERSION,
  type Report,
  type Welcome,
} from "../../../src/link/messages.ts";
import { unreachable } from "../../../src/result.ts";
import { isLeftOut } from "../leftout.ts";
import { Children, type KeeperSelf } from "./children.ts";
import { type DaemonFrame, welcomeFrames } from "./codec.ts";
import { type Host, later } from "./host.ts";
import { lastWills } from "./lastwill.ts";
import { type Death, Lives } from "./lives.ts";
import { checkReferences } from "./references.ts";
import { Reports } from "./reports.ts";
import { Sinks } from "./sinks.ts";
import { Sockets } from "./sockets.ts";
import { Streams } from "./streams.ts";
import { Upgrade } from "./upgrade.ts";

const STORE_MAX = 64 * 1024 * 1024;
const FLUSH_MS = 2000;
const REFUSED = { malformed: 1, storeFull: 2, version: 3 } as const;
/** Signals that end a keeper whose daemon cannot be had. */
const ENDING: ReadonlySet<number> = new Set([2, 3, 15]);

/** The keeper's end of a daemon's socket. */
export type Connection = {
  receive(frame: DaemonFrame | DecodeError): void;
  /** The daemon is dead, or its socket is at its end. What was sent before still counts. */
  died(death: Death): void;
};

/** What is asked for with 0. */
const UNLIMITED = 2n ** 64n - 1n;

export type FakeKeeperOptions = {
  readonly host: Host;
  /** Starts a daemon; it connects when it likes. */
  readonly startDaemon: () => void;
  readonly onEnd: (code: number) => void;
  readonly self?: Partial<KeeperSelf>;
  /** SIGKILL for the daemon that is connected. */
  readonly killDaemon?: () => void;
  /** Said in the welcome; absent, as a keeper of an earlier release. */
  readonly names?: KeeperNames;
};

export class FakeKeeper {
  readonly #host: Host;
  readonly #options: FakeKeeperOptions;
  readonly self: KeeperSelf;
  readonly reports: Reports;
  readonly sinks: Sinks;
  readonly streams: Streams;
  readonly children: Children;
  readonly sockets: Sockets;
  readonly lives = new Lives();
  readonly upgrade: Upgrade;
  readonly store = new Map<string, Uint8Array>();
  #storeBytes = 0;
  readonly datagrams: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  daemonized = false;
  ended: number | null = null;
  /** Reports of signals that are not acknowledged, by signal. */
  readonly #signals = new Map<number, bigint>();
  #deliver: ((frame: KeeperFrame) => void) | null = null;
  #connected = false;
  #willsRunning = false;
  /** Told of every batch that was refused and every tag that was not known. */
  onAnswer: (type: "refused" | "unknown", text: string) => void = () => {};

  constructor(options: FakeKeeperOptions) {
    const { host } = options;
    this.#host = host;
    this.#options = options;
    this.self = { pid: host.nextPid++, uid: 0, gid: 0, umask: 0o022, directory: "/", ...options.self };
    this.reports = new Reports(host);
    this.sinks = new Sinks(host, this.reports);
    this.streams = new Streams(host, this.reports, this.sinks);
    this.children = new Children(host, this.reports, this.sinks, this.streams, this.self);
    this.sockets = new Sockets(host, this.reports);
    this.children.isSocket = (socket) => this.sockets.has(socket);
    this.upgrade = new Upgrade({
      host,
      reports: this.reports,
      isPossible: () => this.lives.isReady && !this.#willsRunning,
      killDaemon: () => options.killDaemon?.(),
      daemonWillEnd: () => this.lives.restartAsked(),
    });
  }

  start(): void {
    this.#startDaemon(0);
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** A daemon takes up its socket. `deliver` is called for every frame, in order and later. */
  attach(deliver: (frame: KeeperFrame) => void): Connection {
    let open = true;
    let deliveredMs = 0;
    const send = (frame: KeeperFrame): void => {
      const [low, high] = this.#host.speed.link;
      const takes = frame.type === "stored" && isLeftOut(frame.value.key) ? 0 : this.#host.chance.latency(low, high);
      deliveredMs = Math.max(deliveredMs, this.#host.scheduler.nowMs + takes);
      this.#host.scheduler.at(deliveredMs, () => open && deliver(frame));
    };
    this.#deliver = send;
    const inflight: (DaemonFrame | DecodeError)[] = [];
    const take = (): void => {
      if (this.upgrade.isFrozen && open) return void this.#host.scheduler.after(1, take);
      const frame = inflight.shift();
      if (frame !== undefined && this.ended === null) this.#receive(frame);
    };
    return {
      receive: (frame) => {
        if (!open) return;
        inflight.push(frame);
        later(this.#host, "link", take);
      },
      died: (death) => {
        if (!open) return;
        open = false;
        while (inflight.length > 0 && this.ended === null) take();
        if (this.ended === null) this.#daemonDied(death);
      },
    };
  }

  /** kill(2) on the keeper. */
  signal(signal: number): void {
    if (this.ended !== null) return;
    const pending = this.#signals.get(signal);
    if (!this.#connected && ENDING.has(signal) && [...ENDING].some((one) => this.#signals.has(one)) && this.lives.everReady)
      return this.#lastWills();
    if (pending === undefined) this.#signals.set(signal, this.reports.keep({ type: "signal", signal }));
  }

  #startDaemon(delayMs: number): void {
    this.#host.scheduler.after(delayMs, () => {
      if (this.ended !== null || this.#willsRunning) return;
      this.lives.born();
      this.sockets.bear();
      this.#options.startDaemon();
    });
  }

  #receive(frame: DaemonFrame | DecodeError): void {
    if ("kind" in frame) {
      if (frame.kind === "unknown") return this.reports.tell({ type: "unknown", batch: 0n, tag: frame.tag });
      return this.#answer({ type: "refused", report: 0n, batch: frame.batch, code: REFUSED.malformed, text: frame.text });
    }
    if (frame.type === "hello") return this.#hello(frame.value.versionMin, frame.value.versionMax);
    if (!this.#connected)
      return this.#answer({ type: "refused", report: 0n, batch: frame.value.batch, code: REFUSED.version, text: "hello comes first" });
    const { batch, acknowledged, states, effects } = frame.value;
    for (const text of checkReferences(this, effects)) this.#host.violation(text);
    if (!this.#storeAll(states)) return this.#answer({ type: "refused", report: 0n, batch, code: REFUSED.storeFull, text: "store full" });
    for (const number of acknowledged) this.#acknowledge(number);
    for (const effect of effects) this.#carryOut(batch, effect);
  }

  #answer(value: Extract<Report, { type: "refused" }>): void {
    this.onAnswer(value.type, value.text);
    this.#host.trace(`keeper: ${value.type}`);
    this.#deliver?.({ type: "report", value });
  }

  #hello(min: number, max: number): void {
    if (min > PROTOCOL_VERSION || max < PROTOCOL_OLDEST || min > max) {
      return this.#answer({
        type: "refused",
        report: 0n,
        batch: 0n,
        code: REFUSED.version,
        text: `none of versions ${PROTOCOL_OLDEST} to ${PROTOCOL_VERSION} is in ${min} to ${max}`,
      });
    }
    const deliver = this.#deliver;
    if (deliver === null || this.#connected)
      return this.#answer({ type: "refused", report: 0n, batch: 0n, code: REFUSED.malformed, text: "hello twice" });
    this.#connected = true;
    this.sinks.setHardLimits(true);
    for (const frame of welcomeFrames(this.#welcome(Math.min(max, PROTOCOL_VERSION)))) deliver(frame);
    for (const value of this.reports.kept.values()) deliver({ type: "report", value });
    this.reports.listener = (value) => deliver({ type: "report", value });
  }

  #welcome(version: number): Welcome {
    const { scheduler } = this.#host;
    return {
      version,
      keeperPid: this.self.pid,
      quickDeaths: this.lives.quickDeaths,
      ...(this.lives.deaths && { deaths: this.lives.deaths }),
      ...(this.#options.names && { keeper: this.#options.names }),
      ready: this.lives.everReady,
      daemonized: this.daemonized,
      monoNs: scheduler.monoNs,
      freeSockets: this.sockets.free,
      children: this.children.entries(),
      sockets: this.sockets.entries(),
      store: new Map(this.store),
      sinks: this.sinks.entries(),
      streams: this.streams.entries(),
    };
  }

  #storeAll(states: readonly { readonly key: string; readonly value: Uint8Array | null }[]): boolean {
    let total = this.#storeBytes;
    for (const [key, value] of new Map(states.map((state) => [state.key, state.value])))
      total += bytesOf(key, value) - bytesOf(key, this.store.get(key) ?? null);
    if (total > STORE_MAX) return false;
    this.#storeBytes = total;
    for (const { key, value } of states) {
      if (value === null) this.store.delete(key);
      else this.store.set(key, value);
    }
    return true;
  }

  #acknowledge(number: bigint): void {
    const report = this.reports.acknowledge(number);
    if (report === undefined) return;
    if (report.type === "signal") this.#signals.delete(report.signal);
    this.children.acknowledged(number);
    this.streams.acknowledged(number);
    this.sinks.acknowledged(number);
  }

  #carryOut(batch: bigint, effect: KeeperEffect | UnknownEffect): void {
    if (this.ended !== null) return;
    switch (effect.type) {
      case "unknown":
        this.onAnswer("unknown", `tag ${effect.tag}`);
        return this.reports.tell({ type: "unknown", batch, tag: effect.tag });
      case "spawn":
      case "spawn-with":
        return this.children.spawn(effect);
      case "signal":
        return this.children.signal(effect.child, effect.signal);
      case "signal-process":
        return this.children.signalProcess(effect.pid, effect.startTicks, effect.signal);
      case "sink-open":
        return this.sinks.open(effect.sink, effect.spec);
      case "sink-reopen":
        return this.sinks.reopen(effect.sink, effect.spec);
      case "sink-close":
        return this.sinks.close(effect.sink);
      case "append":
        return this.sinks.append(effect.sink, effect.bytes);
      case "stream":
        return this.streams.setMode(effect.stream, effect.mode, effect.sink);
      case "verdict":
        return this.streams.verdict(effect.stream, effect.block, effect.verdict);
      case "stdin":
        return this.children.stdin(effect.child, effect.bytes);
      case "stdin-close":
        return this.children.closeStdin(effect.child);
      case "listen":
        return this.sockets.listen(effect);
      case "unlisten":
        return this.sockets.unlisten(effect.socket, effect.unlink);
      case "daemonize":
        return this.#daemonize(effect.directory, effect.umask);
      case "ready":
        return this.lives.ready(this.#host.scheduler.nowMs);
      case "restart-daemon":
        return this.lives.restartAsked();
      case "exit":
        return this.#flushAndEnd(effect.code);
      case "become":
        return this.#become(effect.user);
      case "limit":
        return this.reports.tell({
          type: "limited",
          resource: effect.resource,
          errno: 0,
          soft: effect.soft || UNLIMITED,
          hard: effect.hard || UNLIMITED,
        });
      case "umask":
        this.self.umask = effect.umask;
        return undefined;
      case "forget-child":
        return this.streams.forgetChild(effect.child);
      case "echo":
        return this.reports.tell({ type: "echoed", token: effect.token });
      case "written":
        return this.sinks.tell(effect.sink, () => this.reports.tell({ type: "echoed", token: effect.token }));
      case "upgrade":
        return this.upgrade.begin(effect);
      case "recall":
        for (const [key, value] of this.store) this.reports.tell({ type: "recalled", key, value });
        return this.reports.tell({ type: "echoed", token: effect.token });
      case "datagram":
        return void this.datagrams.push({ path: effect.path, bytes: effect.bytes });
      default:
        return unreachable(effect);
    }
  }

  #daemonize(directory: string | null, umask: number): void {
    if (this.children.everSpawned) return this.#host.violation("daemonize after a spawn");
    this.daemonized = true;
    this.self.pid = this.#host.nextPid++;
    this.self.umask = umask;
    if (directory !== null) this.self.directory = directory;
    this.reports.tell({ type: "daemonized", pid: this.self.pid });
  }

  #become(user: { readonly uid: number; readonly gid: number }): void {
    if (this.self.uid !== 0) return this.reports.tell({ type: "became", step: "setgroups", errno: 1 });
    this.self.uid = user.uid;
    this.self.gid = user.gid;
    this.reports.tell({ type: "became", step: "done", errno: 0 });
  }

  #daemonDied(death: Death): void {
    this.#connected = false;
    this.#deliver = null;
    this.reports.listener = null;
    this.sinks.setHardLimits(false);
    this.upgrade.daemonEnded();
    const next = this.lives.died(death, this.#host.scheduler.nowMs);
    this.#host.trace(`keeper: the daemon died (${JSON.stringify(death)}): ${next.kind}`);
    if (next.kind === "start") return this.#startDaemon(next.delayMs);
    for (const child of this.children.live) this.children.kill(child.pid, 9);
    this.#end(next.code);
  }

  #flushAndEnd(code: number): void {
    const until = this.#host.scheduler.nowMs + FLUSH_MS;
    const check = (): void => {
      if (this.sinks.quiet || this.#host.scheduler.nowMs >= until) return this.#end(code);
      this.#host.scheduler.after(1, check);
    };
    this.#willsRunning = true;
    check();
  }

  #lastWills(): void {
    if (this.#willsRunning) return;
    this.#willsRunning = true;
    lastWills(this.#host, this.children, () => this.#flushAndEnd(0));
  }

  #end(code: number): void {
    if (this.ended !== null) return;
    this.ended = code;
    this.#host.trace(`keeper: ended with ${code}`);
    this.#options.onEnd(code);
  }
}

function bytesOf(key: string, value: Uint8Array | null): number {
  return value === null ? 0 : Buffer.byteLength(key) + value.length;
}
