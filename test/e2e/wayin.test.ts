/**
 * Goal: what programs are given is what supervisord was given, byte for byte; names of folders may be any bytes; nobody's variables change our node; and
 * one process is found by the command line that was typed. Bytes are read as Latin-1 here, one character a byte.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { test } from "node:test";
import { BIN, childrenOf, commandOf, Instance, isAlive, ROOT, run, until } from "./instance.ts";
import { program } from "./programs.ts";
import { call, info } from "./rpc.ts";

const OURS = ["SUPERVISOR_ENABLED", "SUPERVISOR_SERVER_URL", "SUPERVISOR_PROCESS_NAME", "SUPERVISOR_GROUP_NAME"];
const PATH = `PATH=${process.env["PATH"]}`;

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const read = (file: Buffer | string): string => readFileSync(file, "latin1");

/** Starts an executable with an environment of raw entries, and ends it with the test. */
function spawnRaw(it: Instance, entries: readonly string[], args: readonly string[], bin = BIN): ChildProcess {
  writeFileSync(it.path("environ"), latin1(entries.map((entry) => `${entry}\0`).join("")));
  const child = spawn(program("rawenv"), [it.path("environ"), path.join(bin, "supervisord"), ...args], { cwd: it.dir, stdio: "ignore" });
  return child;
}

async function endOf(it: Instance, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await until(`supervisord has ended: ${it.dir}`, () => child.exitCode !== null || child.signalCode !== null);
}

const environOf = (pid: number): string[] => read(`/proc/${pid}/environ`).split("\0").slice(0, -1);
const without = (entries: readonly string[], names: readonly string[]) =>
  entries.filter((entry) => !names.includes(entry.split("=")[0] ?? "")).sort();

test("CONF-382: programs get each variable as it was given: any name, any bytes, the first of two, and nothing that we have made", async (t) => {
  const it = new Instance(t);
  it.configure(`[program:p]\ncommand=sleep 1000\nenvironment=GIVEN="%(ENV_RAW)s-%(ENV_a.b)s"\nstartsecs=0\n`);
  const given = [
    PATH,
    "a.b=dotted",
    "my-service-host=x=y",
    "1st=one",
    "BASH_FUNC_f%%=() { :; }",
    "with blank= v ",
    "RAW=caf\xe9",
    "R\xe9W=\xff\xfe",
    "UTF8=\xe4\xb8\xad",
    "EMPTY=",
    "LINES=a\nb",
    "NODE_OPTIONS=--inspect=127.0.0.1:0",
    "NODE_CHANNEL_FD=3",
    "NODE_ENV=production",
    "UV_THREADPOOL_SIZE=64",
    "OPENSSL_CONF=/none",
    "HOLDFAST_KEEPER_FD=99",
    "HOLDFAST_PROGRAM_0=/none",
    "HOLDFAST_BIRTH_0=1%00x%00",
    "__proto__=p",
    "constructor=c",
  ];
  const passedOver = ["TWICE\xe9=second", "NODE_ENV=second", "RAW=second", "EMPTY=second", "without an equals sign"];
  const child = spawnRaw(it, [...given, "TWICE\xe9=first", ...passedOver], ["-n", "-c", it.conf]);
  try {
    const pid = await until("the program runs", async () => (await info(it, "p").catch(() => undefined))?.["pid"] as number | undefined);
    const expected = [...given, "TWICE\xe9=first", "GIVEN=caf\xe9-dotted"].sort();
    assert.deepEqual(without(environOf(pid), OURS), expected);
    const daemon = childrenOf(child.pid ?? 0).find((each) => commandOf(each) === "holdfast: daemon") ?? 0;
    process.kill(daemon, "SIGKILL");
    await until("a successor starts it anew with the same", async () => {
      await call(it, "supervisor.stopProcess", "p").catch(() => undefined);
      await call(it, "supervisor.startProcess", "p").catch(() => undefined);
      const next = (await info(it, "p").catch(() => undefined))?.["pid"];
      return (
        typeof next === "number" && next > 0 && next !== pid && assert.deepEqual(without(environOf(next), OURS), expected) === undefined
      );
    });
  } finally {
    await endOf(it, child);
  }
});

