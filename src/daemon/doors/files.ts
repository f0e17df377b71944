/**
 * The door to files: node's promises, with failures as errno names. Nothing here is synchronous; a dead disk holds one answer and not the
 * loop. Logs of programs do not come this way: the keeper writes them.
 */

import type { BigIntStats, Stats } from "node:fs";
import { constants } from "node:fs";
import { access, link, lstat, open, readdir, readlink, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, isAbsolute } from "node:path";
import { pathOf, textOf } from "../../bytes.ts";
import type { Errno, FileInfo, Files } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { gzipFile } from "./gzip.ts";
import { pathHere } from "./paths.ts";

/** The most that `readText` takes in: a configuration or a pidfile is far below, an endless device is not. Above it: EFBIG. */
export const READ_TEXT_MAX = 64 * 1024 * 1024;
/** The most that one `readAt` takes; a caller who wants more asks again. */
export const READ_AT_MAX = 16 * 1024 * 1024;
const READ_STEP = 64 * 1024;
const PERMISSION_BITS = 0o7777;

/** As the kernel's. */
const LINKS_MAX = 40;
const S_ISVTX = 0o1000;
/** Major 1, minor 3. */
const NULL_DEVICE = 0x103;

const { O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY, S_IWOTH } = constants;

/** Failures of making a file beside the target that leave a write into the target itself: a file we may write in a directory we may not, a mounted file. */
const NO_NEIGHBOUR: ReadonlySet<Errno> = new Set(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV"]);

export function realFiles(): Files {
  let writes = 0;
  return {
    stat: (path) => attempt(async () => info(await stat(pathHere(path), { bigint: true }))),
    lstat: (path) => attempt(async () => info(await lstat(pathHere(path), { bigint: true }))),
    mayExecute: async (path) => (await attempt(() => access(pathHere(path), constants.X_OK))).ok,
    readText: (path) => flat(attempt(() => readText(path))),
    readAt: (path, offset, length) => flat(attempt(() => readAt(path, offset, Math.min(length, READ_AT_MAX)))),
    readGuarded: (path, length) => flat(attempt(() => readGuarded(path, Math.min(length, READ_AT_MAX)))),
    list: (path) => attempt(async () => (await readdir(pathHere(path), { encoding: "buffer" })).map(textOf).sort()),
    write: (path, bytes, mode) => write(path, bytes, mode, `${process.pid}.${++writes}`),
    writeDurably: (path, bytes, mode) => writeDurably(path, bytes, mode, `${process.pid}.${++writes}`),
    createExclusive: (path, mode) => attempt(async () => create(path, mode, O_EXCL | O_NOFOLLOW)),
    rename: (from, to) => attempt(() => rename(pathOf(from), pathOf(to)).then(() => true as const)),
    link: (from, to) => attempt(() => link(pathOf(from), pathOf(to)).then(() => true as const)),
    gzip: (from, to) => flat(attempt(() => gzipFile(from, to))),
    remove: (path) => attempt(() => unlink(pathHere(path)).then(() => true as const)),
  };
}

/** The errno's name of a failure of the world. Anything else is a bug and goes on being thrown. */
async function attempt<T>(act: () => Promise<T>): Promise<Result<T, Errno>> {
  try {
    return ok(await act());
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) return refuse(code);
    // A NUL in a path never reaches the kernel: node refuses it.
    if (code === "ERR_INVALID_ARG_VALUE") return refuse("EINVAL");
    throw error;
  }
}

async function flat<T>(nested: Promise<Result<Result<T, Errno>, Errno>>): Promise<Result<T, Errno>> {
  const outer = await nested;
  return outer.ok ? outer.value : outer;
}

function info(stats: BigIntStats): FileInfo {
  return {
    kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : isNull(stats) ? "null" : "other",
    mode: Number(stats.mode) & PERMISSION_BITS,
    size: Number(stats.size),
    device: stats.dev,
    inode: stats.ino,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    links: Number(stats.nlink),
    mtimeMs: Number(stats.mtimeMs),
  };
}

/** /dev/null, by whatever name: its numbers are the same on every Linux. */
function isNull(stats: Stats | BigIntStats): boolean {
  return stats.isCharacterDevice() && Number(stats.rdev) === NULL_DEVICE;
}

/** Reads to the end, whatever the size said: files under /proc say 0. */
async function readText(path: string): Promise<Result<Uint8Array, Errno>> {
  const file = await open(pathHere(path), "r");
  try {
    const parts: Buffer[] = [];
    for (let total = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_STEP), 0, READ_STEP, null);
      if (bytesRead === 0) return ok(new Uint8Array(Buffer.concat(parts)));
      total += bytesRead;
      if (total > READ_TEXT_MAX) return refuse("EFBIG");
      parts.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Of regular files and /dev/null alone: a FIFO, a terminal or another device would keep the thread for ever, or the daemon as its own. */
async function readAt(path: string, offset: number, length: number): Promise<Result<Uint8Array, Errno>> {
  return readOpened(pathHere(path), 0, { offset, length }, () => null);
}

async function readGuarded(path: string, length: number): Promise<Result<Uint8Array, Errno>> {
  const target = await followLinks(path);
  if (!target.ok) return target;
  const { real, strangers } = target.value;
  const noFollow = isUnderProc(real) ? 0 : O_NOFOLLOW;
  return readOpened(pathOf(real), noFollow, { offset: 0, length }, ({ uid }) => (strangers.every((one) => one === uid) ? null : "ELOOP"));
}

/** `refusal` says by what was opened whether it may not be read. */
async function readOpened(
  path: string | Buffer,
  flags: number,
  { offset, length }: { readonly offset: number; readonly length: number },
  refusal: (stats: Stats) => Errno | null,
): Promise<Result<Uint8Array, Errno>> {
  const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags);
  try {
    // Whoever owns the folder may put something else there at any moment: a look at the path before says nothing of what was opened.
    const stats = await file.stat();
    if (!stats.isFile() && !isNull(stats)) return refuse("EINVAL");
    const refused = refusal(stats);
    if (refused !== null) return refuse(refused);
    const buffer = Buffer.allocUnsafeSlow(length);
    let have = 0;
    while (have < length) {
      const { bytesRead } = await file.read(buffer, have, length - have, offset + have);
      if (bytesRead === 0) break;
      have += bytesRead;
    }
    return ok(new Uint8Array(buffer.subarray(0, have)));
  } finally {
    await file.close();
  }
}

