/** The list that is shown. It holds still while somebody points at it or is in it with the keyboard: what would move waits, and is told above the table. */
import { computed, effect, signal } from "@preact/signals";
import { isAlone, type Listing, listing } from "./model/order.ts";
import type { Group } from "./model/world.ts";
import { route, world } from "./state.ts";

/** How long what has recovered stays among what needs attention, so that what flaps does not jump. */
const RECOVERED_MS = 10_000;

/** Nobody is kept from what has changed because a pointer was left lying there. */
const HELD_MS = 30_000;

const held = signal(false);
let letGo: number | undefined;

/** Somebody points at the list, or is in it with the keyboard. */
export function hold(): void {
  held.value = true;
  clearTimeout(letGo);
  letGo = window.setTimeout(release, HELD_MS);
}

export function release(): void {
  clearTimeout(letGo);
  held.value = false;
}

const EMPTY: Listing = { trouble: [], sections: [], shown: 0 };
export const listed = signal<Listing>(EMPTY);
/** New troubles that wait until the list is let go. */
export const waiting = signal(0);

const wanted = computed(() => listing(world.value, route.value.query, route.value.sort));
let shownFor: { query: string; sort: unknown; groups: readonly Group[] } | null = null;
const seenAt = new Map<string, number>();

export function followList(): void {
  effect(() => {
    const next = wanted.value;
    const { query, sort } = route.value;
    const { groups } = world.value;
    const same = shownFor !== null && shownFor.query === query && shownFor.sort === sort && shownFor.groups === groups;
    const before = same ? listed.peek() : EMPTY;
    const now = Date.now();
    for (const each of next.trouble) seenAt.set(each, now);
    const added = next.trouble.filter((each) => !before.trouble.includes(each));
    if (same && held.value) {
      waiting.value = added.length;
      return;
    }
    const recovering = before.trouble.filter((each) => !next.trouble.includes(each) && now - (seenAt.get(each) ?? 0) < RECOVERED_MS);
    shownFor = { query, sort, groups };
    waiting.value = 0;
    listed.value = {
      ...next,
      trouble: same
        ? [...before.trouble.filter((each) => next.trouble.includes(each) || recovering.includes(each)), ...added]
        : next.trouble,
    };
  });
}

/** The rows as they stand on the page, for the keys. */
export function rowsInOrder(): readonly string[] {
  const { folded } = route.value;
  return listed.value.sections.flatMap((section) => (folded.includes(section.group) && !isAlone(section) ? [] : section.members));
}
