/**
 * supervisorctl against the original: the same actions on the original's daemon, by the original's supervisorctl and by ours, compared byte for byte.
 * Skipped where Supervisor is not installed. What differs from run to run (pids, times) is replaced first; an error line ends in a source file and line
 * there and in advice here, so it is compared up to that.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { type Bundle, bundled, type Ran, runProgram } from "../../src/ctl/bundle.fixture.ts";

const ORIGINAL = { daemon: "/usr/bin/supervisord", ctl: "/usr/bin/supervisorctl" };
const isInstalled = existsSync(ORIGINAL.daemon) && existsSync(ORIGINAL.ctl) && readFileSync(ORIGINAL.ctl, "utf8").includes("supervisor");
const skip = isInstalled ? false : "the original's supervisord is not installed";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-compat-"));
const config = path.join(folder, "supervisord.conf");
let daemon: ChildProcess | null = null;
let bundle: Bundle;

const BASE = `[unix_http_server]
file=${folder}/s.sock
[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/s.sock
`;
const PROGRAMS = `[program:cat]
command=/bin/cat
stdout_logfile=${folder}/cat.log
[program:idle]
command=/bin/cat
autostart=false
priority=5
[program:missing]
command=${folder}/nothere
autostart=false
[program:mute]
command=/bin/cat
autostart=false
stdout_logfile=NONE
[program:a-program-with-a-name-of-more-than-thirty-characters]
command=/bin/cat
autostart=false
[program:w]
command=/bin/cat
process_name=%(program_name)s_%(process_num)02d
numprocs=2
`;
const CHANGED = `${PROGRAMS.replace("priority=5", "priority=6").replace("[program:mute]\ncommand=/bin/cat", "[program:fresh]\ncommand=/bin/cat")}`;

before(async () => {
  if (skip !== false) return;
  bundle = await bundled();
  writeFileSync(config, BASE + PROGRAMS);
  daemon = spawn(ORIGINAL.daemon, ["-c", config], { stdio: "ignore" });
  await untilServing(path.join(folder, "s.sock"));
  await until("cat and w run", async () => (await original("status cat w:*")).stdout.match(/RUNNING/g)?.length === 3);
  writeFileSync(path.join(folder, "cat.log"), "line 1\nline 2\nlast \u00fcmlaut\n");
});

after(async () => {
  if (daemon !== null) {
    const ended = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await ended;
    bundle.remove();
  }
  rmSync(folder, { recursive: true, force: true });
});

const words = (line: string): readonly string[] => line.split(" ").filter((word) => word !== "");
const original = (line: string, options = {}) => runProgram(ORIGINAL.ctl, ["-c", config, ...words(line)], options);
const ours = (line: string, options = {}) => bundle.run(["-c", config, ...words(line)], options);

/** What may differ between two runs of the same program. */
function same({ exit, stdout, stderr }: Ran): Ran {
  const text = (given: string) =>
    given
      .replace(/\bpid \d+/g, "pid N")
      .replace(/uptime (\d+ days?, )?\d+:\d\d:\d\d/g, "uptime T")
      .replace(/[A-Z][a-z][a-z] \d\d \d\d:\d\d [AP]M/g, "WHEN")
      .replace(/^\d{2,}$/gm, "N")
      .replace(/^(error: <class '[\w.]+'>, .*?)(?:: file: .*| ?: .*)?$/gm, (_, start: string) => start.replace(/:(?: [a-z].*)?$/, ""))
      .replace(/^ {2}(?:at|hint:) .*\n/gm, "");
  return { exit, stdout: text(stdout), stderr: text(stderr) };
}

async function compare(line: string, options = {}): Promise<void> {
  const [theirs, our] = await Promise.all([original(line, options), ours(line, options)]);
  assert.deepEqual(same(our), same(theirs), line);
}

