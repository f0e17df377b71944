/**
 * Which files are renamed when a log has reached its size, from the oldest on, so that a crash between two of them loses nothing. Last the log itself
 * becomes the first backup and an empty file takes its place (`aside`); between these two, or at once where a file may have two names for a moment.
 *
 * A daemon may die between two steps; its successor gets the keeper's report again and plans anew from what it finds (`resumed`). A shift must never
 * be repeated, since each one pushes a backup off the end, so a resumed rotation closes the lowest gap and no more.
 */

export type Rotation = {
  readonly path: string;
  /** FILE.1 to FILE.N; 0: the file is emptied instead. (LOG-025) */
  readonly backups: number;
  /** Which N of FILE.N are there, from 1 on (`backupsAmong`). */
  readonly existing: ReadonlySet<number>;
  /** The report had been sent before: another daemon may have begun. */
  readonly resumed: boolean;
  /** Under `path` lies the file that the keeper writes. Only a resumed rotation asks. */
  readonly baseIsOurs: boolean;
  /** FILE.1 is that file as well: it has its second name already. */
  readonly isAside?: boolean;
};

export type Rename = { readonly from: string; readonly to: string };

export type RotationPlan = {
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
  const { path, backups, existing, resumed, baseIsOurs, isAside } = rotation;
  if (backups <= 0) return { renames: [], aside: null, truncate: true };
  if (resumed && !baseIsOurs) return { renames: [], aside: null, truncate: false };
  const aside = { from: path, to: backupName(path, 1) };
  if (resumed && isAside === true) return { renames: [], aside, truncate: false };
  const last = resumed ? Math.min(lowestGap(existing), backups) : backups;
  const shifted = [...existing].filter((number) => number >= 1 && number < last).sort((a, b) => b - a);
  const shifts = shifted.map((number) => ({ from: backupName(path, number), to: backupName(path, number + 1) }));
  return { renames: shifts, aside, truncate: false };
}

/** The numbers of a log's backups among the names in its directory. */
export function backupsAmong(names: Iterable<string>, baseName: string, backups: number): Set<number> {
  const found = new Set<number>();
  for (const name of names) {
    if (!name.startsWith(`${baseName}.`)) continue;
    const suffix = name.slice(baseName.length + 1);
    if (/^[1-9]\d{0,14}$/.test(suffix) && Number(suffix) <= backups) found.add(Number(suffix));
  }
  return found;
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
