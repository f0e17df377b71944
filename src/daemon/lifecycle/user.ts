/** The user that supervisord runs as: at the start, and again at a reload, which may give up root but never get it back. (CONF-321..327, CONF-421..423) */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { errnoName } from "../loop/errno.ts";
import type { Runtime } from "../runtime.ts";

export type Line = { readonly level: "info"; readonly text: string };

const NOT_ROOT = "Can't drop privilege as nonroot user";

const STEPS = { setgroups: "groups", setgid: "group id", setuid: "user id" } as const;

/** Why this daemon can never run as the user that a configuration names; null when it may. */
export function userProblem(runtime: Runtime, uid: number | null): string | null {
  return uid === null || uid === runtime.uid || runtime.uid === 0 ? null : NOT_ROOT;
}

/** Gives up root for the configured user, the keeper first, since it spawns. (PROC-225, CONF-321..326) */
export async function becomeUser(runtime: Runtime): Promise<Result<readonly Line[], string>> {
  const { uid } = runtime.running.daemon;
  if (uid === null) return ok([]);
  const done: Line = { level: "info", text: say.userSet(uid) };
  if (uid === runtime.uid) return ok([done]);
  if (runtime.uid !== 0) return refuse(NOT_ROOT);
  const account = runtime.doors.accounts.byUid(uid);
  if (account === null) return refuse(`Can't find uid ${uid}`);
  const answer = runtime.requests.next("became");
  runtime.loop.post((turn) => turn.effect({ type: "become", user: { uid, gid: account.gid, groups: account.groups } }));
  const became = await answer;
  if (became.step !== "done") return refuse(`Could not set ${STEPS[became.step]} of effective user: ${errnoName(became.errno)}`);
  const own = runtime.doors.self.becomeUser(account);
  if (!own.ok) return own;
  runtime.uid = uid;
  return ok([done]);
}
