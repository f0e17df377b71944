/**
 * The methods that supervisorctl calls, with types: one line each. What a method is called, what it gives and how patient a call of it must be
 * stands here and nowhere else. Every one exists in the original too, but those of namespace `holdfast`.
 */

import type { Result } from "../../result.ts";
import type { RpcResult } from "../../rpc/values.ts";
import type { Value } from "./answer.ts";
import type { Failure } from "./failure.ts";
import {
  asAllExplained,
  asConfigChanges,
  asConfigInfos,
  asConfigReport,
  asDone,
  asExplained,
  asFlag,
  asLogTail,
  asNumber,
  asPreview,
  asProcessInfo,
  asProcessInfos,
  asResultRows,
  asText,
  type ConfigChanges,
  type ConfigInfo,
  type ConfigReport,
  type Explained,
  type LogTail,
  type PreviewRow,
  type ProcessInfo,
  type ResultRow,
} from "./infos.ts";
import type { CallKind, Rpc } from "./rpc.ts";

type Answer<T> = Promise<Result<T, Failure>>;
export type Channel = "stdout" | "stderr";

export interface Supervisor {
  getVersion(): Answer<string>;
  getSupervisorVersion(): Answer<string>;
  getPID(): Answer<number>;
  getProcessInfo(name: string): Answer<ProcessInfo>;
  getAllProcessInfo(): Answer<readonly ProcessInfo[]>;
  getAllConfigInfo(): Answer<readonly ConfigInfo[]>;
  /** Resolves when it is RUNNING or cannot become so. */
  startProcess(name: string): Answer<true>;
  startProcessGroup(name: string): Answer<readonly ResultRow[]>;
  startAllProcesses(): Answer<readonly ResultRow[]>;
  /** Resolves when it is down. */
  stopProcess(name: string): Answer<true>;
  stopProcessGroup(name: string): Answer<readonly ResultRow[]>;
  stopAllProcesses(): Answer<readonly ResultRow[]>;
  signalProcess(name: string, signal: string): Answer<true>;
  signalProcessGroup(name: string, signal: string): Answer<readonly ResultRow[]>;
  signalAllProcesses(signal: string): Answer<readonly ResultRow[]>;
  sendProcessStdin(name: string, text: string): Answer<true>;
  /** `offset` and `length` in bytes, as in RPC-119..123. */
  readProcessLog(name: string, channel: Channel, offset: number, length: number): Answer<string>;
  tailProcessLog(name: string, channel: Channel, offset: number, length: number): Answer<LogTail>;
  readLog(offset: number, length: number): Answer<string>;
  clearProcessLogs(name: string): Answer<true>;
  clearAllProcessLogs(): Answer<readonly ResultRow[]>;
  reloadConfig(): Answer<ConfigChanges>;
  previewUpdate(): Answer<readonly PreviewRow[]>;
  explainProcess(name: string): Answer<Explained>;
  explainAllProcesses(): Answer<readonly Explained[]>;
  checkConfig(): Answer<ConfigReport>;
  /** False: the daemon leaves it to the client to stop the group and add it anew. */
  applyUpdate(group: string): Answer<boolean>;
  addProcessGroup(name: string): Answer<true>;
  removeProcessGroup(name: string): Answer<true>;
  shutdown(): Answer<true>;
  restart(): Answer<true>;
  /** Any method of any namespace, for plug-ins. */
  call(method: string, params: readonly RpcResult[]): Answer<Value>;
  /** Ends the connection; the next call opens another. */
  close(): void;
}

export function makeSupervisor(rpc: Rpc): Supervisor {
  const call = async <T>(
    kind: CallKind,
    as: (value: Value) => Result<T, Failure>,
    method: string,
    ...params: readonly RpcResult[]
  ): Answer<T> => {
    const answer = await rpc.call(method.includes(".") ? method : `supervisor.${method}`, params, kind);
    return answer.ok ? as(answer.value) : answer;
  };
  return {
    getVersion: () => call("read", asText, "getVersion"),
    getSupervisorVersion: () => call("read", asText, "getSupervisorVersion"),
    getPID: () => call("read", asNumber, "getPID"),
    getProcessInfo: (name) => call("read", asProcessInfo, "getProcessInfo", name),
    getAllProcessInfo: () => call("read", asProcessInfos, "getAllProcessInfo"),
    getAllConfigInfo: () => call("read", asConfigInfos, "getAllConfigInfo"),
    startProcess: (name) => call("wait", asDone, "startProcess", name),
    startProcessGroup: (name) => call("wait", asResultRows, "startProcessGroup", name),
    startAllProcesses: () => call("wait", asResultRows, "startAllProcesses"),
    stopProcess: (name) => call("wait", asDone, "stopProcess", name),
    stopProcessGroup: (name) => call("wait", asResultRows, "stopProcessGroup", name),
    stopAllProcesses: () => call("wait", asResultRows, "stopAllProcesses"),
    signalProcess: (name, signal) => call("act", asDone, "signalProcess", name, signal),
    signalProcessGroup: (name, signal) => call("act", asResultRows, "signalProcessGroup", name, signal),
    signalAllProcesses: (signal) => call("act", asResultRows, "signalAllProcesses", signal),
    sendProcessStdin: (name, text) => call("act", asDone, "sendProcessStdin", name, text),
    readProcessLog: (name, channel, offset, length) =>
      call("read", asText, channel === "stdout" ? "readProcessStdoutLog" : "readProcessStderrLog", name, offset, length),
    tailProcessLog: (name, channel, offset, length) =>
      call("read", asLogTail, channel === "stdout" ? "tailProcessStdoutLog" : "tailProcessStderrLog", name, offset, length),
    readLog: (offset, length) => call("read", asText, "readLog", offset, length),
    clearProcessLogs: (name) => call("act", asDone, "clearProcessLogs", name),
    clearAllProcessLogs: () => call("wait", asResultRows, "clearAllProcessLogs"), // the original takes a second per process (RPC-146)
    reloadConfig: () => call("read", asConfigChanges, "reloadConfig"), // a second one gives the same answer (RPC-149)
    previewUpdate: () => call("read", asPreview, "holdfast.previewUpdate"),
    explainProcess: (name) => call("read", asExplained, "holdfast.explainProcess", name),
    explainAllProcesses: () => call("read", asAllExplained, "holdfast.explainAllProcesses"),
    checkConfig: () => call("read", asConfigReport, "holdfast.checkConfig"),
    applyUpdate: (group) => call("wait", asFlag, "holdfast.applyUpdate", group),
    addProcessGroup: (name) => call("act", asDone, "addProcessGroup", name),
    removeProcessGroup: (name) => call("act", asDone, "removeProcessGroup", name),
    shutdown: () => call("act", asDone, "shutdown"),
    restart: () => call("act", asDone, "restart"),
    call: async (method, params) => rpc.call(method, params, "wait"),
    close: () => rpc.close(),
  };
}
