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
  asDependencies,
  asDone,
  asEnabled,
  asExplained,
  asFlag,
  asJobs,
  asLogTail,
  asNumber,
  asOperation,
  asPreview,
  asProcessInfo,
  asProcessInfos,
  asResultRows,
  asRowsOrFalse,
  asScaled,
  asText,
  asUpgraded,
  asVersions,
  asWhy,
} from "./infos.ts";
import type { CallKind, Rpc } from "./rpc.ts";

type Answer<T> = Promise<Result<T, Failure>>;
export type Channel = "stdout" | "stderr";

export type Supervisor = ReturnType<typeof makeSupervisor>;

type Call = <T>(kind: CallKind, as: (value: Value) => Result<T, Failure>, method: string, ...params: readonly RpcResult[]) => Answer<T>;

export function makeSupervisor(rpc: Rpc) {
  const call: Call = async (kind, as, method, ...params) => {
    const answer = await rpc.call(method.includes(".") ? method : `supervisor.${method}`, params, kind);
    return answer.ok ? as(answer.value) : answer;
  };
  return {
    getVersion: () => call("read", asText, "getVersion"),
    getSupervisorVersion: () => call("read", asText, "getSupervisorVersion"),
    getPID: () => call("read", asNumber, "getPID"),
    getProcessInfo: (name: string) => call("read", asProcessInfo, "getProcessInfo", name),
    getAllProcessInfo: () => call("read", asProcessInfos, "getAllProcessInfo"),
    getAllConfigInfo: () => call("read", asConfigInfos, "getAllConfigInfo"),
    /** Resolves when it is RUNNING or cannot become so. */
    startProcess: (name: string) => call("wait", asDone, "startProcess", name),
    startProcessGroup: (name: string) => call("wait", asResultRows, "startProcessGroup", name),
    startAllProcesses: () => call("wait", asResultRows, "startAllProcesses"),
    /** Without what it depends on. */
    startProcessAlone: (name: string) => call("wait", asDone, "holdfast.startProcess", name, { deps: false }),
    /** As one order, a row for each name; false: none of them depends on anything, and each is started by itself. */
    startProcesses: (names: readonly string[]) => call("wait", asRowsOrFalse, "holdfast.startProcesses", names),
    stopProcesses: (names: readonly string[]) => call("wait", asRowsOrFalse, "holdfast.stopProcesses", names),
    /** With everything that needs it. */
    stopWithDependants: (name: string) => call("wait", asResultRows, "holdfast.stopWithDependants", name),
    dependencies: () => call("read", asDependencies, "holdfast.dependencies"),
    /** Resolves when it is down. */
    stopProcess: (name: string) => call("wait", asDone, "stopProcess", name),
    stopProcessGroup: (name: string) => call("wait", asResultRows, "stopProcessGroup", name),
    stopAllProcesses: () => call("wait", asResultRows, "stopAllProcesses"),
    signalProcess: (name: string, signal: string) => call("act", asDone, "signalProcess", name, signal),
    signalProcessGroup: (name: string, signal: string) => call("act", asResultRows, "signalProcessGroup", name, signal),
    signalAllProcesses: (signal: string) => call("act", asResultRows, "signalAllProcesses", signal),
    sendProcessStdin: (name: string, text: string) => call("act", asDone, "sendProcessStdin", name, text),
    /** `offset` and `length` in bytes, as in RPC-119..123. */
    readProcessLog: (name: string, channel: Channel, offset: number, length: number) =>
      call("read", asText, channel === "stdout" ? "readProcessStdoutLog" : "readProcessStderrLog", name, offset, length),
    tailProcessLog: (name: string, channel: Channel, offset: number, length: number) =>
      call("read", asLogTail, channel === "stdout" ? "tailProcessStdoutLog" : "tailProcessStderrLog", name, offset, length),
    readLog: (offset: number, length: number) => call("read", asText, "readLog", offset, length),
    clearProcessLogs: (name: string) => call("act", asDone, "clearProcessLogs", name),
    clearAllProcessLogs: () => call("wait", asResultRows, "clearAllProcessLogs"), // the original takes a second per process (RPC-146)
    reloadConfig: () => call("read", asConfigChanges, "reloadConfig"), // a second one gives the same answer (RPC-149)
    previewUpdate: () => call("read", asPreview, "holdfast.previewUpdate"),
    explainProcess: (name: string) => call("read", asExplained, "holdfast.explainProcess", name),
    why: (name: string) => call("read", asWhy, "holdfast.why", name),
    explainAllProcesses: () => call("read", asAllExplained, "holdfast.explainAllProcesses"),
    jobs: () => call("read", asJobs, "holdfast.jobs"),
    pauseJob: (name: string) => call("act", asDone, "holdfast.pauseJob", name),
    resumeJob: (name: string) => call("act", asDone, "holdfast.resumeJob", name),
    ...lifeMethods(call),
    /** All of them or none; given again it is the same. */
    setEnabled: (names: readonly string[], enabled: boolean) => call("read", asDone, "holdfast.setEnabled", names, enabled),
    enabled: () => call("read", asEnabled, "holdfast.enabled"),
    checkConfig: () => call("read", asConfigReport, "holdfast.checkConfig"),
    /** False: the daemon leaves it to the client to stop the group and add it anew. */
    applyUpdate: (group: string) => call("wait", asFlag, "holdfast.applyUpdate", group),
    addProcessGroup: (name: string) => call("act", asDone, "addProcessGroup", name),
    removeProcessGroup: (name: string) => call("act", asDone, "removeProcessGroup", name),
    shutdown: () => call("act", asDone, "shutdown"),
    restart: () => call("act", asDone, "restart"),
    /** Any method of any namespace, for plug-ins. */
    call: async (method: string, params: readonly RpcResult[]) => rpc.call(method, params, "wait"),
    /** Ends the connection; the next call opens another. */
    close: () => rpc.close(),
  };
}

/** Reload, rolling restarts, scale, upgrades; logs that are rotated or opened again. */
function lifeMethods(call: Call) {
  return {
    /** `supervisord`: the activity log. */
    rotateLogs: (name: string) => call("act", asDone, "holdfast.rotateLogs", name),
    /** The empty name: all. */
    reopenLogs: (name: string) => call("act", asDone, "holdfast.reopenLogs", name),
    /** Resolves when it has reloaded as far as it tells. */
    reloadProcess: (name: string, token: string) => call("wait", asDone, "holdfast.reloadProcess", name, { token }),
    /** The number of the operation. */
    rollingRestart: (names: readonly string[], options: { readonly atOnce: number; readonly each: boolean; readonly token: string }) =>
      call("act", asNumber, "holdfast.rollingRestart", names, options),
    /** Resolves when there are more results than these, when it has ended, or after a while. */
    operation: (id: number, results: number) => call("wait", asOperation, "holdfast.operation", id, results),
    /** Given once: a broken connection is what an upgrade looks like. */
    upgrade: (options: { readonly check: boolean; readonly daemonOnly: boolean; readonly force: boolean; readonly from?: string }) =>
      call("wait", asUpgraded, "holdfast.upgrade", options),
    versions: () => call("read", asVersions, "holdfast.versions"),
    /** -1: as many as the file says. Resolves when it is ordered. */
    scale: (program: string, numprocs: number, token: string) =>
      call("wait", asScaled, "holdfast.scale", program, numprocs, { wait: false, token }),
    /** Orders nothing. Resolves when what was added runs or has failed, and what was removed is gone; what failed. */
    scaleSettled: (added: readonly string[], removed: readonly string[]) =>
      call("wait", asResultRows, "holdfast.scaleSettled", added, removed),
  };
}
