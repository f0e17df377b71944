/**
 * What the reading of a configuration finds: errors in the order in which the original would meet them, and remarks. Reading goes on after an error,
 * so that all are shown at once; one place is complained about once. Whether a folder exists or a plug-in can be loaded is left open here, as the
 * condition of an error, so that reading stays pure and the loader can ask for all of them in one go.
 */
import type { ConfigError, Remark } from "./model.ts";
import type { PluginName } from "./pluginnames.ts";

/** What only the world can tell. */
export type Demand = { readonly kind: "folder"; readonly path: string } | { readonly kind: "plugin"; readonly plugin: PluginName };

export type PossibleError = {
  /** What is wrong: a section read for several groups or processes is complained about once. */
  readonly place: string;
  /** Put into words only when it counts: nearly every log file demands a folder, and nearly every folder exists. */
  readonly error: (why: string) => ConfigError;
  /** The error only counts when this is lacking; `error` is told why. */
  readonly unless: Demand | null;
  /** Something is missing: after a syntax error this may be a mere consequence, and is not shown. */
  readonly isAbsence: boolean;
};

export class Findings {
  readonly errors: PossibleError[] = [];
  readonly remarks: Remark[] = [];
  readonly #places = new Set<string>();
  readonly #onceKeys = new Set<string>();

  addError(place: string, error: ConfigError, more: { isAbsence?: boolean } = {}): void {
    if (this.#places.has(place)) return;
    this.#places.add(place);
    this.errors.push({ place, error: () => error, unless: null, isAbsence: more.isAbsence ?? false });
  }

  /** An error unless the demand is met. That it may turn out to be none is why it does not hide others of the same place here. */
  demand(place: string, demand: Demand, error: (why: string) => ConfigError): void {
    this.errors.push({ place, error, unless: demand, isAbsence: false });
  }

  remark(level: Remark["level"], text: string): void {
    this.remarks.push({ level, text });
  }

  /** A warning that the original does not have. */
  warn(text: string): void {
    this.remarks.push({ level: "warn", text, isOurs: true });
  }

  /** A remark of ours, which the second process of a section does not repeat, even where `text` tells its number. */
  remarkOnce(level: Remark["level"], text: string, key: string = text): void {
    if (this.#onceKeys.has(key)) return;
    this.#onceKeys.add(key);
    this.remarks.push({ level, text, isOurs: true });
  }
}

/** The errors that count once it is known what is lacking, and why: one per place, and after a syntax error none about something missing. */
export function settled(
  errors: readonly PossibleError[],
  lacks: (demand: Demand) => string | null,
  hasSyntaxErrors: boolean,
): ConfigError[] {
  const places = new Set<string>();
  return errors.flatMap(({ place, error, unless, isAbsence }) => {
    const why = unless === null ? "" : lacks(unless);
    if (why === null || (isAbsence && hasSyntaxErrors) || places.has(place)) return [];
    places.add(place);
    return [error(why)];
  });
}
