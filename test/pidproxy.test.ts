import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ROOT } from "./tidy/tree.ts";

const PIDPROXY = path.join(ROOT, "bin/pidproxy");
const folder = mkdtempSync(path.join(tmpdir(), "holdfast-pidproxy-"));
after(() => rmSync(folder, { recursive: true, force: true }));

type Run = {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  output(): string;
  said(text: string): Promise<void>;
};

function pidproxy(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Run {
  const child = spawn(PIDPROXY, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  after(() => child.kill("SIGKILL"));
  let output = "";
  let wake = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      wake();
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null }));
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { child, ended, output: () => output, said };
}

function script(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Says the name of each signal that it gets; TERM ends it with code 3. Its pid is written into `pidfile` before it says "ready". */
function reporter(pidfile: string): string {
  const traps = ["HUP", "USR1", "USR2"].map((signal) => `trap 'echo got ${signal}' ${signal}`).join("\n");
  return script(
    "reporter.sh",
    `${traps}\ntrap 'echo got TERM; exit 3' TERM\necho $$ > ${pidfile}\necho ready\nwhile :; do sleep 0.02; done`,
  );
}

test("PROC-239, CLI-097: fewer than two arguments give the usage on stdout and code 1", async () => {
  for (const args of [[], ["only.pid"]]) {
    const run = pidproxy(args);
    assert.deepEqual(await run.ended, { code: 1, signal: null });
    assert.match(run.output(), /Usage: .* <pidfile> <command>/);
  }
});

test("CLI-096: there are no flags: -h is a pidfile", async () => {
  const run = pidproxy(["-h", "true"]);
  assert.deepEqual(await run.ended, { code: 0, signal: null });
});

test("PROC-241, CLI-103, CLI-105: HUP, USR1 and USR2 reach the pid of the file and pidproxy goes on", async () => {
  const pidfile = path.join(folder, "signals.pid");
  const run = pidproxy([pidfile, reporter(pidfile)]);
  await run.said("ready");
  for (const signal of ["HUP", "USR1", "USR2"] as const) {
    run.child.kill(`SIG${signal}`);
    await run.said(`got ${signal}`);
  }
  assert.equal(run.child.exitCode, null);
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.ended, { code: 0, signal: null });
});

test("PROC-242, CLI-104: after TERM it has passed on, pidproxy ends with code 0 at once, whatever the process does", async () => {
  const pidfile = path.join(folder, "term.pid");
  const run = pidproxy([pidfile, reporter(pidfile)]);
  await run.said("ready");
  run.child.kill("SIGTERM");
  const [code] = await once(run.child, "exit");
  assert.equal(code, 0);
  await run.said("got TERM");
});

test("PROC-243, CLI-106: without a readable pid file it says so; TERM then goes to the command itself, and its code is ours", async () => {
  const pidfile = path.join(folder, "elsewhere.pid");
  const missing = path.join(folder, "missing.pid");
  for (const [file, content] of [
    [missing, null],
    [path.join(folder, "bad.pid"), "-1\n"],
    [path.join(folder, "text.pid"), "pid\n"],
  ] as const) {
    if (content !== null) writeFileSync(file, content);
    const run = pidproxy([file, reporter(pidfile)]);
    await run.said("ready");
    run.child.kill("SIGHUP");
    await run.said(`Can't read child pidfile ${file}!`);
    assert.equal(run.child.exitCode, null);
    run.child.kill("SIGTERM");
    assert.deepEqual(await run.ended, { code: 3, signal: null });
    assert.ok(!run.output().includes("got HUP"));
  }
});

test("PROC-246, CLI-107: a pid that is gone is a sentence, not a crash, and TERM ends the command", async () => {
  const gone = spawn("true");
  await once(gone, "exit");
  const pidfile = path.join(folder, "gone.pid");
  writeFileSync(pidfile, `${gone.pid}\n`);
  const run = pidproxy([pidfile, reporter(path.join(folder, "unused.pid"))]);
  await run.said("ready");
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.ended, { code: 3, signal: null });
  assert.match(run.output(), new RegExp(`Can't send SIGTERM to pid ${gone.pid} of .*: No such process`));
});

