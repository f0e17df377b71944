/**
 * `update --dry-run`: what an update would do, without doing it. A daemon of ours tells each option that differs; the original's tells only which
 * groups, by way of reread, which changes nothing that runs.
 */

import { ok, type Result } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { ConfigChanges, PreviewRow } from "../client/infos.ts";
import type { Line, Session } from "../session.ts";
import { tellDoubts } from "./mistakes.ts";
import { reportUnknown, shuttingDown, wantedGroups } from "./updategroups.ts";

/** What would be done with a group, by its change. */
const WOULD = {
  removed: "would be stopped and removed",
  changed: "would be stopped and started with its new configuration",
  added: "would be added",
} as const;

/** What would become of a process of a group that is changed in place. */
const IN_PLACE: Readonly<Record<string, string>> = {
  keep: "would be left alone",
  apply: "would be changed without a restart",
  restart: "would be restarted",
  add: "would be added",
  remove: "would be stopped and removed",
};

/** The order in which an update goes about it. */
const ORDER: readonly PreviewRow["change"][] = ["removed", "changed", "added"];

export async function dryRun(session: Session, names: readonly string[]): Promise<Result<unknown, Failure>> {
  const rows = await preview(session);
  if (!rows.ok) return shuttingDown(session, rows.error) ? ok(null) : rows;
  const unknown = await reportUnknown(session, names, {
    added: rows.value.filter((row) => row.change === "added").map((row) => row.group),
  });
  if (!unknown.ok) return unknown;
  const lines = previewLines(rows.value.filter((row) => wantedGroups(names)(row.group)));
  for (const line of lines) session.report(line);
  if (lines.length === 0 && !session.isJson) session.say("No config updates to processes");
  await tellDoubts(session);
  return ok(null);
}

async function preview(session: Session): Promise<Result<readonly PreviewRow[], Failure>> {
  const rows = await session.supervisor.previewUpdate();
  if (rows.ok || !isFault(rows.error, FAULTS.UNKNOWN_METHOD)) return rows;
  const changes = await session.supervisor.reloadConfig();
  if (!changes.ok) return changes;
  session.hint("This supervisord does not tell which options differ.");
  return ok(rowsOf(changes.value));
}

function rowsOf(changes: ConfigChanges): readonly PreviewRow[] {
  return ORDER.flatMap((change) => changes[change].map((group) => ({ group, change, details: [], inPlace: false, processes: [] })));
}

/** A line per group, with one below it for each option that differs, and in place for each process. */
export function previewLines(rows: readonly PreviewRow[]): readonly Line[] {
  return ORDER.flatMap((change) => rows.filter((row) => row.change === change)).map((row) => {
    const would = row.inPlace ? "would be changed in place" : WOULD[row.change];
    const text = [`${row.group}: ${would}`, ...detailLines(row), ...processLines(row)].join("\n  ");
    return { text, exit: null, data: { ...row } };
  });
}

function detailLines({ details }: PreviewRow): readonly string[] {
  return details.map(({ process, option, from, to }) => `${process === "" ? "" : `${process}: `}${option}: ${shown(from)} -> ${shown(to)}`);
}

function processLines({ processes }: PreviewRow): readonly string[] {
  return processes.map(({ process, action }) => `${process}: ${IN_PLACE[action] ?? action}`);
}

/** Nothing must be seen to be nothing. */
function shown(value: string): string {
  return value === "" ? "(none)" : value;
}
