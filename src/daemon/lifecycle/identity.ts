/**
 * Who supervisord is: the keeper's pid, and the user that it runs as, since the start, or since a reload, which may give up root but never get it back.
 * (CONF-321..327, CONF-421..423)
 */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { errnoName } from "../loop/errno.ts";
import type { Runtime } from "../runtime.ts";

export type Line = { readonly level: "info"; readonly text: string };

const NOT_ROOT = "Can't drop privilege as nonroot user";

const STEPS = { setgroups: "groups", setgid: "group id", setuid: "user id" } as const;

export class Identity {
  #uid: number;
  #keeperPid: number;

  constructor(uid: number, keeperPid: number) {
    this.#uid = uid;
    this.#keeperPid = keeperPid;
  }

  /** Who the daemon is, after a change of user. */
  get uid(): number {
    return this.#uid;
  }

  /** The pid that the world calls supervisord's. */
  get keeperPid(): number {
    return this.#keeperPid;
  }

  /** The keeper has become a daemon in the old sense of the word: it is another process. */
  daemonized(keeperPid: number): void {
    this.#keeperPid = keeperPid;
  }

  /** Why this daemon can never run as the user that a configuration names; null when it may. */
  problem(uid: number | null): string | null {
    return uid === null || uid === this.#uid || this.#uid === 0 ? null : NOT_ROOT;
  }

  /** Gives up root for the configured user, the keeper first, since it spawns. (PROC-225, CONF-321..326) */
  async become({ running, doors, requests, loop }: Runtime): Promise<Result<readonly Line[], string>> {
    const { uid } = running.daemon;
    if (uid === null) return ok([]);
    const done: Line = { level: "info", text: say.userSet(uid) };
    if (uid === this.#uid) return ok([done]);
    if (this.#uid !== 0) return refuse(NOT_ROOT);
    const account = doors.accounts.byUid(uid);
    if (account === null) return refuse(`Can't find uid ${uid}`);
    const answer = requests.next("became");
    loop.post((turn) => turn.effect({ type: "become", user: { uid, gid: account.gid, groups: account.groups } }));
    const became = await answer;
    if (became.step !== "done") return refuse(`Could not set ${STEPS[became.step]} of effective user: ${errnoName(became.errno)}`);
    const own = doors.self.becomeUser(account);
    if (!own.ok) return own;
    this.#uid = uid;
    return ok([done]);
  }
}
