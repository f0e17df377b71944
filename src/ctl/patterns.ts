/** Glob patterns in names: `web-*`, `*:worker_0?`, `[ab]*`. They are matched against the names that `status` shows. */
import { matchesGlob } from "../config/glob.ts";
import { makeNamespec } from "../rpc/names.ts";

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
