/**
 * The one table of the methods of namespace `supervisor`. Dispatch, system.listMethods, help, signatures and the reference are derived from it; a
 * method that is not here cannot be called, and no name from a request is ever looked up on an object.
 */
import { addProcessGroup, getAllConfigInfo, reloadConfig, removeProcessGroup } from "./configmethods.ts";
import { getAPIVersion, getIdentification, getPID, getState, getSupervisorVersion, restart, shutdown } from "./daemonmethods.ts";
import {
  clearAllProcessLogs,
  clearLog,
  clearProcessLogs,
  readLog,
  readProcessStderrLog,
  readProcessStdoutLog,
  tailProcessStderrLog,
  tailProcessStdoutLog,
} from "./logmethods.ts";
import type { Method } from "./method.ts";
import { getAllProcessInfo, getProcessInfo } from "./processinfo.ts";
import { signalAllProcesses, signalProcess, signalProcessGroup } from "./signalmethods.ts";
import { startAllProcesses, startProcess, startProcessGroup } from "./startmethods.ts";
import { sendProcessStdin, sendRemoteCommEvent } from "./stdinmethods.ts";
import { stopAllProcesses, stopProcess, stopProcessGroup } from "./stopmethods.ts";

/** (RPC-181, RPC-182) */
export const SUPERVISOR_METHODS: readonly Method[] = [
  getAPIVersion,
  getSupervisorVersion,
  getIdentification,
  getState,
  getPID,
  shutdown,
  restart,
  getProcessInfo,
  getAllProcessInfo,
  startProcess,
  startProcessGroup,
  startAllProcesses,
  stopProcess,
  stopProcessGroup,
  stopAllProcesses,
  signalProcess,
  signalProcessGroup,
  signalAllProcesses,
  sendProcessStdin,
  sendRemoteCommEvent,
  readLog,
  readProcessStdoutLog,
  readProcessStderrLog,
  tailProcessStdoutLog,
  tailProcessStderrLog,
  clearLog,
  clearProcessLogs,
  clearAllProcessLogs,
  reloadConfig,
  addProcessGroup,
  removeProcessGroup,
  getAllConfigInfo,
];
