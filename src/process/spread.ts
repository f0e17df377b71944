/** Chance without a source of it: what happens to many processes in step is spread by who they are, and each time differently. */

/** From 0 up to but without 1; the same for the same arguments. */
export function spread(name: string, ...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const char of `${name} ${numbers.join(" ")}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  // FNV leaves neighbours near each other; this spreads them over the whole range.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
