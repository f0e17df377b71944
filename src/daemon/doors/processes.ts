/**
 * The door to the processes of the machine, as /proc tells of them: who their parents are, their groups and sessions, and what is in their environments. The
 * lines of /proc/PID/stat never make a reader wait and are read some at a time, so that the loop is free in between; an environment may, so it has lanes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { KernelProcess, Processes } from "../../doors.ts";
import { Lanes } from "./lanes.ts";

/** Files that are read at a time. */
const AT_ONCE = 50;
/** Lists of those that were started meanwhile: on a machine that always starts some there is no end of them. */
const LISTS_MAX = 10;
/** Descendants that are looked at in one go. */
const BELOW_MAX = 500;
const THREADS_MAX = 100;
const TICKS_PER_SECOND = 100;
/** Of the fields behind the name, the one with the start. (proc_pid_stat(5)) */
const START_FIELD = 20;
/** A process in the kernel's hands may keep whoever reads its environment. The wait for a lane counts, so it is long: on a busy host many are read at once. */
const ENVIRONMENT_MS = 5000;
const ENVIRONMENTS = new Lanes(2, 2);

export const realProcesses: Processes = {
  ticks() {
    // The file tells hundredths, which are the ticks of a start on every architecture; the last of them may have been rounded up.
    const seconds = Number.parseFloat(textOf("/proc/uptime") ?? "");
    return Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds * TICKS_PER_SECOND) - 1) : 0;
  },

  one: (pid) => parseProcess(textOf(`/proc/${pid}/stat`)),

  async all() {
    const found: KernelProcess[] = [];
    const seen = new Set<string>();
    // Who ends before it is looked at may have started another behind the list: it is in the next one.
    for (let list = namesIn("/proc"), lists = 1; list.length > 0; list = namesIn("/proc").filter((pid) => !seen.has(pid)), lists++) {
      for (const [index, pid] of list.entries()) {
        if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
        seen.add(pid);
        const one = parseProcess(textOf(`/proc/${pid}/stat`));
        if (one !== null) found.push(one);
      }
      if (lists === LISTS_MAX) break;
    }
    return found;
  },

  below(root) {
    const found = new Map<number, KernelProcess>();
    const parents = [root];
    for (let pid = parents.pop(); pid !== undefined && found.size < BELOW_MAX; pid = parents.pop()) {
      for (const child of childrenOf(pid)) {
        const one = found.has(child) ? null : realProcesses.one(child);
        if (one === null) continue;
        found.set(child, one);
        parents.push(child);
      }
    }
    return [...found.values()];
  },

  variableOf(pid, name) {
    const path = `/proc/${pid}/environ`;
    const read = async (): Promise<string | null | undefined> => variableIn(await readFile(path, "latin1"), name);
    const failed = ({ code }: NodeJS.ErrnoException): null | undefined => (code === "ENOENT" || code === "ESRCH" ? undefined : null);
    return ENVIRONMENTS.run(path, () => read().catch(failed), { patienceMs: ENVIRONMENT_MS, answer: undefined });
  },
};

/** Those of all its threads. (proc_pid_task(5)) */
function childrenOf(pid: number): readonly number[] {
  const threads = namesIn(`/proc/${pid}/task`).slice(0, THREADS_MAX);
  return threads.flatMap((thread) => (textOf(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number));
}

/** The name in the second field may hold anything, brackets and blanks too: the fields count from its last bracket. (proc_pid_stat(5)) */
export function parseProcess(stat: string | null): KernelProcess | null {
  const [begin, end] = [stat?.indexOf("(") ?? -1, stat?.lastIndexOf(")") ?? -1];
  if (stat === null || begin === -1 || end < begin) return null;
  const [state = "", ...fields] = stat.slice(end + 2).split(" ", START_FIELD);
  const [parent = 0, group = 0, session = 0] = fields.map(Number);
  const startTicks = Number(fields[START_FIELD - 2]);
  if (!Number.isInteger(startTicks)) return null;
  return { pid: Number.parseInt(stat, 10), parent, group, session, startTicks, state, name: stat.slice(begin + 1, end) };
}

/** The value of a variable among those of an environment; null: it is not there; undefined: nothing is. */
export function variableIn(environment: string, name: string): string | null | undefined {
  if (environment === "") return undefined;
  const begin = `${name}=`;
  const entry = environment.split("\0").find((one) => one.startsWith(begin));
  return entry === undefined ? null : entry.slice(begin.length);
}

/** None where the folder cannot be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
