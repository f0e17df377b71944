/** Signals sent to supervisord: the keeper gets them and hands them on. (PROC-152, PROC-162, PROC-169, PROC-176..181) */
import { signalName } from "../process/waitstatus.ts";
import { goDown } from "../supervisor/goingdown.ts";
import type { Core } from "./core.ts";
import { requestReload } from "./reload.ts";
import { takeStep } from "./steps.ts";
import type { Turn } from "./turn.ts";

const SIGHUP = 1;
const SIGINT = 2;
const SIGQUIT = 3;
const SIGUSR2 = 12;
const SIGTERM = 15;

export function onSignal(core: Core, turn: Turn, signal: number): void {
  switch (signal) {
    case SIGTERM:
    case SIGINT:
    case SIGQUIT:
      core.activity.write(turn, "warn", `received ${signalName(signal)} indicating exit request`);
      return takeStep(core, turn, (step, now) => goDown(core.world, "SHUTDOWN", now, step));
    case SIGHUP:
      if (core.world.mood === "SHUTDOWN") {
        return core.activity.write(turn, "warn", "ignored SIGHUP indicating restart request (shutdown in progress)");
      }
      core.activity.write(turn, "warn", "received SIGHUP indicating restart request");
      return requestReload(core);
    case SIGUSR2:
      core.activity.write(turn, "info", "received SIGUSR2 indicating log reopen request");
      core.activity.write(turn, "info", "supervisord logreopen");
      return core.outputs.reopenAll(turn);
    default:
      return core.activity.write(turn, "blather", `received ${signalName(signal)} indicating nothing`);
  }
}
