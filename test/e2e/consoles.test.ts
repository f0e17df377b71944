/** Goal: the console is whatever descriptor 1 and 2 are, as people start supervisord: its log and the output of programs that log there appear on it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chownSync, constants, existsSync, openSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { BIN, Instance, until } from "./instance.ts";
import { call } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const hasScript = existsSync("/usr/bin/script");
const NOBODY = 65_534;
/** As gosu, su-exec and su do: another user, the same descriptors. */
const AS_NOBODY = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`;

/** Paths that mean the console; $PID is the keeper's, as /proc/1/fd/1 is in a container. `link` is a link to /dev/stdout, as the images of nginx have it. */
const PATHS: Readonly<Record<string, string>> = {
  out: "/dev/stdout",
  err: "/dev/stderr",
  fd: "/dev/fd/1",
  proc: "/proc/self/fd/1",
  link: "%(here)s/console.link",
};

/** `shell` starts $SUPERVISORD (several words) in the folder of the instance; what it wrote is in the file `console` then. Its own output is a socket. */
type Console = { readonly shell: string; readonly root?: boolean; readonly supervisord?: string };

const PIPE = "$SUPERVISORD 2>&1 | cat >console";
const SOCKET = "$SUPERVISORD 2>&1";
/** `script` runs it on a terminal of its own. The flags of the terminal's open file are looked at while supervisord runs. */
const TERMINAL = `cat >run <<X
$SUPERVISORD & p=\\$!
until [ -e look ]; do kill -0 \\$p || exit; sleep 0.05; done
grep flags: /proc/self/fdinfo/1 >flags
wait \\$p
X
script -qec 'sh ./run' /dev/null >console`;

const CONSOLES: Readonly<Record<string, Console>> = {
  "a pipe": { shell: PIPE },
  "a pipe of root's, after setpriv": { shell: `$AS_NOBODY ${PIPE}`, root: true },
  "a pipe of root's, with user=": { shell: PIPE, root: true, supervisord: "user=nobody\n" },
  "a terminal": { shell: TERMINAL },
  "a terminal of root's, after setpriv": { shell: TERMINAL.replace("$SUPERVISORD", "$AS_NOBODY $SUPERVISORD"), root: true },
  "a terminal of root's, with user=": { shell: TERMINAL, root: true, supervisord: "user=nobody\n" },
  "a file that a shell writes, too": { shell: "{ echo BEGIN; $SUPERVISORD; echo END $?; } >console 2>&1" },
  "a file that is appended to": { shell: "echo BEGIN >console; $SUPERVISORD >>console 2>&1; echo END $? >>console" },
  "a file of root's, after setpriv": { shell: "{ echo BEGIN; $AS_NOBODY $SUPERVISORD; echo END $?; } >console 2>&1", root: true },
  "a file of root's, with user=": {
    shell: "{ echo BEGIN; $SUPERVISORD; echo END $?; } >console 2>&1",
    root: true,
    supervisord: "user=nobody\n",
  },
  "a socket, as systemd's journal": { shell: SOCKET },
  "a socket of root's, after setpriv": { shell: `$AS_NOBODY ${SOCKET}`, root: true },
};

for (const [title, { shell, root, supervisord }] of Object.entries(CONSOLES)) {
  test(`the console is ${title}: log and programs are seen on it, whole and in order`, {
    skip: root && !isRoot ? "needs root" : shell.includes("script ") && !hasScript ? "needs script" : false,
  }, async (t) => {
    const { it, begin } = place(t);
    const programs = Object.entries(PATHS).map(([name, file]) => writes(name, file));
    programs.push(`${writes("named", "NONE")}stdout_console=true\n`);
    it.configure(programs.join("\n"), `${supervisord ?? ""}nodaemon=true\n`);
    execFileSync("ln", ["-s", "/dev/stdout", it.path("console.link")]);
    if (root) for (const name of ["", ...it.files()]) if (name !== "console.link") chownSync(it.path(name), NOBODY, NOBODY);
    const started = begin(shell);
    const console = (): string => it.read("console").replaceAll("\r\n", "\n");

    await until(`all is on the console: ${console()}`, () =>
      Object.keys(PATHS).every((name) => console().includes(`said by ${name} 20\n`)),
    );
    await until(
      `the log is on the console: ${console()}`,
      () => it.read("supervisord.log").split("entered RUNNING").length === programs.length + 1,
    );
    it.append("look", "");
    await call(it, "supervisor.shutdown");
    await started.ended;

    const lines = console().split("\n");
    for (const name of Object.keys(PATHS)) {
      const said = lines.filter((line) => line.startsWith(`said by ${name} `));
      assert.deepEqual(
        said,
        Array.from({ length: 20 }, (_, i) => `said by ${name} ${i + 1}`),
        console(),
      );
    }
    const named = lines.filter((line) => line.startsWith("named | "));
    assert.deepEqual(
      named,
      Array.from({ length: 20 }, (_, i) => `named | said by named ${i + 1}`),
      console(),
    );
    assert.deepEqual(lines.filter((line) => line.startsWith("20")).join("\n"), it.read("supervisord.log").trimEnd());
    if (shell.includes("BEGIN")) assert.deepEqual([lines[0], lines.at(-2)], ["BEGIN", "END 0"]);
    if (shell === TERMINAL)
      assert.equal(Number.parseInt(it.read("flags").split(/\s+/)[1] ?? "", 8) & constants.O_NONBLOCK, 0, "others share the terminal");
  });
}

/** Consoles on which nothing can be seen. Nothing waits for them. */
const DEAF: Readonly<Record<string, Console>> = {
  "/dev/full": { shell: "$SUPERVISORD >/dev/full 2>&1" },
  "closed, as are 0 and 2": { shell: "$SUPERVISORD <&- >&- 2>&-" },
  "a pipe whose reader is gone": { shell: "$SUPERVISORD 2>&1 | true" },
  "a pipe that nobody reads": { shell: "mkfifo p; exec 3<>p; $SUPERVISORD >p 2>&1" },
  "a pipe of root's that nobody reads, after setpriv": {
    shell: "{ $AS_NOBODY $SUPERVISORD 2>&1; echo $? >code; } | while [ ! -e code ]; do sleep 0.1; done",
    root: true,
  },
  "a file that is open for reading only": { shell: "$SUPERVISORD 1<s.conf" },
};

for (const [title, { shell, root }] of Object.entries(DEAF)) {
  test(`the console is ${title}: programs run, those that write there wait at most, and everything is answered`, {
    skip: root && !isRoot ? "needs root" : shell.includes("script ") && !hasScript ? "needs script" : false,
  }, async (t) => {
    const { it, begin } = place(t);
    const floods = Array.from(
      { length: 20 },
      (_, i) =>
        `[program:flood${i}]\ncommand=sh -c "yes | head -c 300000; sleep 1000"\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n`,
    );
    const named = Array.from(
      { length: 4 },
      (_, i) => `[program:named${i}]\ncommand=sh -c "yes | head -c 3000000; sleep 1000"\nstdout_logfile=NONE\nstdout_console=true\n`,
    );
    it.configure([...floods, ...named, writes("file", it.path("file.log"))].join("\n"), "nodaemon=true\nloglevel=blather\n");
    it.append("s.conf", "");
    if (root) for (const name of ["", ...it.files()]) chownSync(it.path(name), NOBODY, NOBODY);
    const started = begin(shell);
    await until("a log in a file is whole", () => it.read("file.log").endsWith("said by file 20\n"));
    assert.equal(await call(it, "supervisor.stopProcess", "flood0"), true);
    assert.equal(await call(it, "supervisor.startProcess", "flood0"), true);
    await call(it, "supervisor.shutdown");
    await started.ended;
    assert.ok(it.read("supervisord.log").includes("stopped: file"), it.read("supervisord.log"));
  });
}

test("the activity log itself is on the console (logfile=/dev/stdout, /dev/stderr, /proc/PID/fd/1), of root's, after setpriv", {
  skip: isRoot ? false : "needs root",
}, async (t) => {
  for (const file of ["/dev/stdout", "/dev/stderr", "/proc/self/fd/1"]) {
    const { it, begin } = place(t);
    it.configure("[program:a]\ncommand=sleep 1000\nstartsecs=0\n", `nodaemon=true\nsilent=true\nlogfile_maxbytes=0\n`);
    execFileSync("sed", ["-i", `s,^logfile=.*,logfile=${file},`, it.conf]);
    for (const name of ["", ...it.files()]) chownSync(it.path(name), NOBODY, NOBODY);
    const started = begin(`$AS_NOBODY ${PIPE}`);
    await until("it is on the console", () => it.read("console").includes("success: a entered RUNNING state"));
    await call(it, "supervisor.shutdown");
    await started.ended;
  }
});

test("a number that is no descriptor supervisord was started with means none of its own", async (t) => {
  const it = new Instance(t);
  const numbers = Array.from({ length: 20 }, (_, i) => i + 3);
  it.configure(numbers.map((n) => writes(`p${n}`, `/dev/fd/${n}`)).join("\n"), "nodaemon=true\n");
  await it.start();
  const daemon = it.daemonPid();
  await until("all have failed", async () => {
    const all = (await call(it, "supervisor.getAllProcessInfo")) as { statename: string }[];
    return all.every((one) => one.statename === "FATAL" || one.statename === "RUNNING");
  });
  assert.equal(it.daemonPid(), daemon, it.read("supervisord.log"));
});

function writes(name: string, file: string): string {
  const script = `i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo said by ${name} $i; done; sleep 1000`;
  return `[program:${name}]\ncommand=sh -c "${script}"\nstartsecs=0\nstartretries=0\nstdout_logfile=${file}\nstdout_logfile_maxbytes=0\n`;
}

/** A folder; what was begun there is ended before the folder goes. */
function place(t: TestContext): { it: Instance; begin(shell: string): { ended: Promise<void> } } {
  const ends: (() => Promise<void>)[] = [];
  const it = new Instance({
    after: (act) =>
      t.after(async () => {
        for (const end of ends) await end();
        await act();
      }),
  });
  return { it, begin: (shell) => begin(it, shell, ends) };
}

/** Runs the line in the instance's folder, in a process group of its own. */
function begin(it: Instance, shell: string, ends: (() => Promise<void>)[]): { ended: Promise<void> } {
  const env = { ...process.env, SUPERVISORD: `${path.join(BIN, "supervisord")} -c ${it.conf}`, AS_NOBODY };
  const child = spawn("bash", ["-c", shell], {
    cwd: it.dir,
    env,
    detached: true,
    stdio: ["ignore", "pipe", openSync(it.path("errors"), "w")],
  });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => it.append("console", text));
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  ends.push(async () => {
    if (child.exitCode !== null || child.pid === undefined) return;
    if (existsSync(it.path("supervisord.pid"))) process.kill(Number(it.read("supervisord.pid")), "SIGTERM");
    const gone = await Promise.race([ended.then(() => true), new Promise((resolve) => setTimeout(resolve, 5000, false))]);
    if (gone !== true) process.kill(-child.pid, "SIGKILL");
  });
  return { ended };
}
