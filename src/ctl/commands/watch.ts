/**
 * `status --watch`: the table, again and again, until Ctrl-C. On a terminal it is painted in place; elsewhere the table comes once and then a line for
 * each process that has changed, so that a script can read along.
 */

import { ok, type Result } from "../../result.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { anyOf } from "../abort.ts";
import type { Failure } from "../client/failure.ts";
import type { ProcessInfo } from "../client/infos.ts";
import { pythonError } from "../errorline.ts";
import { paint } from "../paint.ts";
import type { Session } from "../session.ts";
import { visible } from "../visible.ts";
import { displayWidth } from "../width.ts";
import { select, statusData, statusLines } from "./statustable.ts";

const LOOK_MS = 1000;

const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";

export async function watch(session: Session, names: readonly string[]): Promise<Result<unknown, Failure>> {
  const first = await session.supervisor.getAllProcessInfo();
  if (!first.ok) return first;
  const { errors } = select(first.value, names);
  if (errors.length > 0) {
    for (const line of errors) session.report(line);
    return ok(null);
  }
  const { screen } = session.terminal;
  const isPainted = screen.movesCursor && !session.isJson;
  const view = isPainted ? new Picture(session) : new Changes(session, session.isJson);
  session.begin(null); // no document at the end: every line is one of its own
  await session.terminal.interruptible(async (interrupted) => {
    const signal = anyOf(interrupted, screen.closed);
    if (isPainted) screen.write(ENTER);
    await look(session, names, view, signal);
    if (isPainted) screen.write(LEAVE);
  });
  return ok(null);
}

interface View {
  show(infos: readonly ProcessInfo[]): void;
  fail(failure: Failure): void;
}

async function look(session: Session, names: readonly string[], view: View, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const infos = await session.supervisor.getAllProcessInfo();
    if (infos.ok) view.show(select(infos.value, names).matching);
    else view.fail(infos.error);
    await session.terminal.clock.sleep(LOOK_MS, signal);
  }
}

/** The table in place, cut to the screen. */
class Picture implements View {
  readonly #session: Session;
  #lines: readonly string[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  show(infos: readonly ProcessInfo[]): void {
    const { screen } = this.#session.terminal;
    const { columns } = screen.size();
    // What is longer than a line would wrap and push the rest down; the names and states in front are what matters.
    this.#lines = statusLines(
      infos.map((info) => ({ ...info, description: cut(info, columns) })),
      { hasColours: this.#session.hasColoursOfOurs, byWidth: true },
    ).map((line) => visible(line.text, this.#session.hasColoursOfOurs));
    this.#paint(`${infos.length} processes, Ctrl-C to exit`);
  }

  fail(failure: Failure): void {
    this.#paint(`no answer: ${visible(pythonError(failure).text)}`);
  }

  #paint(title: string): void {
    const { screen } = this.#session.terminal;
    const room = Math.max(1, screen.size().rows - 2);
    const more = this.#lines.length - room;
    const shown = more > 0 ? [...this.#lines.slice(0, room - 1), `… and ${more + 1} more`] : this.#lines;
    const head = this.#session.hasColoursOfOurs ? paint("bold", title) : title;
    screen.write(HOME + [head, ...shown].map((line) => `${line}${CLEAR_LINE}\r\n`).join("") + CLEAR_BELOW);
  }
}

/** Room for the name's column is what `status` would give it; the rest of the line is the description's. */
function cut({ group, name, description }: ProcessInfo, columns: number): string {
  const before = Math.max(30, displayWidth(makeNamespec({ group, process: name }))) + 3 + 10;
  return description.slice(0, Math.max(0, columns - before - 1));
}

/** A line for each change of a state or a pid. */
class Changes implements View {
  readonly #session: Session;
  readonly #isJson: boolean;
  readonly #known = new Map<string, string>();
  #isDown = false;

  constructor(session: Session, isJson: boolean) {
    this.#session = session;
    this.#isJson = isJson;
  }

  show(infos: readonly ProcessInfo[]): void {
    this.#isDown = false;
    const changed = infos.filter((info) => this.#known.get(keyOf(info)) !== stateOf(info));
    for (const info of changed) this.#known.set(keyOf(info), stateOf(info));
    const lines = statusLines(changed);
    for (const [at, info] of changed.entries()) {
      if (this.#isJson) this.#session.emit(statusData(makeNamespec({ group: info.group, process: info.name }), info));
      else this.#session.say(lines[at]?.text ?? "");
    }
    this.#forgetGone(infos);
  }

  fail(failure: Failure): void {
    if (!this.#isDown) this.#session.note(`no answer: ${pythonError(failure).text}`);
    this.#isDown = true;
  }

  #forgetGone(infos: readonly ProcessInfo[]): void {
    const present = new Set(infos.map(keyOf));
    for (const key of [...this.#known.keys()].filter((known) => !present.has(known))) {
      this.#known.delete(key);
      if (this.#isJson) this.#session.emit({ name: key, state: null });
      else this.#session.say(`${key}: removed`);
    }
  }
}

function keyOf({ group, name }: ProcessInfo): string {
  return makeNamespec({ group, process: name });
}

function stateOf({ state, pid }: ProcessInfo): string {
  return `${state} ${pid}`;
}
