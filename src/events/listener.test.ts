import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BUSY, type Heard, hear, type Listening, PHASES, RESULT_LINE_MAX, STARTED } from "./listener.ts";
import { RESULT_HANDLERS } from "./results.ts";

const HANDLER = RESULT_HANDLERS["supervisor.dispatchers:default_handler"];
const READY = hear(STARTED, Buffer.from("READY\n"), HANDLER).listening;

function word(heard: Heard): string {
  if (heard.type === "changed") return `${heard.from}>${heard.to}`;
  return heard.type === "result" ? heard.outcome.kind : `bad(${Buffer.from(heard.line).toString("latin1")})`;
}

/** What was heard in all of the blocks, and the phase at the end. */
function said(from: Listening, ...blocks: string[]): string {
  let listening = from;
  const words: string[] = [];
  for (const block of blocks) {
    const step = hear(listening, Buffer.from(block, "latin1"), HANDLER);
    listening = step.listening;
    words.push(...step.heard.map(word));
  }
  return `${words.join(" ")} | ${listening.phase}`.trim();
}

test("EVT-081: the phases and their numbers; a new process is ACKNOWLEDGED with empty buffers", () => {
  assert.deepEqual(PHASES, { READY: 10, BUSY: 20, ACKNOWLEDGED: 30, UNKNOWN: 40 });
  assert.deepEqual(STARTED, { phase: "ACKNOWLEDGED", line: new Uint8Array(0), result: null });
});

test("EVT-083: six bytes decide whether it is READY", () => {
  assert.equal(said(STARTED, "READY\n"), "ACKNOWLEDGED>READY | READY");
  assert.equal(said(STARTED, "REA", "DY\n"), "ACKNOWLEDGED>READY | READY");
  assert.equal(said(STARTED, "READY"), "| ACKNOWLEDGED");
  assert.equal(said(STARTED, "abc"), "| ACKNOWLEDGED");
  assert.equal(said(STARTED, "abc", "defgh"), "ACKNOWLEDGED>UNKNOWN | UNKNOWN");
});

test("EVT-084: CR LF, leading blanks and empty lines are violations", () => {
  for (const text of ["READY\r\n", " READY\n", "\nREADY\n"])
    assert.equal(said(STARTED, text), "ACKNOWLEDGED>UNKNOWN | UNKNOWN", JSON.stringify(text));
});

test("EVT-085: any byte while READY is a violation, a second READY too", () => {
  assert.equal(said(STARTED, "READY\nREADY\n"), "ACKNOWLEDGED>READY READY>UNKNOWN | UNKNOWN");
  assert.equal(said(READY, "x"), "READY>UNKNOWN | UNKNOWN");
});

