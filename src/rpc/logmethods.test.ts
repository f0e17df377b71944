/** Reading, tailing and clearing logs through the methods; the arithmetic alone is tested beside `logs/reading.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { refuse } from "../result.ts";
import { LOG_READ_BYTES_MAX, LOG_SLICE_BYTES } from "./bounds.ts";
import { supervisor } from "./calling.fixture.ts";
import { makeCalls } from "./calls.ts";
import { alone, FakeControl, group, running, view } from "./control.fixture.ts";
import { logText } from "./logtext.ts";
import type { RpcValue } from "./values.ts";
import { writeAnswer } from "./xmlwrite.ts";

function digits(): FakeControl {
  const control = new FakeControl([
    ...alone(running("p"), view("none", { stdoutLogfile: null, stderrLogfile: null }), view("gone")),
    group("g", view("m")),
  ]);
  control.write("/log/p.out", "0123456789");
  control.write("/log/p.err", "error");
  control.write("/log/supervisord.log", "the daemon");
  return control;
}

const read = (offset: RpcValue, length: RpcValue) => supervisor(digits(), "readProcessStdoutLog", "p", offset, length);
const tail = (offset: RpcValue, length: RpcValue) => supervisor(digits(), "tailProcessStdoutLog", "p", offset, length);

test("RPC-117, RPC-118: the methods and their older names", async () => {
  const control = digits();
  assert.equal(await supervisor(control, "readProcessStdoutLog", "p", 0, 3), "012");
  assert.equal(await supervisor(control, "readProcessLog", "p", 0, 3), "012");
  assert.equal(await supervisor(control, "readProcessStderrLog", "p", 0, 3), "err");
  assert.equal(await supervisor(control, "readLog", 4, 3), "dae");
  assert.equal(await supervisor(control, "readMainLog", 4, 3), "dae");
  assert.equal(await supervisor(control, "readLog", 4), "fault 2 INCORRECT_PARAMETERS");
});

test("RPC-119, RPC-121, LOG-098: combinations that are refused", async () => {
  for (const [offset, length] of [
    [-1, 1],
    [-1, -1],
    [0, -1],
    [5, -2],
  ] as const)
    assert.equal(await read(offset, length), "fault 3 BAD_ARGUMENTS");
});

test("RPC-120, LOG-097: from the end", async () => {
  assert.equal(await read(-4, 0), "6789");
  assert.equal(await read(-10, 0), "0123456789");
  assert.equal(await read(-400, 0), "0123456789");
});

test("RPC-122, RPC-123, LOG-095, LOG-096: from the beginning", async () => {
  assert.equal(await read(0, 0), "0123456789");
  assert.equal(await read(7, 0), "789");
  for (const offset of [10, 11, 99999999999]) assert.equal(await read(offset, 0), "");
  assert.equal(await read(3, 4), "3456");
  assert.equal(await read(8, 100), "89");
  assert.equal(await read(100, 5), "");
});

test("RPC-012, RPC-124: numbers come as texts, doubles and booleans too; other texts make the original stumble", async () => {
  assert.equal(await read("2", "3"), "234");
  assert.equal(await read({ double: 2.7 }, true), "2");
  assert.match(String(await read("x", 0)), /^stumble ValueError: invalid literal/);
  assert.match(String(await read({ double: Number.NaN }, 0)), /^stumble ValueError/);
  assert.equal(await read([1], 0), "fault 2 INCORRECT_PARAMETERS");
  assert.equal(await read(null, 0), "fault 2 INCORRECT_PARAMETERS");
});

test("RPC-125, LOG-099: no log, no file", async () => {
  const control = digits();
  assert.equal(await supervisor(control, "readProcessStdoutLog", "none", 0, 0), "fault 20 NO_FILE");
  assert.equal(await supervisor(control, "readProcessStderrLog", "none", 0, 0), "fault 20 NO_FILE");
  assert.equal(await supervisor(control, "readProcessStdoutLog", "gone", 0, 0), "fault 20 NO_FILE: /log/gone.out");
  assert.equal(await supervisor(control, "readProcessStdoutLog", "nope", 0, 0), "fault 10 BAD_NAME: nope");
});

test("RPC-026: a whole group has no log", async () => {
  for (const name of ["readProcessStdoutLog", "readProcessStderrLog", "tailProcessStdoutLog", "tailProcessStderrLog"]) {
    assert.equal(await supervisor(digits(), name, "g:*", 0, 0), "fault 10 BAD_NAME: g:*");
  }
  assert.equal(await supervisor(digits(), "clearProcessLogs", "g:*"), "fault 10 BAD_NAME: g:*");
});

test("RPC-126: what is no regular file, or cannot be read, has failed", async () => {
  const control = new FakeControl(alone(view("p", { stdoutLogfile: "/some/folder/" })));
  assert.equal(await supervisor(control, "readProcessStdoutLog", "p", 0, 0), "fault 30 FAILED");
  const broken = digits();
  broken.files.readAt = async () => refuse("EACCES");
  assert.equal(await supervisor(broken, "readProcessStdoutLog", "p", 0, 0), "fault 30 FAILED");
});

test("RPC-127, RPC-128, RPC-137, LOG-100: bytes that are no text, and what XML cannot carry, come back as replacement characters", async () => {
  const control = digits();
  control.write("/log/p.out", Buffer.from([0x6f, 0x6b, 0xff, 0xc3, 0xa9, 0x00, 0x1b, 0x5b, 0x0d, 0x0a, 0xc3]));
  const text = "ok\ufffdé\ufffd\ufffd[\r\n\ufffd";
  for (const [method, pick] of [
    ["readProcessStdoutLog", (value: unknown) => value],
    ["tailProcessStdoutLog", (value: unknown) => (value as unknown[])[0]],
  ] as const) {
    const value = pick(await supervisor(control, method, "p", 0, method === "readProcessStdoutLog" ? 0 : 100));
    assert.match(String(writeAnswer(value as string)), new RegExp(`<string>${text.replace("[", "\\[")}</string>`));
  }
  // A character that the piece cuts in two.
  assert.equal(await supervisor(control, "readProcessStdoutLog", "p", 4, 1), "\ufffd");
});

test("RPC-129: more than the most is not read, and a huge offset from the end costs nothing", async () => {
  const control = digits();
  const asked: number[] = [];
  const { readAt } = control.files;
  control.files.readAt = (path, offset, length) => {
    asked.push(length);
    return readAt(path, offset, length);
  };
  assert.equal(await supervisor(control, "readProcessStdoutLog", "p", -(2 ** 50), 0), "0123456789");
  assert.deepEqual(asked, [10]);
  const endless = new FakeControl();
  let bytes = 0;
  endless.files.readAt = async (_path, _offset, length) => {
    bytes += length;
    return { ok: true, value: new Uint8Array(length).fill(97) };
  };
  const read = await logText(endless, "/x", { from: 0, length: 2 ** 40 });
  assert.ok(read.ok);
  assert.equal(bytes, LOG_READ_BYTES_MAX);
});

test("RPC-131, RPC-133, RPC-134, LOG-101, LOG-102: the tail's arithmetic", async () => {
  const all = "0123456789";
  const rows = [
    [0, 0, "", true],
    [0, 5, "56789", true],
    [0, 9, "123456789", true],
    [0, 10, all, false],
    [0, 11, all, false],
    [2, 3, "789", true],
    [5, 5, "56789", false],
    [7, 3, "789", false],
    [9, 1, "9", false],
    [9, 100, all, false],
    [10, 0, "", false],
    [10, 5, "", false],
    [11, 5, "", false],
    [100, 5, "", false],
    [-1, 5, "56789", true],
    [0, -5, "", true],
    [20, -5, "", false],
    [-5, 3, "789", true],
    [-20, 5, "56789", true],
  ] as const;
  for (const [offset, length, text, overflow] of rows)
    assert.deepEqual(await tail(offset, length), [text, 10, overflow], `${offset}, ${length}`);
});

test("RPC-136, LOG-104: a tail never refuses for what the file is like", async () => {
  const control = digits();
  assert.deepEqual(await supervisor(control, "tailProcessStdoutLog", "none", 3, 5), ["", 0, false]);
  assert.deepEqual(await supervisor(control, "tailProcessStderrLog", "gone", 3, 5), ["", 0, false]);
  control.files.readAt = async () => refuse("EIO");
  assert.deepEqual(await supervisor(control, "tailProcessStdoutLog", "p", 3, 5), ["", 3, false]);
  const folder = new FakeControl(alone(view("p", { stdoutLogfile: "/some/folder/" })));
  assert.deepEqual(await supervisor(folder, "tailProcessStdoutLog", "p", 3, 5), ["", 3, false]);
  control.write("/log/p.err", "");
  assert.deepEqual(await supervisor(control, "tailProcessStderrLog", "p", 0, 5), ["", 0, false]);
  assert.match(String(await tail("x", 0)), /^stumble ValueError/);
});

test("RPC-138, LOG-014: the daemon's own log; with syslog there is none, whatever lies in the folder", async () => {
  const control = digits();
  control.mainLog = "/log/nothere";
  assert.equal(await supervisor(control, "readLog", 0, 0), "fault 20 NO_FILE: /log/nothere");
  control.mainLog = null;
  control.write("syslog", "a secret");
  assert.equal(await supervisor(control, "readLog", 0, 0), "fault 20 NO_FILE: syslog");
});

test("RPC-140, LOG-040: clearing the daemon's log", async () => {
  const control = digits();
  assert.equal(await supervisor(control, "clearLog"), true);
  control.mainLogClears = refuse("no-file");
  assert.equal(await supervisor(control, "clearLog"), "fault 20 NO_FILE");
  control.mainLogClears = refuse("failed");
  assert.equal(await supervisor(control, "clearLog"), "fault 30 FAILED");
});

test("RPC-142, LOG-046: clearing the logs of a process", async () => {
  const control = digits();
  assert.equal(await supervisor(control, "clearProcessLogs", "g:m"), true);
  assert.equal(await supervisor(control, "clearProcessLog", "p"), true);
  assert.deepEqual(control.done, ["clear g:m", "clear p:p"]);
  assert.equal(await supervisor(control, "clearProcessLogs", "nope"), "fault 10 BAD_NAME: nope");
  assert.equal(await supervisor(control, "clearProcessLogs", "g:*"), "fault 10 BAD_NAME: g:*");
  control.unclearable.add("m");
  assert.equal(await supervisor(control, "clearProcessLogs", "g:m"), "fault 30 FAILED: g:m");
});

test("RPC-145, RPC-146, LOG-046: clearing all: a row per process in the order of priority, all in one go", async () => {
  const control = new FakeControl([group("g", view("b", { priority: 2 }), view("a", { priority: 1 })), ...alone(view("c"))]);
  control.unclearable.add("b");
  assert.deepEqual(await supervisor(control, "clearAllProcessLogs"), [
    { name: "a", group: "g", status: 80, description: "OK" },
    { name: "b", group: "g", status: 30, description: "FAILED: g:b" },
    { name: "c", group: "c", status: 80, description: "OK" },
  ]);
  assert.deepEqual(control.done, ["clear g:a", "clear g:b", "clear c:c"]);
});

test("a long log is read in slices and is the same text, wherever the slices cut it", async () => {
  const unit = "é€😀<&>\u0001 text\r\n";
  await fc.assert(
    fc.asyncProperty(fc.nat(12), async (shift) => {
      const bytes = Buffer.from("x".repeat(shift) + unit.repeat(Math.ceil((2.5 * LOG_SLICE_BYTES) / Buffer.byteLength(unit))));
      const control = digits();
      control.write("/log/p.out", bytes);
      const answer = await makeCalls(control, ["supervisor"]).call("supervisor.readProcessStdoutLog", ["p", 0, 0]);
      assert.ok(answer.ok);
      const sent = writeAnswer(answer.value);
      assert.ok(typeof sent !== "string");
      assert.equal(Buffer.concat(sent).toString(), writeAnswer(bytes.toString()));
      assert.equal(await supervisor(control, "readProcessStdoutLog", "p", 0, 0), bytes.toString().replaceAll("\u0001", "\ufffd"));
    }),
    { numRuns: 6 },
  );
});
