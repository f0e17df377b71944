/** Deeds: shown as pending at once, ordered from the daemon, and followed in the states until they are done or have failed. */
import { effect } from "@preact/signals";
import { call } from "./live/api.ts";
import { type Call, callsOf, failuresOf } from "./model/deeds.ts";
import { reasonOf } from "./model/reasons.ts";
import type { Scalable } from "./model/scale.ts";
import type { Verb } from "./model/texts.ts";
import { applies, asksFirst, lifeOf, meant, type Outcome, type Progress, settled, undoOf } from "./model/verbs.ts";
import { roll } from "./rolling.ts";
import { announcement, bulk, daemonNow, outcomes, question, row, scaling, texts, world } from "./state.ts";

/** Requests at once: a browser has six connections for all tabs. */
const AT_ONCE = 3;
/** How long what went well stays on the page. */
const DONE_SHOWN_MS = 8000;

/** Asks first when it is about many or cannot be taken back, else does it. `what`: how the targets are called together. */
export function request(asked: Verb, targets: readonly string[], what: string, signal?: string): void {
  const verb = meant(asked, targets.map(row));
  const fitting = targets.filter((each) => {
    const found = row(each);
    return found !== undefined && applies(verb, found);
  });
  if (fitting.length === 0) return;
  if (asksFirst(verb, fitting.length)) question.value = { verb, targets: fitting, what, ...(signal === undefined ? {} : { signal }) };
  else void perform(verb, fitting, signal);
}

export function confirm(): void {
  const asked = question.value;
  question.value = null;
  if (asked?.verb === "rolling") void roll(asked.targets, asked.what, asked.atOnce ?? 1);
  else if (asked !== null) void perform(asked.verb, asked.targets, asked.signal);
}

/** What takes the outcomes of these back, done. */
export function undo(targets: readonly string[]): void {
  const first = targets[0] === undefined ? undefined : outcomes.value.get(targets[0]);
  const back = first === undefined ? null : undoOf(first.verb);
  if (back !== null) void perform(back, targets);
}

/** The same for a deed on many: those that it was done to, and only those. */
export function undoBulk(): void {
  const { value: many } = bulk;
  const back = many === null ? null : undoOf(many.verb);
  bulk.value = null;
  if (many !== null && back !== null) void perform(back, many.done);
}

export function dismiss(targets: readonly string[]): void {
  const next = new Map(outcomes.value);
  for (const each of targets) next.delete(each);
  outcomes.value = next;
}

export async function perform(verb: Verb, targets: readonly string[], signal?: string): Promise<void> {
  const begun = new Map(outcomes.value);
  for (const each of targets) {
    const found = row(each);
    if (found !== undefined) begun.set(each, { verb, progress: "pending", at: Date.now(), accepted: false, before: lifeOf(found) });
  }
  outcomes.value = begun;
  announcement.value = `${texts.value.pending[verb]} ${targets.length === 1 ? targets[0] : texts.value.processes(targets.length)}`;
  if (targets.length > 1) bulk.value = { verb, targets, done: [], failed: [] };
  const queue = [...callsOf(verb, targets, world.value, signal)];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await order(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Another number of processes for a program; that of the file takes the order back. */
export async function scale({ program, members, written }: Scalable, count: number): Promise<void> {
  const order = { program, before: members.length, after: count };
  const pending = { ...order, progress: "pending" } as const;
  scaling.value = pending;
  const progress = await call("holdfast.scale", { program, numprocs: count === written ? -1 : count, options: { wait: false } }).then(
    () => "done" as const,
    (error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) }),
  );
  // Another order, or somebody who has dismissed this one, came first.
  if (scaling.value === pending || typeof progress === "object") scaling.value = { ...order, progress };
}

/** Follows what was ordered in the states of the processes. Called once. */
export function followOutcomes(): void {
  effect(() => {
    const { rows } = world.value;
    for (const [namespec, outcome] of outcomes.value) {
      const found = rows.get(namespec);
      if (outcome.progress !== "pending" || !outcome.accepted || found === undefined) continue;
      const progress = settled(outcome, found, (bad) => reasonOf(bad, texts.value, daemonNow.peek()));
      if (progress !== "pending") queueMicrotask(() => settle(namespec, progress));
    }
  });
}

async function order({ method, params, targets }: Call): Promise<void> {
  try {
    const failures = failuresOf(await call(method, params));
    for (const each of targets) {
      const why = failures.get(each);
      if (why === undefined) change(each, { accepted: true });
      else settle(each, { failed: why });
    }
  } catch (error) {
    for (const each of targets) settle(each, { failed: error instanceof Error ? error.message : String(error) });
  }
}

function settle(namespec: string, progress: Exclude<Progress, "pending">): void {
  const outcome = outcomes.value.get(namespec);
  if (outcome?.progress !== "pending") return;
  change(namespec, { progress, at: Date.now() });
  const { value: many } = bulk;
  if (many?.verb === outcome.verb && many.targets.includes(namespec))
    bulk.value =
      progress === "done"
        ? { ...many, done: [...many.done, namespec] }
        : { ...many, failed: [...many.failed, { namespec, why: progress.failed }] };
  const { done, failed } = texts.value;
  announcement.value = progress === "done" ? `${namespec} ${done[outcome.verb]}` : `${namespec}: ${failed}: ${progress.failed}`;
  if (progress !== "done") return;
  setTimeout(() => {
    const now = outcomes.value.get(namespec);
    if (now?.progress === "done" && Date.now() - now.at >= DONE_SHOWN_MS - 100) dismiss([namespec]);
  }, DONE_SHOWN_MS);
}

function change(namespec: string, part: Partial<Outcome>): void {
  const known = outcomes.value.get(namespec);
  if (known === undefined) return;
  outcomes.value = new Map(outcomes.value).set(namespec, { ...known, ...part });
}
