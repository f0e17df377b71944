/**
 * Reload: everything is stopped and built anew from the file, in the same process, with the same pid (PROC-169..173). The new file is read first:
 * a bad one leaves everything running and says why, where the original stops everything and ends (PROC-174).
 */
import type { Config } from "../../config/model.ts";
import { logText } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Core } from "../core.ts";
import type { Turn } from "../loop/turn.ts";
import { removePidfile } from "../serving/pidfile.ts";
import { beginToRun, bringUpGroups, openActivity, restartDaemon } from "./bringup.ts";
import { orderDown } from "./orderdown.ts";
import { shutDown } from "./shutdown.ts";
import { becomeUser, userProblem } from "./user.ts";

const GOES_ON = "cannot restart with this configuration, everything goes on as it is";

/** SIGHUP, and what a predecessor had promised: stored until it is carried out or refused, so that a successor takes it up. */
export function requestReload(core: Core, turn: Turn): void {
  promise(core, turn);
  void oneByOne(core, async () => {
    const next = await readNext(core);
    core.loop.post((later) => {
      if (next.ok) return carryOut(core, later, next.value);
      refuseReload(core, later, next.error);
      return kept(core, later);
    });
  });
}

/** RPC restart: answered with the reason why everything goes on as it is, or when the order is stored; whatever becomes of this daemon, it happens then. */
export function reload(core: Core): Promise<Result<true, string>> {
  return oneByOne(core, async () => {
    const next = await readNext(core);
    core.loop.post((turn) => (next.ok ? promise(core, turn) : refuseReload(core, turn, next.error)));
    await core.loop.flushed();
    if (!next.ok) return next;
    // In a batch of its own: the servers are closed in a reload, and the answer goes before that.
    core.loop.post((turn) => carryOut(core, turn, next.value));
    return ok(true);
  });
}

/** Whoever orders last reads the file last. */
function oneByOne<T>(core: Core, act: () => Promise<T>): Promise<T> {
  const done = core.reloads.last.then(act);
  core.reloads.last = done;
  return done;
}

async function readNext(core: Core): Promise<Result<Config, string>> {
  const loaded = await core.load();
  if (!loaded.ok) return refuse(logText(loaded.error));
  const problem = userProblem(core, loaded.value.daemon.uid);
  return problem === null ? loaded : refuse(problem);
}

function promise(core: Core, turn: Turn): void {
  core.reloads.stored += 1;
  turn.state(recordKeys.reload, encodeRecord(true));
}

function refuseReload(core: Core, turn: Turn, why: string): void {
  core.activity.write(turn, "critical", `${GOES_ON}: ${why}`);
}

function carryOut(core: Core, turn: Turn, next: Config): void {
  if (core.world.mood !== "SHUTDOWN") {
    core.next = next;
    orderDown(core, turn, "RESTARTING");
  }
  kept(core, turn);
}

function kept(core: Core, turn: Turn): void {
  core.reloads.stored -= 1;
  forgetReload(core, turn);
}

/** Once no reload that was promised is still to come. */
export function forgetReload(core: Core, turn: Turn): void {
  if (core.reloads.stored === 0 && !core.reloadAgain) turn.state(recordKeys.reload, null);
}

/** Everything is down: build it up again. A successor that finds itself here has lost `next` and reads the file again. */
export async function rebuild(core: Core): Promise<void> {
  const next = core.next ?? (await reloadedOr(core));
  core.next = null;
  core.servers.stop();
  await removePidfile(core);
  core.loop.post((turn) => {
    // The stored mood stays RESTARTING until everything is built: a successor begins this again.
    core.groups.dropAll(turn);
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
  const made = await core.plugins.begin();
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
