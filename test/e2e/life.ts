/**
 * One life of a supervisord under given circumstances: it is started as a person would, goes through every operation, and ends with nothing left.
 * OUTSIDE_BIN=/usr/bin goes through it with the original's executables, all but the kill of the daemon, to see what is right.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { daemonBelow } from "./behind.ts";
import { BIN, childrenOf, type Finished, Instance, isAlive, run, until } from "./instance.ts";
import { call, type Info } from "./rpc.ts";

export type Circumstance = {
  /** What was there before, as lines of sh in the folder of the configuration. */
  readonly before?: string;
  /** How a person starts it, in sh, in that folder. Its end is the end of supervisord, unless that is in the background. */
  readonly start?: string;
  /** How a person calls supervisorctl, in sh. */
  readonly ctl?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The name of the folder that everything is in. */
  readonly folder?: string;
  /** [supervisord], with log and pid file. */
  readonly supervisord?: string;
  /** More of the program: its section is [program:echo], and it writes back what it reads. */
  readonly program?: string;
  readonly command?: string;
  readonly sections?: string;
  /** What stdout_logfile says; AUTO where it is empty. */
  readonly log?: string;
  /** Where that is, from the folder of the configuration. */
  readonly file?: string;
  /** Clearing leaves links alone, and says that it has cleared. */
  readonly isNotCleared?: true;
  /** The process that is looked at, of those that there are. */
  readonly process?: string;
  /** Starts and reads in the background. */
  readonly background?: true;
  readonly root?: true;
  /** Looks closer at one that runs. */
  readonly check?: (life: Life) => Promise<void> | void;
  /** Looks at what is left when all is over. */
  readonly after?: (life: Life) => void;
};

const OURS = process.env["OUTSIDE_BIN"] === undefined;
const EXECUTABLES = process.env["OUTSIDE_BIN"] ?? BIN;
const LOG = "%(here)s/supervisord.log";
/** Rotates between two long lines. */
const MAXBYTES = 400;
const LONG_LINE = `${"long ".repeat(50)}\n`;

export class Life {
  readonly #it: Instance;
  readonly #which: Circumstance;
  readonly here: string;
  /** What is called supervisord. */
  pid = 0;
  /** What the program should have written since the last clearing. */
  #written = "";
  #started: Promise<Finished> = Promise.reject(new Error("not started"));

  constructor(test: { after(act: () => Promise<void>): void }, which: Circumstance) {
    test.after(() => this.#clean());
    this.#it = new Instance(test);
    this.#which = which;
    this.here = path.join(this.#it.dir, which.folder ?? "");
    this.#started.catch(() => undefined);
  }

  get process(): string {
    return this.#which.process ?? "echo";
  }

  get socket(): string {
    return path.join(this.here, "s.sock");
  }

  path(name: string): string {
    return path.join(this.here, name);
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "utf8") : "";
  }

  async rpc(method: string, ...params: readonly (string | number | boolean)[]): Promise<unknown> {
    return await call({ socket: this.socket }, `supervisor.${method}`, ...params);
  }

  async info(): Promise<Info> {
    return (await this.rpc("getProcessInfo", this.process)) as Info;
  }

  async sh(script: string): Promise<Finished> {
    const named = { SUPERVISORD: path.join(EXECUTABLES, "supervisord"), SUPERVISORCTL: path.join(EXECUTABLES, "supervisorctl") };
    const env = { ...process.env, ...named, EXECUTABLES, ...this.#which.env };
    return await run("/bin/sh", ["-c", script], { cwd: this.here, env });
  }

  async ctl(...words: string[]): Promise<string> {
    const call = this.#which.ctl ?? "$SUPERVISORCTL -c supervisord.conf";
    const { stdout, stderr } = await this.sh(`${call} ${words.join(" ")}`);
    assert.equal(stderr, "");
    return stdout;
  }

  /** What supervisorctl says to each of these lines of its input, behind the status that it begins with. */
  async #session(...lines: string[]): Promise<string[]> {
    const said = await this.ctl(`<<'END'\n${lines.join("\n")}\nEND\n`);
    return said.split("supervisor> ");
  }

  /** All of it, one operation after the other. */
  async live(): Promise<void> {
    await this.#configure();
    await this.#start();
    await this.#which.check?.(this);
    await this.#read();
    await this.#rotate();
    await this.#restart();
    await this.#reopen();
    await this.#reload();
    if (OURS) await this.#kill();
    await this.#shutdown();
    this.#which.after?.(this);
  }

  async #configure(): Promise<void> {
    const { supervisord, command, program, sections, log, before } = this.#which;
    mkdirSync(this.here, { recursive: true });
    writeFileSync(
      this.path("supervisord.conf"),
      `[supervisord]
${supervisord ?? `logfile=${LOG}\npidfile=%(here)s/supervisord.pid`}
[unix_http_server]
file=%(here)s/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/s.sock
[program:echo]
command=${command ?? "cat"}
stdout_logfile_maxbytes=${MAXBYTES}
stdout_logfile_backups=3
startsecs=0
${log === "" ? "" : `stdout_logfile=${log ?? "%(here)s/echo.log"}`}
${program ?? ""}
${sections ?? ""}
`,
    );
    if (before === undefined) return;
    const done = await this.sh(before);
    assert.deepEqual([done.code, done.stderr], [0, ""], before);
  }

