import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { failing, info, type Stream, scene } from "../scene.fixture.ts";
import { readWish } from "./logs.ts";

const LOGS: Readonly<Record<string, string>> = {
  "a stdout": Array.from({ length: 20 }, (_, at) => `a ${at}\n`).join(""),
  "a stderr": "",
  "g:b stdout": "b 0\nb 1\n",
  "g:b stderr": "b error\n",
};
const methods: Partial<Supervisor> = {
  getAllProcessInfo: async () =>
    ok([info("a", "RUNNING"), info("g:b", "RUNNING"), info("mute", "RUNNING", { stdout_logfile: "", stderr_logfile: "" })]),
  tailProcessLog: async (name, channel) => ok({ text: LOGS[`${name} ${channel}`] ?? "", size: 0, overflow: false }),
};
const run = (line: string, more: Partial<Supervisor> = {}) => scene({ methods: { ...methods, ...more } }).run(line);

test("one process: its last ten lines, bare", async () => {
  const { text, exit } = await run("logs a");
  assert.equal(text, Array.from({ length: 10 }, (_, at) => `a ${at + 10}\n`).join(""));
  assert.equal(exit, 0);
});

test("several: each line with its name, and stderr told apart", async () => {
  const { text } = await run("logs -n 1");
  assert.equal(text, "a          | a 19\ng:b        | b 1\ng:b stderr | b error\n");
});

test("names in colour, on a screen that has colours", async () => {
  const world = scene({ methods, isTerminal: true, hasColours: true });
  const { text } = await world.run("logs -n 1 --stdout");
  assert.equal(text, "\u001b[36ma   | \u001b[0ma 19\n\u001b[35mg:b | \u001b[0mb 1\n");
});

test("--lines, --grep, --stdout, --stderr", async () => {
  assert.equal((await run("logs a --lines 2 --grep [05]$")).text, "a 10\na 15\n");
  assert.equal((await run("logs g:b --stderr")).text, "b error\n");
  assert.equal((await run("logs g:* --stdout")).text, "b 0\nb 1\n");
});

test("--json: an item per line", async () => {
  const { text } = await run("logs g:b --json -n 1");
  assert.deepEqual(JSON.parse(text), [
    { name: "g:b", channel: "stdout", line: "b 1" },
    { name: "g:b", channel: "stderr", line: "b error" },
  ]);
});

test("an unknown name is said, 1; a process without a log is said where it was named", async () => {
  assert.deepEqual(await run("logs nothere"), { text: "nothere: ERROR (no such process)\n", exit: 1 });
  const world = scene({ methods });
  await world.run("logs mute");
  assert.equal(world.noted(), "mute: no log file\n");
  await world.run("logs -n 1");
  assert.equal(world.noted(), "");
});

test("a piece that begins in the middle of a character is asked for a little shorter", async () => {
  const sizes: number[] = [];
  const tailProcessLog: Supervisor["tailProcessLog"] = async (_name, _channel, _offset, length) => {
    sizes.push(length);
    return length % 4 === 2 ? ok({ text: "x\n", size: 2, overflow: false }) : failing({ kind: "http", status: 500, reason: "" });
  };
  assert.equal((await run("logs a --stdout", { tailProcessLog })).text, "x\n");
  assert.deepEqual(sizes, [8192, 8191, 8190]);
});

test("a log is read further back until there are lines enough", async () => {
  const log = Array.from({ length: 100_000 }, (_, at) => `line ${at}\n`).join("");
  const sizes: number[] = [];
  const tailProcessLog: Supervisor["tailProcessLog"] = async (_name, _channel, _offset, length) => {
    sizes.push(length);
    return ok({ text: log.slice(-length), size: log.length, overflow: length < log.length });
  };
  const { text } = await run("logs a --stdout -n 3 --grep 00$", { tailProcessLog });
  assert.equal(text, "line 99700\nline 99800\nline 99900\n");
  assert.deepEqual(sizes, [8192]);
  const far = await run("logs a --stdout --grep ^line.7$", { tailProcessLog });
  assert.equal(far.text, "line 7\n");
});

test("-f: the end, then what is added, until the stream ends", async () => {
  const end: Stream["end"] = { kind: "closed" };
  const streams = {
    "/logtail/g:b/stdout": { pieces: ["b 0\nb 1\n", "b 2\nb", " 3\n"], end },
    "/logtail/g:b/stderr": { pieces: ["b error\n"], end },
  };
  const { text, exit } = await scene({ methods, streams }).run("logs -f g:b -n 2 --stdout");
  assert.equal(text, "b 2\nb 3\n");
  assert.equal(exit, 0);
  const json = await scene({ methods, streams }).run("logs -f g:b -n 1 --json --stderr");
  assert.deepEqual(JSON.parse(json.text), { name: "g:b", channel: "stderr", line: "b error" });
});

test("-f on a log that cannot be followed is said, 1", async () => {
  const world = scene({ methods });
  const { exit } = await world.run("logs -f a --stdout");
  assert.equal(world.noted(), "a: stdout: Cannot read, status code 404\n");
  assert.equal(exit, 1);
});

test("wrong uses of logs, 2", async () => {
  for (const line of ["logs --lines x", "logs --since never", "logs --grep (", "logs -n"]) {
    const { text, exit } = await run(line);
    assert.match(text, /^Error: /, line);
    assert.equal(exit, 2);
  }
  const many = Array.from({ length: 101 }, (_, at) => info(`p${at}`, "RUNNING"));
  const { text } = await run("logs -f", { getAllProcessInfo: async () => ok(many) });
  assert.match(text, /^Error: 202 logs are more than can be followed at a time/);
  const wish = readWish({ options: new Map([["since", "1h"]]) }, 0);
  assert.ok(wish.ok && wish.value.choice.lines === null);
});

test("colours of programs: as they were on a screen that has colours, not at all in a pipe, as they are in JSON", async () => {
  const coloured: Partial<Supervisor> = {
    ...methods,
    tailProcessLog: async () => ok({ text: "\ufffd[32mTask\ufffd[0m\n", size: 0, overflow: false }),
  };
  const shown = async (line: string, more = {}) => (await scene({ methods: coloured, ...more }).run(line)).text;
  assert.equal(await shown("logs a --stdout"), "Task\n");
  assert.equal(await shown("logs a --stdout", { isTerminal: true, hasColours: true }), "\u001b[32mTask\u001b[0m\n");
  assert.equal(JSON.parse(await shown("logs a --stdout --json"))[0].line, "\u001b[32mTask\u001b[0m");
});

test("several logs whose lines have times are one, in their order", async () => {
  const times: Partial<Supervisor> = {
    tailProcessLog: async (name, channel) => {
      const at = name === "a" ? [1, 4] : channel === "stdout" ? [2] : [3];
      return ok({ text: at.map((second) => `2026-11-24T10:00:0${second}Z ${second}\n`).join(""), size: 0, overflow: false });
    },
  };
  const { text } = await run("logs g:b a --stdout", times);
  assert.deepEqual(text.match(/\d\n/g), ["1\n", "2\n", "4\n"]);
});
