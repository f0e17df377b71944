/** `--exit-code-from=NAME`: the processes of that name have `exit_on=exit`, whatever their section says. (CTR-006) */
import { mistake } from "./commandline.ts";
import type { Flags } from "./daemonsection.ts";
import type { Findings } from "./findings.ts";
import type { ProcessConfig } from "./model.ts";
import { nearest } from "./nearest.ts";

export const EXIT_CODE_FROM = "exit-code-from";

/** The name of a program, or `group:process`, and what there is of both. */
export class ExitCodeFrom {
  readonly #name: string;
  readonly #known = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Null: the flag is not given. */
  static of(flags: Flags): ExitCodeFrom | null {
    const name = flags.get(EXIT_CODE_FROM)?.text ?? null;
    return name === null ? null : new ExitCodeFrom(name);
  }

  /** A process as its section has it, or as the flag wants it. */
  applied(program: string, group: string, process: ProcessConfig): ProcessConfig {
    const names = [program, `${group}:${process.name}`];
    for (const name of names) this.#known.add(name);
    return names.includes(this.#name) ? { ...process, exitOn: "exit" } : process;
  }

  /** Once all have been read. */
  demandKnown(findings: Findings): void {
    if (this.#known.has(this.#name)) return;
    const near = nearest(this.#name, this.#known);
    const hint = near === null ? "name a program, or group:process" : `did you mean ${near}?`;
    findings.addError(`--${EXIT_CODE_FROM}`, mistake(`--${EXIT_CODE_FROM} names unknown ${this.#name}`, hint));
  }
}
