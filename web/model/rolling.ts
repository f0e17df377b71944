/** A rolling restart as the page follows it, and what is said of it in one line. (ROLL) */
import type { Texts } from "./texts.ts";

export type RollingResult = {
  readonly group: string;
  readonly name: string;
  readonly result: "restarted" | "skipped" | "failed";
  readonly text: string;
};

/** As `holdfast.operation` gives it. `ended`: empty while it goes on. */
export type Operation = {
  readonly ended: "" | "done" | "failed" | "update" | "down";
  readonly results: readonly RollingResult[];
  readonly underWay: readonly string[];
  readonly left: readonly string[];
};

/** `what`: how the processes are called together. `refused`: why nothing came of it, or why nothing more is known. */
export type Rolling = {
  readonly what: string;
  readonly total: number;
  readonly operation: Operation | null;
  readonly refused: string | null;
};

export function rollingText({ what, total, operation, refused }: Rolling, texts: Texts): string {
  const { life } = texts;
  const head = life.rollingOf(what);
  if (refused !== null) return `${head}: ${texts.failed}: ${refused}`;
  if (operation === null) return `${head}…`;
  const { ended, results, underWay, left } = operation;
  const restarted = results.filter(({ result }) => result === "restarted").length;
  const parts = [texts.ofTotal(restarted, total)];
  if (ended === "" && underWay.length > 0) parts.push(life.atIt(some(underWay, texts)));
  const skipped = results.filter(({ result }) => result === "skipped");
  if (skipped.length > 0) parts.push(life.leftOut(some(skipped.map(named), texts)));
  const failed = results.filter(({ result }) => result === "failed");
  if (failed.length > 0) parts.push(`${texts.failed}: ${some(failed.map(named), texts)}`);
  if (ended !== "" && left.length > 0) parts.push(life.notRestarted(left.length));
  if (ended !== "") parts.push(life.ended[ended]);
  return `${head}: ${parts.join(" · ")}`;
}

export function isBad({ operation, refused }: Rolling): boolean {
  return refused !== null || operation?.results.some(({ result }) => result === "failed") === true;
}

export function isOver({ operation, refused }: Rolling): boolean {
  return refused !== null || (operation !== null && operation.ended !== "");
}

const NAMED_MAX = 3;

function named({ group, name, text }: RollingResult): string {
  return `${group === name ? name : `${group}:${name}`} (${text})`;
}

function some(names: readonly string[], { more }: Texts): string {
  const left = names.length - NAMED_MAX;
  const first = names.slice(0, NAMED_MAX).join(", ");
  return left > 0 ? `${first} ${more(left)}` : first;
}
