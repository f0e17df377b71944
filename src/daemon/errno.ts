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
