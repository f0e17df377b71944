/**
 * A log becomes its first backup and an empty file takes its place: whoever looks at the path finds a log, at every moment. So the file gets its second
 * name first, and the empty one, made beside it, is renamed over the first. Where a file can have no second name (FAT, some network disks, another
 * user's file in a folder for all) it is renamed, and the empty one made behind that.
 */
import path from "node:path";
import type { Errno, FileInfo, Files } from "../../doors.ts";
import type { Rename } from "../../logs/rotation.ts";
import { ok, type Result, refuse } from "../../result.ts";

/** Under the starter's umask, as the keeper makes logs. */
const MODE = 0o666;

/** May be done again after a death at any of its steps. A log that is gone is no error: somebody removed it meanwhile. */
export async function moveAside(files: Files, { from, to }: Rename): Promise<Result<true, Errno>> {
  if (!(await nameTwice(files, from, to))) {
    const renamed = await files.rename(from, to);
    if (!renamed.ok && renamed.error !== "ENOENT") return renamed;
    // What stands in its way is told when the keeper opens it.
    await files.createExclusive(from, MODE);
    return ok(true);
  }
  const replaced = await replaceByEmpty(files, from);
  if (replaced.ok) return replaced;
  // The folder takes no third name, or not that one; what somebody else has put at the path by now is kept.
  const found = await files.lstat(from);
  const removed = found.ok && (await isSame(files, found.value, to)) ? await files.remove(from) : ok(true as const);
  if (!removed.ok && removed.error !== "ENOENT") {
    await files.remove(to);
    return removed;
  }
  await files.createExclusive(from, MODE);
  return ok(true);
}

/** Whether something is at a path, and is that file. */
export async function isSame(files: Files, file: FileInfo, there: string): Promise<boolean> {
  const found = await files.lstat(there);
  return found.ok && found.value.inode === file.inode && found.value.device === file.device;
}

async function nameTwice(files: Files, from: string, to: string): Promise<boolean> {
  const linked = await files.link(from, to);
  if (linked.ok || linked.error !== "EEXIST") return linked.ok;
  const itself = await files.lstat(from);
  if (!itself.ok) return false;
  if (await isSame(files, itself.value, to)) return true;
  // The only backup: it would be replaced by a rename too.
  return (await files.remove(to)).ok && (await files.link(from, to)).ok;
}

async function replaceByEmpty(files: Files, file: string): Promise<Result<true, Errno>> {
  const next = path.join(path.dirname(file), `.${path.basename(file)}.new`);
  let made = await files.createExclusive(next, MODE);
  if (!made.ok && made.error === "EEXIST" && (await isEmptyFile(files, next))) {
    // One that died had made it, or somebody has put it there to have it written: it is not used.
    const removed = await files.remove(next);
    made = removed.ok ? await files.createExclusive(next, MODE) : refuse(removed.error);
  }
  if (!made.ok) return made;
  const replaced = await files.rename(next, file);
  if (!replaced.ok) await files.remove(next);
  return replaced;
}

async function isEmptyFile(files: Files, file: string): Promise<boolean> {
  const found = await files.lstat(file);
  return found.ok && found.value.kind === "file" && found.value.size === 0;
}
