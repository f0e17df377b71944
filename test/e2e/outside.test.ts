/**
 * Goal: the circumstances in which people start supervisord, each with one life that goes through every operation (life.ts). The matrix is in
 * docs/outside.md.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { ask } from "./apiclient.ts";
import { Instance, ROOT, until } from "./instance.ts";
import { type Circumstance, Life } from "./life.ts";
import { call } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
/** The words after -n, with what supervisord says in a file. */
const SAID = "-n -c supervisord.conf >console 2>&1";
const AS_NOBODY = "exec setpriv --reuid=65534 --regid=65534 --clear-groups";

const PATHS: Readonly<Record<string, Circumstance>> = {
  "the configuration is found in the folder": { start: "exec $SUPERVISORD -n >console 2>&1", ctl: "$SUPERVISORCTL" },
  "the configuration is found in etc, from another folder": {
    before: "mkdir etc; sed 's:%(here)s:%(here)s/..:' supervisord.conf >etc/supervisord.conf; rm supervisord.conf",
    start: "exec $SUPERVISORD -n >console 2>&1",
    ctl: "$SUPERVISORCTL",
  },
  "a relative configuration from another folder, with names that are relative to it": {
    before: "mkdir -p work/logs",
    start: "cd work && exec $SUPERVISORD -n -c ../supervisord.conf >../console 2>&1",
    ctl: "$SUPERVISORCTL -c ./supervisord.conf",
    supervisord: "logfile=logs/main.log\npidfile=../supervisord.pid",
    log: "logs/%(program_name)s.log",
    file: "work/logs/echo.log",
  },
  "names that begin with ./ and ../, in the background with a directory": {
    before: "mkdir -p work/logs other",
    start: "cd other && $SUPERVISORD -c ../supervisord.conf",
    supervisord: "logfile=./main.log\npidfile=../supervisord.pid\ndirectory=%(here)s/work",
    program: "directory=%(here)s/other\nstderr_logfile=./../err.log",
    log: "../other/echo.log",
    file: "other/echo.log",
    background: true,
    check: (life) => assert.deepEqual([existsSync(life.path("err.log")), existsSync(life.path("other/main.log"))], [true, true]),
  },
  "the configuration, its include and the folder of logs are links": {
    before: `mkdir etc data; mv supervisord.conf etc/real.conf; ln -s etc/real.conf supervisord.conf; ln -s data logs
      printf '[program:more]\\ncommand=sleep 1000\\n' >etc/more.real; mkdir conf.d; ln -s ../etc/more.real conf.d/more.conf`,
    log: "%(here)s/logs/echo.log",
    file: "data/echo.log",
    sections: "[include]\nfiles=conf.d/*.conf",
    check: async (life) => assert.match(await life.ctl("status", "more"), /^more +(STARTING|RUNNING) /),
  },
  "the log itself is a link to a file that is not there yet": {
    before: "mkdir data; ln -s data/real.log linked.log",
    log: "%(here)s/linked.log",
    isNotCleared: true,
    check: (life) => assert.equal(existsSync(life.path("data/real.log")), true),
  },
  "the log's folder is missing, and made after a start that was refused": {
    before: `$SUPERVISORD -n -c supervisord.conf >refused 2>&1; [ $? = 2 ] && mkdir -p var/log/app`,
    log: "%(here)s/var/log/app/echo.log",
    check: (life) => assert.match(life.read("refused"), /^Error: .*var\/log\/app/m),
  },
  "automatic log names, with a folder for temporary files that is missing": {
    env: { TMPDIR: "/nowhere/at/all", TEMP: undefined, TMP: undefined },
    log: "",
    supervisord: `logfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nidentifier=outside${process.pid}`,
  },
  "automatic log names in a relative childlogdir": {
    before: "mkdir auto",
    log: "",
    supervisord: "logfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=./auto",
    check: (life) => assert.equal(readdirSync(life.path("auto")).length, 2),
  },
  "a folder with a blank, quotes, a percent sign, letters of other scripts": {
    folder: `it's "50%" größe 日本 (x)`,
    supervisord: "logfile=main.log\npidfile=supervisord.pid",
    log: "echo.log",
    before: "sed -i 's:%(here)s/::' supervisord.conf",
  },
  "a folder with a blank, a hash sign and a comma, by %(here)s": { folder: "a #b, c=d;e" },
  "the working folder was removed": {
    before: "mkdir gone",
    start: 'conf=$PWD/supervisord.conf; said=$PWD/console; cd gone && rmdir ../gone && exec $SUPERVISORD -n -c "$conf" >"$said" 2>&1',
  },
};

