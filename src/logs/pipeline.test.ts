import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  clearCapture,
  endStream,
  NEW_STREAM,
  needsAsking,
  passBlock,
  type StreamOptions,
  type StreamState,
  type StreamStep,
} from "./pipeline.ts";
import { chunkRecord, restoreStream, streamRecord } from "./streamrecord.ts";

const BEGIN = "<!--XSUPERVISOR:BEGIN-->";
const END = "<!--XSUPERVISOR:END-->";

const PLAIN: StreamOptions = {
  group: "g",
  process: "web",
  pid: 7,
  channel: "stdout",
  protocol: false,
  logged: true,
  strip: false,
  captureMaxBytes: 0,
  events: false,
  syslog: false,
  echo: false,
  match: false,
  lineMax: 0,
};

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** One word for each effect, in order. */
function shown(step: StreamStep): string[] {
  return step.effects.map((effect) => {
    if (effect.type === "event") return `${effect.event.kind}(${latin1(effect.event.data)})`;
    return effect.type === "syslog" ? `syslog(${latin1(effect.line)})` : `log(${effect.text})`;
  });
}

function logged(step: StreamStep, block: string): string {
  if (step.verdict.kind === "as-is") return block;
  return step.verdict.kind === "drop" ? "" : latin1(step.verdict.bytes);
}

/** Everything that comes of these blocks and of the end. Each step goes through the store, as with a new daemon each time. */
function run(
  blocks: readonly string[],
  options: StreamOptions,
): { log: string; effects: string[]; events: string; communication: string[] } {
  let state: StreamState = NEW_STREAM;
  const chunks = new Map<number, Uint8Array>();
  const effects: string[] = [];
  let log = "";
  let events = "";
  const communication: string[] = [];
  for (const block of [...blocks, null]) {
    const step = block === null ? endStream(state, options) : passBlock(state, Buffer.from(block, "latin1"), options);
    log += logged(step, block ?? "");
    effects.push(...shown(step));
    for (const effect of step.effects) {
      if (effect.type !== "event") continue;
      if (effect.event.kind === "process-log") events += latin1(effect.event.data);
      else communication.push(latin1(effect.event.data));
    }
    for (const { chunk, bytes } of step.chunks) {
      if (bytes === null) chunks.delete(chunk);
      else chunks.set(chunk, chunkRecord(bytes));
    }
    const restored = restoreStream(streamRecord(step.state), chunks);
    assert.ok(restored.ok);
    state = restored.value;
  }
  assert.equal(chunks.size, 0, "chunks are left in the store");
  return { log, effects, events, communication };
}

test("a stream is asked only where somebody needs its blocks", () => {
  assert.equal(needsAsking(PLAIN), false);
  assert.equal(needsAsking({ ...PLAIN, lineMax: 1 }), true);
  for (const wish of ["protocol", "events", "syslog", "echo", "strip"] as const)
    assert.equal(needsAsking({ ...PLAIN, [wish]: true }), true, wish);
  assert.equal(needsAsking({ ...PLAIN, captureMaxBytes: 1 }), true);
  assert.equal(needsAsking({ ...PLAIN, strip: true, logged: false }), false, "nobody sees what would be stripped");
});

test("LOG-049: what is not touched is written as it is, whatever bytes it has", () => {
  const block = Buffer.from([0xff, 0x00, 0x1b, 0x0a]);
  const step = passBlock(NEW_STREAM, block, { ...PLAIN, events: true, echo: true, syslog: true, captureMaxBytes: 10 });
  assert.equal(step.verdict.kind, "as-is");
  assert.equal(passBlock(NEW_STREAM, block, { ...PLAIN, events: true }).state, NEW_STREAM, "nothing to store");
});

test("LOG-063: strip, log and syslog, echo, event", () => {
  const all: StreamOptions = { ...PLAIN, strip: true, syslog: true, echo: true, events: true };
  const step = passBlock(NEW_STREAM, Buffer.from("\x1b[1mhi\x1b[0m\n"), all);
  assert.deepEqual(step.verdict, { kind: "replace", bytes: Buffer.from("hi\n") });
  assert.deepEqual(shown(step), ["syslog(hi)", "log('web' stdout output:\nhi\n)", "process-log(hi\n)"]);
});

test("LOG-079: log file and syslog together", () => {
  const step = passBlock(NEW_STREAM, Buffer.from("one\ntwo\n"), { ...PLAIN, syslog: true });
  assert.deepEqual([step.verdict.kind, ...shown(step)], ["as-is", "syslog(one)", "syslog(two)"]);
});

test("LOG-070: with strip_ansi a block of nothing but sequences is dropped", () => {
  assert.equal(passBlock(NEW_STREAM, Buffer.from("\x1b[1m"), { ...PLAIN, strip: true, events: true }).verdict.kind, "drop");
});

