/** The children of the fake keeper: spawned step by step, signalled while they are not reaped, told of until the daemon has acknowledged. */
import type { KernelProcess } from "../../../src/doors.ts";
import type { Attribute, ChildEntry, Instant, LastWill, Spawn, SpawnStep, SpawnWith } from "../../../src/link/messages.ts";
import { errnoNumber } from "../tree.ts";
import { Actor } from "./actor.ts";
import { Channel } from "./channel.ts";
import { Descendants } from "./descendants.ts";
import { type Host, later } from "./host.ts";
import { PIPE_BYTES, Pipe } from "./pipe.ts";
import type { Reports } from "./reports.ts";
import type { Sinks } from "./sinks.ts";
import type { Streams } from "./streams.ts";

const CHILDREN_MAX = 16_384;
const STDIN_MAX = 1024 * 1024;
/** How long an exit waits for what is left in the pipes. */
const DRAIN_MS = 500;
const NS_PER_TICK = 10_000_000n;

export type Child = {
  readonly child: number;
  readonly label: string;
  readonly lastWill: LastWill;
  readonly spawn: Spawn | SpawnWith;
  readonly channel: Channel;
  state: "spawning" | "running" | "exited";
  pid: number;
  at: Instant;
  actor: Actor | null;
  /** Reaped: a pid that must not be signalled any more. */
  reaped: boolean;
  stdin: Pipe | null;
  stdinWaiting: Uint8Array[];
  stdinClosing: boolean;
  /** Signals that came before there was a pid. */
  readonly early: number[];
  readonly streams: number[];
  openStreams: number;
  ended: (() => void) | null;
  finalReport: bigint | null;
};

/** Who the keeper is, for what its children inherit. */
export type KeeperSelf = { pid: number; uid: number; gid: number; umask: number; directory: string };

export class Children {
  readonly #host: Host;
  readonly #reports: Reports;
  readonly #sinks: Sinks;
  readonly #streams: Streams;
  readonly #self: KeeperSelf;
  readonly #used = new Set<number>();
  readonly all = new Map<number, Child>();
  /** What programs have started themselves. */
  readonly descendants: Descendants;
  /** Told of every line a program has written in full. */
  onLine: (child: Child, channel: "stdout" | "stderr", line: string) => void = () => {};
  /** Told of every child that begins to live, and of every one that ends, or could not begin. */
  /** `waitStatus`: how it has ended; null: it was never born, or is alive. */
  onLife: (child: Child, alive: boolean, waitStatus: number | null) => void = () => {};
  /** Whether a socket that becomes a child's stdin is there. */
  isSocket: (socket: number) => boolean = () => false;

  constructor(host: Host, reports: Reports, sinks: Sinks, streams: Streams, self: KeeperSelf) {
    this.#host = host;
    this.#reports = reports;
    this.#sinks = sinks;
    this.#streams = streams;
    this.#self = self;
    this.descendants = new Descendants(host);
  }

  get everSpawned(): boolean {
    return this.#used.size > 0;
  }

  get live(): Child[] {
    return [...this.all.values()].filter((child) => child.actor?.alive === true);
  }

  entries(): ChildEntry[] {
    return [...this.all.values()].map(({ child, label, pid, state, at }) => ({ child, label, pid, state, ...at }));
  }

