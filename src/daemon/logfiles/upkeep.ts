/** What is done to the backups of a log after a rotation, where its options ask for it. */

export type Upkeep = {
  /** Those that are left take no more than this, with the log itself. */
  readonly totalMaxBytes?: number;
  /** From the second on they are compressed. */
  readonly compress?: true;
};

/** The same for all that ask for nothing. */
const NOTHING: Upkeep = {};

type Options = { readonly totalMaxBytes: number; readonly compress: "none" | "gzip" };

export function upkeepOf({ totalMaxBytes, compress }: Options): Upkeep {
  if (totalMaxBytes === 0 && compress === "none") return NOTHING;
  return { ...(totalMaxBytes !== 0 && { totalMaxBytes }), ...(compress === "gzip" && { compress: true }) };
}

export function isSameUpkeep(one: Upkeep, other: Upkeep): boolean {
  return one.totalMaxBytes === other.totalMaxBytes && one.compress === other.compress;
}

/** A log that is kept otherwise from now on. */
export function withUpkeep<T extends Upkeep>(
  { totalMaxBytes: _, compress: __, ...log }: T,
  upkeep: Upkeep,
): Omit<T, keyof Upkeep> & Upkeep {
  return { ...log, ...upkeep };
}

/** Of something that may have more than that. */
export function onlyUpkeep({ totalMaxBytes, compress }: Upkeep): Upkeep {
  return { ...(totalMaxBytes !== undefined && { totalMaxBytes }), ...(compress === true && { compress }) };
}
