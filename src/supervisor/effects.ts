/** What a step of the supervisor wants done. Only `daemon/` does it, in this order. */
import type { SupervisorEvent } from "../events/types.ts";
import type { LogLine, ProcessEffect } from "../process/state.ts";
import type { Group, Ref } from "./world.ts";

/** How a client's wait for a process ended. `waitsFor`: it waits for what will not come by itself: `db, which is FATAL`. (RPC-063..069, RPC-083, DEP-011) */
export type Outcome = "done" | "spawn-error" | "abnormal-termination" | "gone" | { readonly waitsFor: string };

/** Added and removed with all its processes; or changed in place, where it has been there all the time. */
export type GroupChange = "added" | "changed" | "removed";

export type Effect =
  | ({ readonly type: "log" } & LogLine)
  | { readonly type: "event"; readonly event: SupervisorEvent }
  | (Exclude<ProcessEffect, { type: "event" | "lifecycle" }> & { readonly ref: Ref })
  /** The process is back from where nothing of it lives: its logs and pipes can be closed. */
  | { readonly type: "reaped"; readonly ref: Ref; readonly child: number }
  | { readonly type: "settle"; readonly waiter: number; readonly outcome: Outcome }
  /** Before listeners hear of it. Changed is also what is pending for its processes. */
  | { readonly type: "group-changed"; readonly group: Group; readonly change: GroupChange }
  /** What was pending for one process has happened, or was decided otherwise. */
  | { readonly type: "pending-changed"; readonly ref: Ref }
  /** The end of a process ends supervisord: a shutdown begins. */
  | { readonly type: "go-down" }
  /** Everything is down. */
  | { readonly type: "ended" };

/** The result of one step: effects in order, and the labels of processes whose record must be written with them. */
export type Step = {
  readonly effects: Effect[];
  readonly changed: Set<Ref>;
  /** The mood or the order of going down changed. */
  daemonChanged: boolean;
  /** A rolling restart began, went on or ended. */
  operationsChanged: boolean;
  /** What people see of a process changed, and nothing that is recorded. */
  seen: boolean;
};

export function emptyStep(): Step {
  return { effects: [], changed: new Set(), daemonChanged: false, operationsChanged: false, seen: false };
}