test("better: with an empty environment, as under `env -i`, it starts where node is on the usual path or named", async (t) => {
  const it = new Instance(t);
  it.configure("[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n");
  const child = spawnRaw(it, [`HOLDFAST_NODE=${process.execPath}`], ["-n", "-c", it.conf]);
  try {
    const pid = await until("the program runs", async () => (await info(it, "p").catch(() => undefined))?.["pid"] as number | undefined);
    assert.deepEqual(without(environOf(pid), OURS), [`HOLDFAST_NODE=${process.execPath}`]);
  } finally {
    await endOf(it, child);
  }
});

const ODD = "caf\xe9 \xd6\xd0";

/** A configuration that puts everything into a folder of such a name. */
function oddFolder(it: Instance): string {
  const folder = `${it.dir}/${ODD}`;
  mkdirSync(latin1(folder));
  mkdirSync(latin1(`${folder}/work`));
  const conf = `[supervisord]\nlogfile=%(here)s/s.log\npidfile=%(here)s/s.pid\nchildlogdir=%(here)s\ndirectory=%(here)s/work
[unix_http_server]\nfile=%(here)s/s.sock\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]\nserverurl=unix://%(here)s/s.sock\n[include]\nfiles=*.ini
[program:p]\ncommand=/bin/sh -c 'pwd; echo "$0"; exec sleep 1000' "%(ENV_RAW)s"\ndirectory=%(here)s/work\nstdout_logfile=%(here)s/p.log\nstartsecs=0\n`;
  writeFileSync(latin1(`${folder}/s.conf`), conf);
  writeFileSync(latin1(`${folder}/\xff.ini`), `[program:i]\ncommand=sleep 1000\nstdout_logfile=%(ENV_RAW)s.log\nstartsecs=0\n`);
  return folder;
}

for (const mode of ["-n", "in the background"]) {
  test(`a folder whose name is not UTF-8 is like any other, ${mode}: log, pid file, sockets, include, directory, %(here)s, supervisorctl`, async (t) => {
    const it = new Instance(t);
    const folder = oddFolder(it);
    const shell = (line: string) =>
      spawnSync(
        "sh",
        ["-c", `cd "$(printf '${ODD.replaceAll(/[\x80-\xff]/g, (byte) => `\\${byte.charCodeAt(0).toString(8)}`)}')" && ${line}`],
        {
          cwd: it.dir,
          env: { ...process.env, BIN },
          encoding: "latin1",
        },
      );
    const RAW = "RAW=$(printf '\\351'); export RAW; ";
    shell(`${RAW}"$BIN/supervisord" ${mode === "-n" ? "-n" : ""} -c s.conf >out 2>&1 </dev/null &`);
    const log = (name: string) => (existsSync(latin1(`${folder}/${name}`)) ? read(latin1(`${folder}/${name}`)) : "");
    await until(`it has written: ${log("out")}`, () => log("p.log") === `${folder}/work\n\xe9\n` && log("s.pid") !== "");
    const pid = Number(log("s.pid"));
    try {
      const ctl = (words: string) => shell(`${RAW}"$BIN/supervisorctl" -c s.conf ${words}`).stdout;
      assert.match(ctl("status"), /^i +RUNNING .*\np +RUNNING /);
      assert.equal(ctl("pid"), `${pid}\n`);
      assert.equal(ctl("tail p stdout"), `${folder.replaceAll(/[\x80-\xff]/g, "\xef\xbf\xbd")}/work\n\xef\xbf\xbd\n\n`);
      assert.equal(ctl("reread"), "No config updates to processes\n");
      assert.match(ctl("clear p"), /cleared/);
      assert.match(log("s.log"), new RegExp(`Included extra file "${folder}/\xff.ini" during parsing`));
      const where = mode === "-n" ? `${folder}/` : `${folder}/work/`;
      assert.ok(existsSync(latin1(`${where}\xe9.log`)), `the log is in ${where}`);
      assert.equal(readlinkSync(`/proc/${pid}/cwd`, "latin1"), where.slice(0, -1));
      const json = await get(`/proc/${pid}/cwd/${mode === "-n" ? "" : "../"}s.sock`, "/api/v1/processes/p/p/config");
      assert.match(json, /caf\ufffd/);
      assert.doesNotMatch(json, /\\ud[89a-f]/, "valid for strict readers of JSON");
    } finally {
      process.kill(pid, "SIGTERM");
      await until("it has ended", () => !isAlive(pid));
    }
    assert.ok(!existsSync(latin1(`${folder}/s.pid`)) && !existsSync(latin1(`${folder}/s.sock`)), "it has cleaned up");
  });
}

function get(socketPath: string, route: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path: route }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve(text));
    });
    request.on("error", reject);
  });
}

