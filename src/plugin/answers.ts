/** What the well-known methods answer, for those who call them with types: `call("supervisor.getAllProcessInfo")` gives `ProcessInfo[]`. */

/** (RPC-038) */
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

/** A row of the methods for many: `status` is 80, or the number of a fault with its text in `description`. (RPC-074) */
export type ResultRow = { readonly name: string; readonly group: string; readonly status: number; readonly description: string };

export interface Answers {
  readonly "supervisor.getAllProcessInfo": readonly ProcessInfo[];
  readonly "supervisor.getProcessInfo": ProcessInfo;
  readonly "supervisor.getState": { readonly statecode: number; readonly statename: string };
  readonly "supervisor.getPID": number;
  readonly "supervisor.getIdentification": string;
  readonly "supervisor.getSupervisorVersion": string;
  readonly "supervisor.startProcess": boolean;
  readonly "supervisor.stopProcess": boolean;
  readonly "supervisor.signalProcess": boolean;
  readonly "supervisor.startProcessGroup": readonly ResultRow[];
  readonly "supervisor.stopProcessGroup": readonly ResultRow[];
  readonly "supervisor.signalProcessGroup": readonly ResultRow[];
  readonly "supervisor.startAllProcesses": readonly ResultRow[];
  readonly "supervisor.stopAllProcesses": readonly ResultRow[];
  readonly "supervisor.signalAllProcesses": readonly ResultRow[];
  readonly "supervisor.readProcessStdoutLog": string;
  readonly "supervisor.readProcessStderrLog": string;
  readonly "supervisor.readLog": string;
}

/** The answer of a method, `Other` where it is not one of those. */
export type AnswerOf<Method extends string, Other> = Method extends keyof Answers ? Answers[Method] : Other;
