/** Carries out a rotation: the keeper holds the stream meanwhile, the pipe holds the program, and nothing else waits. */
import path from "node:path";
import type { FileInfo, Files } from "../../doors.ts";
import { backupName, backupsAmong, beyondTotal, GZ, planRotation } from "../../logs/rotation.ts";
import { ok } from "../../result.ts";
import type { Runtime } from "../runtime.ts";
import { isSame, moveAside } from "./aside.ts";
import type { RotatedLog } from "./streams.ts";

/** The file that was written, as whoever wants it rotated knows it. */
export type Written = { readonly size: bigint; readonly device: bigint; readonly inode: bigint };

/** How the file is opened after it, whether it was moved or is to be emptied, and why not, where that is to be told. */
export type Rotated = {
  readonly truncate: boolean;
  readonly regularOnly: boolean;
  readonly limit: number;
  readonly isMoved: boolean;
  readonly why: string | null;
};

export type Circumstances = {
  /** A predecessor may have begun with it. */
  readonly resumed: boolean;
  /** A file that is closed meanwhile is left to whoever opens it next. */
  isStillOpen(): boolean;
};

/**
 * After a rename that fails it is tried again when the file has grown by its limit once more. Where another file lies at the path by now (another run's,
 * or one that logrotate made), nothing is moved: the keeper goes on in that one. A link is moved itself, as in the original, and never the file behind it.
 */
export async function rotate(runtime: Runtime, file: RotatedLog, written: Written, circumstances: Circumstances): Promise<Rotated> {
  const { files } = runtime.doors;
  if (!circumstances.isStillOpen()) return { truncate: false, regularOnly: true, limit: file.maxBytes, isMoved: false, why: null };
  const found = await files.lstat(file.path);
  const link = found.ok && found.value.kind === "other" && (await isLink(runtime, file.path, found.value));
  if (link && isOfTheSystem(file.path)) return UNROTATED;
  if (link && file.backups <= 0)
    return { ...UNROTATED, why: "it is a link, and without backups the file behind it would have to be emptied" };
  const names = file.backups > 0 ? await files.list(path.dirname(file.path)) : ok([]);
  // Without the list of backups a rename could replace one of them.
  if (!names.ok) return growOn(file, written, `its backups cannot be listed: ${names.error}`);
  const existing = backupsAmong(names.value, path.basename(file.path), file.backups);
  const baseIsOurs = link || (found.ok && found.value.inode === written.inode && found.value.device === written.device);
  const resumed = circumstances.resumed || (found.ok && !baseIsOurs);
  const isAside = resumed && found.ok && found.value.links > 1 && (await isSame(files, found.value, backupName(file.path, 1)));
  const compressed = file.compress === true ? backupsAmong(names.value, path.basename(file.path), file.backups, GZ) : undefined;
  const plan = planRotation({
    path: file.path,
    backups: file.backups,
    existing,
    ...(compressed && { compressed }),
    resumed,
    baseIsOurs,
    isAside,
  });
  for (const name of plan.removals) {
    const removed = await files.remove(name);
    if (!removed.ok && removed.error !== "ENOENT") return growOn(file, written, `removing ${name} failed with ${removed.error}`);
  }
  for (const { from, to } of plan.renames) {
    const renamed = await files.rename(from, to);
    if (renamed.ok || renamed.error === "ENOENT") continue;
    return growOn(file, written, `renaming ${from} to ${to} failed with ${renamed.error}`);
  }
  const moved = plan.aside === null ? ok(true as const) : await moveAside(files, plan.aside);
  if (!moved.ok) return growOn(file, written, `renaming ${file.path} to ${backupName(file.path, 1)} failed with ${moved.error}`);
  const isMoved = plan.aside !== null || plan.truncate;
  return { truncate: plan.truncate, regularOnly: true, limit: file.maxBytes, isMoved, why: null };
}

/** Removes the oldest backups until the log and all that are left take no more than this. What cannot be removed is passed over. (LOGX-033) */
export async function trim(files: Files, { path: log, backups, compress }: RotatedLog, totalMaxBytes: number): Promise<void> {
  const names = await files.list(path.dirname(log));
  if (!names.ok) return;
  const sizes = new Map<number, number>();
  const forms = compress === true ? ["", GZ] : [""];
  const found = forms.flatMap((form) =>
    [...backupsAmong(names.value, path.basename(log), backups, form)].map((number) => ({
      number,
      file: `${backupName(log, number)}${form}`,
    })),
  );
  for (const { number, file } of [{ number: 0, file: log }, ...found]) {
    const itself = await files.lstat(file);
    if (itself.ok && itself.value.kind === "file") sizes.set(number, (sizes.get(number) ?? 0) + itself.value.size);
  }
  const surplus = new Set(beyondTotal(sizes, totalMaxBytes));
  for (const { number, file } of found) if (surplus.has(number)) await files.remove(file);
}

function growOn(file: RotatedLog, written: Written, why: string): Rotated {
  return { truncate: false, regularOnly: true, limit: Number(written.size) + file.maxBytes, isMoved: false, why };
}

/** A link that is there already is followed, as at the start; it is never cut off, since it may lead elsewhere by the time. */
const UNROTATED: Rotated = { truncate: false, regularOnly: false, limit: 0, isMoved: false, why: null };

/** What is neither file nor folder is a link, if something else, or nothing, is behind it. */
async function isLink(runtime: Runtime, file: string, itself: FileInfo): Promise<boolean> {
  const behind = await runtime.doors.files.stat(file);
  return !behind.ok || behind.value.inode !== itself.inode || behind.value.device !== itself.device;
}

/** Such as /dev/stdout, which the whole machine needs. */
function isOfTheSystem(file: string): boolean {
  return file.startsWith("/dev/") || file.startsWith("/proc/");
}
