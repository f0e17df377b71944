/** What the links of the status page do, and the words that the next page shows. (WEB-036..056) */

import { processesByPriority } from "../rpc/fanout.ts";
import { FAULTS, type Fault, type FaultName, fault, faultText, SUCCESS } from "../rpc/faults.ts";
import { clearOne } from "../rpc/logmethods.ts";
import { findProcess, makeNamespec } from "../rpc/names.ts";
import type { ProcessView, SupervisorPort } from "../rpc/port.ts";
import type { ResultRow } from "../rpc/rows.ts";
import { startInOrder, startOne } from "../rpc/starting.ts";
import { stopInOrder, stopOne } from "../rpc/stopping.ts";
import { ctime } from "../rpc/times.ts";

const FAILED_NAMES_MAX = 10;

/** Does it and waits for it. null: there is no such action, or it needs a process and none is named; a name nobody has is told first. (WEB-052) */
export async function act(port: SupervisorPort, action: string, processName: string | undefined): Promise<string | null> {
  switch (action) {
    case "refresh":
      return `Page refreshed at ${nowText(port)}`;
    case "stopall":
      return ofAll(port, "stopped", await whenRunning(port, () => stopInOrder(port, everything(port), true)));
    case "restartall":
      return ofAll(port, "restarted", await whenRunning(port, () => restartAll(port)));
    case "start":
    case "stop":
    case "restart":
    case "clearlog":
      return processName === undefined ? null : actOnProcess(port, action, processName);
    default:
      return processName === undefined || findProcess(port, processName).ok ? null : unknownProcess(processName);
  }
}

/** (WEB-047, WEB-049, WEB-071) */
export function faultLine(refused: Fault): string {
  return `unexpected rpc fault [${FAULTS[refused.fault]}] ${faultText(refused)}`;
}

async function actOnProcess(port: SupervisorPort, action: "start" | "stop" | "restart" | "clearlog", name: string): Promise<string> {
  const found = findProcess(port, name);
  if (!found.ok) return unknownProcess(name);
  const process = found.value;
  switch (action) {
    case "start": {
      const problem = await start(port, process, name);
      return problem === null ? `Process ${name} started` : startError(name, problem);
    }
    case "stop": {
      const problem = await stop(port, process, name);
      return problem === null ? `Process ${name} stopped` : faultLine(problem);
    }
    case "restart": {
      // One that does not run is just started. The original says `restarted` whatever came of it (WEB-050).
      await stop(port, process, name);
      const problem = await start(port, process, name);
      return problem === null ? `Process ${name} restarted` : startError(name, problem);
    }
    case "clearlog": {
      const problem = await ifRunning(port, () => clearOne(port, process, name));
      return problem === null ? `Log for ${name} cleared` : faultLine(problem);
    }
  }
}

function unknownProcess(name: string): string {
  return `No such process named ${name}`;
}

function start(port: SupervisorPort, process: ProcessView, called: string): Promise<Fault | null> {
  return ifRunning(port, () => startOne(port, process, { called, wait: true }));
}

function stop(port: SupervisorPort, process: ProcessView, called: string): Promise<Fault | null> {
  return ifRunning(port, async () => stopOne(port, process, { called, wait: true }));
}

async function ifRunning(port: SupervisorPort, deed: () => Promise<{ ok: true } | { ok: false; error: Fault }>): Promise<Fault | null> {
  if (port.mood() !== "RUNNING") return fault("SHUTDOWN_STATE");
  const done = await deed();
  return done.ok ? null : done.error;
}

const START_ERRORS: Partial<Record<FaultName, string>> = {
  NO_FILE: "no such file",
  NOT_EXECUTABLE: "file not executable",
  ALREADY_STARTED: "already started",
  SPAWN_ERROR: "spawn error",
  ABNORMAL_TERMINATION: "abnormal termination",
};

/** (WEB-047) */
function startError(name: string, problem: Fault): string {
  return `ERROR: Process ${name}: ${START_ERRORS[problem.fault] ?? faultLine(problem)}`;
}

async function restartAll(port: SupervisorPort): Promise<readonly ResultRow[]> {
  const stopped = await stopInOrder(port, everything(port), true);
  const started = port.mood() === "RUNNING" ? await startInOrder(port, everything(port), true) : [];
  return [...stopped, ...started];
}

function everything(port: SupervisorPort): readonly ProcessView[] {
  return processesByPriority(port.groups());
}

async function whenRunning(port: SupervisorPort, deed: () => Promise<readonly ResultRow[]>): Promise<readonly ResultRow[] | Fault> {
  return port.mood() === "RUNNING" ? deed() : fault("SHUTDOWN_STATE");
}

/** The original says `All stopped` whatever the results were (WEB-042, WEB-043); here those that failed are named. */
function ofAll(port: SupervisorPort, done: "stopped" | "restarted", rows: readonly ResultRow[] | Fault): string {
  if ("fault" in rows) return faultLine(rows);
  const failed = rows.filter((row) => row.status !== SUCCESS);
  if (failed.length === 0) return `All ${done} at ${nowText(port)}`;
  const named = failed
    .slice(0, FAILED_NAMES_MAX)
    .map((row) => `${makeNamespec({ group: row.group, process: row.name })} (${row.description})`);
  const more = failed.length > named.length ? ` and ${failed.length - named.length} more` : "";
  return `ERROR: not all ${done} at ${nowText(port)}: ${named.join(", ")}${more}`;
}

function nowText(port: SupervisorPort): string {
  const { wallMs } = port.clock.now();
  return ctime(wallMs, port.clock.offsetMinutes(wallMs));
}