  spawn(spawn: Spawn | SpawnWith): void {
    if (spawn.child === 0 || this.#used.has(spawn.child)) return this.#host.violation(`child number ${spawn.child} was used twice`);
    this.#used.add(spawn.child);
    const child: Child = {
      child: spawn.child,
      label: spawn.label,
      lastWill: spawn.lastWill,
      spawn,
      channel: new Channel(this.#host, this.#reports, attributesOf(spawn), () => ({
        child: child.child,
        pid: child.pid,
        uid: spawn.user?.uid ?? this.#self.uid,
      })),
      state: "spawning",
      pid: 0,
      at: { monoNs: 0n, wallNs: 0n },
      actor: null,
      reaped: false,
      stdin: null,
      stdinWaiting: [],
      stdinClosing: false,
      early: [],
      streams: [],
      openStreams: 0,
      ended: null,
      finalReport: null,
    };
    this.all.set(spawn.child, child);
    for (const { stream, mode, sink, open } of [spawn.stdout, spawn.stderr]) {
      if (open !== null) this.#sinks.announce(sink);
      if (stream === 0) continue;
      child.streams.push(stream);
      child.openStreams++;
      this.#streams.add(stream, spawn.child, mode, sink, () => {
        child.openStreams--;
        if (child.openStreams === 0) child.ended?.();
      });
    }
    later(this.#host, "worker", () => this.#spawnNow(child));
  }

  signal(number: number, signal: number): void {
    const child = this.all.get(number);
    if (child === undefined || child.state === "exited") return;
    if (child.state === "spawning") return void child.early.push(signal);
    if (signal < 0 || signal > 64)
      return this.#reports.tell({ type: "signal-failed", child: number, signal, errno: errnoNumber("EINVAL") });
    if (!child.reaped) child.actor?.signal(signal);
  }

  stdin(number: number, bytes: Uint8Array): void {
    const child = this.all.get(number);
    const fail = (errno: string): void =>
      this.#reports.tell({ type: "stdin-failed", child: number, errno: errnoNumber(errno), bytesNotTaken: bytes.length });
    if (child === undefined || child.state === "exited" || child.stdinClosing || child.spawn.stdin !== 0) return fail("EPIPE");
    if (child.stdin !== null && !child.stdin.readerOpen) return fail("EPIPE");
    const waiting = child.stdinWaiting.reduce((sum, part) => sum + part.length, 0);
    if (waiting + bytes.length > STDIN_MAX + PIPE_BYTES) return fail("ENOBUFS");
    child.stdinWaiting.push(bytes);
    this.#feed(child);
  }

  closeStdin(number: number): void {
    const child = this.all.get(number);
    if (child === undefined || child.stdinClosing) return;
    child.stdinClosing = true;
    this.#feed(child);
  }

  acknowledged(number: bigint): void {
    for (const child of this.all.values()) {
      child.channel.acknowledged(number);
      if (child.finalReport === number) this.all.delete(child.child);
    }
  }

  /** To a process by pid and start, which is its birth in hundredths of a second here. */
  signalProcess(pid: number, startTicks: bigint, signal: number): void {
    this.descendants.signal(pid, startTicks, signal);
    for (const child of this.all.values())
      if (child.pid === pid && !child.reaped && child.at.monoNs / NS_PER_TICK === startTicks) child.actor?.signal(signal);
  }

  /** All processes of the host, as the kernel lists them. */
  processes(): readonly KernelProcess[] {
    const { pid: keeper } = this.#self;
    const mains = this.live.filter(({ reaped }) => !reaped).map(({ pid, at }) => asSeen(pid, keeper, Number(at.monoNs / NS_PER_TICK)));
    return [asSeen(keeper, 0, 0), ...mains, ...this.descendants.all(keeper)];
  }

  /** Sends a signal as the host's administrator does: by pid, whoever it is. */
  kill(pid: number, signal: number): void {
    for (const child of this.all.values()) if (child.pid === pid && !child.reaped) child.actor?.signal(signal);
  }

  #spawnNow(child: Child): void {
    const { spawn } = child;
    const opened: number[] = [];
    const wrong = wrongAttribute(attributesOf(spawn));
    if (wrong !== null) return this.#failBefore(child, "attribute", errnoNumber(wrong), opened);
    for (const [step, { sink, open }] of [
      ["log-stdout", spawn.stdout],
      ["log-stderr", spawn.stderr],
    ] as const) {
      if (open === null) continue;
      const done = this.#sinks.openNow(sink, open);
      if (!done.ok) return this.#failBefore(child, step, done.error, opened);
      opened.push(sink);
    }
    const errno = this.all.size > CHILDREN_MAX ? errnoNumber("EAGAIN") : this.#host.faults.fork();
    if (errno !== 0) return this.#failBefore(child, "fork", errno, opened);
    child.pid = this.#host.nextPid++;
    child.at = this.#now();
    const failure = this.#childSteps(spawn);
    if (failure !== null) return this.#failAfter(child, failure.step, failure.errno);
    child.state = "running";
    this.#reports.keep({ type: "spawned", child: child.child, pid: child.pid, ...child.at });
    this.#begin(child);
  }

  #failBefore(child: Child, step: SpawnStep, errno: number, opened: readonly number[]): void {
    for (const sink of opened) this.#sinks.discard(sink);
    for (const stream of child.streams) this.#streams.discard(stream);
    child.state = "exited";
    child.finalReport = this.#reports.keep({ type: "spawn-failed", child: child.child, step, errno, pid: 0, ...this.#now() });
    this.onLife(child, false, null);
  }

  #failAfter(child: Child, step: SpawnStep, errno: number): void {
    child.reaped = true;
    child.state = "exited";
    for (const stream of child.streams) this.#streams.endNow(stream);
    child.finalReport = this.#reports.keep({ type: "spawn-failed", child: child.child, step, errno, pid: child.pid, ...this.#now() });
    this.onLife(child, false, null);
  }

  #childSteps(spawn: Spawn | SpawnWith): { readonly step: SpawnStep; readonly errno: number } | null {
    const { tree } = this.#host;
    if (spawn.stdin !== 0 && !this.isSocket(spawn.stdin)) return { step: "descriptors", errno: errnoNumber("EBADF") };
    if (spawn.user !== null && this.#self.uid !== 0) return { step: "setgroups", errno: errnoNumber("EPERM") };
    if (spawn.directory !== null) {
      const found = tree.find(spawn.directory);
      if (!found.ok) return { step: "chdir", errno: errnoNumber(found.error) };
      if (found.value.kind !== "directory") return { step: "chdir", errno: errnoNumber("ENOTDIR") };
    }
    const program = tree.find(spawn.path);
    if (!program.ok) return { step: "exec", errno: errnoNumber(program.error) };
    if (program.value.kind !== "file" || (program.value.mode & 0o111) === 0) return { step: "exec", errno: errnoNumber("EACCES") };
    return null;
  }

  #begin(child: Child): void {
    const { spawn } = child;
    const stdin = new Pipe();
    const stdout = spawn.stdout.stream === 0 ? null : new Pipe();
    const stderr = spawn.stderr.stream === 0 ? null : new Pipe();
    child.stdin = stdin;
    if (stdout !== null) this.#streams.attach(spawn.stdout.stream, stdout);
    if (stderr !== null) this.#streams.attach(spawn.stderr.stream, stderr);
    stdin.onWritable = () => this.#feed(child);
    child.actor = new Actor({
      scheduler: this.#host.scheduler,
      pid: child.pid,
      parentPid: this.#self.pid,
      argv: spawn.argv,
      environment: spawn.environment,
      directory: spawn.directory ?? this.#self.directory,
      umask: spawn.umask ?? this.#self.umask,
      uid: spawn.user?.uid ?? this.#self.uid,
      gid: spawn.user?.gid ?? this.#self.gid,
      stdin,
      stdout,
      // stderr without a stream is the same pipe as stdout.
      stderr: stderr ?? stdout,
      channel: child.channel,
      onLine: (channel, line) => this.onLine(child, channel, line),
      onExit: (waitStatus) => this.#zombie(child, waitStatus),
      onOrphan: (waitStatus) => this.#reports.tell({ type: "orphan", pid: this.#host.nextPid++, waitStatus }),
    });
    this.descendants.begin({ pid: child.pid, child: child.child, isAlive: () => !child.reaped }, spawn.environment);
    this.onLife(child, true, null);
    this.#feed(child);
    for (const signal of child.early.splice(0)) this.signal(child.child, signal);
  }

  #zombie(child: Child, waitStatus: number): void {
    later(this.#host, "pipe", () => {
      child.reaped = true;
      child.channel.close();
      this.onLife(child, false, waitStatus);
      const at = this.#now();
      let told = false;
      const tell = (): void => {
        if (told) return;
        told = true;
        child.state = "exited";
        child.finalReport = this.#reports.keep({
          type: "exited",
          child: child.child,
          pid: child.pid,
          waitStatus,
          ...at,
          userUs: 1000n,
          systemUs: 500n,
          maxRssKiB: 1024n,
        });
      };
      child.ended = tell;
      if (child.openStreams === 0) tell();
      else this.#host.scheduler.after(DRAIN_MS, tell);
    });
  }

  /** Moves what waits for the child's standard input into the pipe, then closes it where that was asked. */
  #feed(child: Child): void {
    const { stdin } = child;
    if (stdin === null) return;
    for (let part = child.stdinWaiting[0]; part !== undefined; part = child.stdinWaiting[0]) {
      const taken = stdin.write(part);
      if (taken < part.length) {
        child.stdinWaiting[0] = part.subarray(taken);
        return;
      }
      child.stdinWaiting.shift();
    }
    if (child.stdinClosing && stdin.writers > 0) stdin.closeWriter();
  }

  #now(): Instant {
    return { monoNs: this.#host.scheduler.monoNs, wallNs: this.#host.scheduler.wallNs };
  }
}

function asSeen(pid: number, parent: number, startTicks: number): KernelProcess {
  return { pid, parent, group: pid, session: 1, startTicks, state: "S", name: "actor" };
}

function attributesOf(spawn: Spawn | SpawnWith): readonly Attribute[] {
  return spawn.type === "spawn-with" ? spawn.with : [];
}

/** The first that the keeper does not know, or whose value cannot be. */
function wrongAttribute(attributes: readonly Attribute[]): "ENOTSUP" | "EINVAL" | null {
  const wrong = attributes.find((one) => one.kind === "unknown" || one.kind === "wrong");
  if (wrong === undefined) return null;
  return wrong.kind === "unknown" ? "ENOTSUP" : "EINVAL";
}
