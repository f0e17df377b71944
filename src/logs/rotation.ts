/**
 * Which files are renamed when a log has reached its size, from the oldest on, so that a crash between two of them loses nothing. Last the log itself
 * becomes the first backup and an empty file takes its place (`aside`); between these two, or at once where a file may have two names for a moment.
 *
 * A daemon may die between two steps; its successor gets the keeper's report again and plans anew from what it finds (`resumed`). A shift must never
 * be repeated, since each one pushes a backup off the end, so a resumed rotation closes the lowest gap and no more.
 */

/** Behind the number of a backup that is compressed. */
export const GZ = ".gz";

export type Rotation = {
  readonly path: string;
  /** FILE.1 to FILE.N; 0: the file is emptied instead. (LOG-025) */
  readonly backups: number;
  /** Which N of FILE.N are there, from 1 on (`backupsAmong`). */
  readonly existing: ReadonlySet<number>;
  /** Which N of FILE.N.gz are there, where backups are compressed. Of two forms the compressed one is the surplus: its maker died before the last step. */
  readonly compressed?: ReadonlySet<number>;
  /** The report had been sent before: another daemon may have begun. */
  readonly resumed: boolean;
  /** Under `path` lies the file that the keeper writes. Only a resumed rotation asks. */
  readonly baseIsOurs: boolean;
  /** FILE.1 is that file as well: it has its second name already. */
  readonly isAside?: boolean;
};

export type Rename = { readonly from: string; readonly to: string };

export type RotationPlan = {
  /** Removed before the renames. The same holds of errors as there. */
  readonly removals: readonly string[];
  /**
   * Of the backups, in this order. ENOENT is no error: somebody removed it meanwhile (LOG-026). At any other error leave the rest and write on in the old
   * file.
   */
  readonly renames: readonly Rename[];
  /** Of the log that is written, behind them: an empty file takes its place. The same holds of errors. */
  readonly aside: Rename | null;
  /** How `path` is then opened. Only without backups is there something to cut off; a file that somebody else put there meanwhile is kept. */
  readonly truncate: boolean;
};

/** The original's sequence, or what is left of one that was begun. (LOG-023, LOG-024) */
export function planRotation(rotation: Rotation): RotationPlan {
  const { path, backups, existing, compressed, resumed, baseIsOurs, isAside } = rotation;
  const nothing = { removals: [], renames: [], aside: null, truncate: false };
  if (backups <= 0) return { ...nothing, truncate: true };
  if (resumed && !baseIsOurs) return nothing;
  const aside = { from: path, to: backupName(path, 1) };
  if (resumed && isAside === true) return { ...nothing, aside };
  const all = compressed === undefined ? existing : new Set([...existing, ...compressed]);
  const last = resumed ? Math.min(lowestGap(all), backups) : backups;
  const shifted = [...all].filter((number) => number >= 1 && number < last).sort((a, b) => b - a);
  const renames = shifted.map((number) => {
    const form = existing.has(number) ? "" : GZ;
    return { from: `${backupName(path, number)}${form}`, to: `${backupName(path, number + 1)}${form}` };
  });
  return { removals: compressed === undefined ? [] : surplus(path, existing, compressed, last), renames, aside, truncate: false };
}

/** What a rename would not replace: the compressed one of two forms, and the last backup in both. */
function surplus(path: string, existing: ReadonlySet<number>, compressed: ReadonlySet<number>, last: number): string[] {
  const doubled = [...compressed].filter((number) => existing.has(number) || number === last);
  const names = doubled.map((number) => `${backupName(path, number)}${GZ}`);
  return existing.has(last) ? [...names, backupName(path, last)] : names;
}

/** The numbers of a log's backups among the names in its directory; with `form`, of those with that behind the number. */
export function backupsAmong(names: Iterable<string>, baseName: string, backups: number, form = ""): Set<number> {
  const found = new Set<number>();
  for (const name of names) {
    if (!name.startsWith(`${baseName}.`) || !name.endsWith(form)) continue;
    const suffix = name.slice(baseName.length + 1, name.length - form.length);
    if (/^[1-9]\d{0,14}$/.test(suffix) && Number(suffix) <= backups) found.add(Number(suffix));
  }
  return found;
}

/** Which backups have to go so that the rest and the log itself, number 0, take no more than this: the oldest first. (LOGX-033) */
export function beyondTotal(sizes: ReadonlyMap<number, number>, totalMaxBytes: number): readonly number[] {
  let total = 0;
  for (const size of sizes.values()) total += size;
  const oldest = [...sizes.keys()].filter((number) => number > 0).sort((a, b) => b - a);
  return oldest.filter((number) => {
    if (total <= totalMaxBytes) return false;
    total -= sizes.get(number) ?? 0;
    return true;
  });
}

/** The name of a backup. */
export function backupName(path: string, number: number): string {
  return `${path}.${number}`;
}

function lowestGap(existing: ReadonlySet<number>): number {
  let gap = 1;
  while (existing.has(gap)) gap += 1;
  return gap;
}
