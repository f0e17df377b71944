/**
 * The program that every simulated child is: its arguments are what it does, one after the other, as in `actor line:hello sleep:100 exit:3`.
 * `test/contract/actor.c` is the same program for the real keeper. The words are listed in `docs/invariants.md`.
 */
import type { Scheduler } from "../scheduler.ts";
import type { Channel } from "./channel.ts";
import type { Pipe } from "./pipe.ts";

export type ActorSetting = {
  readonly scheduler: Scheduler;
  readonly pid: number;
  readonly parentPid: number;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly directory: string;
  readonly umask: number;
  readonly uid: number;
  readonly gid: number;
  readonly stdin: Pipe;
  readonly stdout: Pipe | null;
  readonly stderr: Pipe | null;
  readonly channel: Channel;
  /** What a whole line written to a channel was, for the invariants. */
  readonly onLine: (channel: "stdout" | "stderr", line: string) => void;
  /** The process is a zombie now. */
  readonly onExit: (waitStatus: number) => void;
  /** A daughter whose mother has gone before it ended. */
  readonly onOrphan: (waitStatus: number) => void;
};

type OnSignal =
  | { readonly kind: "ignore" }
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "line"; readonly text: string };

const SIGKILL = 9;
/** Signals that do nothing to a program that does not ask for them. */
const HARMLESS: ReadonlySet<number> = new Set([0, 17, 18, 23, 28]);
const FLOOD_LINE = `${"x".repeat(63)}\n`;
const BETWEEN_STEPS_MS = 0.05;

export class Actor {
  readonly #setting: ActorSetting;
  readonly #words: readonly string[];
  #at = 0;
  #counted = 0;
  readonly #handlers = new Map<number, OnSignal>();
  #input = Buffer.alloc(0);
  #wakeForInput: () => void = () => {};
  #wakeForRoom: () => void = () => {};
  alive = true;

