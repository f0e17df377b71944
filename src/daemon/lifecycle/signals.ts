/** Signals sent to supervisord: the keeper gets them and hands them on. (PROC-152, PROC-162, PROC-169, PROC-176..181) */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { signalName } from "../../process/waitstatus.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import type { Lifecycle } from "./lifecycle.ts";

const SIGHUP = 1;
const SIGINT = 2;
const SIGQUIT = 3;
const SIGUSR2 = 12;
const SIGTERM = 15;

export function onSignal(runtime: Runtime, lifecycle: Lifecycle, outputs: Outputs, turn: Turn, signal: number): void {
  switch (signal) {
    case SIGTERM:
    case SIGINT:
    case SIGQUIT:
      runtime.activity.write(turn, "warn", say.exitRequested(signalName(signal)));
      return lifecycle.orderDown(turn, "SHUTDOWN");
    case SIGHUP:
      if (runtime.world.mood === "SHUTDOWN") {
        return runtime.activity.write(turn, "warn", say.restartIgnored(signalName(signal)));
      }
      runtime.activity.write(turn, "warn", say.restartRequested(signalName(signal)));
      return lifecycle.requestReload(turn);
    case SIGUSR2:
      runtime.activity.write(turn, "info", say.reopenRequested(signalName(signal)));
      runtime.activity.write(turn, "info", say.reopening());
      return outputs.reopenAll(turn);
    default:
      return runtime.activity.write(turn, "blather", say.nothingRequested(signalName(signal)));
  }
}
