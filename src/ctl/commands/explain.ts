/**
 * What a person at a terminal wants to know behind the line of an order that failed: why a program did not come up, and which name was meant. The lines
 * themselves are the original's, so this stands on standard error. Loaded when something has failed; only a daemon of ours knows reasons.
 */
import { nearest } from "../../config/nearest.ts";
import { SIGNALS } from "../../config/signalnames.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import type { Explained, ProcessInfo, ResultRow } from "../client/infos.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import type { Session } from "../session.ts";

/** The keeper writes a log a moment after the program is gone. */
const LAST_LINES_DELAY_MS = 150;
/** Of a last line. */
const WORDS_MAX = 300;

const FAILED: ReadonlySet<number> = new Set([FAULTS.SPAWN_ERROR, FAULTS.ABNORMAL_TERMINATION, FAULTS.NO_FILE, FAULTS.NOT_EXECUTABLE]);

/** Whether there may be more to say about a result. */
export function isExplicable({ status }: ResultRow): boolean {
  return status === FAULTS.BAD_NAME || FAILED.has(status);
}

/** Says it, where somebody looks. */
export async function explainRow(session: Session, row: ResultRow): Promise<void> {
  const name = makeNamespec({ group: row.group, process: row.name });
  if (row.status === FAULTS.BAD_NAME) return hintAtName(session, name);
  // What could not even be tried is told by the fault itself: `NO_FILE: can't find command '/x'`.
  if (row.status === FAULTS.NO_FILE || row.status === FAULTS.NOT_EXECUTABLE) return session.hint(row.description.replace(/^[A-Z_]+: /, ""));
  const why = await whyNot(session, name);
  if (why !== null) session.hint(`${why.text}; more: supervisorctl logs ${name}`);
}

export type Why = { readonly text: string; readonly explained: Explained };

/** null: this daemon does not know. */
export async function whyNot(session: Session, name: string): Promise<Why | null> {
  let explained = await session.supervisor.explainProcess(name);
  if (explained.ok && explained.value.lastWords.length === 0) {
    await session.terminal.clock.sleep(LAST_LINES_DELAY_MS);
    explained = await session.supervisor.explainProcess(name);
  }
  if (!explained.ok || explained.value.reason === "") return null;
  const { reason, lastWords } = explained.value;
  const said = lastWords
    .map(printable)
    .filter((line) => !isOurs(line))
    .at(-1);
  return { text: said === undefined ? reason : `${reason}; last words: ${said}`, explained: explained.value };
}

/** What supervisord itself wrote for a program that it could not make: the reason says it already. */
function isOurs(line: string): boolean {
  return line.startsWith("supervisor: ");
}

/** A program can write anything, and this goes to a terminal. */
function printable(line: string): string {
  const plain = line
    .replaceAll(/\u001b\[[0-?]*[ -/]*[@-~]/g, "")
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffd]+/g, " ")
    .trim();
  return plain.length > WORDS_MAX ? `${plain.slice(0, WORDS_MAX)}…` : plain;
}

/** What was probably meant by a name that there is not. */
export async function hintAtName(session: Session, name: string): Promise<void> {
  if (!session.terminal.screen.errorIsTerminal) return;
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return;
  const meant = whatWasMeant(name, infos.value);
  if (meant !== null) session.hint(meant);
}

/** null: nothing is near. */
export function whatWasMeant(name: string, infos: readonly ProcessInfo[]): string | null {
  const bare = name.replace(/:\*?$/, "");
  if (infos.some(({ group }) => group === bare)) return `${bare} is a group: write ${bare}:*`;
  const names = infos.map(({ group, name: process }) => makeNamespec({ group, process }));
  if (isPattern(name)) return inGroups(name, infos);
  const full = names.find((one) => one.endsWith(`:${bare}`));
  if (full !== undefined) return `did you mean ${full}?`;
  const groups = [...new Set(infos.map(({ group }) => group))].filter((group) => !names.includes(group)).map((group) => `${group}:*`);
  const known = [...names, ...groups];
  const longer = known.filter((one) => one.toLowerCase().startsWith(bare.toLowerCase()));
  const near = longer.length === 1 ? (longer[0] ?? null) : nearest(name.endsWith(":*") ? name : bare, known);
  return near === null ? null : `did you mean ${near}?`;
}

/** A pattern is matched against whole names, `group:process` among them. */
function inGroups(pattern: string, infos: readonly ProcessInfo[]): string | null {
  for (const wider of [`*:${pattern}`, `${pattern}:*`, `*${pattern}*`]) {
    if (infos.some(processMatcher(wider))) return `${pattern} matches no whole name; did you mean '${wider}'?`;
  }
  return `${pattern} matches nothing`;
}

/** `signal nginx HUP`: the signal comes first. */
export async function hintAtOrder(session: Session, signal: string, names: readonly string[]): Promise<void> {
  const [last] = names.slice(-1);
  if (last === undefined || !isSignal(last) || isSignal(signal)) return;
  const others = [signal, ...names.slice(0, -1)];
  session.hint(`the signal comes first: signal ${last} ${others.join(" ")}`);
}

function isSignal(word: string): boolean {
  const upper = word.toUpperCase();
  return /^\d+$/.test(word) || Object.hasOwn(SIGNALS, upper) || Object.hasOwn(SIGNALS, `SIG${upper}`);
}
