/**
 * Goal: lines of programs have times, prefixes or the form of JSON in their logs, and nothing of them is lost or doubled, whoever dies. Method: programs write
 * numbered lines as fast as they can while the daemon is killed at random moments; afterwards each line is there once, whole and in order.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createReadStream, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { slowness } from "../slowness.ts";
import { BIN, Instance, until } from "./instance.ts";
import { program } from "./programs.ts";
import { call, info } from "./rpc.ts";

const KILLS = 5;

/** All that was logged, over rotations, oldest first. */
function logged(it: Instance, name: string): string[] {
  const age = (file: string): number => Number(file.slice(name.length + 1) || 0);
  const files = it.files().filter((file) => file === name || file.startsWith(`${name}.`));
  return files
    .sort((a, b) => age(b) - age(a))
    .flatMap((file) => {
      const text = it.read(file);
      assert.ok(text === "" || text.endsWith("\n"), `${file} ends with a whole line`);
      return text.split("\n").slice(0, -1);
    });
}

function checkNumbers(lines: readonly string[], last: number, numberOf: (line: string) => number): void {
  assert.equal(lines.length, last, "each line once");
  for (const [at, line] of lines.entries()) if (numberOf(line) !== at + 1) assert.fail(`${line} is line ${at + 1}`);
}

async function killDaemon(it: Instance): Promise<void> {
  process.kill(await until("a daemon is there to be killed", () => it.daemonPid()), "SIGKILL");
}

