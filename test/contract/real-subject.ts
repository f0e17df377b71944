/** The real keeper as a subject of the contract suite. Its daemon is `relay`, which joins its socket with this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endLeftRunning } from "./left-running.ts";
import type { Keeper, Wire } from "./subject.ts";

export type Programs = { readonly keeper: string; readonly relay: string; readonly actor: string; readonly subreaper: string };

const PATIENCE_MS = 120_000;
const LOOK_MS = 3;
const HEAD_BYTES = 5;

export async function realKeeper(programs: Programs, { subreaper }: { readonly subreaper: boolean }): Promise<Keeper> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-contract-"));
  const address = join(folder, "relay.sock");
  const waiting: RelayWire[] = [];
  const server = await serveRelays(address, waiting);
  const command = [...(subreaper ? [programs.subreaper] : []), programs.keeper, programs.relay, address];
  const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const pids = new Set<number>([child.pid ?? 0]);
  const others: Server[] = [];
  const until: Keeper["until"] = async (condition, what) => {
    for (const end = Date.now() + PATIENCE_MS; !condition(); await sleep(LOOK_MS)) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}${complaints === "" ? "" : `\nthe keeper said: ${complaints}`}`);
    }
  };
  return {
    kind: "real",
    folder,
    actor: programs.actor,
    itself: { keeper: programs.keeper, argv: [programs.relay, address] },
    until,
    get pid() {
      return child.pid ?? 0;
    },
    get exitCode() {
      return codeOf(child);
    },
    async nextDaemon() {
      await until(() => waiting[0]?.complete === true, "a daemon");
      const wire = waiting.shift() as RelayWire;
      pids.add(wire.pid);
      return wire;
    },
    signal: (signal) => void process.kill(child.pid ?? 0, signal),
    alive: isAlive,
    pass: (ms) => sleep(ms),
    text: (path) => (existsSync(path) ? readFileSync(path, "utf8") : ""),
    exists: existsSync,
    write: (path, text, mode) => writeFileSync(path, text, { mode: mode ?? 0o644 }),
    link: (path, target) => symlinkSync(target, path),
    rename: renameSync,
    isSocket: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true,
    async listen(path) {
      const other = createServer().listen(path);
      await once(other, "listening");
      others.push(other);
    },
    async stale(path) {
      // A listener that dies leaves its file behind.
      const other = spawn(process.execPath, [
        "-e",
        `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`,
      ]);
      await once(other, "exit");
    },
    async close() {
      for (const pid of pids) kill(pid);
      if (codeOf(child) === null) await once(child, "exit");
      endLeftRunning(dirname(programs.actor), address);
      for (const other of [server, ...others]) other.close();
      for (const wire of waiting) wire.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function codeOf(child: ChildProcess): number | null {
  return child.exitCode ?? (child.signalCode === null ? null : 255);
}

/** A zombie is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Each relay makes two connections, which are told apart by their first bytes. */
async function serveRelays(address: string, waiting: RelayWire[]): Promise<Server> {
  const server = createServer((socket) => {
    let head = Buffer.alloc(0);
    socket.on("error", () => {});
    const onHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) return;
      socket.off("data", onHead);
      const pid = head.readUInt32LE(1);
      const wire = waiting.find((one) => one.pid === pid) ?? new RelayWire(pid);
      if (!waiting.includes(wire)) waiting.push(wire);
      wire.add(String.fromCharCode(head[0] ?? 0), socket, head.subarray(HEAD_BYTES));
    };
    socket.on("data", onHead);
  });
  server.listen(address);
  await once(server, "listening");
  return server;
}

class RelayWire implements Wire {
  readonly pid: number;
  onBytes: (bytes: Buffer) => void = () => {};
  closed = false;
  #data: Socket | null = null;
  #control: Socket | null = null;
  #flushed: () => void = () => {};

  constructor(pid: number) {
    this.pid = pid;
  }

  get complete(): boolean {
    return this.#data !== null && this.#control !== null;
  }

  add(kind: string, socket: Socket, first: Buffer): void {
    socket.on("close", () => {
      this.closed = true;
      this.#flushed();
    });
    if (kind === "D") {
      this.#data = socket;
      socket.on("data", (chunk: Buffer) => this.onBytes(chunk));
      if (first.length > 0) this.onBytes(first);
    } else {
      this.#control = socket;
      socket.on("data", () => this.#flushed());
    }
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.closed) return;
    await new Promise<void>((resolve) => this.#data?.write(bytes, () => resolve()));
    await this.#flush();
  }

  async kill(): Promise<void> {
    await this.#flush();
    kill(this.pid);
  }

  async quit(code: number): Promise<void> {
    await this.#flush();
    this.#control?.write(Buffer.from(["X".charCodeAt(0), code]));
  }

  destroy(): void {
    this.#data?.destroy();
    this.#control?.destroy();
  }

  async #flush(): Promise<void> {
    if (this.closed) return;
    const done = new Promise<void>((resolve) => {
      this.#flushed = resolve;
    });
    this.#control?.write("F\0");
    await done;
  }
}
