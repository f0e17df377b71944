/** `deps`: what processes depend on, as a tree; what does not hold is marked. */
import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { isFault } from "../client/failure.ts";
import type { Dependency } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line } from "../session.ts";
import { upcheck } from "../upcheck.ts";

const INDENT = "  ";
/** Of the processes of one target so many are shown with what they depend on themselves. */
const SHOWN_MAX = 10;

export const run: Command = async (session, { words }) => {
  const up = await upcheck(session);
  if (!up.ok || !up.value) return up;
  const all = await session.supervisor.dependencies();
  if (!all.ok) {
    if (!isFault(all.error, FAULTS.UNKNOWN_METHOD)) return all;
    const error = "this supervisord has no deps";
    session.report({ text: `ERROR (${error})`, exit: EXIT.GENERIC, data: { error } });
    return ok(null);
  }
  const known = await session.supervisor.getAllProcessInfo();
  if (!known.ok) return known;
  const names = known.value.map(({ group, name }) => makeNamespec({ group, process: name }));
  for (const line of depsLines(all.value, words, names)) session.report(line);
  return ok(null);
};

/** A tree for each name; without one for each process that nothing else depends on. */
export function depsLines(all: readonly Dependency[], words: readonly string[], names: readonly string[]): readonly Line[] {
  const bySource = new Map<string, Dependency[]>();
  for (const dependency of all) {
    const known = bySource.get(dependency.from);
    if (known === undefined) bySource.set(dependency.from, [dependency]);
    else known.push(dependency);
  }
  if (words.length === 0) {
    const needed = new Set(all.flatMap(({ processes }) => processes));
    return [...bySource.keys()].filter((name) => !needed.has(name)).flatMap((name) => tree(name, bySource));
  }
  return words.flatMap((word) => {
    const { group, process } = splitNamespec(word);
    const name = process === null ? word : makeNamespec({ group, process });
    if (names.includes(name)) return tree(name, bySource);
    return [{ text: `${word}: ERROR (no such process)`, exit: EXIT.GENERIC, data: { name: word, error: "no such process" } }];
  });
}

function tree(root: string, bySource: ReadonlyMap<string, readonly Dependency[]>): readonly Line[] {
  const lines: Line[] = [{ text: root, exit: null, data: { name: root, depth: 0 } }];
  const shown = new Set<string>();
  const add = (name: string, depth: number): void => {
    // What others need as well is told once: a net of them would have no end.
    if (shown.has(name)) return;
    shown.add(name);
    for (const { to, condition, holds, processes } of bySource.get(name) ?? []) {
      const mark = holds ? " " : "!";
      lines.push({
        text: `${INDENT.repeat(depth)}${mark} ${to} (${condition})`,
        exit: null,
        data: { name: to, depth, from: name, condition, holds },
      });
      for (const process of processes.slice(0, SHOWN_MAX)) add(process, depth + 1);
    }
  };
  add(root, 1);
  return lines;
}
