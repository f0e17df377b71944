/**
 * Goal: logs with relative names, the commonest there are, read by every way in after everything that may happen to a daemon: in the foreground, and in
 * the background with another working directory.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { ask, askJson, Listening, type Message } from "./apiclient.ts";
import { behind, daemonBelow, startBehind } from "./behind.ts";
import { type Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

/** Names as people write them: what clients are told of each, and where the file is. A program's own `directory` does not count. */
const NAMES = [
  { program: "bare", written: "bare.log", file: "bare.log" },
  { program: "dot", written: "./logs/dot.log", told: "./logs/dot.log", file: "logs/dot.log" },
  { program: "up", written: "logs/../up.log", file: "up.log" },
  { program: "link", written: "link/linked.log", file: "logs/linked.log" },
  { program: "linked", written: "points.log", file: "logs/pointed.log" },
  { program: "var", written: "%(ENV_RELATIVE)s/%(program_name)s.log", told: "logs/var.log", file: "logs/var.log" },
  { program: "home", written: "~/home.log", told: "HOME/home.log", file: "HOME/home.log" },
  { program: "word", written: "./syslog", file: "syslog" },
  { program: "words", written: "logs/NONE", file: "logs/NONE" },
  { program: "spaced", written: "logs/a b.log", file: "logs/a b.log" },
] as const;

const CONFIGURATION = `
[unix_http_server]
file=s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://s.sock
`;

function prepare(it: Instance, cwd: string, options: string): void {
  for (const folder of ["logs", "auto", "home", "work"]) mkdirSync(it.path(folder), { recursive: true });
  mkdirSync(path.join(cwd, "logs"), { recursive: true });
  // The folders of names are asked for where the start is, as in the original; the files are made where the daemon is.
  for (const folder of new Set([it.dir, cwd])) symlinkSync("logs", path.join(folder, "link"));
  symlinkSync("logs/pointed.log", path.join(cwd, "points.log"));
  const programs = NAMES.map(
    ({ program, written }) =>
      `[program:${program}]\ncommand=sh -c "echo hello; exec sleep 1000"\nstartsecs=0\nstderr_logfile=NONE\nstdout_logfile=${written}\ndirectory=${it.path("work")}\n`,
  );
  const tick = `[program:tick]\ncommand=sh -c "while read line; do echo $line; done"\nstdout_logfile=tick.log\nstdout_logfile_maxbytes=30\nstdout_logfile_backups=2\nstartsecs=0\n`;
  const auto = `[program:auto]\ncommand=sh -c "echo hello; exec sleep 1000"\nstartsecs=0\n`;
  const none = `[program:none]\ncommand=sleep 1000\nstartsecs=0\nstdout_logfile=NoNe\nstderr_logfile=SysLog\n`;
  writeFileSync(
    it.conf,
    `[supervisord]\nlogfile=logs/supervisord.log\npidfile=supervisord.pid\nidentifier=e2e\n${options}\n${CONFIGURATION}${programs.join("")}${tick}${auto}${none}`,
  );
}

const KINDS = [
  { title: "in the foreground", background: false, folder: "", args: ["-q", "./auto"] },
  { title: "in the background, with a directory in the file", background: true, folder: "elsewhere", args: ["-q", "auto"] },
  { title: "in the background, with -d and a relative folder", background: true, folder: "elsewhere", args: ["-d", "elsewhere"] },
] as const;

