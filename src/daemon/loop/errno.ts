/** Names of error numbers, as messages show them. */
import { constants } from "node:os";

/** A number with two names has the one that is known better: EAGAIN and ENOTSUP stand before EWOULDBLOCK and EOPNOTSUPP. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([name, number]) => [number, name]),
);

/** `ENOENT`, or the number where it has no name. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? String(errno);
}

/** The number of a name such as ENOENT; 0 when it is not known. */
export function errnoNumber(name: string): number {
  return (constants.errno as Readonly<Record<string, number>>)[name] ?? 0;
}

/** Why a log cannot be opened. The keeper refuses links as links.c says. */
export function whyNotOpened(errno: number): string {
  const name = errnoName(errno);
  if (name !== "ELOOP") return name;
  return "ELOOP: the path is a link that another user has made, and it leads to a file that is not his; remove the link, or choose a folder that others cannot write in";
}
