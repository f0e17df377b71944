/**
 * The door to figures of processes: one look at each /proc/PID/stat, which has the parent, the times and the resident set, so that whole trees can be
 * added up. These files never make a reader wait; they are read some at a time, so that the loop is free in between.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { ProcessSample, Sampled } from "../../api/watch.ts";
import { ok, type Result, refuse } from "../../result.ts";

/** The daemon's own. */
export const ownPid = process.pid;

const AT_ONCE = 50;
/** What the kernel counts times in for programs, on every architecture. */
const TICK_MS = 10;
/** In the auxiliary vector of a process: the size of a page, which is another on some architectures. (getauxval(3)) */
const AT_PAGESZ = 6n;
const PAGE_BYTES_MOSTLY = 4096;
const buffer = Buffer.alloc(2048);
let pageBytes: number | null = null;

export async function readSamples(): Promise<Result<Sampled, string>> {
  const processes: ProcessSample[] = [];
  let costMs = 0;
  try {
    pageBytes ??= readPageBytes();
    let began = performance.now();
    const pids = readdirSync("/proc").filter((name) => name.charCodeAt(0) >= 0x31 && name.charCodeAt(0) <= 0x39);
    for (const [index, pid] of pids.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) {
        costMs += performance.now() - began;
        await setImmediate();
        began = performance.now();
      }
      const sample = readSample(pid, pageBytes);
      if (sample !== null) processes.push(sample);
    }
    return ok({ processes, costMs: costMs + performance.now() - began });
  } catch (error) {
    return refuse((error as NodeJS.ErrnoException).code ?? "EIO");
  }
}

/** null: it is gone. */
function readSample(pid: string, pageBytes: number): ProcessSample | null {
  try {
    const descriptor = openSync(`/proc/${pid}/stat`, "r");
    try {
      const length = readSync(descriptor, buffer, 0, buffer.length, 0);
      return parseStat(buffer.toString("latin1", 0, length), pageBytes);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

/** The name in the second field may hold anything, brackets and blanks too: the fields count from its last bracket. (proc_pid_stat(5)) */
export function parseStat(text: string, pageBytes: number): ProcessSample | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ", 22);
  const [, parent, , , , , , , , , , user, system, , , , , , , startTicks, , pages] = fields.map(Number);
  const pid = Number.parseInt(text, 10);
  if (parent === undefined || user === undefined || system === undefined || startTicks === undefined || pages === undefined) return null;
  return { pid, parent, cpuMs: (user + system) * TICK_MS, memory: pages * pageBytes, startTicks };
}

function readPageBytes(): number {
  try {
    const words = readFileSync("/proc/self/auxv");
    for (let at = 0; at + 16 <= words.length; at += 16)
      if (words.readBigUInt64LE(at) === AT_PAGESZ) return Number(words.readBigUInt64LE(at + 8));
  } catch {
    // Without it the usual size is the best guess.
  }
  return PAGE_BYTES_MOSTLY;
}