// biome-ignore format: a list to be read by line
const READING: readonly string[] = [
  "status all", "status w:* cat", "status w:", "status w", "status nothere nogroup:* idle", "status cat cat", "status;", "status-x",
  "pid cat idle", "pid all", "pid w:*", "version", "version x", "avail", "avail x", "reread", "reread x",
  "tail cat", "tail -5 cat", "tail -0 cat", "tail --7 cat", "tail cat stderr", "tail cat x stdout", "tail cat Nope", "tail -x cat",
  "tail", "tail -5", "tail -1 cat stdout more", "tail mute", "tail nothere", "tail w:w_00", "maintail -x", "maintail x", "maintail -1 -2",
  "start", "stop", "restart", "signal", "signal HUP", "clear", "fg", "fg a b", "fg nothere", "fg idle", "add", "remove",
  "start nothere", "start nothere:*", "start cat", "start w:*", "start missing", "stop nothere", "stop nothere:*", "stop idle",
  "restart nothere", "restart nothere:*", "signal NOPE cat", "signal HUP nothere", "signal HUP nothere:*", "signal HUP idle",
  "clear nothere", "add cat", "add nothere", "remove cat", "remove nothere", "update nothere", "shutdown x", "reload x", "open x", "open ftp://x",
  "nothere", "STATUS", "st", "!ls", "! ls", "", "  ", "help help", "help nothere", "help EOF", "help start stop",
];

test("what changes nothing: every action says what the original says", { skip, timeout: 300_000 }, async () => {
  const stdin = READING.map((line) => `${line}\n`).join("");
  const [theirs, our] = await Promise.all([original("", { stdin }), ours("", { stdin })]);
  const parts = (ran: Ran) => same(ran).stdout.split("supervisor> ");
  assert.equal(parts(our).length, READING.length + 2);
  for (const [at, line] of ["(at the start)", ...READING].entries()) assert.equal(parts(our)[at], parts(theirs)[at], line);
  assert.deepEqual(same(our), same(theirs));
});

// biome-ignore format: a list to be read by line
const EXITING: readonly string[] = [
  "status cat", "status idle", "status nothere", "status idle nothere", "start", "start cat", "start missing", "start nothere:*", "stop nothere:*",
  "stop idle", "signal HUP idle", "pid nothere idle", "pid idle nothere", "add cat", "tail mute", "nothere", "quit", "EOF", "pid", "help start",
];

test("its exit status is the original's", { skip, timeout: 300_000 }, async () => {
  for (const line of EXITING) {
    const [theirs, our] = await Promise.all([original(line), ours(line)]);
    assert.equal(our.exit, theirs.exit, line);
    assert.ok(our.stdout.startsWith(theirs.stdout.slice(0, 20)), line); // help says more here
  }
});

/** Actions in a row that leave everything as it was: by the one, then by the other. */
const SEQUENCES: readonly (readonly string[])[] = [
  [
    "start idle",
    "start idle cat",
    "status idle",
    "signal CONT idle",
    "signal CONT all",
    "restart idle",
    "stop idle",
    "stop idle",
    "stop idle cat nothere",
    "start cat",
  ],
  ["stop w:*", "stop w:*", "start w:*", "start w:*", "restart w:w_00 w:w_01", "signal WINCH w:*"],
  ["clear idle w:w_00", "clear nothere"],
];

test("start, stop, restart, signal and clear, in the same rows of actions", { skip, timeout: 600_000 }, async () => {
  for (const sequence of SEQUENCES) {
    const theirs = await inTurn(sequence, original);
    assert.deepEqual(await inTurn(sequence, ours), theirs);
  }
});

test("reread, update, add and remove, with a configuration that changes and is changed back", { skip, timeout: 600_000 }, async () => {
  const dance = async (ctl: typeof original) => {
    writeFileSync(config, BASE + CHANGED);
    const there = await inTurn(["reread", "avail", "update idle", "update nothere fresh", "update", "update", "reread"], ctl);
    writeFileSync(config, BASE + PROGRAMS);
    const back = await inTurn(["reread", "add mute", "add mute", "remove fresh", "update all", "avail"], ctl);
    writeFileSync(config, `${BASE}${PROGRAMS}[program:bad]\n`);
    const bad = await inTurn(["reread", "update"], ctl);
    writeFileSync(config, BASE + PROGRAMS);
    return [there, back, bad, await inTurn(["update"], ctl)];
  };
  assert.deepEqual(await dance(ours), await dance(original));
});

