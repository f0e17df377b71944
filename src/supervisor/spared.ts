/** Whom the end of one run never touches: the processes that are watched as processes of their own. (KILL-003, KILL-005) */
import { runsOf } from "../process/auxiliary.ts";
import { allMembers, type World } from "./world.ts";

/** The pids of all main processes, and of what runs beside them: hooks, checks. */
export function watchedPids(world: World): Set<number> {
  const pids = new Set<number>();
  for (const { state } of allMembers(world)) {
    if (state.pid !== 0) pids.add(state.pid);
    for (const { pid } of runsOf(state)) if (pid !== 0) pids.add(pid);
  }
  return pids;
}
