/** Names of error numbers, as messages show them. */
import { constants } from "node:os";

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `ENOENT`, or the number where it has no name. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? String(errno);
}

/** The number of a name such as ENOENT; 0 when it is not known. */
export function errnoNumber(name: string): number {
  return (constants.errno as Readonly<Record<string, number>>)[name] ?? 0;
}
