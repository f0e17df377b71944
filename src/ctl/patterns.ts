/**
 * Glob patterns in names: `web-*`, `*:worker_0?`, `[ab]*`. They are matched against the names that `status` shows; every other word stands for itself.
 */
import { matchesGlob } from "../config/glob.ts";
import { ok, type Result } from "../result.ts";
import { makeNamespec } from "../rpc/namespec.ts";
import type { Failure } from "./client/failure.ts";
import type { ProcessInfo } from "./client/infos.ts";
import type { Supervisor } from "./client/supervisor.ts";

/**
 * Whether a word is a pattern and not a name. `group:*` and `group:` mean the group, as ever, so that nothing changes for who uses them.
 */
export function isPattern(word: string): boolean {
  return /[*?[]/.test(word.replace(/:\*?$/, ""));
}

/** A test for the names of processes; `*` matches across the colon. */
export function processMatcher(pattern: string): (process: { readonly group: string; readonly name: string }) => boolean {
  return ({ group, name }) => matches(makeNamespec({ group, process: name }), pattern) || matches(`${group}:${name}`, pattern);
}

/** A test for the names of groups; `web-*:*` means the groups too. */
export function groupMatcher(pattern: string): (group: string) => boolean {
  const ofGroups = pattern.replace(/:\*?$/, "");
  return (group) => matches(group, ofGroups);
}

/** As [include] reads patterns, and a set may be negated with ^ too, as in a shell. */
function matches(name: string, pattern: string): boolean {
  return matchesGlob(name, pattern.replaceAll("[^", "[!"));
}

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
