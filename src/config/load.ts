/**
 * The one file of this room that reads files: finds the configuration, follows [include], asks which folders exist. What the texts mean is decided
 * elsewhere. Relative paths count from the directory that the daemon was started in, whatever it is now: a reread finds the file that the start found,
 * where the original fails once it has changed directory (CONF-397).
 */
import type { Doors } from "../doors.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Flags } from "./daemonsection.ts";
import { decodeUtf8 } from "./decode.ts";
import { byCodePoint } from "./expand.ts";
import { type Demand, settled } from "./findings.ts";
import { hasMagic, matchesName } from "./glob.ts";
import { includePatterns } from "./include.ts";
import { type IniFile, readIni } from "./ini.ts";
import { mergeIni, type PlacedFile } from "./merge.ts";
import type { Config, ConfigError, Remark } from "./model.ts";
import { baseNames, environmentNames } from "./names.ts";
import { absolute, folderOf, joined } from "./pathnames.ts";
import { type CheckPlugin, NO_SUCH_PLUGIN, type PluginName } from "./plugins.ts";
import type { Listening } from "./reader.ts";
import { type Facts, resolve } from "./resolve.ts";

export type LoadDoors = Pick<Doors, "files" | "accounts" | "birth">;

export type LoadRequest = {
  /** The path as given or found; see `findConfigFile`. */
  readonly file: string;
  /** The flags of the command line. */
  readonly flags: Flags;
  /** Loads a plug-in to see whether it can be loaded. Without it there are none but the built-in ones. */
  readonly checkPlugin?: CheckPlugin;
  readonly listening?: Listening;
};

/** A configuration that goes wild must not take the memory or the time of the daemon. */
export const INCLUDED_FILES_MAX = 10_000;
export const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** On a disk that hangs each takes a thread. */
const READ_AT_ONCE = 4;

/** Reads and checks everything. All errors come back at once; the first is the one that the original reports. */
export async function loadConfig(doors: LoadDoors, request: LoadRequest): Promise<Result<Config, readonly ConfigError[]>> {
  const { birth, accounts } = doors;
  const main = await readMain(doors, request.file);
  if (!main.ok) return main;
  const here = main.value.folder;
  const sources = new Map([[request.file, main.value.ini.lines]]);
  const lineText = (file: string, line: number): string | null => sources.get(file)?.[line - 1] ?? null;
  const homes = { uid: birth.uid, home: birth.environment["HOME"] };
  const names = baseNames([environmentNames(birth.environment)], here, birth.hostName);
  const include = includePatterns(main.value, names, { accounts, homes, listening: request.listening ?? {}, lineText });
  const included = await readIncluded(doors, include.patterns);
  for (const { ini } of included.files) sources.set(ini.file, ini.lines);

  const facts: Facts = {
    configFile: request.file,
    here,
    lineText,
    accounts,
    cwd: birth.cwd,
    uid: birth.uid,
    environment: birth.environment,
    hostName: birth.hostName,
    tempDir: await findTempDir(doors),
    flags: request.flags,
  };
  const resolved = resolve(
    mergeIni([main.value, ...included.files]),
    facts,
    [...include.findings.remarks, ...included.remarks],
    request.listening,
  );
  const syntaxErrors = [...main.value.ini.errors, ...included.errors];
  const possible = [...include.findings.errors, ...resolved.errors];
  const lacks = await meetDemands(
    doors,
    possible.flatMap(({ unless }) => unless ?? []),
    (plugin) => request.checkPlugin?.(plugin, here) ?? NO_SUCH_PLUGIN,
  );
  const [ofInclude, others] = [include.findings.errors, resolved.errors].map((errors) => settled(errors, lacks, syntaxErrors.length > 0));
  const errors = [...main.value.ini.errors, ...(ofInclude ?? []), ...included.errors, ...(others ?? [])];
  return errors.length === 0 && resolved.config !== null ? ok(resolved.config) : refuse(errors);
}

export type Found = {
  /** A line for stderr, wherever the search ends. */
  readonly notice: string | null;
  readonly file: Result<string, readonly ConfigError[]>;
};

const ROOT_NOTICE =
  "Supervisord is running as root and it is searching for its configuration file in default locations (including its current working directory); " +
  'you probably want to specify a "-c" argument specifying an absolute path to a configuration file for improved security.';

