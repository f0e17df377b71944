/**
 * What the reading of a configuration finds: errors in the order in which the original would meet them, and remarks. Reading goes on after an error,
 * so that all are shown at once; one place is complained about once. Whether a folder exists is left open here, as the condition of an error,
 * so that reading stays pure and the loader can ask for all folders in one go.
 */
import type { ConfigError, Remark } from "./model.ts";

export type PossibleError = {
  /** What is wrong: a section read for several groups or processes is complained about once. */
  readonly place: string;
  /** Put into words only when it counts: nearly every log file demands a folder, and nearly every folder exists. */
  readonly error: () => ConfigError;
  /** The error only counts when this folder does not exist. */
  readonly unlessFolder: string | null;
  /** Something is missing: after a syntax error this may be a mere consequence, and is not shown. */
  readonly isAbsence: boolean;
};

export class Findings {
  readonly errors: PossibleError[] = [];
  readonly remarks: Remark[] = [];
  readonly #places = new Set<string>();
  readonly #onceTexts = new Set<string>();

  addError(place: string, error: ConfigError, more: { isAbsence?: boolean } = {}): void {
    if (this.#places.has(place)) return;
    this.#places.add(place);
    this.errors.push({ place, error: () => error, unlessFolder: null, isAbsence: more.isAbsence ?? false });
  }

  /** An error unless the folder exists. That it may turn out to be none is why it does not hide others of the same place here. */
  demandFolder(place: string, folder: string, error: () => ConfigError): void {
    this.errors.push({ place, error, unlessFolder: folder, isAbsence: false });
  }

  remark(level: Remark["level"], text: string): void {
    this.remarks.push({ level, text });
  }

  /** A warning of ours, which the second process of a section does not repeat. */
  warnOnce(text: string): void {
    if (this.#onceTexts.has(text)) return;
    this.#onceTexts.add(text);
    this.remark("warn", text);
  }
}

/** The errors that count once it is known which folders exist: one per place, and after a syntax error none about something missing. */
export function settled(errors: readonly PossibleError[], exists: (folder: string) => boolean, hasSyntaxErrors: boolean): ConfigError[] {
  const places = new Set<string>();
  const counting = errors.filter(({ place, unlessFolder, isAbsence }) => {
    if (unlessFolder !== null && exists(unlessFolder)) return false;
    if ((isAbsence && hasSyntaxErrors) || places.has(place)) return false;
    places.add(place);
    return true;
  });
  return counting.map(({ error }) => error());
}
