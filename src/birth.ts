/**
 * What the user typed, and the environment that he gave us, as the launcher hands them over (launcher/birth.c): variables that would change node, and
 * bytes that node would not keep, stand in variables of our own. Started without the launcher, as in tests, the process's own words count.
 */
import { textOf } from "./bytes.ts";

export type Words = {
  /** The path by which we were started, as the user or the shell's search in PATH wrote it. */
  readonly argv0: string;
  readonly args: readonly string[];
  /** Without a prototype, so that a variable named `__proto__` is a variable. Names may hold anything but `=`. */
  readonly environment: Readonly<Record<string, string>>;
};

const PIECE = "HOLDFAST_BIRTH_";
/** What is between the launcher, the keeper and us. A variable of the user with such a name is handed over in writing. */
const OURS = "HOLDFAST_";

export function readBirth(environment: Readonly<Record<string, string | undefined>>, argv: readonly string[]): Words {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(environment)) if (value !== undefined && !name.startsWith(OURS)) plain[name] = value;
  const items = writtenItems(environment);
  if (items === null) return { argv0: argv[1] ?? "", args: argv.slice(2), environment: plain };
  const count = Number(items[0]);
  const [argv0 = "", ...args] = items.slice(1, 1 + count);
  for (const entry of items.slice(1 + count)) {
    const end = entry.indexOf("=");
    plain[entry.slice(0, Math.max(end, 0))] = entry.slice(end + 1);
  }
  return { argv0, args, environment: plain };
}

/** Takes what is ours out of an environment, so that what plug-ins start does not inherit it. `kept` is needed still. */
export function forgetOurs(environment: Record<string, string | undefined>, kept = ""): void {
  for (const name of Object.keys(environment)) if (name.startsWith(OURS) && name !== kept) delete environment[name];
}

function writtenItems(environment: Readonly<Record<string, string | undefined>>): string[] | null {
  let written = "";
  for (let piece = 0; environment[`${PIECE}${piece}`] !== undefined; piece++) written += environment[`${PIECE}${piece}`];
  if (written === "") return null;
  const bytes = written.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytes
    .split("\0")
    .slice(0, -1)
    .map((item) => textOf(Buffer.from(item, "latin1")));
}
