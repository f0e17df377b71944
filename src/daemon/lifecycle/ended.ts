/** Everything is down: the end, or, after a reload, another beginning. */
import { goOnGoingDown } from "../../supervisor/goingdown.ts";
import type { Core } from "../core.ts";
import { orderDown } from "./orderdown.ts";
import { forgetReload, rebuild } from "./reload.ts";
import { shutDown } from "./shutdown.ts";

/** What was ordered meanwhile is done afterwards. */
export async function ended(core: Core): Promise<void> {
  if (core.ending) return;
  core.ending = true;
  if (core.world.mood === "RESTARTING") await rebuild(core);
  else await shutDown(core);
  core.loop.post((turn) => {
    core.ending = false;
    const again = core.reloadAgain;
    core.reloadAgain = false;
    if (core.world.mood === "SHUTDOWN") core.step(turn, (step, now) => goOnGoingDown(core.world, now, step));
    else if (again) orderDown(core, turn, "RESTARTING");
    forgetReload(core, turn);
  });
}
