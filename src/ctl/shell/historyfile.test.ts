import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { HISTORY_LINES_MAX, readHistory, writeHistory } from "./historyfile.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-history-"));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "history");

test("CTL-057, CLI-087: lines as readline keeps them, the newest last, for nobody else to read", () => {
  writeHistory(file, ["status", "stop all"]);
  assert.equal(readFileSync(file, "utf8"), "status\nstop all\n");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readHistory(file), ["status", "stop all"]);
});

test("CLI-087: a file that is not there, or cannot be written, is no matter", () => {
  assert.deepEqual(readHistory(path.join(folder, "nothere")), []);
  writeHistory(path.join(folder, "no", "folder"), ["x"]);
  assert.deepEqual(readHistory(null), []);
  writeHistory(null, ["x"]);
});

test("a file of the other readline is read; only so many lines are kept", () => {
  writeFileSync(file, `_HiStOrY_V2_\n${"x\n".repeat(HISTORY_LINES_MAX + 5)}`);
  assert.equal(readHistory(file).length, HISTORY_LINES_MAX);
  writeHistory(
    file,
    Array.from({ length: HISTORY_LINES_MAX + 5 }, (_, at) => String(at)),
  );
  assert.equal(readHistory(file)[0], "5");
});
