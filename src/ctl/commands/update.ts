/**
 * `update`: rereads, then removes, changes and adds groups, in this order. (CTL-153..CTL-160) With --dry-run it only tells what it would do, in
 * detail where the daemon is ours.
 */

import { ok, type Result } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line, Session } from "../session.ts";
import { addedLine } from "./add.ts";
import { tellDoubts } from "./mistakes.ts";
import { removedLine } from "./remove.ts";
import { reportUnknown, shuttingDown, wantedGroups } from "./updategroups.ts";

type Outcome = Promise<Result<unknown, Failure>>;

export const run: Command = async (session, args) => {
  if (args.options.has("dry-run")) {
    const { dryRun } = await import("./dryrun.ts");
    return dryRun(session, args.words);
  }
  const changes = await session.supervisor.reloadConfig();
  if (!changes.ok) return shuttingDown(session, changes.error) ? ok(null) : changes;
  await tellDoubts(session);
  const wanted = wantedGroups(args.words);
  const unknown = await reportUnknown(session, args.words, changes.value);
  if (!unknown.ok) return unknown;
  const steps: readonly [readonly string[], (session: Session, group: string) => Outcome][] = [
    [changes.value.removed, removeGroup],
    [changes.value.changed, changeGroup],
    [changes.value.added, addGroup],
  ];
  for (const [groups, step] of steps) {
    for (const group of groups.filter(wanted)) {
      const done = await step(session, group);
      if (!done.ok) return done;
    }
  }
  return ok(null);
};

async function removeGroup(session: Session, group: string): Outcome {
  const rows = await session.supervisor.stopProcessGroup(group);
  if (!rows.ok) return rows;
  session.report(stoppedLine(group));
  if (rows.value.some((row) => row.status === FAULTS.FAILED)) {
    const problem = "has problems; not removing";
    session.report({ text: `${group}: ${problem}`, exit: EXIT.GENERIC, data: { group, error: problem } });
    return ok(null);
  }
  const removed = await session.supervisor.removeProcessGroup(group);
  if (removed.ok) session.report(removedLine(group));
  return removed;
}

/** A daemon of ours may be told to change groups in place; the original has no such method. */
async function changeGroup(session: Session, group: string): Outcome {
  const applied = await session.supervisor.applyUpdate(group);
  if (!applied.ok && !isFault(applied.error, FAULTS.UNKNOWN_METHOD)) return applied;
  if (!applied.ok || !applied.value) return replaceGroup(session, group);
  session.report(updatedLine(group));
  return ok(null);
}

async function replaceGroup(session: Session, group: string): Outcome {
  const rows = await session.supervisor.stopProcessGroup(group);
  if (!rows.ok) return rows;
  session.report(stoppedLine(group));
  const removed = await session.supervisor.removeProcessGroup(group);
  if (!removed.ok) return removed;
  const added = await session.supervisor.addProcessGroup(group);
  if (added.ok) session.report(updatedLine(group));
  return added;
}

async function addGroup(session: Session, group: string): Outcome {
  const added = await session.supervisor.addProcessGroup(group);
  if (added.ok) session.report(addedLine(group));
  return added;
}

function updatedLine(group: string): Line {
  return { text: `${group}: updated process group`, exit: null, data: { group, result: "updated process group" } };
}

/** Said also of a group that was not running. (CTL-154) */
function stoppedLine(group: string): Line {
  return { text: `${group}: stopped`, exit: null, data: { group, result: "stopped" } };
}
