import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { realFiles } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-files-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const files = realFiles();
const bytes = (text: string): Buffer => Buffer.from(text);

test("failures of the world come back as the errno's name", async () => {
  assert.deepEqual(await files.stat(at("none")), { ok: false, error: "ENOENT" });
  assert.deepEqual(await files.readText(folder), { ok: false, error: "EISDIR" });
  assert.deepEqual(await files.list(at("none")), { ok: false, error: "ENOENT" });
  assert.deepEqual(await files.remove(at("none")), { ok: false, error: "ENOENT" });
  assert.deepEqual(await files.rename(at("none"), at("other")), { ok: false, error: "ENOENT" });
  assert.deepEqual(await files.write(at("none/file"), bytes("x"), 0o644), { ok: false, error: "ENOENT" });
  assert.deepEqual(await files.stat("a\0b"), { ok: false, error: "EINVAL" });
  symlinkSync("loop", at("loop"));
  assert.deepEqual(await files.readText(at("loop")), { ok: false, error: "ELOOP" });
});

test("stat follows a link, lstat does not; both say what the kernel says", async () => {
  writeFileSync(at("target"), "12345", { mode: 0o640 });
  symlinkSync("target", at("link"));
  const found = await files.stat(at("link"));
  const real = statSync(at("target"), { bigint: true });
  assert.ok(found.ok);
  const { dev: device, ino: inode } = real;
  const mtimeMs = Number(real.mtimeMs);
  assert.deepEqual(found.value, {
    kind: "file",
    mode: 0o640,
    size: 5,
    device,
    inode,
    uid: process.getuid?.(),
    gid: Number(real.gid),
    links: 1,
    mtimeMs,
  });
  const link = await files.lstat(at("link"));
  assert.equal(link.ok && link.value.kind, "other");
  const directory = await files.stat(folder);
  assert.equal(directory.ok && directory.value.kind, "directory");
});

test("mayExecute is false for what has no x bit and for what is not there", async () => {
  writeFileSync(at("script"), "");
  chmodSync(at("script"), 0o644);
  assert.equal(await files.mayExecute(at("script")), false);
  chmodSync(at("script"), 0o755);
  assert.equal(await files.mayExecute(at("script")), true);
  assert.equal(await files.mayExecute(at("none")), false);
});

test("readText reads to the end, also where the size says 0", async () => {
  const big = Buffer.alloc(200_000, "x");
  writeFileSync(at("big"), big);
  const read = await files.readText(at("big"));
  assert.ok(read.ok && Buffer.compare(read.value, big) === 0);
  const proc = await files.readText("/proc/self/status");
  assert.ok(proc.ok && proc.value.length > 100);
});

test("readText of something endless is refused, not waited for", async () => {
  assert.deepEqual(await files.readText("/dev/zero"), { ok: false, error: "EFBIG" });
});

test("readAt reads regular files alone, whatever a look at the path said before, and never waits for the other end of a FIFO", async () => {
  execFileSync("mkfifo", [at("swapped")]);
  for (const name of [at("swapped"), folder, "/dev/zero", "/dev/tty"]) {
    const read = await files.readAt(name, 0, 10);
    assert.equal(read.ok, false, name);
  }
});

test("readAt gives what is there: less at the end, nothing behind it", async () => {
  writeFileSync(at("ten"), "0123456789");
  const read = async (offset: number, length: number): Promise<string> => {
    const found = await files.readAt(at("ten"), offset, length);
    assert.ok(found.ok);
    return Buffer.from(found.value).toString();
  };
  assert.deepEqual(
    [await read(0, 3), await read(7, 100), await read(10, 5), await read(99, 5), await read(3, 0)],
    ["012", "789", "", "", ""],
  );
});

test("write makes a file with the mode, replaces one as a new file, and leaves no neighbour behind", async () => {
  mkdirSync(at("w"));
  const path = at("w/pid");
  assert.deepEqual(await files.write(path, bytes("1\n"), 0o600), { ok: true, value: true });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  linkSync(path, at("w/old"));
  assert.deepEqual(await files.write(path, bytes("2\n"), 0o644), { ok: true, value: true });
  assert.equal(readFileSync(path, "utf8"), "2\n");
  assert.equal(readFileSync(at("w/old"), "utf8"), "1\n", "whoever had the old file open still sees the old bytes");
  assert.deepEqual(readdirSync(at("w")), ["old", "pid"]);
});

test("write follows a link and replaces the file behind it", async () => {
  mkdirSync(at("l"));
  writeFileSync(at("l/real"), "old");
  symlinkSync("real", at("l/link"));
  assert.deepEqual(await files.write(at("l/link"), bytes("new"), 0o644), { ok: true, value: true });
  assert.ok(lstatSync(at("l/link")).isSymbolicLink());
  assert.equal(readFileSync(at("l/real"), "utf8"), "new");
});

