/** Words of the user as names of processes: a pattern stands for what it matches, everything else for itself. */

import { ok, type Result } from "../result.ts";
import { makeNamespec } from "../rpc/names.ts";
import type { Failure } from "./client/failure.ts";
import type { ProcessInfo } from "./client/infos.ts";
import type { Supervisor } from "./client/supervisor.ts";
import { groupMatcher, isPattern, processMatcher } from "./patterns.ts";

/** The names in their order; a pattern that matches nothing stays as it is, so that it is reported as an unknown name. Asks the server only if it must. */
export async function namesOf(supervisor: Supervisor, words: readonly string[]): Promise<Result<readonly string[], Failure>> {
  if (!words.some(isPattern)) return ok(words);
  const infos = await supervisor.getAllProcessInfo();
  return infos.ok ? ok(words.flatMap((word) => namesMatching(word, infos.value))) : infos;
}

/** The same for names of groups, of which `known` gives all there are. */
export async function groupsOf(
  words: readonly string[],
  known: () => Promise<Result<readonly { readonly group: string }[], Failure>>,
): Promise<Result<readonly string[], Failure>> {
  if (!words.some(isPattern)) return ok(words);
  const rows = await known();
  if (!rows.ok) return rows;
  const groups = [...new Set(rows.value.map((row) => row.group))];
  return ok(words.flatMap((word) => orItself(word, isPattern(word) ? groups.filter(groupMatcher(word)) : [])));
}

function namesMatching(word: string, infos: readonly ProcessInfo[]): readonly string[] {
  if (!isPattern(word)) return [word];
  const matching = infos.filter(processMatcher(word));
  return orItself(
    word,
    matching.map(({ group, name }) => makeNamespec({ group, process: name })),
  );
}

function orItself(word: string, matching: readonly string[]): readonly string[] {
  return matching.length === 0 ? [word] : matching;
}
