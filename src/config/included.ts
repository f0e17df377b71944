/**
 * Finds and reads the files that [include] names. What is not there, or is no regular file, is passed over with a warning. (CONF-191..CONF-197) Any other
 * file that cannot be read is an error: a reread that went on without it would take its programs for removed, and an update would stop them.
 */
import type { Doors, Errno } from "../doors.ts";
import { errnoWords } from "../errnowords.ts";
import { ok, type Result, refuse } from "../result.ts";
import { decodeUtf8 } from "./decode.ts";
import { byCodePoint } from "./expand.ts";
import { hasMagic, matchesName } from "./glob.ts";
import { type IniFile, readIni } from "./ini.ts";
import type { PlacedFile } from "./merge.ts";
import type { ConfigError, Remark } from "./model.ts";
import { absolute, folderOf, joined } from "./pathnames.ts";

/** A configuration that goes wild must not take the memory or the time of the daemon. */
export const INCLUDED_FILES_MAX = 10_000;
export const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** So many are remembered, in one record; what is beyond them is an error of a reread. */
const PASSED_OVER_MAX = 100;
/** On a disk that hangs each takes a thread. */
const READ_AT_ONCE = 4;

/** Nothing is at the path: it went since it matched, or it is a link to nothing or to itself. */
const NOT_THERE: ReadonlySet<Errno> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);
const NOT_PERMITTED: ReadonlySet<Errno> = new Set(["EACCES", "EPERM"]);

type FileDoors = Pick<Doors, "files" | "birth">;

export type Included = {
  readonly files: readonly PlacedFile[];
  readonly errors: readonly ConfigError[];
  readonly remarks: readonly Remark[];
  /** Files and folders that may not be read and were passed over. */
  readonly passedOver: readonly string[];
};

/**
 * Reads what the patterns match. At a start (`known` is null) what may not be read is passed over, as in the original; later only what the configuration
 * in force passed over too, since programs may run of anything else.
 */
export async function readIncluded(doors: FileDoors, patterns: readonly string[], known: readonly string[] | null): Promise<Included> {
  const remarks: Remark[] = [];
  const paths: string[] = [];
  const unseen = new Map<string, Errno>();
  for (const pattern of patterns) {
    const matches = (await followPattern(doors, pattern, unseen)).sort(byCodePoint);
    if (matches.length === 0) remarks.push({ level: "warn", text: `No file matches via include "${pattern}"` });
    for (const path of matches) remarks.push({ level: "info", text: `Included extra file "${path}" during parsing` });
    paths.push(...matches);
  }
  const distinct = [...new Set(paths)];
  if (paths.length > INCLUDED_FILES_MAX) {
    const message = `[include] matches ${paths.length} files, more than ${INCLUDED_FILES_MAX}`;
    return {
      files: [],
      remarks,
      errors: [{ message, file: null, line: null, excerpt: null, hint: "use a narrower pattern" }],
      passedOver: [],
    };
  }
  const read = await readAll(doors, distinct);
  const failures = [...unseen, ...distinct.flatMap((path): [string, Errno][] => failureOf(path, read.get(path)))];
  const judged = judge(failures, known);
  const parsed = new Map<string, Result<IniFile, ConfigError>>();
  for (const [path, bytes] of read) {
    if (bytes.ok) parsed.set(path, parseBytes(path, bytes.value));
    else if (bytes.error === "special") judged.remarks.push(warning(path, "it is no regular file"));
  }
  const files = paths.flatMap((path) => {
    const ini = parsed.get(path);
    return ini?.ok ? [{ ini: ini.value, folder: absolute(folderOf(path), "/") }] : [];
  });
  const mistakes = [...parsed.values()].flatMap((ini) => (ini.ok ? ini.value.errors : [ini.error]));
  return {
    files,
    errors: [...judged.errors, ...mistakes],
    remarks: [...remarks, ...judged.remarks],
    passedOver: judged.passedOver.slice(0, PASSED_OVER_MAX),
  };
}

type Judged = { readonly errors: ConfigError[]; readonly remarks: Remark[]; readonly passedOver: string[] };

function judge(failures: readonly (readonly [string, Errno])[], known: readonly string[] | null): Judged {
  const before = known === null ? null : new Set(known);
  const judged: Judged = { errors: [], remarks: [], passedOver: [] };
  for (const [path, errno] of failures) {
    const isPassedOver = NOT_PERMITTED.has(errno) && (before?.has(path) ?? true);
    if (isPassedOver) judged.passedOver.push(path);
    if (isPassedOver || NOT_THERE.has(errno)) judged.remarks.push(warning(path, whyUnreadable(errno)));
    else judged.errors.push(unreadable(path, errno));
  }
  return judged;
}

