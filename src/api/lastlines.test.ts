import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeControl, view } from "../rpc/control.fixture.ts";
import { LAST_LINE_CHARACTERS, LAST_LINES, LAST_LINES_BYTES } from "./bounds.ts";
import { isInTrouble, LastLines, lastLines } from "./lastlines.ts";
import { DETAIL } from "./watch.fixture.ts";

test("the last lines that say something, whole and not too long", () => {
  assert.deepEqual(lastLines("cut\nwhole\n\n  \nlast", true), ["whole", "last"]);
  assert.deepEqual(lastLines("only", true), ["only"]);
  const many = Array.from({ length: 20 }, (_, at) => `l${at}`);
  assert.deepEqual(lastLines(many.join("\n"), false), many.slice(-LAST_LINES));
  assert.equal(lastLines("x".repeat(LAST_LINES_BYTES), false)[0]?.length, LAST_LINE_CHARACTERS + 1);
});

test("stderr, or stdout where that is where stderr goes; no log, no words", async () => {
  const control = new FakeControl();
  control.write("/log/a.err", "from stderr\n");
  control.write("/log/a.out", "from stdout\n");
  const words = new LastLines(control);
  const [one, other, none] = [view("a"), view("a"), view("a", { stderrLogfile: null })];
  assert.equal(words.of(one), null);
  assert.equal(await words.read(one, DETAIL), true);
  assert.equal(await words.read(one, DETAIL), false, "they are the same");
  await words.read(other, { ...DETAIL, redirectsStderr: true });
  await words.read(none, DETAIL);
  assert.deepEqual([words.of(one), words.of(other), words.of(none)], [["from stderr"], ["from stdout"], []]);
});

test("trouble: BACKOFF, FATAL, an exit that nobody expected, and what keeps restarting", () => {
  const exit = { at: 0, exitCode: 1, signal: null, coreDumped: false };
  const shown = (state: "BACKOFF" | "FATAL" | "EXITED" | "STOPPED", expected: boolean) =>
    isInTrouble(view("a", { state }), { ...DETAIL, lastExit: { ...exit, expected } }, 10_000);
  assert.deepEqual(
    [shown("BACKOFF", true), shown("FATAL", true), shown("EXITED", false), shown("EXITED", true), shown("STOPPED", false)],
    [true, true, true, false, false],
  );
  const running = (restarts: number, startedAt: number) =>
    isInTrouble(view("a", { state: "RUNNING" }), { ...DETAIL, restarts, startedAt }, 100_000);
  assert.deepEqual([running(0, 99_000), running(1, 99_000), running(2, 99_000), running(9, 40_000)], [false, false, true, false]);
  assert.equal(isInTrouble(view("a", { state: "STARTING" }), { ...DETAIL, restarts: 2 }, 100_000), true);
});
