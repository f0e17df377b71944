/** A fresh start: user, limits, log, servers, groups, daemonizing, pid file; then ready. Whatever fails here ends supervisord with a message. */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import type { RotationTimes } from "../logfiles/rotationtimes.ts";
import { activityPath, postLine } from "../loop/activitylog.ts";
import { errnoName, whyNotOpened } from "../loop/errno.ts";
import type { BootFailure, Runtime } from "../runtime.ts";
import type { BringUp } from "./bringup.ts";
import type { Identity, Line } from "./identity.ts";
import { raiseLimits } from "./rlimits.ts";
import { leftBehind, nameSurvivors, promiseToName } from "./survivors.ts";

type Parts = { readonly bringUp: BringUp; readonly outputs: Outputs; readonly identity: Identity; readonly rotationTimes: RotationTimes };

export async function boot(runtime: Runtime, { bringUp, outputs, identity, rotationTimes }: Parts): Promise<Result<true, BootFailure>> {
  const became = await identity.become(runtime);
  if (!became.ok) return refuse({ text: became.error, code: 2, ...userHint(identity.uid) });
  const limited = await raiseLimits(runtime);
  if (!limited.ok) return refuse({ text: limited.error, code: 2 });
  if (runtime.running.daemon.logfileRotate !== null) await rotationTimes.beforeOpening();
  const opened = await openLog(runtime, bringUp, outputs, [...became.value, ...limited.value]);
  if (!opened.ok) return opened;
  const left = await leftBehind(runtime);
  const begun = await bringUp.begin(true);
  if (!begun.ok) return begun;
  await daemonize(runtime);
  if (left !== null) promiseToName(runtime, left);
  await bringUp.beginToRun(true);
  if (left !== null) void nameSurvivors(runtime, left);
  return ok(true);
}

/** The activity log must open; without it nobody would learn anything. (CONF-338) */
async function openLog(runtime: Runtime, bringUp: BringUp, outputs: Outputs, lines: readonly Line[]): Promise<Result<true, BootFailure>> {
  const opened = outputs.activityOpened();
  bringUp.openActivity();
  runtime.loop.post((turn) => {
    for (const line of lines) runtime.activity.write(turn, line.level, line.text);
  });
  const errno = activityPath(runtime.running.daemon) === null ? 0 : await opened;
  if (errno === 0) return ok(true);
  const text = `cannot open the log file ${runtime.running.daemon.logfile}: ${whyNotOpened(errno)}`;
  return refuse({ text, code: 1, ...(errnoName(errno) === "EROFS" && { hint: READ_ONLY }) });
}

/** As Docker's documents have it. (CONT-003) */
const READ_ONLY = "the file system is read-only: name a file of a tmpfs, or logfile=/dev/null with logfile_maxbytes=0";

/** Most often a container that was given a user. (CONT-005) */
function userHint(uid: number): { readonly hint?: string } {
  return uid === 0 ? {} : { hint: `the container, or whoever started it, already runs supervisord as user ${uid}: remove user= (or -u)` };
}

/** (PROC-223, CONF-356..359) */
async function daemonize(runtime: Runtime): Promise<void> {
  const { nodaemon, directory, umask } = runtime.running.daemon;
  if (nodaemon) return;
  postLine(runtime, "info", say.daemonizing());
  const answer = runtime.requests.next("daemonized");
  runtime.loop.post((turn) => turn.effect({ type: "daemonize", directory, umask }));
  await answer;
  const errno = runtime.doors.self.detach(directory, umask);
  if (directory === null) return;
  runtime.loop.post((turn) => {
    if (errno === null) runtime.activity.write(turn, "info", say.directoryEntered(directory));
    else runtime.activity.write(turn, "critical", say.directoryNotEntered(directory, errno));
  });
}
