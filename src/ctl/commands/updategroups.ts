/** What `update` and its dry run share: which groups are meant, which names are wrong. */
import { ok, type Result } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { ConfigChanges } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import { groupMatcher, isPattern } from "../patterns.ts";
import type { Session } from "../session.ts";

/** (CTL-158) */
export function shuttingDown(session: Session, failure: Failure): boolean {
  if (!isFault(failure, FAULTS.SHUTDOWN_STATE)) return false;
  session.report({ text: "ERROR: already shutting down", exit: EXIT.GENERIC, data: { error: "already shutting down" } });
  return true;
}

/** `all` among the names, or none, is every group. (CTL-156) */
export function wantedGroups(names: readonly string[]): (group: string) => boolean {
  if (names.length === 0 || names.includes("all")) return () => true;
  const tests = names.map((name) => (isPattern(name) ? groupMatcher(name) : (group: string) => group === name));
  return (group) => tests.some((test) => test(group));
}

/** A name that is neither active nor new. The others are done all the same. (CTL-156) */
export async function reportUnknown(
  session: Session,
  names: readonly string[],
  changes: Pick<ConfigChanges, "added">,
): Promise<Result<unknown, Failure>> {
  if (names.length === 0 || names.includes("all")) return ok(null);
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const groups = [...new Set([...infos.value.map((info) => info.group), ...changes.added])];
  for (const name of new Set(names)) {
    if (groups.some(wantedGroups([name]))) continue;
    session.report({ text: `ERROR: no such group: ${name}`, exit: EXIT.GENERIC, data: { group: name, error: "no such group" } });
  }
  return ok(null);
}
