/**
 * Programs that outlived an earlier supervisord of the same configuration: one that was killed with -9 leaves them running, and the next one starts
 * everything a second time. They are found by what each process tells of itself under /proc, and named in the activity log.
 */
import type { Files } from "../../doors.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import { isSupervisord } from "../serving/alreadyrunning.ts";
import { readPidfile } from "../serving/pidfile.ts";
import { childEnvironment } from "../spawn/environment.ts";

/** What an earlier supervisord that did not end in order has left: a socket or a pid file, with the pid that stands in it. */
export type LeftBehind = { readonly pid: number | null };

/** Whom we look for, and who looks. */
export type Search = {
  readonly keeperPid: number;
  readonly daemonPid: number;
  /** The pid of the earlier supervisord, which is its session, too, where it ran in the background. */
  readonly earlierPid: number | null;
  /** SUPERVISOR_SERVER_URL of our programs. */
  readonly url: string | null;
  /** The same of those that have one of their own, by name. */
  readonly urls: ReadonlyMap<string, string>;
};

/** `program` is null where the environment is no longer to be read. */
export type Survivor = { readonly pid: number; readonly program: string | null; readonly comm: string };

type Seen = {
  readonly pid: number;
  readonly comm: string;
  readonly parent: number;
  readonly session: number;
  readonly startedTicks: number;
};
type Table = ReadonlyMap<number, Seen>;
type Reader = Pick<Files, "list" | "readAt" | "stat">;

const PROCESSES_MAX = 10_000;
/** A process in the kernel's hands may keep whoever reads its environment: three that do not answer are enough. */
const LATE_MAX = 3;
const LINES_MAX = 100;
const STAT_BYTES = 1024;
const COMMAND_BYTES = 4096;
/** Most environments are small. */
const ENVIRONMENT_BYTES = 8 * 1024;
const ENVIRONMENT_BYTES_MAX = 128 * 1024;
/** The kernel's thread that has all others of its kind as children. */
const KTHREADD = 2;

/** Looks before our own socket and pid file are there. null: the earlier supervisord, if there was one, has ended in order. */
export async function leftBehind(runtime: Runtime): Promise<LeftBehind | null> {
  const { files } = runtime.doors;
  const { daemon, servers } = runtime.running;
  const pidfile = await readPidfile(files, daemon.pidfile);
  if (pidfile !== null) return pidfile;
  for (const server of servers) if (server.kind === "unix" && (await files.lstat(server.file)).ok) return { pid: null };
  return null;
}

/** The successor of a daemon that is killed before it has named them does it. */
export function promiseToName(runtime: Runtime, left: LeftBehind): void {
  runtime.loop.post((turn) => turn.state(recordKeys.survivors, encodeRecord(left)));
}

export async function resumeNaming(runtime: Runtime, inheritance: Inheritance): Promise<void> {
  const stored = inheritance.store.get(recordKeys.survivors);
  const left = stored === undefined ? null : decodeRecord(stored);
  if (left?.ok === true) await nameSurvivors(runtime, left.value as LeftBehind);
}

/** One line for each survivor. Nothing waits for it: the programs have been started. */
export async function nameSurvivors(runtime: Runtime, left: LeftBehind): Promise<void> {
  const url = runtime.running.daemon.serverUrl;
  const urls = new Map<string, string>();
  for (const group of runtime.running.groups) {
    for (const config of group.processes) {
      const ref = { group: group.name, process: config.name };
      const its = childEnvironment({}, ref, config, url)["SUPERVISOR_SERVER_URL"];
      if (its !== undefined && its !== "" && its !== url) urls.set(makeNamespec(ref), its);
    }
  }
  const { keeperPid, doors } = runtime;
  // A process that hangs in the kernel may hold its reader, too: the lanes of logs have a limit in time.
  const found = await findSurvivors(doors.logReads, { keeperPid, daemonPid: doors.birth.pid, earlierPid: left.pid, url, urls });
  runtime.loop.post((turn) => {
    turn.state(recordKeys.survivors, null);
    for (const survivor of found.slice(0, LINES_MAX)) runtime.activity.write(turn, "critical", wordsOf(survivor));
    const more = found.length - LINES_MAX;
    if (more > 0) runtime.activity.write(turn, "critical", `${more} more processes of an earlier supervisord are still running`);
  });
}

export function wordsOf({ pid, program, comm }: Survivor): string {
  const who = program === null ? `a process (${comm})` : `a process of ${program} (${comm})`;
  return `${who} that an earlier supervisord started is still running with pid ${pid}, and is not supervised: if it must not run twice, end it with: kill ${pid}`;
}

/**
 * The topmost of the processes that are of an earlier supervisord of ours. Those of a supervisord that lives are its own, those that are younger than our
 * keeper are ours, and what is in another container, or what cannot be read, is left alone.
 */
export async function findSurvivors(files: Reader, search: Search): Promise<readonly Survivor[]> {
  const proc = new Proc(files);
  const table = await proc.table(search.daemonPid);
  const keeper = table.get(search.keeperPid);
  if (keeper === undefined) return [];
  const above = new Set(line(table, keeper.pid));
  const claimed = new Map<number, Survivor>();
  for (const seen of table.values()) {
    if (seen.startedTicks >= keeper.startedTicks || above.has(seen.pid) || seen.pid === KTHREADD || seen.parent === KTHREADD) continue;
    const environment = await proc.environment(seen.pid);
    const program = environment === null ? null : programOf(environment, seen, table, search);
    if (program !== null) claimed.set(seen.pid, { pid: seen.pid, comm: seen.comm, program: program.name });
  }
  const survivors: Survivor[] = [];
  for (const survivor of claimed.values()) {
    const ancestors = line(table, survivor.pid).slice(1);
    if (ancestors.some((pid) => claimed.has(pid))) continue;
    if ((await proc.mounts(survivor.pid)) !== (await proc.mounts(search.daemonPid))) continue;
    if ((await proc.command(survivor.pid))[0]?.startsWith("holdfast: daemon") === true) continue;
    const others = ancestors.filter((pid) => !above.has(pid));
    if (!(await isOfAnother(proc, others))) survivors.push(survivor);
  }
  return survivors;
}

