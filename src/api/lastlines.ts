/** The last lines that a process in trouble wrote: what a person who comes to repair it reads first. Read only when somebody looks, and kept with its view. */
import type { ProcessView, SupervisorControl } from "../rpc/control.ts";
import { Semaphore } from "../rpc/semaphore.ts";
import { LAST_LINE_CHARACTERS, LAST_LINES, LAST_LINES_AT_ONCE, LAST_LINES_BYTES } from "./bounds.ts";
import { keepsRestarting } from "./steadiness.ts";
import type { ProcessDetail } from "./watch.ts";

export class LastLines {
  readonly #control: SupervisorControl;
  readonly #semaphore = new Semaphore(LAST_LINES_AT_ONCE);
  readonly #known = new WeakMap<ProcessView, readonly string[]>();

  constructor(control: SupervisorControl) {
    this.#control = control;
  }

  /** null: they have not been read. */
  of(view: ProcessView): readonly string[] | null {
    return this.#known.get(view) ?? null;
  }

  /** Reads them again, whatever is known. True: they are others now. */
  async read(view: ProcessView, detail: Pick<ProcessDetail, "redirectsStderr">): Promise<boolean> {
    const path = detail.redirectsStderr ? view.stdoutLogfile : view.stderrLogfile;
    const words = path === null ? [] : await this.#semaphore.run(() => this.#endOf(path));
    const before = this.#known.get(view);
    this.#known.set(view, words);
    return before === undefined ? words.length > 0 : before.join("\n") !== words.join("\n");
  }

  async #endOf(path: string): Promise<readonly string[]> {
    const found = await this.#control.files.stat(path);
    if (!found.ok || found.value.kind !== "file" || found.value.size === 0) return [];
    const from = Math.max(0, found.value.size - LAST_LINES_BYTES);
    const read = await this.#control.files.readAt(path, from, LAST_LINES_BYTES);
    return read.ok ? lastLines(Buffer.from(read.value).toString("utf8"), from > 0) : [];
  }
}

/** Whether its last words should stand beside it. `now`: the wall clock, in milliseconds. */
export function isInTrouble(view: ProcessView, detail: ProcessDetail, now: number): boolean {
  if (view.state === "BACKOFF" || view.state === "FATAL") return true;
  if (view.state === "EXITED" && detail.lastExit?.expected === false) return true;
  return keepsRestarting({ ...detail, state: view.state }, now);
}

/** The last lines that say something. `isCut`: the text begins in the middle of a line. */
export function lastLines(text: string, isCut: boolean): readonly string[] {
  const lines = text.split(/\r?\n/);
  const whole = isCut && lines.length > 1 ? lines.slice(1) : lines;
  const telling = whole.filter((line) => line.trim() !== "");
  return telling.slice(-LAST_LINES).map((line) => (line.length > LAST_LINE_CHARACTERS ? `${line.slice(0, LAST_LINE_CHARACTERS)}…` : line));
}
