/** The door to what the kernel tells of processes at once: files under /proc that never make a reader wait, and a look at a process group. */
import { openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Kernel } from "../../doors.ts";

/** Who was told to end together with the main process is given this time to do so. */
const SETTLE_MS = 200;
/** Files that are read at a time. */
const AT_ONCE = 50;

/** Of /proc/vmstat; the kernel gives a page at a time. */
const VMSTAT_BYTES = 8192;

/** Asked in the way of programs that are killed: the file stays open, which takes half of the time. */
let vmstat: number | null = null;

export const realKernel: Kernel = {
  oomKills() {
    try {
      vmstat ??= openSync("/proc/vmstat", "r");
      const buffer = Buffer.allocUnsafe(VMSTAT_BYTES);
      for (let [at, text] = [0, ""]; ; ) {
        const bytes = readSync(vmstat, buffer, 0, VMSTAT_BYTES, at);
        text += buffer.toString("latin1", 0, bytes);
        const found = /^oom_kill (\d+)\n/m.exec(text);
        if (found !== null) return Number(found[1]);
        if (bytes === 0) return null;
        at += bytes;
      }
    } catch {
      return null;
    }
  },

  oomKillsIn(cgroup) {
    const found = /^oom_kill (\d+)$/m.exec(textOf(`${cgroup}/memory.events`) ?? "");
    return found === null ? null : Number(found[1]);
  },

  isGroupAlive(group) {
    // Nearly always it is gone, and collecting the stack of that error takes most of the time.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return process.kill(-group, 0);
    } catch (error) {
      // Somebody is there whom we may not signal.
      return (error as NodeJS.ErrnoException).code === "EPERM";
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  },

  async groupSizes() {
    await setTimeout(SETTLE_MS);
    const sizes = new Map<number, number>();
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    for (const [index, pid] of pids.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
      const group = groupIn(textOf(`/proc/${pid}/stat`));
      if (group !== null) sizes.set(group, (sizes.get(group) ?? 0) + 1);
    }
    return sizes;
  },
};

/** null: it is gone, or a zombie. The name in the second field may hold anything, so the fields count from its last bracket. (proc_pid_stat(5)) */
export function groupIn(stat: string | null): number | null {
  if (stat === null) return null;
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3);
  return state === "Z" || state === "X" || group === undefined ? null : Number(group);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