/** The path of `-c`, or the first of the default places that exists. (CONF-001..CONF-012) */
export async function findConfigFile(doors: LoadDoors, flags: Flags): Promise<Found> {
  const given = flags.get("configfile")?.text ?? null;
  if (given !== null) return { notice: null, file: given === "" ? refuse([notFound("", "name a file after -c")]) : ok(given) };
  const notice = doors.birth.uid === 0 ? ROOT_NOTICE : null;
  const places = defaultPlaces(doors.birth.argv0);
  for (const place of places) {
    if ((await doors.files.stat(joined(doors.birth.cwd, place))).ok) return { notice, file: ok(place) };
  }
  const message = `No config file found at default paths (${places.join(", ")}); use the -c option to specify a config file at a different path`;
  return {
    notice,
    file: refuse([{ message, file: null, line: null, excerpt: null, hint: "echo_supervisord_conf prints one to start with" }]),
  };
}

/** Two plain steps up from argv[0], on the text. (CONF-001, CONF-002) */
export function defaultPlaces(argv0: string): string[] {
  const base = folderOf(folderOf(argv0));
  return [
    joined(base, "etc/supervisord.conf"),
    joined(base, "supervisord.conf"),
    "supervisord.conf",
    "etc/supervisord.conf",
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
  ];
}

/** (CONF-010, CONF-011) */
async function readMain(doors: LoadDoors, file: string): Promise<Result<PlacedFile, readonly ConfigError[]>> {
  const path = joined(doors.birth.cwd, file);
  if (!(await doors.files.stat(path)).ok) return refuse([notFound(file, `there is no ${path}`)]);
  const bytes = await doors.files.readText(path);
  if (!bytes.ok)
    return refuse([{ message: `could not read config file ${file}`, file, line: null, excerpt: null, hint: `${path}: ${bytes.error}` }]);
  const ini = parseBytes(file, bytes.value);
  return ini.ok ? ok({ ini: ini.value, folder: absolute(folderOf(file), doors.birth.cwd) }) : refuse([ini.error]);
}

function notFound(file: string, hint: string): ConfigError {
  return { message: `could not find config file ${file}`, file, line: null, excerpt: null, hint };
}

function parseBytes(file: string, bytes: Uint8Array): Result<IniFile, ConfigError> {
  if (bytes.length > FILE_BYTES_MAX) {
    return refuse({
      message: `could not read config file ${file}`,
      file,
      line: null,
      excerpt: null,
      hint: `it is larger than ${FILE_BYTES_MAX} bytes`,
    });
  }
  const text = decodeUtf8(bytes);
  if (text.ok) return ok(readIni(file, text.value));
  const { message, line } = text.error;
  return refuse({ message, file, line, excerpt: null, hint: "save the file as UTF-8" });
}

type Included = { readonly files: readonly PlacedFile[]; readonly errors: readonly ConfigError[]; readonly remarks: readonly Remark[] };

/** Reads what the patterns match. A folder, a pipe, a device or an unreadable file is passed over. (CONF-191..CONF-197) */
async function readIncluded(doors: LoadDoors, patterns: readonly string[]): Promise<Included> {
  const remarks: Remark[] = [];
  const paths: string[] = [];
  for (const pattern of patterns) {
    const matches = (await followPattern(doors, pattern)).sort(byCodePoint);
    if (matches.length === 0) remarks.push({ level: "warn", text: `No file matches via include "${pattern}"` });
    for (const path of matches) remarks.push({ level: "info", text: `Included extra file "${path}" during parsing` });
    paths.push(...matches);
  }
  if (paths.length > INCLUDED_FILES_MAX) {
    const message = `[include] matches ${paths.length} files, more than ${INCLUDED_FILES_MAX}`;
    return { files: [], remarks, errors: [{ message, file: null, line: null, excerpt: null, hint: "use a narrower pattern" }] };
  }
  const parsed = new Map<string, Result<IniFile, ConfigError> | null>();
  const distinct = [...new Set(paths)];
  for (let at = 0; at < distinct.length; at += READ_AT_ONCE) {
    const some = distinct.slice(at, at + READ_AT_ONCE);
    const bytes = await Promise.all(some.map((path) => readIncludedFile(doors, path)));
    for (const [index, path] of some.entries()) {
      const read = bytes[index];
      parsed.set(path, read?.ok ? parseBytes(path, read.value) : null);
      if (read?.ok === false && read.error !== null) remarks.push({ level: "warn", text: `Cannot include "${path}": ${read.error}` });
    }
  }
  const files: PlacedFile[] = [];
  const errors: ConfigError[] = [];
  for (const path of paths) {
    const ini = parsed.get(path) ?? null;
    if (ini?.ok) files.push({ ini: ini.value, folder: absolute(folderOf(path), "/") });
  }
  for (const path of distinct) {
    const ini = parsed.get(path) ?? null;
    if (ini !== null) errors.push(...(ini.ok ? ini.value.errors : [ini.error]));
  }
  return { files, errors, remarks };
}

