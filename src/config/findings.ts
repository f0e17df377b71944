/**
 * What the reading of a configuration finds: errors in the order in which the original would meet them, and remarks. Reading goes on after an error,
 * so that all are shown at once; one place is complained about once. Whether a folder exists is left open here, as the condition of an error,
 * so that reading stays pure and the loader can ask for all folders in one go.
 */
import type { ConfigError, Remark } from "./model.ts";

export type PossibleError = ConfigError & {
  readonly place: string;
  /** The error only counts when this folder does not exist. */
  readonly unlessFolder: string | null;
  /** Something is missing: after a syntax error this may be a mere consequence, and is not shown. */
  readonly isAbsence: boolean;
};

export class Findings {
  readonly errors: PossibleError[] = [];
  readonly remarks: Remark[] = [];
  readonly #places = new Set<string>();

  /** `place` names what is wrong, so that a section read for several groups or processes is complained about once. */
  addError(place: string, error: ConfigError, more: { unlessFolder?: string; isAbsence?: boolean } = {}): void {
    // A folder that turns out to exist is no error, so it must not hide another one of the same place.
    const key = more.unlessFolder === undefined ? place : `${place}\n${more.unlessFolder}`;
    if (this.#places.has(key)) return;
    this.#places.add(key);
    this.errors.push({ ...error, place, unlessFolder: more.unlessFolder ?? null, isAbsence: more.isAbsence ?? false });
  }

  remark(level: Remark["level"], text: string): void {
    this.remarks.push({ level, text });
  }
}

/** The errors that count once it is known which folders exist: one per place, and after a syntax error none about something missing. */
export function settled(errors: readonly PossibleError[], exists: (folder: string) => boolean, hasSyntaxErrors: boolean): ConfigError[] {
  const places = new Set<string>();
  const counting = errors.filter((error) => {
    if (error.unlessFolder !== null && exists(error.unlessFolder)) return false;
    if ((error.isAbsence && hasSyntaxErrors) || places.has(error.place)) return false;
    places.add(error.place);
    return true;
  });
  return counting.map(({ message, file, line, excerpt, hint }) => ({ message, file, line, excerpt, hint }));
}
