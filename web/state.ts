/** What the page shows, as signals: each part is drawn again only when the signal that it reads has changed. */
import { batch, computed, signal } from "@preact/signals";
import type { DependencyRow } from "../src/api/types.ts";
import type { Row } from "./model/flapping.ts";
import type { Rolling } from "./model/rolling.ts";
import { HOME, type Route, readRoute, writeRoute } from "./model/route.ts";
import { type Language, preferredLanguage, TEXTS, type Verb } from "./model/texts.ts";
import type { Outcome, Progress } from "./model/verbs.ts";
import { EMPTY_WORLD, type World } from "./model/world.ts";

export const world = signal<World>(EMPTY_WORLD);
export const route = signal<Route>(HOME);
/** Of all processes, while a panel is open that shows some. */
export const dependencies = signal<readonly DependencyRow[]>([]);
export const selection = signal<ReadonlySet<string>>(new Set());
export const outcomes = signal<ReadonlyMap<string, Outcome>>(new Map());
/** What a screen reader is told. */
export const announcement = signal("");
export const helpOpen = signal(false);
/** Our wall clock, once a second. */
export const tick = signal(Date.now());
/** Milliseconds since 1970 by the daemon's clock. */
export const daemonNow = computed(() => tick.value + world.value.clockAheadMs);

export type Connection =
  | { readonly kind: "loading" | "live" | "unauthorised" }
  /** `since`: when the data on the page was last true. */
  | { readonly kind: "lost"; readonly since: number; readonly retryAt: number | null };
export const connection = signal<Connection>({ kind: "loading" });

/** The last deed on many, and what has become of it. */
export type Bulk = {
  readonly verb: Verb;
  readonly targets: readonly string[];
  readonly done: readonly string[];
  readonly failed: readonly { readonly namespec: string; readonly why: string }[];
};
export const bulk = signal<Bulk | null>(null);

/** The last order for another number of processes of a program. */
export type Scaling = { readonly program: string; readonly before: number; readonly after: number; readonly progress: Progress };
export const scaling = signal<Scaling | null>(null);

/** The last rolling restart. */
export const rolling = signal<Rolling | null>(null);

/** A deed on many that waits for a yes. */
export type Question = {
  readonly verb: Verb;
  readonly targets: readonly string[];
  readonly what: string;
  readonly signal?: string;
  /** Of a rolling restart. */
  readonly atOnce?: number;
};
export const question = signal<Question | null>(null);
/** It is about the process of the panel, so it is asked there. */
export const askedInPanel = computed(() => {
  const asked = question.value;
  const { view, chosen } = route.value;
  if (asked === null || view !== "processes" || chosen === null || !asked.targets.includes(chosen)) return false;
  return asked.targets.length === 1 || asked.verb === "dependants" || asked.verb === "rolling";
});

export type Theme = "auto" | "light" | "dark";
export const theme = signal<Theme>((remembered("theme") as Theme | null) ?? "auto");
export const language = signal<Language>((remembered("language") as Language | null) ?? preferredLanguage(navigator.languages));
export const texts = computed(() => TEXTS[language.value]);

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`holdfast.${name}`, value);
  } catch {
    // The browser keeps nothing; it is chosen again next time.
  }
}

function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`holdfast.${name}`);
  } catch {
    return null;
  }
}

export function row(namespec: string): Row | undefined {
  return world.value.rows.get(namespec);
}

/** Goes to another address. `replace`: without a step in the browser's history, for what changes letter by letter. */
export function go(change: Partial<Route>, { replace = false } = {}): void {
  const next = { ...route.value, ...change };
  const hash = writeRoute(next);
  batch(() => {
    route.value = next;
  });
  if (hash === location.hash) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
}

/** The address of a change, for links. */
export function hrefOf(change: Partial<Route>): string {
  return writeRoute({ ...route.value, ...change });
}

/** The address bar leads: on load, and when the user goes back. */
export function followAddress(): void {
  const read = (): void => {
    route.value = readRoute(location.hash);
  };
  addEventListener("hashchange", read);
  addEventListener("popstate", read);
  read();
}