const EXECUTABLES: Readonly<Record<string, Circumstance>> = {
  "the executables are links to links": {
    before: "mkdir bin opt; for x in supervisord supervisorctl; do ln -s $EXECUTABLES/$x opt/$x; ln -s ../opt/$x bin/$x; done",
    start: `exec bin/supervisord ${SAID}`,
    ctl: "./bin/supervisorctl -c supervisord.conf",
  },
  "the executables are found on PATH, in a folder that is a link": {
    before: 'ln -s "$EXECUTABLES" bin',
    start: `export PATH=bin:$PATH; exec supervisord ${SAID}`,
    ctl: "PATH=$PWD/bin:$PATH supervisorctl -c supervisord.conf",
  },
};

const USERS: Readonly<Record<string, Circumstance>> = {
  "another user, from a folder of root's that he cannot read": {
    root: true,
    folder: "data",
    before: "mkdir -m 700 ../root; chmod 755 ..; chmod 777 .",
    start: `conf=$PWD/supervisord.conf; cd ../root && ${AS_NOBODY} $SUPERVISORD -n -c $conf >../console 2>&1`,
    check: async (life) => assert.equal(statSync(`/proc/${(await life.info())["pid"]}`).uid, NOBODY),
  },
  "user=nobody, in his folder": {
    root: true,
    before: "chown nobody .",
    supervisord: "logfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nuser=nobody",
    check: (life) => assert.equal(statSync(`/proc/${life.pid}`).uid, NOBODY),
  },
  "a program of nobody's, whose log is root's": {
    root: true,
    program: "user=nobody",
    check: async (life) =>
      assert.deepEqual([statSync(`/proc/${(await life.info())["pid"]}`).uid, statSync(life.path("echo.log")).uid], [NOBODY, 0]),
  },
  "umask 077": {
    start: `umask 077; exec $SUPERVISORD ${SAID}`,
    check: (life) => assert.equal(statSync(life.path("echo.log")).mode & 0o777, 0o600),
  },
  "umask 000, in the background": {
    start: "umask 000; $SUPERVISORD -c supervisord.conf",
    background: true,
    check: (life) => assert.equal(statSync(life.path("s.sock")).mode & 0o777, 0o700),
  },
};

const ENVIRONMENTS: Readonly<Record<string, Circumstance>> = {
  "env -i with nothing but PATH": { start: `exec env -i PATH="$PATH" $SUPERVISORD ${SAID}` },
  "a locale that does not exist, and no HOME": {
    env: { LANG: "xx_YY.ISO-8859-15", LC_ALL: "klingon", LANGUAGE: "tr", HOME: undefined, USER: undefined, LOGNAME: undefined },
  },
  "the C locale, a HOME that is not there, variables of Python and Node.js": {
    env: { LC_ALL: "C", HOME: "/nowhere", PYTHONUNBUFFERED: "1", NODE_ENV: "production", NODE_NO_WARNINGS: "0", DEBUG: "*" },
  },
  "a time zone without a name, behind UTC": {
    env: { TZ: "<-0330>3:30" },
    check: (life) => {
      const [, time = ""] = /^(\S+ \S+),\d+ INFO spawned/m.exec(life.read("supervisord.log")) ?? [];
      const ago = Date.now() - Date.parse(`${time.replace(" ", "T")}-03:30`);
      assert.ok(ago > -1000 && ago < 120_000, time);
    },
  },
  "few descriptors and small limits": {
    start: `ulimit -n 128; ulimit -c 0; exec $SUPERVISORD ${SAID}`,
    supervisord: "logfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nminfds=64\nminprocs=20",
  },
};

const CONSOLES: Readonly<Record<string, Circumstance>> = {
  "the console is a pipe": { start: "{ $SUPERVISORD -n -c supervisord.conf; echo $? >code; } 2>&1 | cat >console; exit $(cat code)" },
  "the console is a terminal": {
    start: "script -qec '$SUPERVISORD -n -c supervisord.conf' console >/dev/null </dev/null",
  },
  "the console is a file that is appended to": { start: "echo before >console; exec $SUPERVISORD -n -c supervisord.conf >>console 2>&1" },
  "better: the console is full": { start: "exec $SUPERVISORD -n -c supervisord.conf >/dev/full 2>&1" },
  "the console is closed, and so is standard input": {
    start: "exec $SUPERVISORD -n -c supervisord.conf <&- >&- 2>&-",
    check: (life) => onlyStandard(life),
  },
  "the console's reader goes": {
    start: "{ $SUPERVISORD -n -c supervisord.conf; echo $? >code; } 2>&1 | head -n 1 >console; exit $(cat code)",
  },
  "descriptors that were left open, and signals that were ignored": {
    start: `trap '' HUP INT QUIT TERM USR2 CHLD PIPE; exec 3<supervisord.conf 7>seven 9<>nine; exec $SUPERVISORD ${SAID}`,
    check: (life) => onlyStandard(life),
  },
};

