/** Several things at a time, but not all at once. */

/** Starts the work for each item in order, never more than `most` at the same time. */
export function atMost<T, R>(most: number, items: readonly T[], work: (item: T) => Promise<R>): readonly Promise<R>[] {
  const begun: Promise<R>[] = [];
  for (const [at, item] of items.entries()) {
    const before = begun[at - most];
    begun.push(before === undefined ? work(item) : before.then(() => work(item)));
  }
  return begun;
}
