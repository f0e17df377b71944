/** A fresh start: user, limits, log, servers, groups, daemonizing, pid file; then ready. Whatever fails here ends supervisord with a message. */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Core } from "../core.ts";
import { activityPath } from "../loop/activitylog.ts";
import { whyNotOpened } from "../loop/errno.ts";
import { beginToRun, bringUpGroups, openActivity, restartDaemon } from "./bringup.ts";
import { raiseLimits } from "./rlimits.ts";
import { leftBehind, nameSurvivors, promiseToName } from "./survivors.ts";
import { becomeUser, type Line } from "./user.ts";

export type BootFailure = { readonly text: string; readonly code: number };

export async function boot(core: Core): Promise<Result<true, BootFailure>> {
  const became = await becomeUser(core);
  if (!became.ok) return refuse({ text: became.error, code: 2 });
  const limited = await raiseLimits(core);
  if (!limited.ok) return refuse({ text: limited.error, code: 2 });
  const opened = await openLog(core, [...became.value, ...limited.value]);
  if (!opened.ok) return opened;
  const made = await core.plugins.begin();
  if (!made.ok) return refuse({ text: made.error, code: 2 });
  const left = await leftBehind(core);
  const up = await bringUpGroups(core, { fresh: true });
  if (!up.ok) return up;
  await daemonize(core);
  if (left !== null) promiseToName(core, left);
  await beginToRun(core, { fresh: true });
  if (left !== null) void nameSurvivors(core, left);
  if (up.value.needsSuccessor) restartDaemon(core);
  return ok(true);
}

/** The activity log must open; without it nobody would learn anything. (CONF-338) */
async function openLog(core: Core, lines: readonly Line[]): Promise<Result<true, BootFailure>> {
  const opened = core.outputs.activityOpened();
  openActivity(core);
  core.loop.post((turn) => {
    for (const line of lines) core.activity.write(turn, line.level, line.text);
  });
  const errno = activityPath(core.running.daemon) === null ? 0 : await opened;
  if (errno === 0) return ok(true);
  return refuse({ text: `cannot open the log file ${core.running.daemon.logfile}: ${whyNotOpened(errno)}`, code: 1 });
}

/** (PROC-223, CONF-356..359) */
async function daemonize(core: Core): Promise<void> {
  const { nodaemon, directory, umask } = core.running.daemon;
  if (nodaemon) return;
  core.loop.post((turn) => core.activity.write(turn, "info", say.daemonizing()));
  const answer = core.requests.next("daemonized");
  core.loop.post((turn) => turn.effect({ type: "daemonize", directory, umask }));
  core.keeperPid = (await answer).pid;
  const errno = core.doors.self.detach(directory, umask);
  if (directory === null) return;
  core.loop.post((turn) => {
    if (errno === null) core.activity.write(turn, "info", say.directoryEntered(directory));
    else core.activity.write(turn, "critical", say.directoryNotEntered(directory, errno));
  });
}
