/** Glob patterns in names: `web-*`, `*:worker_0?`, `[ab]*`. They are matched against the names that `status` shows. */
import { makeNamespec } from "../rpc/names.ts";

/**
 * Whether a word is a pattern and not a name. `group:*` and `group:` mean the group, as ever, so that nothing changes for who uses them.
 */
export function isPattern(word: string): boolean {
  return /[*?[]/.test(word.replace(/:\*?$/, ""));
}

/** A test for the names of processes; `*` matches across the colon. */
export function processMatcher(pattern: string): (process: { readonly group: string; readonly name: string }) => boolean {
  const expression = asExpression(pattern);
  return ({ group, name }) => expression.test(makeNamespec({ group, process: name })) || expression.test(`${group}:${name}`);
}

/** A test for the names of groups; `web-*:*` means the groups too. */
export function groupMatcher(pattern: string): (group: string) => boolean {
  const expression = asExpression(pattern.replace(/:\*?$/, ""));
  return (group) => expression.test(group);
}

function asExpression(pattern: string): RegExp {
  const parts = pattern.match(/\[[!^]?\]?[^\]]*\]|./gsu) ?? [];
  const source = parts.map((part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 2 && part.startsWith("[")) return asClass(part.slice(1, -1));
    return part.replace(/[\\^$.|?*+()[\]{}/]/g, "\\$&");
  });
  // Several stars in a row are one, or a long run of them would be tried in every way there is.
  return new RegExp(`^${source.join("").replace(/(?:\.\*){2,}/g, ".*")}$`, "su");
}

function asClass(inside: string): string {
  const negated = /^[!^]/.test(inside);
  const characters = (negated ? inside.slice(1) : inside).replace(/[\\\]^[]/g, "\\$&");
  return isValidClass(characters) ? `[${negated ? "^" : ""}${characters}]` : "(?!)";
}

/** `[z-a]` matches nothing, as in a shell. */
function isValidClass(characters: string): boolean {
  try {
    new RegExp(`[${characters}]`, "u");
    return true;
  } catch {
    return false;
  }
}
