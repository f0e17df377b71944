import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countLines, endLines, endOfLines, formatLines, type LineFormat, splitLines, stamp, takeWholeLines } from "./lines.ts";

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");
const SOURCE = { group: "web", process: "web_00", pid: 7, channel: "stdout" } as const;
const MOMENT = { wallMs: Date.UTC(2026, 10, 28, 21, 33, 35, 750) + 0.4, offsetMinutes: 60 };
const TEXT: LineFormat = { format: "text", timestamp: "none", prefix: "" };

/** All lines of these pieces, in whatever pieces they come. */
function lines(pieces: readonly Uint8Array[], max: number): string {
  let held: Uint8Array = new Uint8Array(0);
  let all = "";
  for (const piece of pieces) {
    const taken = takeWholeLines(held, piece, max);
    assert.ok(taken.held.length <= max, "no more than a line is held back");
    assert.ok(taken.whole.length === 0 || taken.whole.at(-1) === 0x0a, "what comes out is whole");
    all += latin1(taken.whole);
    held = taken.held;
  }
  return all + latin1(endLines(held));
}

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(fc.constantFrom("a", "b", "\n", "é", "\u{1f600}", "\r"), { maxLength: 40 })
    .map((words) => new Uint8Array(Buffer.from(words.join("")))),
);

test("LOGX-002, LOGX-003: the same bytes in any pieces give the same lines, and none is longer than allowed", () => {
  fc.assert(
    fc.property(fc.array(someBytes, { maxLength: 12 }), fc.integer({ min: 4, max: 30 }), (pieces, max) => {
      const whole = Buffer.concat(pieces);
      const said = lines(pieces, max);
      assert.equal(said, lines([whole], max));
      assert.equal(said.replaceAll("\n", ""), latin1(whole).replaceAll("\n", ""), "nothing is lost or doubled");
      for (const line of said.split("\n")) assert.ok(line.length <= max);
      // Lines that are short enough are those that were written, empty ones too.
      const short = latin1(whole)
        .split("\n")
        .every((line) => line.length <= max);
      if (short) assert.equal(said, whole.length === 0 || whole.at(-1) === 0x0a ? latin1(whole) : `${latin1(whole)}\n`);
    }),
  );
});

test("LOGX-002: a line of exactly the most bytes is one line; a longer one is cut between characters", () => {
  const of = (text: string, max: number) => utf8(Buffer.from(lines([Buffer.from(text)], max), "latin1"));
  assert.equal(of("abcd\nx", 4), "abcd\nx\n");
  assert.equal(of("abcdef", 4), "abcd\nef\n");
  assert.equal(of("abcéx", 4), "abc\néx\n");
});

test("LOGX-006: the times", () => {
  assert.equal(stamp("iso", MOMENT), "2026-11-28T22:33:35.750+01:00");
  assert.equal(stamp("iso", { ...MOMENT, offsetMinutes: -210 }), "2026-11-28T18:03:35.750-03:30");
  assert.equal(stamp("iso", { ...MOMENT, offsetMinutes: 0 }), "2026-11-28T21:33:35.750+00:00");
  assert.equal(stamp("utc", MOMENT), "2026-11-28T21:33:35.750Z");
  assert.equal(stamp("epoch", MOMENT), "1795901615.750");
  assert.equal(stamp("epoch", { wallMs: 5, offsetMinutes: 0 }), "0.005");
});

test("text: time, prefix and line, of any bytes, empty lines too", () => {
  const format: LineFormat = { format: "text", timestamp: "utc", prefix: "{group}:{process}[{pid}] {channel} é | " };
  const made = formatLines(Buffer.from([0x61, 0xff, 0x0a, 0x0a, 0x62, 0x0a]), format, SOURCE, MOMENT);
  const head = Buffer.from("2026-11-28T21:33:35.750Z web:web_00[7] stdout é | ").toString("latin1");
  assert.equal(latin1(made), `${head}a\xff\n${head}\n${head}b\n`);
  assert.equal(utf8(formatLines(Buffer.from("a\n"), TEXT, SOURCE, MOMENT)), "a\n");
  assert.equal(formatLines(new Uint8Array(0), format, SOURCE, MOMENT).length, 0);
});

test("LOGX-007: JSON: the keys in their order, U+FFFD for what is no UTF-8, and a message is a text whatever it says", () => {
  const json: LineFormat = { format: "json", timestamp: "none", prefix: "" };
  const made = utf8(formatLines(Buffer.from([...Buffer.from('{"a":1}\n\n"\t\\'), 0xff, 0x00, 0x0a]), json, SOURCE, MOMENT)).split("\n");
  const head = '{"time":"2026-11-28T21:33:35.750Z","group":"web","process":"web_00","pid":7,"channel":"stdout","message":';
  assert.deepEqual(made, [`${head}"{\\"a\\":1}"}`, `${head}""}`, `${head}"\\"\\t\\\\\ufffd\\u0000"}`, ""]);
  const long = splitLines(formatLines(Buffer.concat([Buffer.alloc(300_000, 1), Buffer.from("\n")]), json, SOURCE, MOMENT));
  const told = long.map((line) => JSON.parse(utf8(line)) as { message: string });
  assert.equal(
    told.reduce((sum, { message }) => sum + message.length, 0),
    300_000,
  );
  for (const line of long) assert.ok(line.length < 1024 * 1024);
});

test("lines are counted, split, and the end of some of them is found", () => {
  const bytes = Buffer.from("a\n\nbc\nd");
  assert.equal(countLines(bytes), 3);
  assert.deepEqual(splitLines(bytes).map(utf8), ["a", "", "bc", "d"]);
  assert.deepEqual(
    [1, 2, 3, 4, 9].map((count) => endOfLines(bytes, 0, count)),
    [2, 3, 6, 7, 7],
  );
  assert.equal(endOfLines(bytes, 3, 1), 6);
});
