/**
 * Finds the configuration and reads it, with what it includes, and asks which folders exist. What the texts mean is decided elsewhere. Relative paths
 * count from the directory that the daemon was started in, whatever it is now: a reread finds the file that the start found, where the original fails
 * once it has changed directory (CONF-397).
 */
import type { Doors } from "../doors.ts";
import { ok, type Result, refuse } from "../result.ts";
import { mistake } from "./commandline.ts";
import type { Flags } from "./daemonsection.ts";
import { baseNames, environmentNames } from "./expansionnames.ts";
import { type Demand, settled } from "./findings.ts";
import { includePatterns } from "./include.ts";
import { isFolder, parseBytes, readBytes, readIncluded, whyUnreadable } from "./included.ts";
import { mergeIni, type PlacedFile } from "./merge.ts";
import type { Config, ConfigError } from "./model.ts";
import { absolute, folderOf, joined } from "./pathnames.ts";
import { type CheckPlugin, NO_SUCH_PLUGIN, type PluginName } from "./pluginnames.ts";
import type { Listening } from "./reader.ts";
import { shortened, shortenedError } from "./report.ts";
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
  /** What the configuration in force passed over, for a daemon that reads again; see `readIncluded`. Without it this is a start. */
  readonly passedOver?: readonly string[];
};

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
  const included = await readIncluded(doors, include.patterns, request.passedOver ?? null);
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
  if (errors.length > 0 || resolved.config === null) return refuse(errors.map(shortenedError));
  const remarks = resolved.config.remarks.map((remark) => ({ ...remark, text: shortened(remark.text) }));
  return ok({ ...resolved.config, remarks, passedOver: included.passedOver });
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
  return { notice, file: refuse([mistake(message, "echo_supervisord_conf prints one to start with")]) };
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
  const bytes = await readBytes(doors, path);
  if (!bytes.ok) {
    const hint = `${path}: ${whyUnreadable(bytes.error)}`;
    return refuse([{ message: `could not read config file ${file}`, file, line: null, excerpt: null, hint }]);
  }
  const ini = parseBytes(file, bytes.value);
  return ini.ok ? ok({ ini: ini.value, folder: absolute(folderOf(file), doors.birth.cwd) }) : refuse([ini.error]);
}

function notFound(file: string, hint: string): ConfigError {
  return { message: `could not find config file ${file}`, file, line: null, excerpt: null, hint };
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
