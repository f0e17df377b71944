/** File name patterns of [include] as Python's fnmatch reads them: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`; no braces, nothing escapes. (CONF-190) */

/** Whether a pattern has anything but plain text. */
export function hasMagic(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** A hidden name is only matched by a pattern that starts with a dot. (CONF-190) */
export function matchesName(name: string, pattern: string): boolean {
  return (pattern.startsWith(".") || !name.startsWith(".")) && matchesGlob(name, pattern);
}

/** Walks both texts once; on a mismatch it goes back to the last `*` only, so no pattern takes more than length times length steps. */
export function matchesGlob(name: string, pattern: string): boolean {
  const tokens = tokensOf(pattern);
  const characters = [...name];
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    const wanted = tokens[token];
    if (wanted === "star") {
      star = token++;
      starAt = at;
    } else if (wanted?.(characters[at] ?? "")) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === "star") token++;
  return token === tokens.length;
}

type Token = "star" | ((character: string) => boolean);

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") tokens.push("star");
    else if (character === "?") tokens.push(() => true);
    else if (character === "[" && setEnd(characters, at) > 0) {
      const end = setEnd(characters, at);
      tokens.push(setToken(characters.slice(at + 1, end)));
      at = end;
    } else tokens.push((one) => one === character);
  }
  return tokens;
}

/** The closing bracket of a set; a `]` right at its start belongs to it. -1: there is none, and `[` means itself. */
function setEnd(characters: readonly string[], open: number): number {
  let at = open + 1;
  if (characters[at] === "!") at++;
  if (characters[at] === "]") at++;
  return characters.indexOf("]", at);
}

function setToken(set: readonly string[]): Token {
  const isNegated = set[0] === "!";
  const members = isNegated ? set.slice(1) : set;
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; at++) {
    const from = members[at]?.codePointAt(0) ?? 0;
    const to = members[at + 2]?.codePointAt(0);
    if (members[at + 1] === "-" && to !== undefined) {
      ranges.push([from, to]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return (character) => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([from, to]) => from <= code && code <= to) !== isNegated;
  };
}
