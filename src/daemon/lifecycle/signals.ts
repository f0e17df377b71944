/** Signals sent to supervisord: the keeper gets them and hands them on. (PROC-152, PROC-162, PROC-169, PROC-176..181) */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { signalName } from "../../process/waitstatus.ts";
import type { Core } from "../core.ts";
import type { Turn } from "../loop/turn.ts";
import { orderDown } from "./orderdown.ts";
import { requestReload } from "./reload.ts";

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
      core.activity.write(turn, "warn", say.exitRequested(signalName(signal)));
      return orderDown(core, turn, "SHUTDOWN");
    case SIGHUP:
      if (core.world.mood === "SHUTDOWN") {
        return core.activity.write(turn, "warn", say.restartIgnored(signalName(signal)));
      }
      core.activity.write(turn, "warn", say.restartRequested(signalName(signal)));
      return requestReload(core, turn);
    case SIGUSR2:
      core.activity.write(turn, "info", say.reopenRequested(signalName(signal)));
      core.activity.write(turn, "info", say.reopening());
      return core.outputs.reopenAll(turn);
    default:
      return core.activity.write(turn, "blather", say.nothingRequested(signalName(signal)));
  }
}
