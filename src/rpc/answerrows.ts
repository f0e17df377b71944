/** The rows of the answers about processes, as clients and plug-ins have them: plain types, since they are published. */

/** In the order in which the members are sent. (RPC-038) */
export type ProcessInfo = {
  readonly name: string;
  readonly group: string;
  /** Seconds since 1970 of the last start and the last exit, 0 for never; `now` is the daemon's clock. */
  readonly start: number;
  readonly stop: number;
  readonly now: number;
  /** The number of `statename`: 0 STOPPED, 10 STARTING, 20 RUNNING, 30 BACKOFF, 40 STOPPING, 100 EXITED, 200 FATAL, 1000 UNKNOWN. */
  readonly state: number;
  readonly statename: string;
  readonly spawnerr: string;
  readonly exitstatus: number;
  readonly logfile: string;
  readonly stdout_logfile: string;
  readonly stderr_logfile: string;
  /** 0 when it does not run. */
  readonly pid: number;
  readonly description: string;
};

/** A row of the methods for many, the members in their order: `status` is 80, or the number of a fault with its text in `description`. (RPC-074) */
export type ResultRow = { readonly name: string; readonly group: string; readonly status: number; readonly description: string };

/** Instead of OK, where an order has done this to a schedule. (CRON-002) */
export const SCHEDULE_PAUSED = "schedule paused";
export const SCHEDULE_RESUMED = "schedule resumed";

/** In a fault: what a process is in the middle of. (ROLL-004) */
export const ROLLING = "a rolling restart is under way";
