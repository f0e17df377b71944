/** What is known of a process that uses nothing beyond Supervisor: the members of its `life` that features fill in. (HIS-007) */
import type { Life } from "./types.ts";

export const UNUSED = {
  waitsFor: null,
  ready: null,
  readyAt: null,
  statusText: null,
  health: null,
  hook: null,
  row: null,
  limits: null,
  job: null,
  tree: null,
  reload: null,
} as const satisfies Partial<Life>;

/** Of a process that is taken out of its group just now. */
export const GONE: Life = { wanted: "down", wantedBy: "update", next: { what: "removed", at: null, text: "is removed" }, ...UNUSED };
