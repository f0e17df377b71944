/** What the links of the status page do, and the words that the next page shows. (WEB-036..056) */

import type { ResultRow } from "../rpc/answerrows.ts";
import type { ProcessView, SupervisorControl } from "../rpc/control.ts";
import { processesByPriority } from "../rpc/fanout.ts";
import { FAULTS, type Fault, type FaultName, fault, faultText, SUCCESS } from "../rpc/faults.ts";
import { clearOne } from "../rpc/logmethods.ts";
import { findProcess, makeNamespec } from "../rpc/namespec.ts";
import { startInOrder, startOne } from "../rpc/startmethods.ts";
import { stopInOrder, stopOne } from "../rpc/stopmethods.ts";
import { ctime } from "../rpc/times.ts";

const FAILED_NAMES_MAX = 10;

/** Does it and waits for it. null: there is no such action, or it needs a process and none is named; a name nobody has is told first. (WEB-052) */
export async function act(control: SupervisorControl, action: string, processName: string | undefined): Promise<string | null> {
  switch (action) {
    case "refresh":
      return `Page refreshed at ${nowText(control)}`;
    case "stopall":
      return ofAll(control, "stopped", await whenRunning(control, () => stopInOrder(control, everything(control), true)));
    case "restartall":
      return ofAll(control, "restarted", await whenRunning(control, () => restartAll(control)));
    case "start":
    case "stop":
    case "restart":
    case "clearlog":
      return processName === undefined ? null : actOnProcess(control, action, processName);
    default:
      return processName === undefined || findProcess(control, processName).ok ? null : unknownProcess(processName);
  }
}

/** (WEB-047, WEB-049, WEB-071) */
export function faultLine(refused: Fault): string {
  return `unexpected rpc fault [${FAULTS[refused.fault]}] ${faultText(refused)}`;
}

async function actOnProcess(control: SupervisorControl, action: "start" | "stop" | "restart" | "clearlog", name: string): Promise<string> {
  const found = findProcess(control, name);
  if (!found.ok) return unknownProcess(name);
  const process = found.value;
  switch (action) {
    case "start": {
      const problem = await start(control, process, name);
      return problem === null ? `Process ${name} started` : startError(name, problem);
    }
    case "stop": {
      const problem = await stop(control, process, name);
      return problem === null ? `Process ${name} stopped` : faultLine(problem);
    }
    case "restart": {
      // One that does not run is just started. The original says `restarted` whatever came of it (WEB-050).
      await stop(control, process, name);
      const problem = await start(control, process, name);
      return problem === null ? `Process ${name} restarted` : startError(name, problem);
    }
    case "clearlog": {
      const problem = await ifRunning(control, () => clearOne(control, process, name));
      return problem === null ? `Log for ${name} cleared` : faultLine(problem);
    }
  }
}

function unknownProcess(name: string): string {
  return `No such process named ${name}`;
}

function start(control: SupervisorControl, process: ProcessView, called: string): Promise<Fault | null> {
  return ifRunning(control, () => startOne(control, process, { called, wait: true }));
}

function stop(control: SupervisorControl, process: ProcessView, called: string): Promise<Fault | null> {
  return ifRunning(control, async () => stopOne(control, process, { called, wait: true }));
}

async function ifRunning(
  control: SupervisorControl,
  order: () => Promise<{ ok: true } | { ok: false; error: Fault }>,
): Promise<Fault | null> {
  if (control.mood() !== "RUNNING") return fault("SHUTDOWN_STATE");
  const done = await order();
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

async function restartAll(control: SupervisorControl): Promise<readonly ResultRow[]> {
  const stopped = await stopInOrder(control, everything(control), true);
  const started = control.mood() === "RUNNING" ? await startInOrder(control, everything(control), true) : [];
  return [...stopped, ...started];
}

function everything(control: SupervisorControl): readonly ProcessView[] {
  return processesByPriority(control.groups());
}

async function whenRunning(control: SupervisorControl, order: () => Promise<readonly ResultRow[]>): Promise<readonly ResultRow[] | Fault> {
  return control.mood() === "RUNNING" ? order() : fault("SHUTDOWN_STATE");
}

/** The original says `All stopped` whatever the results were (WEB-042, WEB-043); here those that failed are named. */
function ofAll(control: SupervisorControl, done: "stopped" | "restarted", rows: readonly ResultRow[] | Fault): string {
  if ("fault" in rows) return faultLine(rows);
  const failed = rows.filter((row) => row.status !== SUCCESS);
  if (failed.length === 0) return `All ${done} at ${nowText(control)}`;
  const named = failed
    .slice(0, FAILED_NAMES_MAX)
    .map((row) => `${makeNamespec({ group: row.group, process: row.name })} (${row.description})`);
  const more = failed.length > named.length ? ` and ${failed.length - named.length} more` : "";
  return `ERROR: not all ${done} at ${nowText(control)}: ${named.join(", ")}${more}`;
}

function nowText(control: SupervisorControl): string {
  const { wallMs } = control.clock.now();
  return ctime(wallMs, control.clock.offsetMinutes(wallMs));
}