function warning(path: string, why: string): Remark {
  return { level: "warn", text: `Cannot include "${path}": ${why}`, isOurs: true };
}

function unreadable(path: string, errno: Errno): ConfigError {
  const message = `could not read config file ${path}: ${whyUnreadable(errno)}`;
  return { message, file: path, line: null, excerpt: null, hint: REMEDIES[errno] ?? REMEDY };
}

const REMEDY = "try again when it can be read, or take it out of what [include] matches; its programs are not touched before that";
const PERMIT = "let the user of supervisord read it, or take it out of what [include] matches";
const REMEDIES: Readonly<Record<Errno, string>> = { EFBIG: "split it into several files", EACCES: PERMIT, EPERM: PERMIT };

/** Why a file of the configuration cannot be read, in words. */
export function whyUnreadable(errno: Errno): string {
  return errno === "EFBIG" ? `it is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB` : errnoWords(errno);
}

/** What was read of a path; `folder`, which a wide pattern may well match, and `special` are no files to read. */
type Read = Result<Uint8Array, Errno | "folder" | "special">;

async function readAll(doors: FileDoors, paths: readonly string[]): Promise<ReadonlyMap<string, Read>> {
  const all = new Map<string, Read>();
  for (let at = 0; at < paths.length; at += READ_AT_ONCE) {
    const some = paths.slice(at, at + READ_AT_ONCE);
    const read = await Promise.all(some.map(async (path) => [path, await readIncludedFile(doors, path)] as const));
    for (const [path, bytes] of read) all.set(path, bytes);
  }
  return all;
}

/** Only regular files are opened: a pipe without a writer would hold a reread for ever, and one of the few threads with it. */
async function readIncludedFile(doors: FileDoors, path: string): Promise<Read> {
  const found = await doors.files.stat(path);
  if (!found.ok) return found;
  if (found.value.kind === "directory") return refuse("folder");
  if (found.value.kind !== "file") return refuse("special");
  return found.value.size > FILE_BYTES_MAX ? refuse("EFBIG") : readBytes(doors, path);
}

function failureOf(path: string, read: Read | undefined): [string, Errno][] {
  return read === undefined || read.ok || read.error === "folder" || read.error === "special" ? [] : [[path, read.error]];
}

/** The bytes of a file of the configuration; EFBIG where there are too many. */
export async function readBytes(doors: Pick<Doors, "files">, path: string): Promise<Result<Uint8Array, Errno>> {
  const bytes = await doors.files.readText(path);
  return bytes.ok && bytes.value.length > FILE_BYTES_MAX ? refuse("EFBIG") : bytes;
}

/** The sections of a file of the configuration. */
export function parseBytes(file: string, bytes: Uint8Array): Result<IniFile, ConfigError> {
  const text = decodeUtf8(bytes);
  if (text.ok) return ok(readIni(file, text.value));
  const { message, line } = text.error;
  return refuse({ message, file, line, excerpt: null, hint: "save the file as UTF-8" });
}

/** What of the paths could not be looked at. */
type Unseen = Map<string, Errno>;

/** The paths that match an absolute pattern, as Python's glob finds them. */
async function followPattern(doors: FileDoors, pattern: string, unseen: Unseen): Promise<string[]> {
  if (!hasMagic(pattern)) {
    const found = pattern.endsWith("/") ? await isFolder(doors, pattern) : await isThere(doors, pattern, unseen);
    return found ? [pattern] : [];
  }
  const folder = folderOf(pattern);
  const last = pattern.slice(pattern.lastIndexOf("/") + 1);
  const folders = hasMagic(folder) ? await followPattern(doors, folder, unseen) : [folder];
  const found = await Promise.all(folders.map((one) => matchesIn(doors, one, last, unseen)));
  return found.flat();
}

async function matchesIn(doors: FileDoors, folder: string, last: string, unseen: Unseen): Promise<string[]> {
  const path = joined(folder, last);
  if (last === "") return (await isFolder(doors, folder)) ? [`${folder}/`] : [];
  if (!hasMagic(last)) return (await isThere(doors, path, unseen)) ? [path] : [];
  const names = await doors.files.list(folder);
  if (names.ok) return names.value.filter((name) => matchesName(name, last)).map((name) => joined(folder, name));
  if (!NOT_THERE.has(names.error)) unseen.set(folder, names.error);
  return [];
}

async function isThere(doors: FileDoors, path: string, unseen: Unseen): Promise<boolean> {
  const found = await doors.files.lstat(path);
  if (!found.ok && !NOT_THERE.has(found.error)) unseen.set(path, found.error);
  return found.ok;
}

export async function isFolder(doors: FileDoors, path: string): Promise<boolean> {
  const info = path === "" ? null : await doors.files.stat(joined(doors.birth.cwd, path));
  return info?.ok === true && info.value.kind === "directory";
}
