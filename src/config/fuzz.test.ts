/**
 * Every reader of text in this room against texts by chance: a fixed number of them, or as many as FUZZ_SECONDS allow each. What is asserted is little:
 * no exception, and what was read holds together. A canary shows that a failure would be seen.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readCommandLine } from "./commandline.ts";
import { decodeUtf8 } from "./decode.ts";
import { expand } from "./expand.ts";
import { matchesGlob } from "./glob.ts";
import { readIni } from "./ini.ts";
import { read } from "./load.fixture.ts";
import { parseByteSize, parseInteger, parseOctal } from "./numbers.ts";
import { quoted } from "./quoting.ts";
import { parseEnvironment, splitCommand } from "./shellwords.ts";
import { SUPERVISORD_PROGRAM } from "./supervisord.ts";

const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 0);
const RUNS = 20_000;
/** Those that take long. */
const FEWER_RUNS: Readonly<Record<string, number>> = { configurations: 3000 };

/** Texts of pieces that mean something, mixed with anything. */
function textOf(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
  );
  return fc.array(piece, { maxLength: 40 }).map((some) => some.join(""));
}

const INI = textOf(
  "[",
  "]",
  "[supervisord]\n",
  "[program:x]\n",
  "[DEFAULT]\n",
  "[include]\nfiles=",
  "command",
  "=",
  ":",
  ";",
  "#",
  " ",
  "\n",
  "\r\n",
  "\t",
  "%(here)s",
  "%",
  "x",
  "\u0085",
);
const FORMAT = textOf(
  "%",
  "%(",
  "%(a)",
  "%(n)",
  ")",
  "(",
  "s",
  "d",
  "r",
  "x",
  "g",
  "*",
  ".",
  "1",
  "99",
  "#",
  "0",
  "-",
  "+",
  " ",
  "%%",
  "é",
  "\u{1f600}",
);
const SHELL = textOf("a", "=", ",", '"', "'", "\\", " ", "\n", "#", ";", "é", "$", "KEY=", '"v",');
const NUMBER = textOf("0", "7", "9", "_", "+", "-", " ", "0o", "kb", "MB", "gb", "٣", "x", ".", "\x1c");
const GLOB = textOf("*", "?", "[", "]", "!", "a", "-", "z", ".", "[!a]", "[a-c]");

const FUZZERS: Readonly<Record<string, fc.IRawProperty<unknown>>> = {
  ini: fc.property(INI, (text) => {
    const { lines, sections, errors } = readIni("/f", text);
    for (const { line } of errors) assert.ok(line !== null && line >= 1 && line <= lines.length);
    for (const section of sections.values()) {
      for (const { line, partLines } of section.options.values())
        assert.ok((partLines ?? [line]).every((one) => one >= 1 && one <= lines.length));
    }
  }),
  expansion: fc.property(FORMAT, (text) => {
    const result = expand(text, [
      new Map<string, string | number>([
        ["a", "alpha"],
        ["n", -5],
      ]),
    ]);
    if (!result.ok) assert.equal(text[result.error.offset], "%");
  }),
  environment: fc.property(SHELL, (text) => {
    const result = parseEnvironment(text);
    if (result.ok) assert.ok(Object.values(result.value).every((value) => typeof value === "string"));
  }),
  command: fc.property(SHELL, (text) => {
    const result = splitCommand(text);
    if (result.ok) assert.ok(result.value.join("").length <= text.length);
  }),
  numbers: fc.property(NUMBER, (text) => {
    for (const parse of [parseInteger, parseByteSize, parseOctal]) {
      const result = parse(text);
      if (result.ok) assert.ok(Number.isSafeInteger(result.value));
    }
  }),
  globs: fc.property(GLOB, GLOB, (name, pattern) => {
    assert.equal(typeof matchesGlob(name, pattern), "boolean");
    assert.ok(matchesGlob(name, "*"));
  }),
  quoting: fc.property(fc.string({ unit: "binary" }), (text) => assert.match(quoted(text), /^(['"])[^\n]*\1$/)),
  decoding: fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
    const result = decodeUtf8(bytes);
    if (result.ok) return;
    assert.ok(result.error.offset < bytes.length);
    assert.ok(decodeUtf8(bytes.subarray(0, result.error.offset)).ok, "what stands before the first bad byte is good");
  }),
  "command lines": fc.property(fc.array(textOf("-", "--", "n", "c", "logfile", "=", "check", "?")), (args) => {
    assert.ok(["run", "act", "wrong"].includes(readCommandLine(SUPERVISORD_PROGRAM, args, () => null).kind));
  }),
  configurations: fc.asyncProperty(
    fc.oneof(
      INI,
      INI.map((text) => Buffer.from(text, "latin1")),
    ),
    async (text) => {
      const result = await read(text);
      if (!result.ok) assert.ok(result.error.length > 0 && result.error.every(({ message }) => message !== ""));
    },
  ),
};

for (const [name, property] of Object.entries(FUZZERS)) {
  test(`fuzz: ${name}`, { timeout: (SECONDS + 300) * 1000 }, async () => {
    await fc.assert(
      property,
      SECONDS > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: SECONDS * 1000 } : { numRuns: FEWER_RUNS[name] ?? RUNS },
    );
  });
}

test("fuzz: the canary fails", async () => {
  const canary = fc.property(INI, (text) => assert.ok(!text.includes("[program:x]")));
  await assert.rejects(async () => fc.assert(canary, { numRuns: 10_000 }), /Counterexample/);
});