async function create(path: string, mode: number, flags: number): Promise<true> {
  const file = await open(pathHere(path), O_WRONLY | O_CREAT | flags, mode);
  await file.close();
  return true;
}

/**
 * A reader of the target sees the old bytes or the new, never half of them. Links that root or we have made are followed first, so that the file behind
 * them is replaced and not the link. What is no regular file, or stands where no neighbour can be made, is written in place.
 */
async function write(path: string, bytes: Uint8Array, mode: number, unique: string): Promise<Result<true, Errno>> {
  const target = await followTrusted(path);
  if (!target.ok) return target;
  const real = target.value;
  const found = await attempt(() => (isUnderProc(real) ? stat(pathOf(real)) : lstat(pathOf(real))));
  if (found.ok && !found.value.isFile()) return attempt(() => writeInPlace(real, bytes, mode));
  const replaced = await replace(real, bytes, mode, `${dirname(real)}/.${basename(real)}.${unique}.new`);
  return !replaced.ok && NO_NEIGHBOUR.has(replaced.error) ? attempt(() => writeInPlace(real, bytes, mode)) : replaced;
}

async function writeDurably(path: string, bytes: Uint8Array, mode: number, unique: string): Promise<Result<true, Errno>> {
  const target = await followTrusted(path);
  if (!target.ok) return target;
  const real = target.value;
  const found = await attempt(() => lstat(pathOf(real)));
  if (found.ok && !found.value.isFile()) return refuse(found.value.isDirectory() ? "EISDIR" : "EINVAL");
  const replaced = await replace(real, bytes, mode, `${dirname(real)}/.${basename(real)}.${unique}.new`, true);
  return replaced.ok ? attempt(() => syncFolder(dirname(real))) : replaced;
}

/** So that the name is there after a loss of power. A file system that knows no such thing says EINVAL. */
async function syncFolder(folder: string): Promise<true> {
  const opened = await open(pathOf(folder), O_RDONLY);
  try {
    await opened.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  } finally {
    await opened.close();
  }
  return true;
}

/** Where the links at the end of a path lead. A link that somebody else made, or could swap before it is used, would lend its maker our rights: ELOOP. */
async function followTrusted(path: string): Promise<Result<string, Errno>> {
  const target = await followLinks(path);
  if (!target.ok) return target;
  return target.value.strangers.length === 0 ? ok(target.value.real) : refuse("ELOOP");
}

/** Anybody who may write into a folder without the sticky bit. */
const ANYBODY = -1;

/**
 * Where the links at the end of a path lead, and which users other than root and ours made one of them, or could swap it before it is used. Links in the
 * middle of a path are the kernel's to judge (protected_symlinks).
 */
async function followLinks(path: string): Promise<Result<{ readonly real: string; readonly strangers: readonly number[] }, Errno>> {
  const strangers: number[] = [];
  for (let at = path, links = 0; links <= LINKS_MAX; links++) {
    const end = at;
    const found = await attempt(() => lstat(pathOf(end)));
    if (!found.ok && found.error !== "ENOENT") return found;
    if (!found.ok || !found.value.isSymbolicLink() || isUnderProc(end)) return ok({ real: end, strangers });
    const folder = await attempt(() => stat(pathOf(dirname(end))));
    if (!folder.ok) return folder;
    const mayBeSwapped = (folder.value.mode & S_IWOTH) !== 0 && (folder.value.mode & S_ISVTX) === 0;
    strangers.push(...[found.value.uid, folder.value.uid].filter((uid) => !isTrusted(uid)), ...(mayBeSwapped ? [ANYBODY] : []));
    const to = await attempt(async () => textOf(await readlink(pathOf(end), { encoding: "buffer" })));
    if (!to.ok) return to;
    at = isAbsolute(to.value) ? to.value : `${dirname(end)}/${to.value}`;
  }
  return refuse("ELOOP");
}

function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** Descriptors of processes look like links and are none. */
function isUnderProc(path: string): boolean {
  return path.startsWith("/proc/");
}

async function replace(
  target: string,
  bytes: Uint8Array,
  mode: number,
  neighbour: string,
  isDurable = false,
): Promise<Result<true, Errno>> {
  const file = await attempt(() => open(pathOf(neighbour), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  if (!file.ok) return file;
  const done = await attempt(async () => {
    try {
      await file.value.writeFile(bytes);
      if (isDurable) await file.value.sync();
    } finally {
      await file.value.close();
    }
    await rename(pathOf(neighbour), pathOf(target));
    return true as const;
  });
  if (!done.ok) await attempt(() => unlink(pathOf(neighbour)));
  return done;
}

/** O_NONBLOCK: a FIFO that nobody reads is ENXIO, not a thread that waits for ever. */
async function writeInPlace(target: string, bytes: Uint8Array, mode: number): Promise<true> {
  const noFollow = isUnderProc(target) ? 0 : O_NOFOLLOW;
  const file = await open(pathOf(target), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | noFollow, mode);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
  return true;
}