test("write to what is no regular file goes into it; a FIFO without a reader does not hold us", async () => {
  assert.deepEqual(await files.write("/dev/null", bytes("x"), 0o644), { ok: true, value: true });
  assert.ok(statSync("/dev/null").isCharacterDevice());
  execFileSync("mkfifo", [at("fifo")]);
  assert.deepEqual(await files.write(at("fifo"), bytes("x"), 0o644), { ok: false, error: "ENXIO" });
  assert.deepEqual(await files.write(folder, bytes("x"), 0o644), { ok: false, error: "EISDIR" });
});

test("two writes to one path at once: one of the two is there whole", async () => {
  const many = [..."abcdefgh"].map((letter) => letter.repeat(100_000));
  await Promise.all(many.map((text) => files.write(at("race"), bytes(text), 0o644)));
  assert.ok(many.includes(readFileSync(at("race"), "utf8")));
});

test("createExclusive makes an empty file with its mode, and never takes what is there, not even a link to nowhere", async () => {
  assert.deepEqual(await files.createExclusive(at("fresh"), 0o600), { ok: true, value: true });
  assert.equal(statSync(at("fresh")).mode & 0o777, 0o600);
  assert.deepEqual(await files.createExclusive(at("fresh"), 0o600), { ok: false, error: "EEXIST" });
  symlinkSync("nowhere", at("dangling"));
  assert.deepEqual(await files.createExclusive(at("dangling"), 0o600), { ok: false, error: "EEXIST" });
  assert.equal(existsSync(at("nowhere")), false);
});

test("list is sorted, rename and remove do what they say", async () => {
  mkdirSync(at("d"));
  for (const name of ["b", "a", "c"]) writeFileSync(at(`d/${name}`), name);
  assert.deepEqual(await files.list(at("d")), { ok: true, value: ["a", "b", "c"] });
  assert.deepEqual(await files.rename(at("d/a"), at("d/b")), { ok: true, value: true });
  assert.deepEqual(await files.remove(at("d/c")), { ok: true, value: true });
  assert.deepEqual(await files.list(at("d")), { ok: true, value: ["b"] });
  assert.equal(readFileSync(at("d/b"), "utf8"), "a");
});

test("link gives a file a second name, and a link itself; it never replaces what is there", async () => {
  writeFileSync(at("named"), "1");
  symlinkSync("nowhere", at("named-link"));
  assert.deepEqual(await files.link(at("named"), at("named-twice")), { ok: true, value: true });
  const found = await files.lstat(at("named-twice"));
  assert.equal(found.ok && found.value.links, 2);
  assert.deepEqual(await files.link(at("named-link"), at("named-twice")), { ok: false, error: "EEXIST" });
  assert.deepEqual(await files.link(at("named-link"), at("link-twice")), { ok: true, value: true });
  assert.equal(lstatSync(at("link-twice")).isSymbolicLink(), true);
  assert.deepEqual(await files.link(at("named-none"), at("named-other")), { ok: false, error: "ENOENT" });
});

test("ENV-003: a guarded reading is one of regular files and /dev/null, and never waits", async () => {
  execFileSync("mkfifo", [at("guarded-fifo")]);
  for (const path of [folder, at("guarded-fifo"), "/dev/zero"]) {
    assert.deepEqual(await files.readGuarded(path, 10), { ok: false, error: "EINVAL" }, path);
  }
  assert.deepEqual(await files.readGuarded(at("guarded-none"), 10), { ok: false, error: "ENOENT" });
  const empty = await files.readGuarded("/dev/null", 10);
  assert.equal(empty.ok && empty.value.length, 0);
  writeFileSync(at("guarded"), "12345");
  symlinkSync("guarded", at("guarded-link"));
  const read = await files.readGuarded(at("guarded-link"), 3);
  assert.equal(read.ok && Buffer.from(read.value).toString(), "123");
});

test("ENV-004: a link of another user leads to that user's own files only", {
  skip: process.getuid?.() !== 0 && "needs root",
}, async () => {
  const USER = 65_534;
  mkdirSync(at("theirs"), { mode: 0o755 });
  chownSync(at("theirs"), USER, USER);
  writeFileSync(at("secret"), "SECRET=1");
  writeFileSync(at("theirs/own"), "OWN=1");
  chownSync(at("theirs/own"), USER, USER);
  for (const [link, target] of [
    ["theirs/to-own", "own"],
    ["theirs/to-secret", "../secret"],
    ["theirs/by-root", "../secret"],
    ["theirs/chain", "to-secret"],
  ] as const) {
    symlinkSync(target, at(link));
    if (link !== "theirs/by-root") lchownSync(at(link), USER, USER);
  }
  symlinkSync("theirs/to-own", at("root-to-theirs"));
  for (const good of ["theirs/own", "theirs/to-own", "root-to-theirs"]) {
    const read = await files.readGuarded(at(good), 100);
    assert.equal(read.ok && Buffer.from(read.value).toString(), "OWN=1", good);
  }
  // Whoever owns the folder could have swapped the link that root made.
  for (const bad of ["theirs/to-secret", "theirs/chain", "theirs/by-root"]) {
    assert.deepEqual(await files.readGuarded(at(bad), 100), { ok: false, error: "ELOOP" }, bad);
  }
});
