/** A supervisord in the background, started from a folder as a person would, and ended by its pid file when the test is over. */
import { readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { BIN, childrenOf, commandOf, type Finished, Instance, isAlive, run, until } from "./instance.ts";

/** What the command said, when it and whoever else had its output were gone. A shell sets the umask of the starter. */
export function startBehind(it: Instance, umask: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  const script = `umask ${umask}; exec "$0" "$@"`;
  return run("sh", ["-c", script, path.join(BIN, "supervisord"), ...args], { cwd: it.dir, ...(env && { env }) });
}

/** Its daemon is ended before its folder goes. */
export function behind(test: { after(act: () => Promise<void>): void }): Instance {
  const acts: (() => Promise<void>)[] = [];
  const it = new Instance({ after: (act) => void acts.push(act) });
  test.after(async () => {
    await endBehind(it);
    for (const act of acts) await act();
  });
  return it;
}

export async function endBehind(it: Instance): Promise<void> {
  const pid = Number(it.read("supervisord.pid"));
  if (pid <= 1 || !isAlive(pid)) return;
  process.kill(pid, "SIGTERM");
  await until("the daemon has ended", () => !isAlive(pid));
}

/** After the start in the background the first daemon is nobody's child; a successor is the keeper's. */
export function daemonBelow(keeper: number): number | undefined {
  const isDaemon = (pid: number): boolean => commandOf(pid) === "holdfast: daemon";
  const below = childrenOf(keeper).find(isDaemon);
  if (below !== undefined) return below;
  const sockets = new Set(links(keeper));
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
  return all.find((pid) => isDaemon(pid) && links(pid).some((link) => sockets.has(link)));
}

function links(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((fd) => {
      const link = readlinkSync(path.join(folder, fd));
      return link.startsWith("socket:") ? link : [];
    });
  } catch {
    return [];
  }
}