async function inTurn(lines: readonly string[], ctl: typeof original): Promise<readonly (Ran & { readonly line: string })[]> {
  const results = [];
  for (const line of lines) {
    const ran = same(await ctl(line));
    // Rows about several processes come in the order in which they were done with, which nothing defines (RPC-076).
    const isOfSeveral = /^(?:start|stop|restart|signal) .*(?::\*|\ball\b)/.test(line);
    results.push({ line, ...ran, stdout: isOfSeveral ? ran.stdout.split("\n").sort().join("\n") : ran.stdout });
  }
  return results;
}

test("the shell on a pipe: prompts, lines, questions, the exit status", { skip, timeout: 300_000 }, async () => {
  for (const stdin of ["quit\n", "", "pid idle\n\nnothere\n  version  \nEOF\n", "shutdown\nn\nreload\n\nquit\n", "help help\nexit\n"]) {
    await compare("", { stdin });
  }
});

test("servers that cannot be reached", { skip, timeout: 300_000 }, async () => {
  const urls = [`unix://${folder}/nothere.sock`, "http://127.0.0.1:1", "ftp://x", `unix://${folder}`];
  for (const url of urls) {
    for (const action of ["status", "version", "start a", "reread", "shutdown"]) {
      const args = ["-c", "", "-s", url, ...words(action)];
      const [theirs, our] = await Promise.all([runProgram(ORIGINAL.ctl, args), bundle.run(args)]);
      assert.deepEqual(same(our), same(theirs), `${url} ${action}`);
    }
  }
});

