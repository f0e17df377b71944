/** `reread`: what the changed configuration would bring. (CTL-151, CTL-152) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { byCodePoint } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { ConfigChanges } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line } from "../session.ts";
import { explainMistakes, tellDoubts } from "./mistakes.ts";

export const run: Command = async (session) => {
  const changes = await session.supervisor.reloadConfig();
  if (!changes.ok) {
    const line = rereadError(changes.error);
    if (line === null) return changes;
    session.report(line);
    await explainMistakes(session, changes.error);
    return ok(null);
  }
  const lines = rereadLines(changes.value);
  for (const line of lines) session.report(line);
  if (lines.length === 0 && !session.isJson) session.say("No config updates to processes");
  await tellDoubts(session);
  return ok(null);
};

/** Sorted by name; a group is in one of the lists only. (CTL-151) */
function rereadLines({ added, changed, removed }: ConfigChanges): readonly Line[] {
  const words = new Map<string, string>();
  for (const [names, word] of [
    [added, "available"],
    [changed, "changed"],
    [removed, "disappeared"],
  ] as const) {
    for (const name of names) words.set(name, word);
  }
  const sorted = [...words].sort(([a], [b]) => byCodePoint(a, b));
  return sorted.map(([name, word]) => ({ text: `${name}: ${word}`, exit: null, data: { group: name, change: word } }));
}

/** (CTL-152) */
function rereadError(failure: Failure): Line | null {
  if (failure.kind !== "fault") return null;
  const known = isFault(failure, FAULTS.SHUTDOWN_STATE)
    ? "supervisor shutting down"
    : isFault(failure, FAULTS.CANT_REREAD)
      ? failure.text
      : null;
  return known === null ? null : { text: `ERROR: ${known}`, exit: EXIT.GENERIC, data: { error: known } };
}