test("EVT-034, EVT-120, LOG-054, LOG-068, LOG-075, LOG-094: a listener's protocol is echoed raw, its log copy is stripped, nothing else comes of it", () => {
  const options: StreamOptions = { ...PLAIN, protocol: true, strip: true, captureMaxBytes: 9, events: true, syslog: true, echo: true };
  const step = passBlock(NEW_STREAM, Buffer.from(`\x1b[1mREADY\n${BEGIN}`), options);
  assert.deepEqual(shown(step), [`log('web' stdout output:\nb'\\x1b[1mREADY\\n${BEGIN}')`]);
  assert.equal(logged(step, ""), `READY\n${BEGIN}`);
});

test("LOG-086, LOG-069, LOG-087, LOG-089: a capture is an event; its text is echoed and a log event, and not in log or syslog", () => {
  const options: StreamOptions = { ...PLAIN, captureMaxBytes: 100, events: true, syslog: true, echo: true };
  const step = passBlock(NEW_STREAM, Buffer.from(`a\n${BEGIN}b\n${END}c\n`), options);
  assert.deepEqual(shown(step), [
    "syslog(a)",
    "log('web' stdout output:\na\n)",
    "process-log(a\n)",
    "log('web' stdout output:\nb\n)",
    "process-log(b\n)",
    "process-communication(b\n)",
    "log('web' stdout emitted a comm event)",
    "syslog(c)",
    "log('web' stdout output:\nc\n)",
    "process-log(c\n)",
  ]);
  assert.equal(logged(step, ""), "a\nc\n");
});

test("EVT-033: the text before a token, the captured text and the text after it are log events of their own", () => {
  const step = passBlock(NEW_STREAM, Buffer.from(`a${BEGIN}b${END}c`), { ...PLAIN, captureMaxBytes: 100, events: true });
  assert.deepEqual(shown(step), [
    "process-log(a)",
    "process-log(b)",
    "process-communication(b)",
    "log('web' stdout emitted a comm event)",
    "process-log(c)",
  ]);
});

test("LOG-084: what was held back comes when the output ends", () => {
  const options: StreamOptions = { ...PLAIN, captureMaxBytes: 100, events: true, strip: true };
  const { log, events } = run([`last words ${BEGIN.slice(0, 10)}`], options);
  assert.equal(log, `last words ${BEGIN.slice(0, 10)}`);
  assert.equal(events, log);
  assert.equal(run(["x\x1b"], options).log, "x\x1b");
  assert.deepEqual(run(["no end"], { ...PLAIN, syslog: true }).effects, ["syslog(no end)"]);
});

test("LOG-091: an empty capture is an event with no data", () => {
  assert.deepEqual(run([`${BEGIN}${END}`], { ...PLAIN, captureMaxBytes: 10 }).communication, [""]);
});

test("LOG-092: a capture that is open at the end is dropped, and the next run begins in normal mode", () => {
  const options: StreamOptions = { ...PLAIN, captureMaxBytes: 100_000 };
  const first = passBlock(NEW_STREAM, Buffer.from(`${BEGIN}${"x".repeat(50_000)}`), options);
  const end = endStream(first.state, options);
  assert.deepEqual(shown(end), []);
  assert.equal(end.verdict.kind, "drop");
  assert.deepEqual(end.chunks, [{ chunk: 0, bytes: null }]);
  assert.equal(logged(passBlock(end.state, Buffer.from("next"), options), "next"), "next");
});

test("LOG-093: what is captured is stripped like other output", () => {
  assert.deepEqual(run([`${BEGIN}\x1b[3`, `1mred${END}`], { ...PLAIN, captureMaxBytes: 99, strip: true }).communication, ["red"]);
});

test("LOG-041: clearing the logs empties a capture in progress, which goes on", () => {
  const options: StreamOptions = { ...PLAIN, captureMaxBytes: 100_000 };
  const first = passBlock(NEW_STREAM, Buffer.from(`${BEGIN}${"x".repeat(40_000)}`), options);
  const { state, chunks } = clearCapture(first.state);
  assert.deepEqual(chunks, [{ chunk: 0, bytes: null }]);
  assert.deepEqual(shown(passBlock(state, Buffer.from(`later${END}`), options)), [
    "process-communication(later)",
    "log('web' stdout emitted a comm event)",
  ]);
});

test("EVT-049, LOG-066: a character that is cut by the end of a block is whole in events and echo", () => {
  const euro = Buffer.from("€").toString("latin1");
  const options: StreamOptions = { ...PLAIN, events: true, echo: true };
  assert.deepEqual(run([`a${euro.slice(0, 1)}`, `${euro.slice(1)}b`], options).effects, [
    "log('web' stdout output:\na)",
    "process-log(a)",
    "log('web' stdout output:\n€b)",
    `process-log(${euro}b)`,
  ]);
  const { effects, log } = run(["a\xe2"], options);
  assert.deepEqual(effects.slice(2), ["log('web' stdout output:\nUndecodable: b'\\xe2')", "process-log(\xe2)"]);
  assert.equal(log, "a\xe2");
});