test("EVT-086: a result line, then so many bytes", () => {
  assert.equal(said(BUSY, "RESULT 2\nOK"), "accepted BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
  assert.equal(said(BUSY, "RESULT 4\nFAIL"), "rejected BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
  assert.equal(said(BUSY, "RESULT 2\nO"), "| BUSY");
  assert.equal(said(BUSY, "RESULT 2"), "| BUSY");
});

test("EVT-087: the first seven bytes of the result line are not checked", () => {
  assert.equal(said(BUSY, "FOOBARS2\nOK"), "accepted BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
});

test("EVT-088: numbers as Python's int() takes them", () => {
  for (const number of [" 2", "2 ", "+2", "2\r", "\t2\x0b", "0_2", "002"]) {
    assert.equal(said(BUSY, `RESULT ${number}\nOK`), "accepted BUSY>ACKNOWLEDGED | ACKNOWLEDGED", JSON.stringify(number));
  }
  assert.equal(said(BUSY, `RESULT 2_0\n${"x".repeat(19)}`), "| BUSY");
  assert.equal(said(BUSY, `RESULT 2_0\n${"x".repeat(20)}`), "rejected BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
  for (const number of ["2__0", "_2", "2_", "0x2", "2.0", "+ 2", "1e3", "", "2\x00", "\xb2"]) {
    assert.equal(said(BUSY, `RESULT ${number}\nOK`), `bad(RESULT ${number}) BUSY>UNKNOWN | UNKNOWN`, JSON.stringify(number));
  }
});

test("EVT-089: what is no number ends the conversation, a READY too", () => {
  assert.equal(said(BUSY, "RESULT two\nOKREADY\n"), "bad(RESULT two) BUSY>UNKNOWN | UNKNOWN");
  assert.equal(said(BUSY, "READY\n"), "bad(READY) BUSY>UNKNOWN | UNKNOWN");
  assert.equal(said(BUSY, "\n"), "bad() BUSY>UNKNOWN | UNKNOWN");
});

test("EVT-090: an empty result is handled at once", () => {
  assert.equal(said(BUSY, "RESULT 0\n"), "rejected BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
  assert.equal(said(BUSY, "RESULT -0\n"), "rejected BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
});

test("EVT-091: a negative length is a bad result line, not a wait for ever", () => {
  assert.equal(said(BUSY, "RESULT -1\n"), "bad(RESULT -1) BUSY>UNKNOWN | UNKNOWN");
  assert.equal(said(BUSY, `RESULT ${"9".repeat(40)}\n`), `bad(RESULT ${"9".repeat(40)}) BUSY>UNKNOWN | UNKNOWN`);
});

test("EVT-092, EVT-093: a result in any number of pieces; what follows it counts in the next phase", () => {
  assert.equal(said(BUSY, ..."RESULT 2\nOK"), "accepted BUSY>ACKNOWLEDGED | ACKNOWLEDGED");
  assert.equal(said(BUSY, "RESULT 2\nOKREADY\n"), "accepted BUSY>ACKNOWLEDGED ACKNOWLEDGED>READY | READY");
  assert.equal(said(BUSY, "RESULT 2\nOK\nREADY\n"), "accepted BUSY>ACKNOWLEDGED ACKNOWLEDGED>UNKNOWN | UNKNOWN");
});

test("EVT-094: in UNKNOWN everything is thrown away", () => {
  assert.equal(said({ ...STARTED, phase: "UNKNOWN" }, "READY\n", "RESULT 2\nOK"), "| UNKNOWN");
});

test("EVT-097: lengths are bytes", () => {
  assert.equal(said(BUSY, "RESULT 4\n\xc3\xa9\xc3\xa9READY\n"), "rejected BUSY>ACKNOWLEDGED ACKNOWLEDGED>READY | READY");
});

test("EVT-098: a result line without an end is given up, and little of it is kept", () => {
  const step = hear(BUSY, Buffer.alloc(RESULT_LINE_MAX, "x"), HANDLER);
  assert.equal(step.listening.phase, "BUSY");
  const over = hear(step.listening, Buffer.from("x"), HANDLER);
  assert.equal(over.listening.phase, "UNKNOWN");
  assert.deepEqual(over.heard[0], { type: "bad-line", line: Buffer.alloc(RESULT_LINE_MAX, "x") });
});

test("a long result that nobody wants to see is not kept", () => {
  const { listening } = hear(BUSY, Buffer.from(`RESULT 1000000\n${"y".repeat(60_000)}`), HANDLER);
  assert.deepEqual(listening.result, { length: 1_000_000, received: 60_000, kept: Buffer.from("yy") });
});

test("however the bytes are split, the same is heard", () => {
  const piece = fc.constantFrom(
    "READY\n",
    "RESULT 2\n",
    "OK",
    "RESULT 4\nFAIL",
    "RESULT 0\n",
    "RESULT -1\n",
    "x",
    "\n",
    "RESULT ",
    "2",
    "\r\n",
    " ",
  );
  const start = fc.constantFrom(STARTED, BUSY, READY);
  fc.assert(
    fc.property(start, fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 6 }), (from, pieces, cuts) => {
      const text = pieces.join("");
      const marks = [0, ...cuts.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length];
      const blocks = marks.slice(1).map((mark, at) => text.slice(marks[at], mark));
      assert.equal(said(from, ...blocks), said(from, text));
    }),
    { numRuns: 500 },
  );
});

test("any bytes at all leave a listener in one of its phases, with little kept", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (blocks) => {
      let listening = BUSY;
      for (const block of blocks) listening = hear(listening, block, HANDLER).listening;
      assert.ok(Object.hasOwn(PHASES, listening.phase));
      assert.ok(listening.line.length <= RESULT_LINE_MAX && (listening.result?.kept.length ?? 0) <= HANDLER.keepBytes);
    }),
  );
});
