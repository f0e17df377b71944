/**
 * What a run of the suite has started and nobody has ended: a keeper that ends stops nothing, so its children must be found and ended here. The
 * programs lie in a folder made for this run, so whatever was executed from there, or was told the address of its relay, is ours and nobody else's.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes that run a program of the folder, or have the address among their arguments; zombies are none. */
export function leftRunning(folder: string, address: string | null): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && isOurs(pid, folder, address));
}

/** Ends them one by one, until there are no more: a daughter may be born meanwhile. */
export function endLeftRunning(folder: string, address: string): void {
  for (let found = leftRunning(folder, address); found.length > 0; found = leftRunning(folder, address)) {
    for (const pid of found) endOne(pid);
  }
}

function isOurs(pid: number, folder: string, address: string | null): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/exe`).startsWith(`${folder}/`)) return true;
    return address !== null && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(address);
  } catch {
    return false;
  }
}

function endOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
