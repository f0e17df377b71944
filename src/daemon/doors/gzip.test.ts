import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { realFiles } from "./files.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-gzip-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);
const files = realFiles();

test("LOGX-030: the whole file, with its mode and time, and what it was", async () => {
  const text = Buffer.from(Array.from({ length: 40_000 }, (_, line) => `line ${line} of the log\n`).join(""));
  writeFileSync(at("log.2"), text);
  execFileSync("chmod", ["640", at("log.2")]);
  utimesSync(at("log.2"), 1000, 2000);
  const done = await files.gzip(at("log.2"), at("log.2.gz.part"));
  const { dev, ino } = statSync(at("log.2"), { bigint: true });
  assert.deepEqual(done, { ok: true, value: { device: dev, inode: ino, size: text.length } });
  assert.ok(gunzipSync(readFileSync(at("log.2.gz.part"))).equals(text));
  const made = statSync(at("log.2.gz.part"));
  assert.deepEqual([made.mode & 0o777, made.mtimeMs], [0o640, 2_000_000]);
  assert.ok(made.size < text.length / 4);
});

test("LOGX-030: nothing is followed, replaced or waited for, and nothing is left after a failure", async () => {
  writeFileSync(at("there"), "x");
  symlinkSync("there", at("link"));
  execFileSync("mkfifo", [at("fifo")]);
  for (const [from, to, errno] of [
    ["none", "a", "ENOENT"],
    ["link", "a", "ELOOP"],
    ["fifo", "a", "EINVAL"],
    [".", "a", "EINVAL"],
    ["there", "link", "EEXIST"],
  ] as const) {
    assert.deepEqual(await files.gzip(at(from), at(to)), { ok: false, error: errno }, from);
    assert.equal(existsSync(at("a")), false);
  }
});