/** The processes of an instance, itself included, whose command line matches, as `pgrep -f` looks at them. */
function matching(it: Instance, pattern: RegExp): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pattern.test(commandOf(pid)) && folderOf(pid).startsWith(it.dir));
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

test("by its command line one process is found, the one of the pid file, also in the background and for successors, wherever it is installed", async (t) => {
  const it = new Instance(t);
  it.configure("[program:p]\ncommand=sleep 1000\nstartsecs=0\n");
  const installed = it.path("opt/supervisord-1.0");
  for (const folder of ["bin", "dist"]) cpSync(path.join(ROOT, folder), path.join(installed, folder), { recursive: true });
  const executable = path.join(installed, "bin/supervisord");
  const { code, stderr } = await run(executable, ["-c", it.conf], { cwd: it.dir });
  assert.deepEqual([code, stderr], [0, ""]);
  const pid = await until("the pid file", () => Number(it.read("supervisord.pid")) || undefined);
  try {
    assert.equal(read(`/proc/${pid}/cmdline`), `${executable}\0-c\0${it.conf}\0`);
    assert.equal(read(`/proc/${pid}/comm`), "supervisord\n");
    for (let life = 0; life < 2; life++) {
      const daemon = await until("the daemon", () => matching(it, /^holdfast: daemon$/)[0]);
      assert.deepEqual(matching(it, /supervisord/), [pid]);
      process.kill(daemon, "SIGKILL");
      await until("the next one answers", async () => (await call(it, "supervisor.getPID").catch(() => 0)) === pid);
    }
  } finally {
    process.kill(pid, "SIGTERM");
    await until("it has ended", () => !isAlive(pid));
  }
});

test("variables of node change neither the daemon nor supervisorctl: no debugger, no other lines, no refusal", async (t) => {
  const it = new Instance(t);
  it.configure("[program:p]\ncommand=sleep 1000\nstartsecs=0\n");
  const odd = {
    NODE_OPTIONS: "--inspect=127.0.0.1:0 --require /none.js --no-such-option",
    NODE_CHANNEL_FD: "3",
    NODE_DEBUG: "net,http,fs",
    NODE_EXTRA_CA_CERTS: "/none",
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_REDIRECT_WARNINGS: it.path("warnings"),
    NODE_V8_COVERAGE: it.path("coverage"),
    NODE_COMPILE_CACHE: it.path("cache"),
    OPENSSL_CONF: "/none",
    UV_USE_IO_URING: "1",
    ICU_DATA: "/none",
  };
  const child = spawnRaw(it, [PATH, ...Object.entries(odd).map(([name, value]) => `${name}=${value}`)], ["-n", "-s", "-c", it.conf]);
  try {
    await until("it serves", () => existsSync(it.socket));
    const daemon = await until("the daemon", () => childrenOf(child.pid ?? 0).find((pid) => commandOf(pid) === "holdfast: daemon"));
    const env = { PATH: process.env["PATH"], ...odd };
    const { code, stdout, stderr } = await run(path.join(BIN, "supervisorctl"), ["-c", it.conf, "pid"], { cwd: it.dir, env });
    assert.deepEqual([code, stdout, stderr], [0, `${child.pid}\n`, ""]);
    assert.equal(spawnSync("sh", ["-c", `ls -l /proc/${daemon}/fd | grep -c socket:`], { encoding: "utf8" }).status, 0);
    assert.doesNotMatch(read(`/proc/${daemon}/environ`), /(^|\0)(NODE_|OPENSSL_|UV_|ICU_)/);
  } finally {
    await endOf(it, child);
  }
  assert.deepEqual(
    it.files().filter((name) => ["warnings", "coverage", "cache"].includes(name)),
    [],
  );
});

test("a container runtime that refuses system calls it does not know is no reason not to start", async (t) => {
  if (spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status !== 0) return t.skip("no strace");
  for (const errno of ["EPERM", "ENOSYS"]) {
    const refused = ["-f", "-qq", "-o", "/dev/null", "-e", `inject=faccessat2,memfd_create,statx,close_range:error=${errno}`];
    for (const tool of ["supervisord", "supervisorctl"]) {
      const { status, stdout } = spawnSync("strace", [...refused, path.join(BIN, tool), "--help"], { encoding: "utf8" });
      assert.deepEqual([status, stdout.includes("Usage:")], [0, true], `${tool}, ${errno}`);
    }
  }
});
