/**
 * Orders to go down, and what follows when everything is down. An order that comes while a reload is building up again waits until that is done (a
 * second reload) or ends it (a shutdown): it is never lost, and never meets a world that is half built.
 */
import type { Mood } from "../process/states.ts";
import { goDown, goOnGoingDown } from "../supervisor/goingdown.ts";
import { encodeRecord, recordKeys } from "../supervisor/records.ts";
import { daemonRecord } from "./carryout.ts";
import type { Core } from "./core.ts";
import { rebuild } from "./reload.ts";
import { shutDown } from "./shutdown.ts";
import { takeStep } from "./steps.ts";
import { askStrangersToEnd } from "./strangers.ts";
import type { Turn } from "./turn.ts";

export function orderDown(core: Core, turn: Turn, mood: Exclude<Mood, "RUNNING">): void {
  if (!core.ending) {
    if (mood === "SHUTDOWN") askStrangersToEnd(core, turn);
    return takeStep(core, turn, (step, now) => goDown(core.world, mood, now, step));
  }
  if (mood === "RESTARTING") {
    core.reloadAgain = true;
    return undefined;
  }
  core.world.mood = "SHUTDOWN";
  return turn.state(recordKeys.daemon, encodeRecord(daemonRecord(core)));
}

/** Everything is down. */
export async function ended(core: Core): Promise<void> {
  if (core.ending) return;
  core.ending = true;
  if (core.world.mood === "RESTARTING") await rebuild(core);
  else await shutDown(core);
  core.loop.post((turn) => {
    core.ending = false;
    const again = core.reloadAgain;
    core.reloadAgain = false;
    if (core.world.mood === "SHUTDOWN") takeStep(core, turn, (step, now) => goOnGoingDown(core.world, now, step));
    else if (again) orderDown(core, turn, "RESTARTING");
  });
}
