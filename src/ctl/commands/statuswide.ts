/** `status --wide`: a table with what plain `status`, whose columns scripts take apart, has no room for. Columns are right on a terminal. (HIS-006) */
import { makeNamespec } from "../../rpc/namespec.ts";
import { uptimeText } from "../../rpc/times.ts";
import type { Explained, ProcessInfo } from "../client/infos.ts";
import { STATUS_EXIT } from "../exit.ts";
import { nextText } from "../lifetexts.ts";
import { paint, STATE_STYLES } from "../paint.ts";
import { isStopped } from "../processstate.ts";
import type { Line } from "../session.ts";
import { displayWidth, padded } from "../width.ts";

const HEADS = ["NAME", "STATE", "PID", "UPTIME", "RESTARTS", "EXIT", "READY", "HEALTH", "NEXT"];
const GAP = "  ";

type Look = { readonly hasColours: boolean; readonly known: ReadonlyMap<string, Explained> };

/** A line for each process, behind the heads; `-` where there is nothing, or where this daemon does not tell. */
export function wideLines(infos: readonly ProcessInfo[], { hasColours, known }: Look): readonly Line[] {
  const rows = infos.map((info) => cells(info, known.get(`${info.group}:${info.name}`)));
  const widths = HEADS.map((head, column) => Math.max(...[head, ...rows.map((row) => row[column] ?? "")].map(displayWidth)));
  const text = (row: readonly string[], state: string | null): string =>
    row
      .map((cell, column) => {
        const shown = column === 1 && state !== null && hasColours ? paintedState(cell) : cell;
        return column === row.length - 1 ? shown : shown + padded(cell, widths[column] ?? 0, displayWidth).slice(cell.length);
      })
      .join(GAP);
  const lines = infos.map((info, at) => ({
    text: text(rows[at] ?? [], info.statename),
    exit: isStopped(info) ? STATUS_EXIT.NOT_RUNNING : null,
    data: null,
  }));
  return [{ text: text(HEADS, null), exit: null, data: null }, ...lines];
}

function paintedState(state: string): string {
  const style = STATE_STYLES.get(state);
  return style === undefined ? state : paint(style, state);
}

function cells(info: ProcessInfo, explained: Explained | undefined): readonly string[] {
  const { group, name, statename, pid, start, now } = info;
  const life = explained?.life ?? null;
  const isUp = pid !== 0 && statename !== "UNKNOWN";
  const ready = life?.ready ?? null;
  const next = life === null || life.next.what === "runs" ? "" : nextText(life, { now: now * 1000, zone: null });
  const row = [
    makeNamespec({ group, process: name }),
    statename,
    isUp ? String(pid) : "",
    isUp ? uptimeText(Math.max(0, now - start)) : "",
    explained === undefined || explained.restarts === 0 ? "" : String(explained.restarts),
    explained === undefined ? "" : (explained.signal ?? (explained.exitstatus === null ? "" : String(explained.exitstatus))),
    ready === null ? "" : ready ? "yes" : "no",
    life?.health?.state ?? "",
    next,
  ];
  return row.map((cell) => cell || "-");
}
