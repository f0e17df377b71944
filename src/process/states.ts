/** Supervisor's process states and their numbers on the wire (PROC-001). Every other list of states derives from this table (PROC-002). */
export const STATES = {
  STOPPED: { code: 0, stopped: true, running: false, signallable: false },
  STARTING: { code: 10, stopped: false, running: true, signallable: true },
  RUNNING: { code: 20, stopped: false, running: true, signallable: true },
  BACKOFF: { code: 30, stopped: false, running: true, signallable: false },
  STOPPING: { code: 40, stopped: false, running: false, signallable: true },
  EXITED: { code: 100, stopped: true, running: false, signallable: false },
  FATAL: { code: 200, stopped: true, running: false, signallable: false },
  UNKNOWN: { code: 1000, stopped: true, running: false, signallable: false },
} as const;

export type State = keyof typeof STATES;

/** The daemon's own states, its moods (PROC-003). FATAL is listed for clients and never reached. */
export const MOODS = { FATAL: 2, RUNNING: 1, RESTARTING: 0, SHUTDOWN: -1 } as const;

export type Mood = Exclude<keyof typeof MOODS, "FATAL">;
