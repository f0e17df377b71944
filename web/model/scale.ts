/** How many processes a program has, from the options of one of them: only one whose name holds its number can have another number of them. (SCL-002) */
import type { OptionValue } from "../../src/api/types.ts";
import type { World } from "./world.ts";

export type Scalable = {
  readonly program: string;
  /** Those that there are, by their numbers. */
  readonly members: readonly string[];
  /** What the file says. */
  readonly written: number;
};

const NUMBER = /%\(process_num\)[-0-9 #+]*[a-z]/;

/** Whether a look at its options may be worth while: the names of programs of one process hold no number but their own. */
export function mayBeNumbered({ group, name }: { readonly group: string; readonly name: string }): boolean {
  return name !== group && /\d/.test(name);
}

/** null: there is one process, and its name says so. */
export function scalable(options: readonly OptionValue[], group: string, { groups, rows }: World): Scalable | null {
  const named = options.find(({ option }) => option === "process_name");
  const written = Number(options.find(({ option, section }) => option === "numprocs" && section === named?.section)?.value);
  const program = named?.section.replace(/^[^:]*:/, "");
  if (named === undefined || program === undefined || !NUMBER.test(named.value) || !Number.isInteger(written)) return null;
  const known = named.value.replaceAll("%(program_name)s", program).replaceAll("%(group_name)s", group);
  const [before = "", after = ""] = known.split(NUMBER, 2);
  const isMember = new RegExp(`^${literal(before)}-?\\d+${literal(after)}$`);
  const all = groups.find(({ name }) => name === group)?.members ?? [];
  const members = all.filter((each) => isMember.test(rows.get(each)?.name ?? ""));
  return { program, members, written };
}

/** Those that go, the highest number first. (SCL-001) */
export function removedBy({ members }: Scalable, count: number): readonly string[] {
  return members.slice(count).reverse();
}

/** Other expressions than the number stand for one text, whichever. */
function literal(part: string): string {
  return part
    .split(/%\([^)]*\)[-0-9 #+.]*[a-z]/)
    .map((text) => text.replaceAll("%%", "%").replace(/[^\w]/g, "\\$&"))
    .join(".*");
}

/** A number of processes as it is typed. 1e3 and 4.0 are numbers too, but nobody means them: they are slips. */
export function countIn(typed: string): number | null {
  return /^\d+$/.test(typed) ? Number(typed) : null;
}
