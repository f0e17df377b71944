/** The types of values of the life-cycle options: what each reads, its exact error, and the hint. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Result } from "../result.ts";
import { parseChoice } from "./choices.ts";
import { DURATION_MS_MAX, durationInWords, durationText, parseDuration } from "./durations.ts";
import { remedyForValue } from "./hints.ts";
import { limitText, parseLimit } from "./limits.ts";
import { parseDecimalIn, parseIntegerIn } from "./numbers.ts";
import { addressesOf, authority, PROBE_FORMS, type ProbeKind, parseProbe, probeText } from "./probes.ts";
import { parseCommandLine } from "./shellwords.ts";

function outcome<T>(result: Result<T, string>): T | string {
  return result.ok ? result.value : result.error;
}

test("durations: a number with a unit, seconds without one, up to 3650 days", () => {
  const good: Readonly<Record<string, number>> = {
    "0": 0,
    "10": 10_000,
    "1.5": 1500,
    ".5": 500,
    "1.": 1000,
    "500ms": 500,
    "10s": 10_000,
    "5m": 300_000,
    "5M": 300_000,
    "2h": 7_200_000,
    "1d": 86_400_000,
    "3650d": DURATION_MS_MAX,
    "0.1ms": 1,
    "1.005s": 1005,
    "0.29s": 290,
  };
  for (const [text, ms] of Object.entries(good)) assert.equal(outcome(parseDuration(text)), ms, text);
  for (const text of ["", "x", "10x", "-1", "+1", "1 s", "1e3", "s", "1s1", "1m30s", "3651d", "Infinity", "NaN", "٣", "1_0", "1,5", "."]) {
    assert.equal(outcome(parseDuration(text)), `not a valid duration: '${text}'`, text);
  }
  assert.equal(remedyForValue({ type: "duration" }, "10x"), "write 500ms, 10s, 5m, 2h or 1d");
  assert.equal(outcome(parseDuration("99ms", 100)), "not a valid duration: '99ms' (at least 100ms)");
  assert.equal(outcome(parseDuration("100ms", 100)), 100);
});

test("a duration written out reads to the same, and stands in sentences with a blank", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: DURATION_MS_MAX }), (ms) => assert.equal(outcome(parseDuration(durationText(ms))), ms)));
  for (const [ms, text] of [
    [0, "0s"],
    [500, "500ms"],
    [1500, "1500ms"],
    [60_000, "1m"],
    [90_000, "90s"],
    [86_400_000, "1d"],
  ] as const) {
    assert.equal(durationText(ms), text);
  }
  const words = [
    [0, "0 s"],
    [60_000, "60 s"],
    [90_000, "90 s"],
    [600_000, "10 m"],
    [1500, "1500 ms"],
    [10_800_000, "3 h"],
  ] as const;
  for (const [ms, text] of words) assert.equal(durationInWords(ms), text);
});

test("fractions and numbers within a range", () => {
  const fraction = (text: string) => outcome(parseDecimalIn(text, [0, 1]));
  assert.deepEqual(["0", "1", "0.25", ".5", "1.0"].map(fraction), [0, 1, 0.25, 0.5, 1]);
  for (const text of ["2", "1.1", "-0.1", "", "x", "1e-1", "50%"]) assert.equal(fraction(text), `not a number from 0 to 1: '${text}'`);
  assert.equal(outcome(parseDecimalIn("0.5", [1, 10])), "not a number from 1 to 10: '0.5'");
  assert.equal(outcome(parseIntegerIn("-20", [-20, 19])), -20);
  for (const text of ["20", "1.5", "", "x"]) {
    assert.equal(outcome(parseIntegerIn(text, [-20, 19])), `not a whole number from -20 to 19: '${text}'`);
  }
});

test("choices: a word in any case, the nearest one as the hint", () => {
  const choice = { what: "overlap", words: ["skip", "queue", "kill"] } as const;
  assert.equal(outcome(parseChoice("Queue", choice)), "queue");
  for (const text of ["", "foo", " skip", "skip,kill"]) {
    assert.equal(outcome(parseChoice(text, choice)), `not a valid overlap: '${text}' (skip, queue or kill)`);
  }
  assert.equal(remedyForValue({ type: "choice", choice }, "sikp"), "did you mean skip?");
  assert.equal(remedyForValue({ type: "choice", choice }, "something"), null);
});

test("command lines: words by shell rules, at least one", () => {
  assert.equal(outcome(parseCommandLine("/bin/sh -c 'exit 3'")), "/bin/sh -c 'exit 3'");
  for (const text of ["", "  ", "''", '"" x']) assert.equal(outcome(parseCommandLine(text)), "an empty command");
  assert.equal(outcome(parseCommandLine("a 'b")), `can't parse command "a 'b": No closing quotation`);
});

test("limits: soft alone or soft and hard, numbers, sizes or unlimited", () => {
  const good = {
    "4096": { soft: 4096, hard: null },
    "4096:8192": { soft: 4096, hard: 8192 },
    "1GB": { soft: 1024 ** 3, hard: null },
    "0:1kb": { soft: 0, hard: 1024 },
    Unlimited: { soft: "unlimited", hard: null },
    "1:unlimited": { soft: 1, hard: "unlimited" },
  };
  for (const [text, limit] of Object.entries(good)) assert.deepEqual(outcome(parseLimit(text)), limit, text);
  for (const text of ["", "x", ":", "1:", ":1", "1:2:3", "-1", "2:1", "unlimited:1", "1.5"]) {
    assert.equal(outcome(parseLimit(text)), `not a valid limit: '${text}'`, text);
  }
  assert.equal(remedyForValue({ type: "limit" }, "x"), "write 4096, 4096:8192, 1GB or unlimited");
});

test("checks: every form", () => {
  const good = {
    startsecs: { kind: "startsecs" },
    Notify: { kind: "notify" },
    watchdog: { kind: "watchdog" },
    "fd:3": { kind: "fd", number: 3 },
    "fd:255": { kind: "fd", number: 255 },
    "log:^ready: \\d+$": { kind: "log", pattern: "^ready: \\d+$" },
    "tcp:5432": { kind: "tcp", host: "localhost", port: 5432 },
    "tcp:localhost:80": { kind: "tcp", host: "localhost", port: 80 },
    "tcp:10.0.0.1:80": { kind: "tcp", host: "10.0.0.1", port: 80 },
    "tcp:::1:80": { kind: "tcp", host: "::1", port: 80 },
    "tcp:[::1]:80": { kind: "tcp", host: "::1", port: 80 },
    "unix:/run/a b.sock": { kind: "unix", path: "/run/a b.sock" },
    "http://127.0.0.1": { kind: "http", to: { kind: "tcp", host: "127.0.0.1", port: 80 }, uri: "/" },
    "http://127.0.0.1:8000/health?a=b:c": { kind: "http", to: { kind: "tcp", host: "127.0.0.1", port: 8000 }, uri: "/health?a=b:c" },
    "HTTP://localhost?x": { kind: "http", to: { kind: "tcp", host: "localhost", port: 80 }, uri: "/?x" },
    "http://[::1]:8000/x#y": { kind: "http", to: { kind: "tcp", host: "::1", port: 8000 }, uri: "/x" },
    "http://unix:/run/a.sock:/health": { kind: "http", to: { kind: "unix", path: "/run/a.sock" }, uri: "/health" },
    "http://unix:/run/a.sock": { kind: "http", to: { kind: "unix", path: "/run/a.sock" }, uri: "/" },
    "exec:sh -c 'exit 1'": { kind: "exec", command: "sh -c 'exit 1'" },
  };
  for (const [text, probe] of Object.entries(good)) {
    const read = parseProbe(text);
    assert.deepEqual(outcome(read), probe, text);
    if (read.ok) assert.deepEqual(outcome(parseProbe(probeText(read.value))), probe, text);
  }
  assert.deepEqual([addressesOf("localhost"), addressesOf("::1")], [["127.0.0.1", "::1"], ["::1"]]);
  assert.deepEqual([authority({ host: "::1", port: 80 }), authority({ host: "localhost", port: 81 })], ["[::1]", "localhost:81"]);
});

test("checks: what is wrong, and what to do", () => {
  const probes: readonly ProbeKind[] = ["startsecs", "notify", "fd", "log", "tcp", "unix", "http", "exec"];
  const forms = "write startsecs, notify, fd:N, log:REGEX, tcp:HOST:PORT, unix:PATH, http://HOST:PORT/PATH or exec:COMMAND";
  const wrong: readonly (readonly [text: string, message: string | null, hint: string | null])[] = [
    ["tpc:80", null, "did you mean tcp:80?"],
    ["notfy", null, "did you mean notify?"],
    ["", null, forms],
    ["8080", null, forms],
    ["watchdog", null, `watchdog is not possible here: ${forms}`],
    ["notify:x", null, "write notify alone"],
    ["tcp", null, "write tcp:HOST:PORT"],
    ["tcp:", null, "write tcp:HOST:PORT"],
    ["tcp:0", null, "write tcp:HOST:PORT, with a port from 1 to 65535"],
    ["tcp:127.0.0.1:65536", null, "write tcp:HOST:PORT, with a port from 1 to 65535"],
    ["tcp:1.2.3.4", null, "write tcp:HOST:PORT"],
    ["tcp:db.local:80", "a host name is not possible here: 'db.local'", "use exec: with a command that resolves it"],
    ["tcp:256.1.1.1:80", "a host name is not possible here: '256.1.1.1'", "use exec: with a command that resolves it"],
    ["http://db.local/x", "a host name is not possible here: 'db.local'", "use exec: with a command that resolves it"],
    ["http:/x", null, "write http://HOST:PORT/PATH"],
    ["http:///x", null, "write http://HOST:PORT/PATH"],
    ["http://a@127.0.0.1/x", null, "write http://HOST:PORT/PATH"],
    ["http://127.0.0.1/a b", null, "write http://HOST:PORT/PATH"],
    ["https://127.0.0.1/", null, "no TLS is spoken here: use exec: with a command that does, such as curl"],
    ["fd:2", "fd:2 is taken (3 to 255)", null],
    ["fd:256", null, "write fd:N, with N from 3 to 255"],
    ["fd:x", null, "write fd:N, with N from 3 to 255"],
    ["log:(", "not a valid regular expression: '(': Unterminated group", null],
    ["exec:  ", "an empty command", "write exec:COMMAND"],
  ];
  for (const [text, message, hint] of wrong) {
    assert.equal(outcome(parseProbe(text, probes)), message ?? `not a valid check: '${text}'`, text);
    assert.equal(remedyForValue({ type: "probe", probes }, text), hint, text);
  }
});

test("the remedy for a check names no kind of check that is not possible there", () => {
  const probes = ["tcp", "unix", "http"] as const;
  for (const [text, hint] of [
    ["tcp:db.local:80", "write its address, or localhost"],
    ["http://db.local/x", "write its address, or localhost"],
    ["https://127.0.0.1/", "no TLS is spoken here: write tcp:HOST:PORT, unix:PATH or http://HOST:PORT/PATH"],
  ] as const) {
    assert.equal(remedyForValue({ type: "probe", probes }, text), hint, text);
  }
});

test("whatever is read as a check, a limit or a duration can be written out and read again", () => {
  const start = fc.constantFrom("", ...Object.keys(PROBE_FORMS).flatMap((kind) => [kind, `${kind}:`, `${kind}://`]));
  const piece = fc.constantFrom("localhost", "127.0.0.1", "::1", "[", "]", ":", "80", "/", "unix:", "?", "#", " ", "%", "é", "'", "a.b");
  const text = fc.tuple(start, fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 6 }));
  fc.assert(
    fc.property(text, ([first, rest]) => {
      const read = parseProbe(first + rest.join(""));
      if (read.ok) assert.deepEqual(outcome(parseProbe(probeText(read.value))), read.value);
    }),
    { numRuns: 3000 },
  );
  const limit = fc.array(fc.constantFrom("1", "0", "KB", "GB", ":", "unlimited", "-", " ", "x"), { maxLength: 6 });
  fc.assert(
    fc.property(limit, (pieces) => {
      const read = parseLimit(pieces.join(""));
      if (read.ok) assert.deepEqual(outcome(parseLimit(limitText(read.value))), read.value);
    }),
  );
});

test("CRON: a word for a schedule that is misspelt has the nearest one as its hint", () => {
  for (const [text, hint] of [
    ["@dayly", "did you mean @daily?"],
    ["@Hourli", "did you mean @hourly?"],
  ] as const) {
    assert.equal(remedyForValue({ type: "schedule" }, text), hint);
  }
});

test("CRON: schedules and zones as options, each with its hint", () => {
  const remedy = "write minute hour day month weekday, such as 30 2 * * *, or @daily, or @every 10m";
  assert.equal(remedyForValue({ type: "schedule" }, "61 * * * *"), remedy);
  assert.equal(remedyForValue({ type: "zone" }, "Europe/Berln"), "did you mean Europe/Berlin?");
  assert.equal(remedyForValue({ type: "zone" }, "nowhere at all"), "give a name such as Europe/Berlin, or UTC");
});
