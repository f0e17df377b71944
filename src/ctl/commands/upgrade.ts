/** `upgrade`: keeper and daemon become what is installed now, and no program notices. (UPG) */
import path from "node:path";
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { LastUpgradeInfo, UpgradeInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Json } from "../json.ts";
import type { Command, Session } from "../session.ts";

/** The next daemon takes less than a second; a loaded machine a few. */
const READY_MS = 30_000;
const LOOK_MS = 50;

const NOT_HERE = "this server cannot be upgraded in place";

export const run: Command = async (session, { options, words, row }) => {
  if (words.length > 0) {
    session.wrongUse("Error: upgrade takes options only", EXIT.INVALID_ARGS, row);
    return ok(null);
  }
  const from = options.get("from");
  const wish = {
    check: options.has("check"),
    daemonOnly: options.has("daemon-only"),
    force: options.has("force"),
    ...(from !== undefined && { from: path.resolve(from) }),
  };
  const before = await session.supervisor.versions();
  if (!before.ok) return problem(session, before.error);
  const ordered = await session.supervisor.upgrade(wish);
  if (ordered.ok && ordered.value.outcome !== "begun") return told(session, ordered.value);
  if (!ordered.ok && ordered.error.kind !== "broken") return problem(session, ordered.error);
  // The daemon has ended: the next one knows what became of it.
  return outcome(session, before.value.lastUpgrade?.id ?? 0);
};

function told(session: Session, info: UpgradeInfo): Result<unknown, Failure> {
  if (info.outcome === "nothing") say(session, [`nothing to upgrade: ${info.daemon} runs and is installed`], { ...info }, null);
  else say(session, [...namesLines(oldAndNew(info), info.node), `checked: ${count(info.processes)} would not notice`], { ...info }, null);
  return ok(null);
}

async function outcome(session: Session, idBefore: number): Promise<Result<unknown, Failure>> {
  const { clock } = session.terminal;
  for (const endMs = clock.monoMs() + READY_MS; clock.monoMs() < endMs; await clock.sleep(LOOK_MS)) {
    const now = await session.supervisor.versions();
    const last = now.ok ? now.value.lastUpgrade : null;
    if (!now.ok && now.error.kind !== "broken" && now.error.kind !== "connect" && now.error.kind !== "deadline") return now;
    if (last?.over !== true || last.id === idBefore) continue;
    if (last.error !== "") return problem(session, { kind: "fault", code: FAULTS.FAILED, text: `FAILED: ${last.error}` });
    const away = `${count(last.processes)} untouched, control was away for ${(last.awayMs / 1000).toFixed(2)} s`;
    say(session, [...namesLines(last, last.node), away], { outcome: "upgraded", ...last }, null);
    return ok(null);
  }
  const error = `the new daemon is not there after ${READY_MS / 1000} s; the programs run`;
  say(session, [`ERROR (${error})`], { error }, EXIT.NOT_RUNNING);
  return ok(null);
}

function problem(session: Session, failure: Failure): Result<unknown, Failure> {
  const error = isFault(failure, FAULTS.UNKNOWN_METHOD) ? NOT_HERE : refusal(failure);
  if (error === null) return refuse(failure);
  say(session, error.split("\n"), { error }, EXIT.GENERIC);
  return ok(null);
}

/** null: it is no answer to this order. */
function refusal(failure: Failure): string | null {
  const isOurs = isFault(failure, FAULTS.FAILED) || isFault(failure, FAULTS.BAD_ARGUMENTS);
  return isOurs && failure.kind === "fault" ? failure.text.replace(/^[A-Z_]+: /, "") : null;
}

type Names = Pick<LastUpgradeInfo, "fromKeeper" | "fromKeeperBuild" | "fromDaemon" | "toKeeper" | "toKeeperBuild" | "toDaemon">;

function oldAndNew(info: UpgradeInfo): Names {
  const { keeper, keeperBuild, daemon, installedKeeper, installedKeeperBuild, installedDaemon } = info;
  const from = { fromKeeper: keeper, fromKeeperBuild: keeperBuild, fromDaemon: daemon };
  return { ...from, toKeeper: installedKeeper, toKeeperBuild: installedKeeperBuild, toDaemon: installedDaemon };
}

/** A keeper that was built anew has the same version: what it was built from says more. */
function namesLines(names: Names, node: string): readonly string[] {
  const { fromKeeper, fromKeeperBuild, fromDaemon, toKeeper, toKeeperBuild, toDaemon } = names;
  const isSame = fromKeeper === toKeeper;
  const isRebuilt = isSame && fromKeeperBuild !== toKeeperBuild;
  const keeper = isRebuilt ? `${fromKeeper} (${fromKeeperBuild}) -> ${toKeeper} (${toKeeperBuild})` : `${fromKeeper || "?"} -> ${toKeeper}`;
  return [...(isSame && !isRebuilt ? [] : [`keeper ${keeper}`]), `daemon ${fromDaemon} -> ${toDaemon} (node ${node})`];
}

function count(processes: number): string {
  return processes === 1 ? "1 process" : `${processes} processes`;
}

/** Lines, or all of it as one object. */
function say(session: Session, lines: readonly string[], data: { readonly [name: string]: Json }, exit: number | null): void {
  if (session.isJson) return session.report({ text: "", exit, data });
  for (const text of lines) session.report({ text, exit, data });
}
