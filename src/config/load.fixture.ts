/** Doors to a small world in memory, to read configurations in: files by path, every folder above them, a few accounts. */
import type { Account, Files } from "../doors.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { GivenFlag } from "./commandline.ts";
import { findConfigFile, type LoadDoors, loadConfig } from "./load.ts";
import type { Config, ConfigError, ProcessConfig } from "./model.ts";
import { folderOf } from "./pathnames.ts";
import { readSupervisordArguments } from "./supervisord.ts";

export type World = {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly folders?: readonly string[];
  readonly unreadable?: readonly string[];
  /** What opening a file, or listing a folder, fails with. */
  readonly failing?: Readonly<Record<string, string>>;
  /** What the configuration in force passed over; without it this is a start. */
  readonly passedOver?: readonly string[];
  /** Those of `files` that are no regular files: reading one never ends. */
  readonly pipes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly argv0?: string;
  readonly args?: readonly string[];
};

const ACCOUNTS: readonly Account[] = [
  { name: "root", uid: 0, gid: 0, groups: [0], home: "/root", shell: "/bin/sh" },
  { name: "nobody", uid: 65534, gid: 65534, groups: [65534], home: "/nonexistent", shell: "/bin/sh" },
  { name: "web", uid: 33, gid: 44, groups: [44], home: "/var/www", shell: "/bin/sh" },
];
const PLAIN = { mode: 0o644, size: 0, device: 1n, inode: 1n, uid: 0, gid: 0, links: 1, mtimeMs: 0 } as const;
const GROUPS: Readonly<Record<string, number>> = { root: 0, nogroup: 65534, webbers: 44 };

export const HOST = "host.example";

export function world({
  files = {},
  folders = [],
  unreadable = [],
  failing = {},
  pipes = [],
  environment = { HOME: "/root" },
  cwd = "/work",
  uid = 1000,
  ...rest
}: World): LoadDoors {
  const known = new Set(["/tmp", "/etc", "/root", cwd, ...folders, ...Object.keys(files).map(folderOf)].flatMap(withAbove));
  const birth = {
    pid: 1,
    uid,
    gid: uid,
    cwd,
    environment,
    hostName: HOST,
    argv0: rest.argv0 ?? "/usr/bin/supervisord",
    args: rest.args ?? [],
  };
  const accounts = {
    byName: (name: string) => ACCOUNTS.find((one) => one.name === name) ?? null,
    byUid: (id: number) => ACCOUNTS.find((one) => one.uid === id) ?? null,
    groupByName: (name: string) => GROUPS[name] ?? null,
    groupById: (id: number) => Object.values(GROUPS).includes(id),
  };
  return {
    files: filesOf(files, known, { ...failing, ...Object.fromEntries(unreadable.map((path) => [path, "EACCES"])) }, pipes),
    accounts,
    birth,
  };
}

function filesOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  folders: ReadonlySet<string>,
  failing: Readonly<Record<string, string>>,
  pipes: readonly string[],
): Files {
  const plain = (path: string): string =>
    path === "/"
      ? path
      : path
          .replace(/\/\/+/g, "/")
          .replace(/\/\.(?=\/|$)/g, "")
          .replace(/\/$/, "") || "/";
  const info = (path: string) => {
    const isPipe = pipes.includes(plain(path));
    const kind = isPipe ? "other" : Object.hasOwn(files, plain(path)) ? "file" : folders.has(plain(path)) ? "directory" : null;
    if (kind === null) return refuse("ENOENT");
    return ok({ ...PLAIN, kind } as const);
  };
  const readText = (path: string): Result<Uint8Array, string> => {
    const bytes = files[plain(path)];
    if (bytes === undefined) return refuse(folders.has(plain(path)) ? "EISDIR" : "ENOENT");
    const errno = failing[plain(path)];
    if (errno !== undefined) return refuse(errno);
    return ok(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  };
  const list = (path: string): Result<readonly string[], string> => {
    if (!folders.has(plain(path))) return refuse("ENOENT");
    const errno = failing[plain(path)];
    if (errno !== undefined) return refuse(errno);
    const start = plain(path) === "/" ? "/" : `${plain(path)}/`;
    const below = [...Object.keys(files), ...folders]
      .filter((one) => one.startsWith(start) && one !== start)
      .map((one) => one.slice(start.length));
    return ok([...new Set(below.map((one) => one.split("/")[0] ?? ""))].filter((one) => one !== ""));
  };
  const never = (): never => {
    throw new Error("reading a configuration changes no file");
  };
  return {
    stat: async (path) => info(path),
    lstat: async (path) => info(path),
    readText: async (path) => (pipes.includes(plain(path)) ? new Promise(() => undefined) : readText(path)),
    list: async (path) => list(path),
    mayExecute: never,
    readAt: never,
    readGuarded: never,
    writeDurably: never,
    write: never,
    createExclusive: never,
    rename: never,
    link: never,
    gzip: never,
    remove: never,
  };
}

function withAbove(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}

/** The main file of `read`. */
export const MAIN = "/etc/main.conf";

/** Reads a main file, with [supervisord] before it unless it has one, in a world. */
export function read(text: string | Uint8Array, given: World = {}): Promise<Result<Config, readonly ConfigError[]>> {
  const full = typeof text === "string" && !/^\s*\[supervisord\]/m.test(text) ? `[supervisord]\n${text}` : text;
  return readArgs(["-c", MAIN], { ...given, files: { [MAIN]: full, ...given.files } });
}

/** Reads what a command line names. */
export async function readArgs(args: readonly string[], given: World): Promise<Result<Config, readonly ConfigError[]>> {
  const doors = world({ ...given, args });
  const command = await readSupervisordArguments(doors);
  if (command.kind === "wrong") return refuse(command.errors);
  if (!("flags" in command)) throw new Error(`${command.kind} instead of a configuration`);
  const found = await findConfigFile(doors, command.flags);
  const { passedOver } = given;
  return found.file.ok
    ? loadConfig(doors, { file: found.file.value, flags: command.flags, ...(passedOver && { passedOver }) })
    : found.file;
}

/** The configuration, which must be good. */
export async function good(text: string | Uint8Array, given: World = {}): Promise<Config> {
  const result = await read(text, given);
  if (!result.ok) throw new Error(`not good: ${result.error.map(({ message }) => message).join(" | ")}`);
  return result.value;
}

/** The processes of a good configuration. */
export async function processes(text: string, given: World = {}): Promise<readonly ProcessConfig[]> {
  return (await good(text, given)).groups.flatMap((group) => group.processes);
}

/** The only process of [program:x] with these lines. */
export async function program(lines: string, given: World = {}): Promise<ProcessConfig> {
  const [first, ...more] = await processes(programText(lines), given);
  if (first === undefined || more.length > 0) throw new Error(`${more.length + 1} processes`);
  return first;
}

/** The message of the first error. */
export async function fault(text: string | Uint8Array, given: World = {}): Promise<string> {
  return (await faults(text, given))[0]?.message ?? "";
}

/** Every error. */
export async function faults(text: string | Uint8Array, given: World = {}): Promise<readonly ConfigError[]> {
  const result = await read(text, given);
  if (result.ok) throw new Error("the configuration is good");
  return result.error;
}

/** The message of the first error of [program:x] with these lines, without its section. */
export async function programFault(lines: string, given: World = {}): Promise<string> {
  const message = await fault(programText(lines), given);
  const suffix = ` in section 'program:x' (file: '${MAIN}')`;
  if (!message.endsWith(suffix)) throw new Error(`no section in: ${message}`);
  return message.slice(0, -suffix.length);
}

function programText(lines: string): string {
  const all = /^command\s*[=:]/m.test(lines) ? lines : `command=/bin/cat\n${lines}`;
  return `[program:x]\n${all}\n`;
}

/** The texts of the warnings. */
export async function warnings(text: string, given: World = {}): Promise<readonly string[]> {
  return (await good(text, given)).remarks.filter(({ level }) => level === "warn").map((remark) => remark.text);
}

/** Flags as a command line gives them. */
export function flags(values: Readonly<Record<string, string | null>>): ReadonlyMap<string, GivenFlag> {
  return new Map(Object.entries(values).map(([name, text]) => [name, { name, spelling: `--${name}`, text }]));
}

/** A section that includes. */
export const including = (files: string) => `[include]\nfiles=${files}\n`;

/** A program with a command. */
export const one = (name: string, command = "c") => `[program:${name}]\ncommand=${command}\n`;