/**
 * Only regular files are opened: a pipe without a writer would hold a reread for ever, and one of the few threads with it. The error is a text for a
 * remark, or null for a folder, which a wide pattern may well match.
 */
async function readIncludedFile(doors: LoadDoors, path: string): Promise<Result<Uint8Array, string | null>> {
  const found = await doors.files.stat(path);
  if (!found.ok) return found;
  if (found.value.kind === "directory") return refuse(null);
  return found.value.kind === "file" ? doors.files.readText(path) : refuse("it is no regular file");
}

/** The paths that match an absolute pattern, as Python's glob finds them. */
async function followPattern(doors: LoadDoors, pattern: string): Promise<string[]> {
  if (!hasMagic(pattern)) {
    const found = pattern.endsWith("/") ? await isFolder(doors, pattern) : (await doors.files.lstat(pattern)).ok;
    return found ? [pattern] : [];
  }
  const folder = folderOf(pattern);
  const last = pattern.slice(pattern.lastIndexOf("/") + 1);
  const folders = hasMagic(folder) ? await followPattern(doors, folder) : [folder];
  const found = await Promise.all(folders.map((one) => matchesIn(doors, one, last)));
  return found.flat();
}

async function matchesIn(doors: LoadDoors, folder: string, last: string): Promise<string[]> {
  const path = joined(folder, last);
  if (last === "") return (await isFolder(doors, folder)) ? [`${folder}/`] : [];
  if (!hasMagic(last)) return (await doors.files.lstat(path)).ok ? [path] : [];
  const names = await doors.files.list(folder);
  return names.ok ? names.value.filter((name) => matchesName(name, last)).map((name) => joined(folder, name)) : [];
}

async function isFolder(doors: LoadDoors, path: string): Promise<boolean> {
  const info = path === "" ? null : await doors.files.stat(joined(doors.birth.cwd, path));
  return info?.ok === true && info.value.kind === "directory";
}

type Check = (plugin: PluginName) => string | null | Promise<string | null>;

/** Asks the world for everything at once; plug-ins one after the other, since each runs code. */
async function meetDemands(doors: LoadDoors, demands: readonly Demand[], check: Check): Promise<(demand: Demand) => string | null> {
  const exists = await findFolders(
    doors,
    demands.flatMap((demand) => (demand.kind === "folder" ? demand.path : [])),
  );
  const problems = new Map<string, string | null>();
  const key = ({ module, exported }: PluginName): string => `${module}:${exported}`;
  for (const demand of demands) {
    if (demand.kind !== "plugin" || problems.has(key(demand.plugin))) continue;
    problems.set(key(demand.plugin), await check(demand.plugin));
  }
  return (demand) => {
    if (demand.kind === "folder") return exists(demand.path) ? null : "there is no such folder";
    return problems.get(key(demand.plugin)) ?? null;
  };
}

/** Answers for all folders at once. */
async function findFolders(doors: LoadDoors, folders: readonly string[]): Promise<(folder: string) => boolean> {
  const distinct = [...new Set(folders)];
  const found = await Promise.all(distinct.map((folder) => isFolder(doors, folder)));
  const existing = new Set(distinct.filter((_, index) => found[index]));
  return (folder) => existing.has(folder);
}

/** The first usable of the usual places. (CONF-138) */
async function findTempDir(doors: LoadDoors): Promise<string> {
  const { environment, cwd } = doors.birth;
  const named = ["TMPDIR", "TEMP", "TMP"].map((name) => environment[name] ?? "").filter((path) => path !== "");
  for (const path of [...named.map((one) => absolute(one, cwd)), "/tmp", "/var/tmp", "/usr/tmp"])
    if (await isFolder(doors, path)) return path;
  return cwd;
}
