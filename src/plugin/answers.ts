/** What the well-known methods answer, for those who call them with types: `call("supervisor.getAllProcessInfo")` gives `ProcessInfo[]`. */
import type { ProcessInfo, ResultRow } from "../rpc/answerrows.ts";

export type { ProcessInfo, ResultRow } from "../rpc/answerrows.ts";

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
