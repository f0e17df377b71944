/**
 * The real executables in a folder of their own: a configuration goes in, a supervisord runs in the foreground, whatever a test started is gone when
 * the test ends. Nothing here sleeps to synchronise: `until` waits for a condition, with a deadline.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** The checkout: tests run from `build/test/e2e` or from `test/e2e`. */
export const ROOT = findRoot();
export const BIN = path.join(ROOT, "bin");
const DEADLINE_MS = 120_000;
const LOOK_AGAIN_MS = 10;

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Waits until `look` gives a value that is neither undefined nor false; fails with `what` after the deadline. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Runs one command to its end. */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { cwd: options.cwd, env: options.env ?? process.env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    // One that ends without reading is told by its code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** A TCP port of loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Those that were not destroyed yet. */
const instances = new Set<Instance>();

// So the test runner ends a file that takes too long; nothing else is done for it any more.
process.once("SIGTERM", () => {
  for (const instance of instances) instance.kill();
  process.exit(143);
});

export class Instance {
  readonly dir = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast-e2e-")));
  readonly conf = path.join(this.dir, "supervisord.conf");
  readonly socket = path.join(this.dir, "s.sock");
  /** The folder of supervisord and supervisorctl. */
  bin = BIN;
  /** What supervisord and supervisorctl are born with. */
  env: NodeJS.ProcessEnv = process.env;
  /** What supervisord wrote on its stdout and stderr. */
  output = "";
  #process: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);

  /** Cleans up when the test is over, whatever its end. */
  constructor(test: { after(act: () => Promise<void>): void }) {
    instances.add(this);
    test.after(async () => {
      // What supervisord said is the first thing to look at when something went wrong.
      if (process.env["HOLDFAST_E2E_SHOW"] !== undefined) console.log(this.output);
      await this.destroy();
    });
  }

  /** Writes the configuration: a unix socket, logs in the folder, and what is given. */
  configure(sections: string, supervisord = ""): void {
    writeFileSync(
      this.conf,
      `[supervisord]\nlogfile=${this.dir}/supervisord.log\npidfile=${this.dir}/supervisord.pid\nchildlogdir=${this.dir}\nidentifier=e2e\n${supervisord}
[unix_http_server]\nfile=${this.socket}\n
[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n
[supervisorctl]\nserverurl=unix://${this.socket}\n\n${sections}\n`,
    );
  }

  /** Starts supervisord in the foreground and waits until its socket is there. */
  async start(args: readonly string[] = [], executable?: string): Promise<void> {
    this.spawnDaemon(["-n", ...args], executable);
    await until(`supervisord serves; it said: ${this.output}`, () => existsSync(this.socket) || this.#process?.exitCode !== null);
    if (this.#process?.exitCode !== null) throw new Error(`supervisord ended with ${this.#process?.exitCode}: ${this.output}`);
  }

  spawnDaemon(args: readonly string[], executable = path.join(this.bin, "supervisord")): void {
    const child = spawn(executable, [...args, "-c", this.conf], { cwd: this.dir, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    const hear = (text: string): void => {
      this.output += text;
    };
    child.stdout?.setEncoding("utf8").on("data", hear);
    child.stderr?.setEncoding("utf8").on("data", hear);
    this.#ended = new Promise((resolve) => child.on("close", (code) => resolve(code)));
  }

  /** The keeper's pid, which is what users call supervisord. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error("supervisord was not started");
    return pid;
  }

  /** The daemon: the keeper's child with this title. */
  daemonPid(): number | undefined {
    return childrenOf(this.pid).find((pid) => commandOf(pid) === "holdfast: daemon");
  }

  ctl(...words: string[]): Promise<Finished> {
    return run(path.join(this.bin, "supervisorctl"), ["-c", this.conf, ...words], { cwd: this.dir, env: this.env });
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  exitCode(): Promise<number | null> {
    return this.#ended;
  }

  path(name: string): string {
    return path.join(this.dir, name);
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "utf8") : "";
  }

  files(): string[] {
    return readdirSync(this.dir);
  }

  append(name: string, text: string): void {
    appendFileSync(this.path(name), text);
  }

  /** KILL, at once, for it and everything below. */
  kill(): void {
    if (this.#process?.pid === undefined || this.#process.exitCode !== null) return;
    for (const pid of [this.pid, ...descendants(this.pid)]) kill(pid);
  }

  /** TERM, then KILL for everything below; only pids that this instance started. */
  async destroy(): Promise<void> {
    instances.delete(this);
    const child = this.#process;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const below = descendants(this.pid);
      child.kill("SIGTERM");
      const gone = await Promise.race([this.#ended.then(() => true), new Promise((resolve) => setTimeout(resolve, 5000, false))]);
      if (gone !== true) for (const pid of [this.pid, ...below]) kill(pid);
      await this.#ended;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function childrenOf(pid: number): number[] {
  try {
    // Each thread has its own children: the keeper's workers spawn.
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

export function isAlive(pid: number): boolean {
  return commandOf(pid) !== "";
}

function descendants(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, "package.json"))) folder = path.dirname(folder);
  return folder;
}
