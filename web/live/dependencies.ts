/**
 * What depends on what, while a panel is open: asked for again when something in the trees of the chosen process has changed, at most twice a second.
 * A daemon none of whose programs depends on anything is never asked.
 */
import { effect } from "@preact/signals";
import type { DependencyRow } from "../../src/api/types.ts";
import { related } from "../model/dependencies.ts";
import { dependencies, route, world } from "../state.ts";
import { get } from "./api.ts";

const BETWEEN_MS = 500;
const NONE: readonly DependencyRow[] = [];

/** What they were asked for; null: they must be asked for. */
let askedFor: { readonly chosen: string; readonly groups: unknown; readonly look: string } | null = null;
/** Those whose changes matter: the trees of the chosen process. */
let watched: readonly string[] = [];
let askedAt = 0;
let planned: number | undefined;

/** Called once. */
export function followDependencies(): void {
  effect(() => {
    const { view, chosen } = route.value;
    const { groups, rows } = world.value;
    if (view !== "processes" || chosen === null || ![...rows.values()].some(({ life }) => life.waitsFor !== null)) {
      askedFor = null;
      dependencies.value = NONE;
      return;
    }
    if (askedFor?.chosen !== chosen || askedFor.groups !== groups || askedFor.look !== look()) plan();
  });
}

function plan(): void {
  if (planned === undefined) planned = window.setTimeout(ask, Math.max(0, askedAt + BETWEEN_MS - Date.now()));
}

function ask(): void {
  planned = undefined;
  askedAt = Date.now();
  const { chosen } = route.peek();
  if (chosen === null) return;
  const asked = { chosen, groups: world.peek().groups, look: look() };
  askedFor = asked;
  get<readonly DependencyRow[]>("dependencies").then(
    (edges) => {
      if (askedFor !== asked) return;
      // What has changed meanwhile may not be in the answer.
      const isOld = look() !== asked.look;
      dependencies.value = edges;
      watched = [...related(edges, world.peek().rows, chosen)];
      askedFor = { ...asked, look: look() };
      if (isOld) plan();
    },
    () => {
      // The page says by itself that the connection is lost; what was known stays, and the next change asks again.
      if (askedFor === asked) askedFor = null;
    },
  );
}

/** Whatever decides whether conditions hold. */
function look(): string {
  const { rows } = world.peek();
  return watched
    .map((each) => {
      const row = rows.get(each);
      return row === undefined ? each : [each, row.state, row.pid, row.life.ready, row.life.health?.state, row.lastExit?.at].join();
    })
    .join(";");
}
