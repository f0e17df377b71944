/** What can happen, as values. Names, inheritance and payloads as listeners see them are derived in this room. */
import type { Reason } from "../process/causes.ts";
import type { LifecycleNews, ProcessInput } from "../process/state.ts";
import type { State } from "../process/states.ts";

export type Channel = "stdout" | "stderr";

export type SupervisorEvent =
  | {
      readonly kind: "process-state";
      readonly state: State;
      readonly from: State;
      readonly group: string;
      readonly process: string;
      readonly pid: number;
      readonly tries: number;
      readonly expected: boolean;
      readonly spawnError: string;
      /** What led to it. */
      readonly cause: ProcessInput;
      /** What the start or the end is for; null where the change itself says all. */
      readonly reason: Reason | null;
    }
  | {
      readonly kind: "process-log" | "process-communication";
      readonly channel: Channel;
      readonly group: string;
      readonly process: string;
      readonly pid: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: "remote-communication"; readonly type: string; readonly data: string }
  | { readonly kind: "supervisor-state"; readonly state: "RUNNING" | "STOPPING" }
  | { readonly kind: "process-group"; readonly change: "ADDED" | "REMOVED"; readonly group: string }
  | { readonly kind: "tick"; readonly period: 5 | 60 | 3600; readonly when: number }
  | ({ readonly kind: "lifecycle"; readonly group: string; readonly process: string } & LifecycleNews);