  constructor(setting: ActorSetting) {
    this.#setting = setting;
    this.#words = setting.argv.slice(1);
    setting.stdin.onReadable = () => this.#wakeForInput();
    for (const pipe of this.#outputs()) pipe.onWritable = () => this.#wakeForRoom();
    this.#next();
  }

  signal(signal: number): void {
    if (!this.alive) return;
    const handler = signal === SIGKILL ? undefined : this.#handlers.get(signal);
    if (handler === undefined) return HARMLESS.has(signal) ? undefined : this.#end(signal);
    if (handler.kind === "exit") return this.#end(handler.code << 8);
    if (handler.kind === "line") this.#tryLine(handler.text);
  }

  /** The machine stops: no exit is seen by anybody. */
  vanish(): void {
    this.alive = false;
  }

  /** One pipe when stderr goes where stdout goes. */
  #outputs(): Set<Pipe> {
    return new Set([this.#setting.stdout, this.#setting.stderr].filter((pipe) => pipe !== null));
  }

  #next(): void {
    this.#after(BETWEEN_STEPS_MS, () => this.#do(this.#words[this.#at++]));
  }

  #after(ms: number, act: () => void): void {
    this.#setting.scheduler.after(ms, () => {
      if (this.alive) act();
    });
  }

  #do(word: string | undefined): void {
    if (word === undefined) return this.#end(0);
    const [name = "", ...rest] = word.split(":");
    const text = rest.join(":");
    const [first = 0, second = 0] = rest.map(Number);
    switch (name) {
      case "line":
        return this.#write("stdout", `${text}\n`);
      case "errline":
        return this.#write("stderr", `${text}\n`);
      case "out":
        return this.#write("stdout", text);
      case "err":
        return this.#write("stderr", text);
      case "flood":
        return this.#write("stdout", FLOOD_LINE.repeat(Math.ceil(first / FLOOD_LINE.length)).slice(0, first));
      case "count":
        return this.#count(first, second);
      case "sleep":
        return this.#after(first, () => this.#next());
      case "exit":
        return this.#end(first << 8);
      case "die":
        return this.#end(first);
      case "ignore":
        this.#handlers.set(first, { kind: "ignore" });
        return this.#next();
      case "exit-on":
        this.#handlers.set(first, { kind: "exit", code: second });
        return this.#next();
      case "line-on":
        this.#handlers.set(first, { kind: "line", text: rest.slice(1).join(":") });
        return this.#next();
      case "cat":
        return this.#cat();
      case "listener":
        return this.#listen(first, rest[1] ?? "OK");
      case "close-in":
        this.#setting.stdin.closeReader();
        return this.#next();
      case "notify":
        this.#setting.channel.send(text);
        return this.#next();
      case "ready-fd":
        this.#setting.channel.write(first, "\n");
        return this.#next();
      case "close-fd":
        this.#setting.channel.close(first);
        return this.#next();
      case "hold":
        return undefined;
      case "daughter":
        this.#daughter(first, rest.slice(1).join(":"));
        return this.#next();
      case "print":
        return this.#write("stdout", `${this.#fact(rest)}\n`);
      default:
        return this.#end(64 << 8);
    }
  }

  #fact([what = "", name = ""]: readonly string[]): string {
    const { pid, parentPid, directory, umask, uid, gid, environment, argv } = this.#setting;
    switch (what) {
      case "pid":
        return String(pid);
      case "ppid":
        return String(parentPid);
      case "cwd":
        return directory;
      case "umask":
        return umask.toString(8).padStart(3, "0");
      case "uid":
        return String(uid);
      case "gid":
        return String(gid);
      case "args":
        return argv.join(" ");
      case "env":
        return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "(unset)";
      default:
        return "?";
    }
  }

  /** Writes all of it, waiting for room, then goes on with `then`. */
  #write(channel: "stdout" | "stderr", text: string, then: () => void = () => this.#next()): void {
    const pipe = this.#setting[channel];
    if (pipe === null) return then();
    let bytes = Buffer.from(text);
    const push = (): void => {
      if (!this.alive) return;
      bytes = bytes.subarray(pipe.write(bytes));
      if (bytes.length > 0) {
        this.#wakeForRoom = push;
        return;
      }
      this.#wakeForRoom = () => {};
      for (const line of text.split("\n").slice(0, -1)) this.#setting.onLine(channel, line);
      then();
    };
    push();
  }

  /** From a signal handler: a line that does not fit is not written, and it never lands in the middle of another. */
  #tryLine(text: string): void {
    const pipe = this.#setting.stdout;
    const line = Buffer.from(`${text}\n`);
    if (pipe !== null && pipe.size + line.length < 4096) pipe.write(line);
  }

  /** Numbers go on where the last count ended, so that no line of a program comes twice. */
  #count(left: number, everyMs: number): void {
    if (left === 0) return this.#next();
    this.#counted++;
    this.#write("stdout", `${this.#setting.pid} ${this.#counted}\n`, () => this.#after(everyMs, () => this.#count(left - 1, everyMs)));
  }

  #cat(): void {
    this.#wakeForInput = () => this.#after(BETWEEN_STEPS_MS, () => this.#cat());
    const { stdin } = this.#setting;
    if (stdin.size > 0) {
      this.#wakeForInput = () => {};
      return this.#write("stdout", Buffer.from(stdin.read(4096)).toString("latin1"), () => this.#cat());
    }
    if (!stdin.atEnd) return;
    this.#wakeForInput = () => {};
    this.#next();
  }

  /** An event listener: READY, one event, its payload, a while, the result; and again. */
  #listen(busyMs: number, result: string): void {
    this.#write("stdout", "READY\n", () => this.#event(busyMs, result));
  }

  #event(busyMs: number, result: string): void {
    const { stdin } = this.#setting;
    this.#wakeForInput = () => this.#after(BETWEEN_STEPS_MS, () => this.#event(busyMs, result));
    this.#input = Buffer.concat([this.#input, stdin.read(65_536)]);
    const end = this.#input.indexOf("\n");
    const length = end < 0 ? 0 : Number(/len:(\d+)/.exec(this.#input.toString("utf8", 0, end))?.[1] ?? 0);
    if (end < 0 || this.#input.length < end + 1 + length) return stdin.atEnd ? this.#end(0) : undefined;
    this.#wakeForInput = () => {};
    this.#input = this.#input.subarray(end + 1 + length);
    this.#after(busyMs, () => this.#write("stdout", `RESULT ${result.length}\n${result}`, () => this.#listen(busyMs, result)));
  }

  /** Holds the output open after its mother, says a line and goes. */
  #daughter(ms: number, text: string): void {
    const { stdout, scheduler } = this.#setting;
    for (const pipe of this.#outputs()) pipe.writers += 1;
    scheduler.after(ms, () => {
      if (stdout !== null && text !== "") stdout.write(Buffer.from(`${text}\n`));
      for (const pipe of this.#outputs()) pipe.closeWriter();
      if (!this.alive) this.#setting.onOrphan(0);
    });
  }

  #end(waitStatus: number): void {
    this.alive = false;
    this.#setting.stdin.closeReader();
    for (const pipe of this.#outputs()) pipe.closeWriter();
    this.#setting.onExit(waitStatus);
  }
}
