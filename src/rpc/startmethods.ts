/** Starting one process, a group, everything. */

import { STATES } from "../process/states.ts";
import { ok, type Result, refuse, unreachable } from "../result.ts";
import { type ResultRow, ROLLING, SCHEDULE_RESUMED } from "./answerrows.ts";
import { flag } from "./args.ts";
import type { ProcessView, SupervisorControl, WaitOutcome } from "./control.ts";
import { inStates, rowName, rowsOf } from "./fanout.ts";
import { type Fault, fault } from "./faults.ts";
import { method } from "./method.ts";
import { refOf } from "./namespec.ts";
import type { RpcValue } from "./values.ts";
import { GROUP, ONE, orders, rows, wait } from "./verbs.ts";

const WAIT = wait("Answer only when it is running, or failed to (the default)");
const ROWS = rows(" that was started");

const start = orders<RpcValue | undefined>({
  one: (control, process, value, called) => startOne(control, process, { called, wait: flag(value) }),
  each: async (control, processes, value) => ok(await startInOrder(control, processes, flag(value))),
});

export const startProcess = method({
  name: "startProcess",
  params: [ONE, WAIT],
  returns: { type: "boolean", help: "True; for a group the rows of startProcessGroup" },
  faults: ["BAD_NAME", "NO_FILE", "NOT_EXECUTABLE", "ALREADY_STARTED", "FAILED", "SPAWN_ERROR", "ABNORMAL_TERMINATION"],
  help: "Start a process.",
  run: start.one,
});

export const startProcessGroup = method({
  name: "startProcessGroup",
  params: [GROUP, WAIT],
  returns: ROWS,
  faults: ["BAD_NAME"],
  help: "Start all processes of a group that are not running.",
  run: start.group,
});

export const startAllProcesses = method({
  name: "startAllProcesses",
  params: [WAIT],
  returns: ROWS,
  faults: [],
  help: "Start all processes that are not running.",
  run: start.all,
});

/**
 * `called` is the name as the client gave it. The order of the checks is what clients see: command, running, UNKNOWN. (RPC-057..070)
 */
export async function startOne(control: SupervisorControl, process: ProcessView, start: Start): Promise<Result<true, Fault>> {
  const command = await checkCommand(control, process);
  if (!command.ok) return command;
  const keeping = control.keepWanted([refOf(process)], true);
  const kept = keeping === null ? ok(true) : await keeping;
  return kept.ok ? beginStart(control, process, start) : refuse(fault("FAILED", kept.error));
}

/** `deps` false: it does not wait for what it depends on. (DEP-010) */
type Start = { readonly called: string; readonly wait: boolean; readonly deps?: boolean };

/**
 * Without waiting for each other (RPC-073, RPC-078). All commands are looked up first: a slow disk may turn their order round, and then all starts are
 * ordered in one go.
 */
export async function startInOrder(
  control: SupervisorControl,
  processes: readonly ProcessView[],
  wait: boolean,
): Promise<readonly ResultRow[]> {
  const stopped = inStates(processes, "running", false).filter(({ job }) => job === null);
  const looked = await Promise.all(stopped.map(async (process) => ({ process, command: await checkCommand(control, process) })));
  // An update may have made a job of it meanwhile.
  const still = looked.filter(({ process }) => (control.process(refOf(process))?.job ?? null) === null);
  const [wanted, commands] = [still.map(({ process }) => process), still.map(({ command }) => command)];
  const found = wanted.filter((_, index) => commands[index]?.ok === true);
  const keeping = control.keepWanted(processes.map(refOf), true);
  const kept = keeping === null ? ok(true) : await keeping;
  if (!kept.ok) return rowsOf(wanted.map((process) => ({ process, outcome: refuse(fault("FAILED", kept.error)), atOnce: true })));
  const allOrdered = control.startTogether(found.map(refOf));
  const ordered = wanted.map((process, index) => {
    const command = commands[index];
    const outcome = command?.ok === false ? command : beginStart(control, process, { called: rowName(process), wait });
    return { process, outcome, atOnce: !wait || process.runsAtOnce || !(outcome instanceof Promise) };
  });
  allOrdered();
  // No job runs because everything was started: its schedule goes on. (CRON-002)
  const jobs = processes.filter(({ job }) => job?.paused === true);
  const resumed = jobs.map((process) => ({ process, outcome: resume(control, process), note: SCHEDULE_RESUMED, atOnce: true }));
  return rowsOf([...ordered, ...resumed]);
}

async function resume(control: SupervisorControl, process: ProcessView): Promise<Result<true, Fault>> {
  if (control.mood() !== "RUNNING") return refuse(fault("SHUTDOWN_STATE"));
  await control.resumeJob(refOf(process));
  return ok(true);
}

/** Whether there is something to be executed, found out without spawning it. */
export async function checkCommand(control: SupervisorControl, process: ProcessView): Promise<Result<true, Fault>> {
  const command = await control.checkCommand(refOf(process));
  return command.ok ? command : refuse(fault(command.error.kind === "no-file" ? "NO_FILE" : "NOT_EXECUTABLE", command.error.text));
}

/** While the command was looked up the world went on, so everything is asked again. */
export function beginStart(
  control: SupervisorControl,
  process: ProcessView,
  { called, wait, deps = true }: Start,
): Result<true, Fault> | Promise<Result<true, Fault>> {
  if (control.mood() !== "RUNNING") return refuse(fault("SHUTDOWN_STATE"));
  const ref = refOf(process);
  const now = control.process(ref);
  if (now === null) return refuse(fault("BAD_NAME", called));
  const { state } = now;
  if (STATES[state].running && !now.pauses && now.dueText === "") return refuse(fault("ALREADY_STARTED", called));
  if (state === "UNKNOWN") return refuse(fault("FAILED", `${called} is in an unknown process state`));
  if (control.isBeingRestarted(ref)) return refuse(fault("FAILED", `${called}: ${ROLLING}`));
  return control.start(ref, wait ? "running" : "spawned", deps).then((outcome) => startOutcome(outcome, called));
}

function startOutcome(outcome: WaitOutcome, called: string): Result<true, Fault> {
  if (typeof outcome === "object") return refuse(fault("ABNORMAL_TERMINATION", `${called} (waiting for ${outcome.waitsFor})`));
  switch (outcome) {
    case "done":
      return ok(true);
    case "spawn-error":
      return refuse(fault("SPAWN_ERROR", called));
    case "abnormal-termination":
    case "gone":
      return refuse(fault("ABNORMAL_TERMINATION", called));
    default:
      return unreachable(outcome);
  }
}
