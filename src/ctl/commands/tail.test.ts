import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { failing, fault, type Stream, scene } from "../scene.fixture.ts";
import { readTail } from "./tail.ts";

const LOG = "line 1\nline 2\n";
const readProcessLog = async () => ok(LOG);
const run = (line: string, methods: Partial<Supervisor> = { readProcessLog }) => scene({ methods }).run(line);
const asked = async (line: string) => {
  const world = scene({ methods: { readProcessLog, readLog: readProcessLog } });
  await world.run(line);
  return world.calls.at(-1);
};
const LEFT: Stream["end"] = { kind: "left" };

test("CTL-113: the last 1600 bytes of stdout, or as asked; the channel in any case", async () => {
  assert.equal(await asked("tail cat"), "readProcessLog cat stdout -1600 0");
  assert.equal(await asked("tail -100 cat STDERR"), "readProcessLog cat stderr -100 0");
});

test("CTL-114: the bytes and one line end more", async () => {
  assert.deepEqual(await run("tail cat"), { text: `${LOG}\n`, exit: 0 });
});

test("CTL-115: -0 is everything, --5 everything from byte 5 on", async () => {
  assert.equal(await asked("tail -0 cat"), "readProcessLog cat stdout 0 0");
  assert.equal(await asked("tail --5 cat"), "readProcessLog cat stdout 5 0");
});

test("CTL-116: too few and too many words: help, 1", async () => {
  const few = await run("tail");
  assert.ok(few.text.startsWith("Error: too few arguments\ntail [-f] <name> [stdout|stderr] (default stdout)\nEx:\n"));
  const many = await run("tail -5 p stdout more");
  assert.ok(many.text.startsWith("Error: too many arguments\ntail [-f] "));
  assert.deepEqual([few.exit, many.exit], [1, 1]);
});

test("CTL-117: only a modifier, a bad modifier, a bad channel, which is looked at first", async () => {
  assert.deepEqual(await run("tail -5"), { text: "Error: tail requires process name\n", exit: 1 });
  assert.deepEqual(await run("tail -x cat"), { text: "Error: bad argument -x\n", exit: 1 });
  assert.deepEqual(await run("tail cat Bogus"), { text: "Error: bad channel 'bogus'\n", exit: 1 });
  assert.deepEqual(await run("tail -x cat bogus"), { text: "Error: bad channel 'bogus'\n", exit: 1 });
});

test("CTL-118: a word in the middle is not looked at", async () => {
  assert.equal(await asked("tail cat x stderr"), "readProcessLog cat stderr -1600 0");
  assert.deepEqual(readTail(["cat", "x", "stdout"]), { ok: true, value: { name: "cat", channel: "stdout", amount: 1600 } });
});

test("CTL-119: what cannot be read, 1", async () => {
  const errors = { NO_FILE: "no log file", BAD_NAME: "no such process name", FAILED: "unknown error reading log" } as const;
  for (const [name, words] of Object.entries(errors)) {
    const answer = await run("tail cat", { readProcessLog: () => fault(name as keyof typeof errors) });
    assert.deepEqual(answer, { text: `cat: ERROR (${words})\n`, exit: 1 });
  }
  const other = await run("tail cat", { readProcessLog: () => fault("BAD_ARGUMENTS") });
  assert.ok(other.text.startsWith("error: <class 'xmlrpc.client.Fault'>, <Fault 3: 'BAD_ARGUMENTS'>"));
});

test("CTL-120: a log that the server cannot decode is an error line", async () => {
  const { text, exit } = await run("tail cat", {
    readProcessLog: () => failing({ kind: "http", status: 500, reason: "Internal Server Error" }),
  });
  assert.ok(text.startsWith("error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1/RPC2: 500 "));
  assert.equal(exit, 1);
});

test("CTL-121: -f says how to leave, and shows the stream", async () => {
  const world = scene({ streams: { "/logtail/g:a/stderr": { pieces: ["first\n", "second\n"], end: { kind: "closed" } } } });
  assert.deepEqual(await world.run("tail -f g:a stderr"), { text: "==> Press Ctrl-C to exit <==\nfirst\nsecond\n", exit: 0 });
});