for (const { title, background, folder, args } of KINDS) {
  describe(`relative log names, ${title}`, () => {
    const it = behind({ after });
    const cwd = path.join(it.dir, folder);
    const home = it.path("home");
    const where = { socketPath: it.socket };
    const inCwd = (name: string): string => (name.startsWith("HOME/") ? path.join(home, name.slice(5)) : path.join(cwd, name));
    let pid = 0;

    before(async () => {
      mkdirSync(cwd, { recursive: true });
      const isFlag = (args[0] as string) === "-d";
      prepare(it, cwd, `${isFlag ? "childlogdir=auto" : background ? `directory=${cwd}` : "nodaemon=true\ndirectory=/"}`);
      const env = { ...process.env, HOME: home, RELATIVE: "logs" };
      const started = startBehind(it, "022", [...args, "-c", "supervisord.conf"], env);
      if (background) assert.deepEqual(await started, { code: 0, stdout: "", stderr: "" });
      await until("it serves", () => call(it, "supervisor.getState").catch(() => undefined));
      pid = Number(await until("it has written its pid", () => it.read("supervisord.pid") || undefined));
      await allHaveSpoken();
    });

    const spoke = (text: string): boolean => text !== "" && text.replaceAll("hello\n", "") === "";

    async function allHaveSpoken(): Promise<void> {
      for (const { program } of NAMES)
        await until(`${program} has spoken`, async () => spoke(String(await call(it, "supervisor.readProcessStdoutLog", program, 0, 0))));
    }

    async function readableInEveryWay(): Promise<void> {
      await allHaveSpoken();
      for (const { program, written, file, ...more } of NAMES) {
        const told = ("told" in more ? more.told : written).replace("HOME", home);
        assert.equal((await info(it, program))["stdout_logfile"], told);
        assert.ok(existsSync(inCwd(file)), file);
        const text = String(await call(it, "supervisor.readProcessLog", program, 0, 0));
        assert.ok(spoke(text), `${program}: ${text}`);
        assert.deepEqual(await call(it, "supervisor.tailProcessStdoutLog", program, 0, 1000), [text, text.length, false]);
        const page = await ask(where, `/tail.html?processname=${program}`);
        assert.ok(page.text.includes("hello\n"), page.text);
        assert.equal((await askJson<{ text: string }>(where, `/api/v1/processes/${program}/${program}/log/stdout`)).text, text);
      }
      const tail = await it.ctl("tail", "bare");
      assert.match(tail.stdout, /^(hello\n)+\n$/);
      assert.match((await it.ctl("logs", "dot")).stdout, /hello/);
      const auto = String((await info(it, "auto"))["stdout_logfile"]);
      assert.match(auto, new RegExp(`^${it.path("auto")}/auto-stdout---e2e-[a-z0-9_]{8}\\.log$`));
      await until("the AUTO log is read", async () => (await call(it, "supervisor.readProcessStdoutLog", "auto", 0, 0)) === "hello\n");
      assert.deepEqual(await call(it, "supervisor.tailProcessStdoutLog", "none", 0, 10), ["", 0, false]);
      assert.match(String(await call(it, "supervisor.readLog", 0, 0)), / INFO spawned: 'bare' with pid /);
      assert.match((await it.ctl("maintail")).stdout, / INFO /);
    }

    test("LOG-048, CONF-241, RPC-048: every way in shows them, and clients are told the names as they were written", async () => {
      await readableInEveryWay();
      const configured = (await call(it, "supervisor.getAllConfigInfo")) as { name: string; stdout_logfile: string }[];
      const named = (name: string): string | undefined => configured.find((one) => one.name === name)?.stdout_logfile;
      assert.deepEqual([named("dot"), named("up"), named("none")], ["./logs/dot.log", "logs/../up.log", "none"]);
    });

    test("they are followed, rotated, opened again and cleared", async () => {
      const followed = await Listening.to(where, "/api/v1/processes/tick/tick/log/stdout/follow?from=0");
      for (let line = 1; line <= 6; line++) {
        await call(it, "supervisor.sendProcessStdin", "tick", `line number ${line}\n`);
        await followed.first<Message & { text: string }>(`line ${line} is told`, ({ text }) => text?.includes(`line number ${line}\n`));
      }
      await until("it was rotated", () => existsSync(inCwd("tick.log.1")));
      followed.end();
      renameSync(inCwd("bare.log"), inCwd("bare.moved"));
      process.kill(pid, "SIGUSR2");
      await until("it was opened again", () => existsSync(inCwd("bare.log")));
      const rows = (await call(it, "supervisor.clearAllProcessLogs")) as { status: number }[];
      assert.ok(rows.every(({ status }) => status === 80));
      for (const { program, file } of NAMES) {
        if (program === "linked") continue;
        assert.deepEqual(await call(it, "supervisor.tailProcessStdoutLog", program, 0, 10), ["", 0, false]);
        assert.equal(readFileSync(inCwd(file), "utf8"), "");
      }
      assert.equal(await call(it, "supervisor.clearLog"), true);
      assert.doesNotMatch(it.read("logs/supervisord.log"), /spawned/);
      await call(it, "supervisor.stopAllProcesses");
      await call(it, "supervisor.startAllProcesses");
      await readableInEveryWay();
    });

    test("CONF-397, LOG-048: better: a successor of a killed daemon and a reload know them, and the folder of the start", async () => {
      const daemon = await until("there is a daemon", () => daemonBelow(pid));

      process.kill(daemon, "SIGKILL");
      await until("another one answers", async () => {
        const now = daemonBelow(pid);
        return (
          now !== undefined &&
          now !== daemon &&
          (await call(it, "supervisor.getState").then(
            () => true,
            () => false,
          ))
        );
      });
      await readableInEveryWay();
      assert.deepEqual(await call(it, "supervisor.reloadConfig"), [[[], [], []]]);
      const before = (await info(it, "bare"))["pid"];
      assert.equal(await call(it, "supervisor.restart"), true);
      await until("it was reloaded", async () => {
        const bare = await info(it, "bare").catch(() => undefined);
        return bare !== undefined && bare["pid"] !== 0 && bare["pid"] !== before;
      });
      await readableInEveryWay();
      assert.equal(it.read("supervisord.pid"), `${pid}\n`);
      assert.match(it.read("logs/supervisord.log"), /carries on[\s\S]*RPC interface 'supervisor' initialized/);
    });
  });
}