async function onlyStandard(life: Life): Promise<void> {
  const { pid } = await life.info();
  assert.deepEqual(readdirSync(`/proc/${pid}/fd`).sort(), ["0", "1", "2"]);
  for (const fd of [0, 1, 2]) assert.match(readlinkSync(`/proc/${pid}/fd/${fd}`), /^pipe:/);
}

const PROGRAMS: Readonly<Record<string, Circumstance>> = {
  "one of 100 processes of a program": {
    process: "echo:echo_042",
    program: "numprocs=100\nprocess_name=%(program_name)s_%(process_num)03d",
    log: "%(here)s/%(program_name)s-%(process_num)d.log",
    file: "echo-42.log",
  },
  "a program of a group, that writes to standard error as well": {
    process: "all:echo",
    command: "tee /dev/stderr",
    program: "stderr_logfile=%(here)s/err.log",
    sections: "[group:all]\nprograms=echo,other\n[program:other]\ncommand=cat",
    check: async (life) => assert.deepEqual(await life.rpc("tailProcessStderrLog", life.process, 0, 10), ["", 0, false]),
    after: (life) => assert.match(life.read("err.log"), /^second\n/),
  },
  "standard error goes the same way": {
    command: "sh -c 'exec cat >&2'",
    program: "redirect_stderr=true",
  },
};

const ALL = { ...PATHS, ...EXECUTABLES, ...USERS, ...ENVIRONMENTS, ...CONSOLES, ...PROGRAMS };

describe("outside", { concurrency: 6 }, () => {
  for (const [title, which] of Object.entries(ALL)) {
    test(title, { skip: which.root && !isRoot ? "needs root" : false, timeout: 600_000 }, async (t) => {
      await new Life(t, which).live();
    });
  }
});

test("better: a log that several programs spell in their own ways is one file: what is cleared for one goes on for all", async (t) => {
  const it = new Instance(t);
  const spelled = { a: "x.log", b: "./x.log", c: "sub/../x.log", d: it.path("x.log") };
  mkdirSync(it.path("sub"));
  it.configure(
    Object.entries(spelled)
      .map(([name, file]) => `[program:${name}]\ncommand=cat\nstartsecs=0\nstdout_logfile=${file}\n`)
      .join(""),
  );
  await it.start();
  const allWrite = async (): Promise<string> => {
    for (const name of Object.keys(spelled)) {
      await call(it, "supervisor.sendProcessStdin", name, `by ${name}\n`);
      await until(`${name} has written: ${it.read("x.log")}`, () => it.read("x.log").endsWith(`by ${name}\n`));
    }
    return it.read("x.log");
  };
  for (const name of Object.keys(spelled)) {
    assert.equal((await it.ctl("clear", name)).stdout, `${name}: cleared\n`);
    assert.equal(await allWrite(), "by a\nby b\nby c\nby d\n");
  }
  renameSync(it.path("sub"), it.path("gone"));
  assert.equal((await it.ctl("clear", "c")).stdout, "c: ERROR (failed)\n");
});

test("logs that are /dev/null, by any name, are read as empty files, as in the original", async (t) => {
  const it = new Instance(t);
  symlinkSync("/dev/null", it.path("linked.log"));
  it.configure(
    "[program:p]\ncommand=echo hello\nstartsecs=0\nautorestart=false\nstdout_logfile=/dev/null\nstderr_logfile=linked.log\n",
    "logfile=/dev/null\nlogfile_maxbytes=0\n",
  );
  await it.start();
  for (const method of ["supervisor.readProcessStdoutLog", "supervisor.readProcessStderrLog"])
    assert.equal(await call(it, method, "p", 0, 0), "", method);
  assert.deepEqual(await call(it, "supervisor.tailProcessStdoutLog", "p", 0, 10), ["", 0, false]);
  assert.equal((await it.ctl("tail", "p")).stdout, "\n");
  assert.equal((await it.ctl("maintail")).stdout, "\n");
  const page = await ask({ socketPath: it.socket }, "/tail.html?processname=p");
  assert.doesNotMatch(page.text, /ERROR/);
});

test("docs/outside.md names tests that there are", () => {
  const rows = readFileSync(path.join(ROOT, "docs/outside.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2);
  const cells = rows.flatMap((row) => row.split("|").slice(2, -1));
  assert.ok(
    cells.every((cell) => /`|\(\d\)/.test(cell)),
    "no cell is empty",
  );
  const names = new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));
  assert.ok(names.size > 10);
  for (const name of names) assert.ok(existsSync(path.join(ROOT, "test/e2e", `${name}.test.ts`)), name);
  for (const file of ["test/e2e/life.ts", "src/daemon/doors/lanes.test.ts"]) assert.ok(existsSync(path.join(ROOT, file)), file);
});