test("-f --json: an object per line, and nothing else", async () => {
  const [first, second] = [Buffer.from("a \u00e9").subarray(0, 3), Buffer.from("a \u00e9\nend").subarray(3)];
  const end = { kind: "closed" } as const;
  const world = scene({ streams: { "/logtail/g:a/stderr": { pieces: [first, second], end }, "/mainlogtail": { pieces: ["x\n"], end } } });
  const line = (source: object, text: string) => `${JSON.stringify({ ...source, line: text })}\n`;
  const source = { name: "g:a", channel: "stderr" };
  assert.deepEqual(await world.run("tail -f --json g:a stderr"), { text: line(source, "a \u00e9") + line(source, "end"), exit: 0 });
  assert.deepEqual(await world.run("maintail -f --json"), { text: line({ name: "supervisord" }, "x"), exit: 0 });
});

test("CTL-122: -f on nothing: the original's words on standard error, and 1, where the original ends with 0", async () => {
  const world = scene();
  assert.deepEqual(await world.run("tail -f nothere"), { text: "==> Press Ctrl-C to exit <==\n", exit: 1 });
  assert.equal(world.noted(), "unix:///run/supervisor.sock/logtail/nothere/stdout Cannot read, status code 404\n");
});

test("CTL-123: -f without a connection", async () => {
  const end = { kind: "failed", failure: { kind: "connect", code: "ECONNREFUSED" } } as const;
  const world = scene({ streams: { "/logtail/a/stdout": { pieces: [], end } } });
  await world.run("tail -f a");
  assert.equal(
    world.noted(),
    "unix:///run/supervisor.sock/logtail/a/stdout Cannot connect, error: <class 'ConnectionRefusedError'> ([Errno 111] Connection refused)\n",
  );
});

test("CTL-124: bytes go through as they are, where the original shows pieces of characters as Undecodable", async () => {
  const [first, second] = [Buffer.from("\u00e9").subarray(0, 1), Buffer.from("\u00e9").subarray(1)];
  const written: Buffer[] = [];
  const world = scene({ streams: { "/logtail/a/stdout": { pieces: [first, second], end: { kind: "closed" } } } });
  const { screen } = world.session.terminal;
  screen.write = (text) => void written.push(Buffer.from(text));
  await world.run("tail -f a");
  assert.ok(Buffer.concat(written).includes(Buffer.from("\u00e9")));
});

test("CTL-125: Ctrl-C is an empty line and 0; so is nothing, when the server ends the stream", async () => {
  const streams = { "/mainlogtail": { pieces: ["x\n"], end: LEFT } };
  const world = scene({ streams });
  const { session } = world;
  session.terminal.interruptible = async (work) => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await work(controller.signal);
    return true;
  };
  assert.deepEqual(await world.run("maintail -f"), { text: "==> Press Ctrl-C to exit <==\nx\n\n", exit: 0 });
});

test("CTL-129: maintail", async () => {
  assert.equal(await asked("maintail"), "readLog -1600 0");
  assert.equal(await asked("maintail -5"), "readLog -5 0");
  assert.deepEqual(await run("maintail", { readLog: readProcessLog }), { text: `${LOG}\n`, exit: 0 });
});

test("CTL-130: maintail's errors", async () => {
  const many = await run("maintail -1 -2");
  assert.ok(many.text.startsWith("Error: too many arguments\nmaintail -f \t"));
  assert.ok(many.text.endsWith("main log file\n\n"));
  assert.deepEqual(await run("maintail x"), { text: "Error: bad argument x\n", exit: 1 });
  assert.deepEqual(await run("maintail -x"), { text: "Error: bad argument -x\n", exit: 1 });
  assert.deepEqual(await run("maintail", { readLog: () => fault("NO_FILE") }), { text: "supervisord: ERROR (no log file)\n", exit: 1 });
  assert.deepEqual(await run("maintail", { readLog: () => fault("FAILED") }), {
    text: "supervisord: ERROR (unknown error reading log)\n",
    exit: 1,
  });
});

test("CTL-131: maintail -f", async () => {
  const world = scene({ streams: { "/mainlogtail": { pieces: ["x\n"], end: { kind: "closed" } } } });
  assert.deepEqual(await world.run("maintail -f"), { text: "==> Press Ctrl-C to exit <==\nx\n", exit: 0 });
});

test("a log that speaks of errors is not painted", async () => {
  const world = scene({ methods: { readProcessLog: async () => ok("ERROR (bad)") }, isTerminal: true, hasColours: true });
  assert.equal((await world.run("tail cat")).text, "ERROR (bad)\n");
});

test("--json", async () => {
  assert.deepEqual(JSON.parse((await run("tail cat --json")).text), { name: "cat", channel: "stdout", text: LOG });
});
