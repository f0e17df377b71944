/** The line for the result of an order: what each result code is called, and what it does to the exit status. (CTL-086, CTL-095, CTL-107, CTL-143) */

import { ok, type Result, refuse } from "../../result.ts";
import { ROLLING, SCHEDULE_PAUSED, SCHEDULE_RESUMED } from "../../rpc/answerrows.ts";
import { SUCCESS } from "../../rpc/faults.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import type { Failure } from "../client/failure.ts";
import type { ResultRow } from "../client/infos.ts";
import { exitOfResult } from "../exit.ts";
import type { Line, Session } from "../session.ts";

export type ResultWords = {
  /** What is said of a result, by its code: `done` of a good one, the reason of a bad one. A code without words is no result of this order. */
  readonly words: Readonly<Record<number, string>>;
  /** The result code that is not counted as an error; null: none. */
  readonly ignored: number | null;
};

/** Instead of words: the text of the fault itself. (CTL-096) */
export const RAW = "";

export type Named = { readonly group: string; readonly name: string };

/** What a method for one process answered, as a row of the methods for many. Only a fault is a result. */
export function rowOf({ group, name }: Named, given: Result<true, Failure>): Result<ResultRow, Failure> {
  if (given.ok) return ok({ group, name, status: SUCCESS, description: "OK" });
  if (given.error.kind !== "fault") return refuse(given.error);
  return ok({ group, name, status: given.error.code, description: given.error.text });
}

export function reportRows(session: Session, words: ResultWords, rows: Result<readonly ResultRow[], Failure>): Result<unknown, Failure> {
  if (!rows.ok) return rows;
  for (const row of rows.value) {
    const line = resultLine(words, row);
    if (!line.ok) return line;
    session.report(line.value);
  }
  return ok(null);
}

/** Beside what was ordered something may have become of a schedule. (CRON-002) */
function goodLine({ description }: ResultRow, word: string, exit: Line["exit"], base: { readonly name: string }): Line {
  if (description === SCHEDULE_RESUMED) return { text: `${base.name}: ${description}`, exit, data: { ...base, result: description } };
  const result = description === SCHEDULE_PAUSED ? `${word} (${description})` : word;
  return { text: `${base.name}: ${result}`, exit, data: { ...base, result } };
}

/** The line of a result, or that its code is none of this order's. (CTL-091) */
function resultLine({ words, ignored }: ResultWords, row: ResultRow): Result<Line, Failure> {
  const name = makeNamespec({ group: row.group, process: row.name });
  const base = { name, group: row.group, process: row.name };
  const exit = exitOfResult(row.status, ignored);
  const word = row.description.endsWith(ROLLING) ? ROLLING : words[row.status];
  if (word === undefined) return refuse({ kind: "unexpected", error: "ValueError", text: `Unknown result code ${row.status} for ${name}` });
  if (row.status === SUCCESS) return ok(goodLine(row, word, exit, base));
  const isRaw = word === RAW;
  const text = isRaw ? row.description : `${name}: ERROR (${word})`;
  return ok({ text, exit, data: { ...base, error: isRaw ? row.description : word, code: row.status } });
}