test("a token ends an unfinished sequence and a cut character: nothing of them gets into the next piece", () => {
  const options: StreamOptions = { ...PLAIN, captureMaxBytes: 100, strip: true, events: true };
  const shownEvents = (text: string) => run([text], options).effects.filter((word) => word.startsWith("process"));
  assert.deepEqual(shownEvents(`a\x1b[31${BEGIN}mx${END}c`), [
    "process-log(a)",
    "process-log(mx)",
    "process-communication(mx)",
    "process-log(c)",
  ]);
  assert.deepEqual(shownEvents(`a\x1b${BEGIN}[1mx${END}`), [
    "process-log(a)",
    "process-log(\x1b)",
    "process-log([1mx)",
    "process-communication([1mx)",
  ]);
  assert.deepEqual(shownEvents(`a\xe2${BEGIN}b${END}`), [
    "process-log(a)",
    "process-log(\xe2)",
    "process-log(b)",
    "process-communication(b)",
  ]);
});

const OUTPUT = fc.array(
  fc.constantFrom(
    "line\n",
    "<",
    "<!--XSUPERVISOR:",
    "BEGIN-->",
    BEGIN,
    END,
    "\x1b",
    "[31m",
    "\x1b[0m",
    "\xe2",
    "\x82\xac",
    "\xff",
    "x".repeat(17_000),
    "\n",
  ),
  { maxLength: 14 },
);

/** Capture mode as an expression: what is between the tokens, or between BEGIN and the end of output. */
const CAPTURED = new RegExp(`${BEGIN}([\\s\\S]*?)(${END}|$)`, "g");

test("log and events hold the same bytes in the same order, whoever dies between two blocks", () => {
  fc.assert(
    fc.property(OUTPUT, fc.boolean(), fc.boolean(), (blocks, strip, capture) => {
      const options: StreamOptions = { ...PLAIN, strip, captureMaxBytes: capture ? 40_000 : 0, events: true };
      const { log, events, communication } = run(blocks, options);
      const whole = run([blocks.join("")], options);
      assert.deepEqual([log, events, communication], [whole.log, whole.events, whole.communication], "the same however it is split");
      if (!capture) assert.equal(events, log);
      if (strip) return;
      const text = blocks.join("");
      assert.equal(log, capture ? text.replaceAll(CAPTURED, "") : text);
      assert.equal(events, capture ? text.replaceAll(CAPTURED, "$1") : text);
      const captures = [...text.matchAll(CAPTURED)].filter(([, , end]) => end !== "").map(([, data = ""]) => data.slice(-40_000));
      assert.deepEqual(communication, capture ? captures : []);
    }),
    { numRuns: 200 },
  );
});

test("RDY-006 lines are looked at whatever else becomes of them, and what is logged stays the same", () => {
  const options: StreamOptions = { ...PLAIN, match: true };
  assert.ok(needsAsking(options));
  const first = passBlock(NEW_STREAM, Buffer.from("start\nnow \x1b[32mrea"), options);
  assert.deepEqual([first.verdict.kind, first.lines], ["as-is", ["start"]]);
  const restored = restoreStream(streamRecord(first.state), new Map());
  assert.ok(restored.ok);
  const second = passBlock(restored.value, Buffer.from("dy\x1b[0m\n"), options);
  assert.deepEqual([second.verdict.kind, second.lines, second.state], ["as-is", ["now ready"], NEW_STREAM]);
  const captured = passBlock(NEW_STREAM, Buffer.from(`${BEGIN}ready\n${END}`), { ...options, captureMaxBytes: 100 });
  assert.deepEqual([captured.verdict.kind, captured.lines.length], ["drop", 1]);
});

test("LOGX-000: whole lines are made of what the log gets, behind tokens and stripping; they are the same in any pieces and over deaths of the daemon", () => {
  const options: StreamOptions = { ...PLAIN, strip: true, captureMaxBytes: 100, lineMax: 12 };
  const piece = fc.constantFrom("ab", "\n", "\x1b[1m", BEGIN, "cap\n", END, BEGIN.slice(0, 9), "0123456789", "\x1b");
  const whole = (blocks: readonly string[]): { log: string; whole: string } => {
    let state: StreamState = NEW_STREAM;
    const [log, lines]: [string[], string[]] = [[], []];
    const chunks = new Map<number, Uint8Array>();
    for (const block of [...blocks, null]) {
      const step = block === null ? endStream(state, options) : passBlock(state, Buffer.from(block, "latin1"), options);
      for (const { chunk, bytes } of step.chunks) bytes === null ? chunks.delete(chunk) : chunks.set(chunk, bytes);
      log.push(logged(step, block ?? ""));
      lines.push(latin1(step.whole));
      const restored = restoreStream(streamRecord(step.state), chunks);
      assert.ok(restored.ok);
      state = restored.value;
    }
    return { log: log.join(""), whole: lines.join("") };
  };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (blocks) => {
      const { log, whole: lines } = whole(blocks);
      assert.equal(lines, whole([blocks.join("")]).whole);
      assert.equal(lines.replaceAll("\n", ""), log.replaceAll("\n", ""));
      assert.ok(lines === "" || lines.endsWith("\n"));
    }),
  );
});

test("LOGX-001: without anybody who wants lines none are made", () => {
  const step = passBlock(NEW_STREAM, Buffer.from("a\nb"), { ...PLAIN, events: true });
  assert.deepEqual([step.whole.length, step.state], [0, NEW_STREAM]);
});
