/**
 * Reload: everything is stopped and built anew from the file, in the same process, with the same pid (PROC-169..173). The new file is read first:
 * a bad one leaves everything running and says why, where the original stops everything and ends (PROC-174).
 */
import type { Config } from "../config/model.ts";
import type { Trace } from "../config/reader.ts";
import type { Result } from "../result.ts";
import { recordKeys } from "../supervisor/records.ts";
import { beginToRun, bringUpGroups, openActivity, restartDaemon } from "./bringup.ts";
import type { Core } from "./core.ts";
import { orderDown } from "./goingdown.ts";
import { dropAllGroups } from "./groups.ts";
import { removePidfile } from "./pidfile.ts";
import { shutDown } from "./shutdown.ts";
import { becomeUser, userProblem } from "./user.ts";

/** Reads the configuration again from the same command line; the error is one line for the log and for clients. `trace` hears of every value. */
export type LoadConfig = (trace?: Trace) => Promise<Result<Config, string>>;

const GOES_ON = "cannot restart with this configuration, everything goes on as it is";

/** SIGHUP and RPC restart. */
export function requestReload(core: Core): void {
  void core.load().then((loaded) => {
    core.loop.post((turn) => {
      if (!loaded.ok) return core.activity.write(turn, "critical", `${GOES_ON}: ${loaded.error}`);
      if (core.world.mood === "SHUTDOWN") return undefined;
      const problem = userProblem(core, loaded.value.daemon.uid);
      if (problem !== null) return core.activity.write(turn, "critical", `${GOES_ON}: ${problem}`);
      core.next = loaded.value;
      return orderDown(core, turn, "RESTARTING");
    });
  });
}

/** Everything is down: build it up again. A successor that finds itself here has lost `next` and reads the file again. */
export async function rebuild(core: Core): Promise<void> {
  const next = core.next ?? (await reloadedOr(core));
  core.next = null;
  core.servers.stop(core);
  await removePidfile(core);
  core.loop.post((turn) => {
    // The stored mood stays RESTARTING until everything is built: a successor begins this again.
    dropAllGroups(core, turn);
    turn.state(recordKeys.available, null);
    core.running = next;
    core.available = next;
    core.reread = false;
  });
  await core.loop.flushed();
  if (isToEnd(core)) return shutDown(core);
  const became = await becomeUser(core);
  openActivity(core);
  core.loop.post((turn) => {
    if (!became.ok) return core.activity.write(turn, "critical", became.error);
    for (const { level, text } of became.value) core.activity.write(turn, level, text);
  });
  core.plugins.end();
  const made = await core.plugins.begin(core);
  const up = await bringUpGroups(core, { fresh: false });
  core.loop.post((turn) => {
    if (!made.ok) core.activity.write(turn, "critical", made.error);
    if (!up.ok) core.activity.write(turn, "critical", up.error.text);
  });
  if (isToEnd(core)) return shutDown(core);
  await beginToRun(core, { fresh: false });
  if (up.ok && up.value.needsSuccessor) restartDaemon(core);
  return undefined;
}

/** A shutdown was ordered while this was waiting for something. */
function isToEnd(core: Core): boolean {
  return core.world.mood === "SHUTDOWN";
}

async function reloadedOr(core: Core): Promise<Config> {
  const loaded = await core.load();
  if (loaded.ok) return loaded.value;
  return { ...core.running, groups: [...core.world.groups.values()].map((group) => group.config) };
}
