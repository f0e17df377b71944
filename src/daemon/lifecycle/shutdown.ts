/** The end: sockets and pid file go, then the keeper, which takes this process with it. (PROC-166) */
import type { Core } from "../core.ts";
import { removePidfile } from "../serving/pidfile.ts";

export async function shutDown(core: Core): Promise<void> {
  core.servers.stop();
  await removePidfile(core);
  core.loop.post((turn) => {
    core.unowned.end(turn);
    turn.effect({ type: "exit", code: 0 });
    turn.after.push(() => core.doors.self.exit(0));
    // What is sent behind it would find nobody, and be told as a failure.
    core.loop.stop();
  });
}