/** Random moments are the point of these tests: nothing is synchronised by it. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("lines in log files", () => {
  test("LOGX-003: text and JSON over kills of the daemon and rotations: each line once, whole, in order", async (t) => {
    const it = new Instance(t);
    const writer = (name: string, options: string): string =>
      `[program:${name}]\ncommand=${program("lines")} ${it.path(`${name}.last`)}\nstdout_logfile=${it.path(`${name}.log`)}\n${options}\n`;
    it.configure(
      [
        writer(
          "text",
          'stdout_logfile_prefix="{group}:{process} {channel} {pid} | "\nstdout_logfile_maxbytes=512KB\nstdout_logfile_backups=500\n',
        ),
        writer("json", "stdout_logfile_format=json\nstdout_logfile_maxbytes=0\n"),
      ].join(""),
    );
    await it.start();
    const pid = await until("it runs", async () => /text +RUNNING +pid (\d+)/.exec((await it.ctl("status")).stdout)?.[1]);
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(20 + Math.random() * 200);
      await killDaemon(it);
    }
    await it.ctl("stop", "all");
    const head = `text:text stdout ${pid} | `;
    checkNumbers(logged(it, "text.log"), Number(it.read("text.last")), (line) =>
      line.startsWith(head) ? Number(line.slice(head.length)) : -1,
    );
    checkNumbers(logged(it, "json.log"), Number(it.read("json.last")), (line) => Number((JSON.parse(line) as { message: string }).message));
  });

  test("LOGX-005, LOGX-006: what is made of lines, at the end of output too; a flood of empty lines is no more than can be taken", async (t) => {
    const it = new Instance(t);
    const one = (name: string, command: string, options: string): string =>
      `[program:${name}]\ncommand=${command}\nstartsecs=0\nautorestart=false\nstdout_logfile=${it.path(`${name}.log`)}\n${options}\n`;
    it.configure(
      [
        one("rest", `sh -c 'printf "one\\ntw"; sleep 0.1; printf "o\\nrest"'`, "stdout_logfile_timestamp=utc\nstdout_logfile_prefix=>\n"),
        one("long", `sh -c 'head -c 40000 /dev/zero | tr "\\0" x; echo'`, "stdout_logfile_format=text\n"),
        one("empty", `sh -c 'yes "" | head -c 40000'`, "stdout_logfile_format=json\nstdout_logfile_maxbytes=0\n"),
        one("both", `sh -c 'echo out; echo err >&2'`, 'redirect_stderr=true\nstdout_logfile_prefix="{channel} "\n'),
      ].join(""),
    );
    await it.start();
    await until("all have ended", async () => !/RUNNING|STARTING/.test((await it.ctl("status")).stdout));
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    assert.match(it.read("rest.log"), new RegExp(`^${time} >one\n${time} >two\n${time} >rest\n$`));
    assert.deepEqual(
      it
        .read("long.log")
        .split("\n")
        .map((line) => line.length),
      [16384, 16384, 7232, 0],
    );
    await until("the flood is written", () => it.read("empty.log").split("\n").length === 40_001);
    for (const line of logged(it, "empty.log"))
      assert.match(line, /^\{"time":".*","group":"empty","process":"empty","pid":\d+,"channel":"stdout","message":""\}$/);
    assert.deepEqual(it.read("both.log").split("\n").sort(), ["", "stdout err", "stdout out"]);
    assert.equal((await it.ctl("tail", "rest")).stdout.trimEnd(), it.read("rest.log").trimEnd(), "tail shows what is in the file");
  });
});

describe("the console", () => {
  /** Supervisord with a FIFO as its standard output, or with whatever `redirection` says; nobody reads it yet. */
  async function onFifo(it: Instance, redirection = '1<>"$(dirname "$0")/console"'): Promise<void> {
    execFileSync("mkfifo", [it.path("console")]);
    writeFileSync(it.path("start"), `#!/bin/sh\nexec ${BIN}/supervisord "$@" ${redirection}\n`, { mode: 0o755 });
    await it.start([], it.path("start"));
  }

  /** What is on the FIFO from now on, and its lines without those of the activity log. */
  function reading(it: Instance): { lines(): string[]; close(): void } {
    let text = "";
    const stream = createReadStream(it.path("console"), { encoding: "utf8" }).on("data", (piece) => (text += String(piece)));
    return {
      lines: () =>
        text
          .split("\n")
          .slice(0, -1)
          .filter((line) => !/^20\d\d-\d\d-\d\d \d\d:/.test(line)),
      close: () => stream.destroy(),
    };
  }

  const writer = (it: Instance, name: string, options = ""): string =>
    `[program:${name}]\ncommand=${program("lines")} ${it.path(`${name}.last`)}\nstartsecs=0
stdout_logfile=${it.path(`${name}.log`)}\nstdout_logfile_maxbytes=0\n${options}\n`;

  const numbersOf = (lines: readonly string[], head: string): number[] =>
    lines.filter((line) => line.startsWith(head)).map((line) => Number(line.slice(head.length)));

  test("LOGX-002, LOGX-003, LOGX-004: lines are there with names, whole and once, over kills of the daemon; logs are raw", async (t) => {
    const it = new Instance(t);
    const group = "[group:web]\nprograms=a,b\n";
    it.configure(
      `${writer(it, "a")}${writer(it, "b")}${writer(it, "alone")}${writer(it, "quiet", "stdout_console=false\n")}${group}`,
      "console=all\n",
    );
    await onFifo(it);
    const console = reading(it);
    t.after(() => console.close());
    const names = { a: "web:a", b: "web:b", alone: "alone" };
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(20 + Math.random() * 200);
      await killDaemon(it);
    }
    await it.ctl("stop", "all");
    for (const [name, shown] of Object.entries(names)) {
      const last = Number(it.read(`${name}.last`));
      await until(`the last of ${name} is there`, () => numbersOf(console.lines(), `${shown} | `).length >= last);
      checkNumbers(logged(it, `${name}.log`), last, Number);
      for (const [at, number] of numbersOf(console.lines(), `${shown} | `).entries()) assert.equal(number, at + 1, name);
    }
    for (const line of console.lines()) assert.match(line, /^(web:a|web:b|alone) \| \d{10}$/);
  });

  test("LOGX-010: where nobody reads it, programs whose lines are for it wait and all else goes on; then nothing is missing", async (t) => {
    const it = new Instance(t);
    const many = Array.from(
      { length: 15 },
      (_, i) => `[program:idle${i}]\ncommand=sh -c 'while echo hello; do sleep 0.05; done'\nstartsecs=0\nstdout_logfile=NONE\n`,
    );
    it.configure(
      `${writer(it, "loud")}${writer(it, "free", "stdout_console=false\nstdout_events_enabled=true\n")}${many.join("")}`,
      "console=all\nconsole_timestamp=epoch\n",
    );
    await onFifo(it);
    await until("the loud one waits", async () => {
      const before = it.read("loud.log").length;
      await pause(300);
      return before > 0 && it.read("loud.log").length === before;
    });
    const answers: number[] = [];
    for (let i = 0; i < 20; i++) {
      const asked = performance.now();
      assert.equal((await info(it, "loud"))["statename"], "RUNNING");
      answers.push(performance.now() - asked);
    }
    const slowest = Math.max(...answers);
    assert.ok(slowest < 1000 * (await slowness()), `answered within ${slowest} ms`);
    const free = it.read("free.log").length;
    await until("the free one goes on", () => it.read("free.log").length > free + 100_000);
    await killDaemon(it);
    await info(it, "loud");
    const console = reading(it);
    t.after(() => console.close());
    const head = /^\d+\.\d{3} loud \| /;
    const seen = (): number => console.lines().filter((line) => head.test(line)).length;
    await until("it goes on", () => seen() > 200_000 / 11);
    await it.ctl("stop", "loud");
    const last = Number(it.read("loud.last"));
    await until("its last line is there", () => seen() >= last);
    checkNumbers(
      console.lines().filter((line) => head.test(line)),
      last,
      (line) => Number(line.replace(head, "")),
    );
    checkNumbers(logged(it, "loud.log"), last, Number);
  });

  test("LOGX-010: with console_full=drop nobody waits, and what was dropped is told and counted", async (t) => {
    const it = new Instance(t);
    it.configure(writer(it, "loud"), "console=all\nconsole_full=drop\nconsole_format=raw\n");
    await onFifo(it);
    await until("it goes on", () => it.read("loud.log").length > 3_000_000);
    const console = reading(it);
    t.after(() => console.close());
    const marker = /^holdfast: (\d+) lines of loud dropped \(not read fast enough\)$/;
    await until("it is told", () => console.lines().some((line) => marker.test(line)));
    await it.ctl("stop", "loud");
    checkNumbers(logged(it, "loud.log"), Number(it.read("loud.last")), Number);
    const kept = console.lines().filter((line) => !marker.test(line));
    for (const line of kept) assert.match(line, /^\d{10}$/);
    assert.deepEqual(kept, [...kept].sort());
  });

  test("LOGX-010: a shutdown does not wait for those who do; their logs are whole", async (t) => {
    const it = new Instance(t);
    it.configure(writer(it, "loud"), "console=all\n");
    await onFifo(it);
    await until("the loud one waits", async () => {
      const before = it.read("loud.log").length;
      await pause(200);
      return before > 0 && it.read("loud.log").length === before;
    });
    await call(it, "supervisor.shutdown");
    await it.exitCode();
    checkNumbers(logged(it, "loud.log"), Number(it.read("loud.last")), Number);
  });

  test("LOGX-011: one that is closed is off and told once; programs and their logs go on", async (t) => {
    const it = new Instance(t);
    it.configure(`${writer(it, "loud")}${writer(it, "other", "stdout_console=true\n")}`, "console=all\n");
    await onFifo(it, "| true");
    await until("it is told", () => it.read("supervisord.log").includes("WARN nobody reads supervisord's stdout any more (EPIPE)"));
    const before = it.read("loud.log").length;
    await until("it goes on", () => it.read("loud.log").length > before + 100_000);
    assert.equal(it.read("supervisord.log").split("nobody reads supervisord's").length, 2);
  });

  test("LOGX-002: lines of stderr go to supervisord's stderr, or into the one pipe that both are, as JSON here", async (t) => {
    for (const both of [false, true]) {
      const it = new Instance(t);
      const script = `i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo out $i; echo err $i >&2; done; sleep 1000`;
      it.configure(
        `[program:x]\ncommand=sh -c '${script}'\nstdout_logfile=NONE\nstderr_logfile=NONE\n`,
        "console=all\nconsole_format=json\nsilent=true\n",
      );
      writeFileSync(it.path("start"), `#!/bin/sh\nexec ${BIN}/supervisord "$@" ${both ? ">console 2>&1" : ">console 2>console.err"}\n`, {
        mode: 0o755,
      });
      await it.start([], it.path("start"));
      const told = (file: string): { channel: string; message: string; group: string; process: string }[] =>
        it
          .read(file)
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line));
      await until("all is there", () => told("console").length + told("console.err").length === 100);
      for (const [channel, word] of [
        ["stdout", "out"],
        ["stderr", "err"],
      ] as const) {
        const lines = told(both || channel === "stdout" ? "console" : "console.err").filter((line) => line.channel === channel);
        assert.deepEqual(
          lines.map(({ message }) => message),
          Array.from({ length: 50 }, (_, i) => `${word} ${i + 1}`),
        );
      }
    }
  });
});
