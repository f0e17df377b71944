/** A supervisord in the background, started from a folder as a person would, and ended by its pid file when the test is over. */
import path from "node:path";
import { BIN, type Finished, Instance, isAlive, run, until } from "./instance.ts";

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
