/** What stands before each line of a log: a text with places for names, in quotes where its blanks count. (LOGX) */
import { ok, type Result, refuse } from "../result.ts";
import { either } from "./choices.ts";
import { quoted } from "./quoting.ts";

/** What a place may stand for. */
export const PLACES = ["group", "process", "channel", "pid"] as const;
export type Place = (typeof PLACES)[number];

/** Of a prefix as it is written. */
const PREFIX_BYTES_MAX = 256;
const PLACE_LIST = either(PLACES.map((place) => `{${place}}`));

/** The text without its quotes. */
export function parsePrefix(text: string): Result<string, string> {
  const prefix = /^"(.*)"$/s.exec(text)?.[1] ?? text;
  if (/[\r\n]/.test(prefix)) return refuse(`a prefix is one line: ${quoted(prefix)}`);
  if (Buffer.byteLength(prefix) > PREFIX_BYTES_MAX) return refuse(`a prefix has at most ${PREFIX_BYTES_MAX} bytes`);
  for (const [place, name] of prefix.matchAll(/\{([a-z_]+)\}/g))
    if (!PLACES.some((known) => known === name)) return refuse(`not a place for a name: ${quoted(place)} (${PLACE_LIST})`);
  return ok(prefix);
}

/** The prefix with what its places stand for. */
export function filledPrefix(prefix: string, names: Readonly<Record<Place, string>>): string {
  return prefix.replaceAll(/\{(group|process|channel|pid)\}/g, (_, place: Place) => names[place]);
}