  async #start(): Promise<void> {
    this.#started = this.sh(this.#which.start ?? "$SUPERVISORD -n -c supervisord.conf >console 2>&1");
    let early = "";
    void this.#started.then((ended) => {
      early = JSON.stringify(ended);
    });
    if (this.#which.background) assert.deepEqual((await this.#started).code, 0);
    await until("it serves", async () => {
      if (early !== "" && !this.#which.background)
        throw new Error(`it ended: ${early} ${this.read("console")} ${this.read("supervisord.log")}`);
      return await this.rpc("getState").catch(() => undefined);
    });
    this.pid = (await this.rpc("getPID")) as number;
    await this.#runs();
  }

  async #runs(but = 0): Promise<number> {
    return await until(`${this.process} runs`, async () => {
      const info = await this.info().catch(() => undefined);
      return info !== undefined && info["statename"] === "RUNNING" && info["pid"] !== but && (info["pid"] as number);
    });
  }

  #pidFile(): string {
    return this.path("supervisord.pid");
  }

  async #write(text: string): Promise<void> {
    await this.rpc("sendProcessStdin", this.process, text);
    this.#written += text;
  }

  /** What the log holds is what clients read, by every way. */
  async #isRead(): Promise<void> {
    let seen: unknown;
    await until(
      `${JSON.stringify(this.#written)} is read`,
      async () => {
        seen = await this.rpc("readProcessStdoutLog", this.process, 0, 0);
        return seen === this.#written;
      },
      60_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}, but ${JSON.stringify(seen)}`);
    });
    const length = Buffer.byteLength(this.#written);
    assert.deepEqual(await this.rpc("tailProcessStdoutLog", this.process, 0, 10_000), [this.#written, length, false]);
    assert.equal(readFileSync(await this.#logFile(), "utf8"), this.#written);
  }

  async #logFile(): Promise<string> {
    const { file } = this.#which;
    return file === undefined ? path.resolve(this.here, String((await this.info())["stdout_logfile"])) : this.path(file);
  }

  /** Status, pid, tail, maintail and clear. */
  async #read(): Promise<void> {
    const { process: name } = this;
    const { pid } = await this.info();
    await this.#write("first ü\n");
    await this.#isRead();
    const [status, supervisord, tail, maintail, cleared] = await this.#session("pid", `tail ${name}`, "maintail -1000000", `clear ${name}`);
    assert.match(status ?? "", new RegExp(`^${name} +RUNNING +pid ${pid}, uptime 0:\\d\\d:\\d\\d$`, "m"));
    assert.deepEqual([supervisord, tail, cleared], [`${this.pid}\n`, "first ü\n\n", `${name}: cleared\n`]);
    assert.match(maintail ?? "", / INFO spawned: '.*' with pid \d+\n/);
    assert.match(String(await this.rpc("readLog", 0, 0)), / INFO spawned: '/);
    assert.equal(readFileSync(this.#pidFile(), "utf8"), `${this.pid}\n`);
    if (!this.#which.isNotCleared) this.#written = "";
    await this.#isRead();
    await this.#write("second\n");
    await this.#isRead();
  }

  async #rotate(): Promise<void> {
    const file = await this.#logFile();
    await this.#write(LONG_LINE);
    await this.#isRead();
    await this.#write(LONG_LINE);
    await until("it is rotated", () => existsSync(`${file}.1`) && existsSync(file));
    assert.equal(readFileSync(`${file}.1`, "utf8"), this.#written);
    this.#written = "";
    await this.#write("third\n");
    await this.#isRead();
  }

  /** Restart, stop, status and start, and a reread of what is as it was. */
  async #restart(): Promise<void> {
    const { process: name } = this;
    const { pid } = await this.info();
    const [, restart, stop, status, start, reread] = await this.#session(
      `restart ${name}`,
      `stop ${name}`,
      `status ${name}`,
      `start ${name}`,
      "reread",
    );
    assert.deepEqual([restart, stop], [`${name}: stopped\n${name}: started\n`, `${name}: stopped\n`]);
    assert.match(status ?? "", new RegExp(`^${name} +STOPPED +\\w{3} \\d\\d \\d\\d:\\d\\d [AP]M\n$`));
    assert.deepEqual([start, reread], [`${name}: started\n`, "No config updates to processes\n"]);
    await this.#runs(pid as number);
    await this.#write("fourth\n");
    await this.#isRead();
  }

  /** As logrotate does. */
  async #reopen(): Promise<void> {
    const file = await this.#logFile();
    renameSync(file, `${file}.moved`);
    process.kill(this.pid, "SIGUSR2");
    await until("it is opened again", () => existsSync(file));
    assert.equal(readFileSync(`${file}.moved`, "utf8"), this.#written);
    this.#written = "";
    await this.#write("fifth\n");
    await this.#isRead();
  }

  async #reload(): Promise<void> {
    const { pid } = await this.info();
    const isAuto = this.#which.log === "";
    assert.equal(await this.ctl("reload"), "Restarted supervisord\n");
    await this.#runs(pid as number);
    assert.equal(await this.rpc("getPID"), this.pid);
    if (isAuto) this.#written = "";
    await this.#write("sixth\n");
    await this.#isRead();
  }

  /** The daemon is killed: programs go on, what was answered has happened, and a successor knows everything. */
  async #kill(): Promise<void> {
    const { pid } = await this.info();
    const daemon = daemonBelow(this.pid);
    assert.ok(daemon, "there is a daemon");
    await this.#write("seventh\n");
    process.kill(daemon, "SIGKILL");
    await until("a successor answers", async () => daemonBelow(this.pid) !== daemon && (await this.info().catch(() => undefined)));
    await this.#write("eighth\n");
    await this.#isRead();
    assert.equal((await this.info())["pid"], pid);
  }

  async #shutdown(): Promise<void> {
    const log = await this.#logFile();
    const below = childrenOf(this.pid);
    assert.equal(await this.ctl("shutdown"), "Shut down\n");
    const { code } = await this.#started;
    assert.equal(code, 0);
    await until("nobody is left", () => ![this.pid, ...below].some(isAlive));
    assert.deepEqual([existsSync(this.socket), existsSync(this.#pidFile())], [false, false]);
    if (this.#which.log !== "") assert.equal(readFileSync(log, "utf8"), this.#written);
  }

  async #clean(): Promise<void> {
    if (process.env["HOLDFAST_E2E_SHOW"] !== undefined) console.log(this.read("console"), this.read("supervisord.log"));
    if (this.pid === 0) this.pid = Number(existsSync(this.#pidFile()) ? readFileSync(this.#pidFile(), "utf8") : 0);
    if (this.pid <= 1 || !isAlive(this.pid)) return;
    process.kill(this.pid, "SIGTERM");
    await until("it has ended", () => !isAlive(this.pid));
  }
}