test("PROC-244, CLI-101, CLI-102: it ends with its child at once, with the child's code", async () => {
  assert.deepEqual(await pidproxy(["x.pid", "sh", "-c", "exit 7"]).ended, { code: 7, signal: null });
  assert.deepEqual(await pidproxy(["x.pid", "sh", "-c", "kill -9 $$"]).ended, { code: 137, signal: null });
});

test("PROC-245, CLI-100: a command that cannot be run is said, with a shell's codes", async () => {
  const missing = pidproxy(["x.pid", "no-such-command"]);
  assert.deepEqual(await missing.ended, { code: 127, signal: null });
  assert.match(missing.output(), /cannot run no-such-command: No such file or directory/);
  writeFileSync(path.join(folder, "plain.txt"), "text");
  const notExecutable = pidproxy(["x.pid", "./plain.txt"]);
  assert.deepEqual(await notExecutable.ended, { code: 126, signal: null });
});

test("PROC-240, CLI-098: a plain name is a file of the working folder first, as in the original, and is looked up in PATH otherwise", async () => {
  script("true", "exit 5");
  assert.deepEqual(await pidproxy(["x.pid", "true"]).ended, { code: 5, signal: null });
  rmSync(path.join(folder, "true"));
  assert.deepEqual(await pidproxy(["x.pid", "true"]).ended, { code: 0, signal: null });
});

test("CLI-099: the command gets its words and our environment byte for byte, and nothing that we have made", async () => {
  const odd = ["sh", "-c", 'raw=$(printf "\\351"); exec env -i "PATH=$PATH" "a.b=c" "X$raw=$raw" "NODE_OPTIONS=--no-such" "$0" x.pid env'];
  const run = spawn(odd[0] ?? "", [...odd.slice(1), PIDPROXY], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const parts: Buffer[] = [];
  for await (const part of run.stdout) parts.push(part as Buffer);
  const lines = Buffer.concat(parts).toString("latin1").trimEnd().split("\n");
  assert.deepEqual(lines.slice(1), ["a.b=c", "X\xe9=\xe9", "NODE_OPTIONS=--no-such"]);
  const words = pidproxy(["x.pid", "sh", "-c", 'echo "[$0] [$1] [$2]"', "zero", "a  b", ""]);
  assert.deepEqual(await words.ended, { code: 0, signal: null });
  assert.equal(words.output(), "[zero] [a  b] []\n");
});

test("better: a signal that comes before the command runs, and one that was ignored when we were started, are given on", async () => {
  const pidfile = path.join(folder, "ignored.pid");
  const child = spawn("sh", ["-c", 'trap "" HUP CHLD; exec "$0" "$@"', PIDPROXY, pidfile, reporter(pidfile)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  after(() => child.kill("SIGKILL"));
  let output = "";
  for await (const part of child.stdout.setEncoding("utf8")) {
    output += part as string;
    if (output === "ready\n") child.kill("SIGUSR1");
    if (output.endsWith("got USR1\n")) process.kill(Number(readFileSync(pidfile, "utf8")), "SIGTERM");
  }
  assert.equal(output, "ready\ngot USR1\ngot TERM\n");
});

test("CLI-108: a SIGCHLD that is no child's end changes nothing", async () => {
  const pidfile = path.join(folder, "chld.pid");
  const run = pidproxy([pidfile, reporter(pidfile)]);
  await run.said("ready");
  run.child.kill("SIGCHLD");
  run.child.kill("SIGHUP");
  await run.said("got HUP");
  assert.equal(run.child.exitCode, null);
  run.child.kill("SIGTERM");
  await run.ended;
});

test("CLI-109: a pidproxy that is killed leaves its command running", async () => {
  const pidfile = path.join(folder, "kill.pid");
  const run = pidproxy([pidfile, reporter(pidfile)]);
  await run.said("ready");
  run.child.kill("SIGKILL");
  await once(run.child, "exit");
  const pid = Number(readFileSync(pidfile, "utf8"));
  process.kill(pid, "SIGUSR1");
  await run.said("got USR1");
  process.kill(pid, "SIGTERM");
  await run.said("got TERM");
});
