/** Why a process is started and why it is stopped: the words that orders carry, and those that people, hooks and the history read. (HOOK-009) */

export type StartCause =
  | "user"
  | "autostart"
  | "dependency"
  | "schedule"
  | "retry"
  | "restart"
  | "fatal-retry"
  | "update"
  | "rolling"
  | "bind"
  | "unhealthy"
  | "memory"
  | "age"
  | "replaced";

export type StopCause =
  | "user"
  | "shutdown"
  | "update"
  | "unhealthy"
  | "memory"
  | "age"
  | "rolling"
  | "bind"
  | "replaced"
  | "ready-timeout"
  | "scale";

/** What a stop that is followed by a start of its own is for. */
export type AgainCause = StartCause & StopCause & ("unhealthy" | "memory" | "age" | "rolling" | "bind" | "replaced");

/** What asks for a restart that may have to wait: one process of a program at a time. */
export type DueCause = AgainCause & ("unhealthy" | "memory" | "age");

/** What HOLDFAST_REASON says. */
export type Reason =
  | "start"
  | "retry"
  | "restart"
  | "dependency"
  | "schedule"
  | "stop"
  | "shutdown"
  | "update"
  | "unhealthy"
  | "memory"
  | "age"
  | "rolling"
  | "bind"
  | "replaced"
  | "exit"
  | "ready-timeout";

export const START_REASONS: { readonly [C in StartCause]: Reason } = {
  user: "start",
  autostart: "start",
  dependency: "dependency",
  schedule: "schedule",
  retry: "retry",
  restart: "restart",
  "fatal-retry": "retry",
  update: "update",
  rolling: "rolling",
  bind: "bind",
  unhealthy: "unhealthy",
  memory: "memory",
  age: "age",
  replaced: "replaced",
};

export const STOP_REASONS: { readonly [C in StopCause]: Reason } = {
  user: "stop",
  shutdown: "shutdown",
  update: "update",
  unhealthy: "unhealthy",
  memory: "memory",
  age: "age",
  rolling: "rolling",
  bind: "bind",
  replaced: "replaced",
  "ready-timeout": "ready-timeout",
  scale: "stop",
};
