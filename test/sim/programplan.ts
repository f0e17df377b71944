/** What is drawn for a random configuration: which things a run has in it, and each program as the lines of its section. */

/** Which things a run has in it: each seed has some of them, so that rare mixtures come up (swarm testing). */
export type Swarm = {
  readonly events: boolean;
  readonly listeners: boolean;
  readonly floods: boolean;
  readonly smallLogs: boolean;
  readonly autoLogs: boolean;
  readonly groups: boolean;
  readonly stubborn: boolean;
  readonly brokenCommands: boolean;
  readonly updatesInPlace: boolean;
  /** Every list is a long one, every batch is a large one. */
  readonly smallFrames: boolean;
};

/** A program. */
export type ProgramPlan = {
  readonly name: string;
  readonly numprocs: number;
  readonly lines: readonly string[];
  readonly listener: boolean;
};