test("mistakes on the command line and in the file", { skip, timeout: 300_000 }, async () => {
  const noSection = path.join(folder, "other.conf");
  writeFileSync(noSection, "[supervisord]\n");
  const expansion = path.join(folder, "expansion.conf");
  writeFileSync(expansion, "[supervisorctl]\nserverurl=%(nope\n");
  const lines = [
    ["-z"], ["--nothere"], ["-c"], ["--config"], ["-s", "foo", "status"], ["-s", "unix:"], ["-i", "-i"], ["--interactive=x"], ["--s"],
    ["-c", "/nope/x"], ["-c", folder], ["-c", noSection, "status"], ["-c", expansion, "status"],
  ]; // biome-ignore format: a list to be read by line
  for (const args of lines) {
    const [theirs, our] = await Promise.all([runProgram(ORIGINAL.ctl, args), bundle.run(args)]);
    assert.deepEqual(same(our), same(theirs), args.join(" "));
  }
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
const ptySkip = skip === false && !hasScript ? "script (util-linux) is not installed" : skip;

test("CTL-048, CTL-055, CTL-058: on a terminal: Ctrl-D leaves, keys edit, the arrow brings back the last line, tab completes", {
  skip: ptySkip,
  timeout: 300_000,
}, async () => {
  for (const term of ["xterm", "dumb"]) {
    const { exit, screen } = await dialogue(
      [],
      [
        ["supervisor> ", "vers\t"],
        ["version ", "\n"],
        ["supervisor> ", "pid id\t"],
        ["idle ", "\n"],
        ["supervisor> ", "\u0004"],
      ],
      term,
    );
    assert.match(screen, /supervisor> version \n\d\.\d\.\d.*\nsupervisor> pid idle \n0\nsupervisor> \n$/, term);
    assert.equal(exit, 0);
  }
  const { screen } = await dialogue(
    [],
    [
      ["supervisor> ", "pix\u007fd idle\n"],
      ["supervisor> ", "\u001b[A\n"],
      ["supervisor> ", "quit\n"],
    ],
  );
  assert.equal(screen.match(/^0$/gm)?.length, 2, screen);
});

test("CTL-056: Ctrl-C at the prompt leaves, in tail -f and fg it only ends the command", { skip: ptySkip, timeout: 300_000 }, async () => {
  const left = await dialogue([], [["supervisor> ", "\u0003"]]);
  assert.equal(left.exit, 0);
  const { exit, screen } = await dialogue(
    [],
    [
      ["supervisor> ", "tail -f cat\n"],
      ["last \u00fcmlaut", "\u0003"],
      ["supervisor> ", "fg cat\n"],
      ["Press Ctrl-C", "\u0003"],
      ["supervisor> ", "pid idle\n"],
      ["0\r\n", ""],
      ["supervisor> ", "quit\n"],
    ],
  );
  assert.match(screen, /\^C\nsupervisor> fg cat\n[\s\S]*Exiting foreground\nsupervisor> pid idle\n0\n/);
  assert.equal(exit, 0);
});

test("lines that are pasted at once are run one after the other, and a question takes the next of them", {
  skip: ptySkip,
  timeout: 300_000,
}, async () => {
  const { screen, exit } = await dialogue([], [["supervisor> ", "pid idle\nshutdown\nn\npid idle\nquit\n"]]);
  assert.match(screen, /^0\nReally shut the remote supervisord process down y\/N\? 0\n/m);
  assert.ok(!screen.includes("Shut down"));
  assert.equal(exit, 0);
});

test("Ctrl-Z stops the shell, and after fg it goes on", { skip: ptySkip, timeout: 300_000 }, async () => {
  const ctl = [process.execPath, bundle.file, "-c", config].join(" ");
  // A shell with job control goes on with the next command when the one in front has stopped.
  const { exit, screen } = await onTerminal(`exec sh -mc '${ctl}; echo SUSPENDED; fg >/dev/null'`, [
    ["supervisor> ", "\u001a"],
    ["SUSPENDED", ""],
    ["supervisor> ", "pid idle\n"],
    ["0\r\n", ""],
    ["supervisor> ", "quit\n"],
  ]);
  assert.match(screen, /SUSPENDED\n(supervisor> )+pid idle\n0\nsupervisor> quit\n\n?$/);
  assert.equal(exit, 0);
});

test("fg both ways on a terminal, left with Ctrl-C at once", { skip: ptySkip, timeout: 300_000 }, async () => {
  const { exit, screen } = await dialogue(
    ["fg", "cat"],
    [
      ["last \u00fcmlaut", "hello\n"],
      ["hello\r\nhello", "\u0003"],
    ],
  );
  assert.match(screen, /hello\nhello\n\^CExiting foreground\n$/);
  assert.equal(exit, 0);
});

type Step = readonly [expected: string, send: string];

/** A session on a real terminal: each answer is sent when what it answers has been seen. */
function dialogue(args: readonly string[], steps: readonly Step[], term = "xterm"): Promise<Session> {
  // Without exec there is a shell in between, which Ctrl-C ends as well.
  return onTerminal(["exec", process.execPath, bundle.file, "-c", config, ...args].join(" "), steps, term);
}

type Session = { readonly exit: number; readonly screen: string };

async function onTerminal(command: string, steps: readonly Step[], term = "xterm"): Promise<Session> {
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { PATH: process.env["PATH"], HOME: folder, TERM: term, LANG: "C.UTF-8" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let seen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
  });
  const closed = once(child, "close");
  let from = 0;
  for (const [expected, send] of steps) {
    await until(`${JSON.stringify(expected)} after ${JSON.stringify(seen.slice(from))}`, async () => seen.indexOf(expected, from) >= 0);
    from = seen.indexOf(expected, from) + expected.length;
    child.stdin.write(send);
  }
  const [exit] = (await closed) as [number];
  const screen = seen.replace(/\u001b\[[?\d;]*[a-zA-Z]/g, "").replaceAll("\r", "");
  return { exit, screen };
}

async function untilServing(socket: string): Promise<void> {
  await until(
    "the daemon serves",
    () =>
      new Promise((resolve) => {
        const probe = connect(socket, () => {
          probe.destroy();
          resolve(true);
        });
        probe.on("error", () => resolve(false));
      }),
  );
}

/** Looks again and again until it is so; a minute is long on any machine. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo()); ) {
    if (Date.now() > end) assert.fail(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
