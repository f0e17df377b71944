/**
 * Orders to go down; `ended.ts` has what follows when everything is down. An order that comes while a reload is building up again waits until that is done (a
 * second reload) or ends it (a shutdown): it is never lost, and never meets a world that is half built.
 */
import type { Mood } from "../../process/states.ts";
import { goDown } from "../../supervisor/goingdown.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Core } from "../core.ts";
import { daemonRecord } from "../groups/daemonrecords.ts";
import type { Turn } from "../loop/turn.ts";

export function orderDown(core: Core, turn: Turn, mood: Exclude<Mood, "RUNNING">): void {
  if (!core.ending) {
    if (mood === "SHUTDOWN") core.unowned.askToEnd(turn);
    return core.step(turn, (step, now) => goDown(core.world, mood, now, step));
  }
  if (mood === "RESTARTING") {
    core.reloadAgain = true;
    return turn.state(recordKeys.reload, encodeRecord(true));
  }
  core.world.mood = "SHUTDOWN";
  return turn.state(recordKeys.daemon, encodeRecord(daemonRecord(core)));
}