/** A supervisord above us may have been given our programs as their new parent: that one does not count, and the caller leaves it out. */
async function isOfAnother(proc: Proc, ancestors: readonly number[]): Promise<boolean> {
  for (const pid of ancestors) if (isSupervisord(await proc.command(pid))) return true;
  return false;
}

/** The program that a process is of; null when it is none of ours. */
function programOf(environment: string, seen: Seen, table: Table, search: Search): { readonly name: string | null } | null {
  const variables = new Map<string, string>();
  for (const text of environment.split("\0")) {
    const at = text.indexOf("=");
    if (at > 0) variables.set(text.slice(0, at), text.slice(at + 1));
  }
  const { earlierPid } = search;
  const isOfSession = earlierPid !== null && earlierPid > 1 && seen.session === earlierPid && !table.has(earlierPid);
  // Some servers (nginx, redis) write their title over their environment.
  const isOverwritten = ![...variables.keys()].some((name) => /^[A-Za-z_]\w*$/.test(name));
  if (isOverwritten) return isOfSession ? { name: null } : null;
  const [process, group] = [variables.get("SUPERVISOR_PROCESS_NAME"), variables.get("SUPERVISOR_GROUP_NAME")];
  if (variables.get("SUPERVISOR_ENABLED") !== "1" || !isName(process) || !isName(group)) return null;
  const name = makeNamespec({ group, process });
  const url = variables.get("SUPERVISOR_SERVER_URL");
  const isOurs = url !== undefined && url !== "" && (url === search.url || url === search.urls.get(name));
  return isOurs || isOfSession ? { name } : null;
}

/** Anybody can put anything into the environment of a process, and it goes into the log. */
function isName(text: string | undefined): text is string {
  return text !== undefined && /^\P{C}{1,200}$/u.test(text);
}

/** A process and everything above it. */
function line(table: Table, pid: number): number[] {
  const pids: number[] = [];
  for (let at = table.get(pid); at !== undefined && !pids.includes(at.pid); at = table.get(at.parent)) pids.push(at.pid);
  return pids;
}

/** The file system of processes, one question after the other. */
class Proc {
  readonly #files: Reader;
  readonly #commands = new Map<number, readonly string[]>();
  #late = 0;

  constructor(files: Reader) {
    this.#files = files;
  }

  /** All that live. Empty when /proc is not there, or is that of other processes than ours. */
  async table(daemonPid: number): Promise<Table> {
    const table = new Map<number, Seen>();
    if (parseStat(await this.#read("self/stat", STAT_BYTES))?.pid !== daemonPid) return table;
    const names = await this.#files.list("/proc");
    const pids = names.ok ? names.value.filter((name) => /^\d+$/.test(name)).slice(0, PROCESSES_MAX) : [];
    for (const pid of pids) {
      const seen = parseStat(await this.#read(`${pid}/stat`, STAT_BYTES));
      if (seen !== null) table.set(seen.pid, seen);
    }
    return table;
  }

  async environment(pid: number): Promise<string | null> {
    const text = await this.#read(`${pid}/environ`, ENVIRONMENT_BYTES);
    const isCut = text !== null && Buffer.byteLength(text) >= ENVIRONMENT_BYTES;
    return isCut ? this.#read(`${pid}/environ`, ENVIRONMENT_BYTES_MAX) : text;
  }

  async command(pid: number): Promise<readonly string[]> {
    const known = this.#commands.get(pid);
    if (known !== undefined) return known;
    const words = ((await this.#read(`${pid}/cmdline`, COMMAND_BYTES)) ?? "").split("\0");
    this.#commands.set(pid, words);
    return words;
  }

  /** Which files it sees: a container has others, even where it has the same processes. */
  async mounts(pid: number): Promise<string | null> {
    const found = await this.#files.stat(`/proc/${pid}/ns/mnt`);
    return found.ok ? `${found.value.device}:${found.value.inode}` : null;
  }

  async #read(name: string, bytes: number): Promise<string | null> {
    if (this.#late >= LATE_MAX) return null;
    const found = await this.#files.readAt(`/proc/${name}`, 0, bytes);
    if (!found.ok && found.error === "ETIMEDOUT") this.#late += 1;
    return found.ok ? Buffer.from(found.value).toString("utf8") : null;
  }
}

/** The name in parentheses may hold anything. null for what has ended. */
function parseStat(text: string | null): Seen | null {
  const parts = /^(\d+) \((.*)\) (.*)$/s.exec(text ?? "");
  if (parts === null) return null;
  const [, pid = "", comm = "", rest = ""] = parts;
  const fields = rest.split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  const [parent, session, startedTicks] = [Number(fields[1]), Number(fields[3]), Number(fields[19])];
  return { pid: Number(pid), comm: comm.replaceAll(/\p{C}/gu, "?"), parent, session, startedTicks };
}
