/**
 * Orders for several processes by name, where they depend on something: all of them are marked before the first is started, and they are stopped in the order
 * of their dependencies. Of others there is nothing to be known together: clients order these one after the other. (DEP-007, DEP-020)
 */
import { ok, type Result, refuse } from "../result.ts";
import type { ResultRow } from "./answerrows.ts";
import type { ProcessRef, ProcessView, SupervisorControl } from "./control.ts";
import { FAULTS, type Fault, fault, faultText, SUCCESS } from "./faults.ts";
import { type Answer, method } from "./method.ts";
import { findProcess, makeNamespec, refOf, splitNamespec } from "./namespec.ts";
import { beginStart, checkCommand } from "./startmethods.ts";
import { stopNow } from "./stopmethods.ts";
import { isArray, type RpcValue } from "./values.ts";

const NAMES = { name: "names", type: "array", help: "Processes: 'name' or 'group:name'" } as const;
const RETURNS = {
  type: "array",
  help: "A struct per name, in their order: name, group, status (80 or a fault number), description; False: none of them depends on anything, and nothing was done",
} as const;

/** A process as it was called, or why there is none. */
type Called = { readonly called: string; readonly found: Result<ProcessView, Fault> };

const startProcesses = method({
  name: "startProcesses",
  listed: false,
  params: [NAMES],
  returns: RETURNS,
  faults: [],
  help: "Start processes that depend on each other, as one order, and wait until each is running or failed to.",
  run: (control, names) => together(control, names, startAll),
});

const stopProcesses = method({
  name: "stopProcesses",
  listed: false,
  params: [NAMES],
  returns: RETURNS,
  faults: [],
  help: "Stop processes that depend on each other, in the order of their dependencies, and wait until each is down.",
  run: (control, names) => together(control, names, stopAll),
});

export const TOGETHER_METHODS = [startProcesses, stopProcesses];

type Outcome = Promise<Result<true, Fault>> | Result<true, Fault>;

async function together(
  control: SupervisorControl,
  names: RpcValue,
  act: (control: SupervisorControl, processes: readonly Called[]) => Promise<readonly Outcome[]>,
): Promise<Answer> {
  const texts = isArray(names) ? names.filter((name) => typeof name === "string") : [];
  if (!isArray(names) || texts.length !== names.length) return refuse(fault("INCORRECT_PARAMETERS"));
  const processes = texts.map((called): Called => ({ called, found: findProcess(control, called) }));
  if (!dependOnSomething(control, processes)) return ok(false);
  const outcomes = await act(control, processes);
  return ok(await Promise.all(processes.map(async (process, at) => rowOf(process, await (outcomes[at] ?? ok(true))))));
}

function dependOnSomething(control: SupervisorControl, processes: readonly Called[]): boolean {
  const named = new Set(processes.flatMap(({ found }) => (found.ok ? makeNamespec(refOf(found.value)) : [])));
  return control.dependencies().some(({ from }) => named.has(makeNamespec(from)));
}

/** All commands are looked up first: a slow disk may turn their order round. */
async function startAll(control: SupervisorControl, processes: readonly Called[]): Promise<readonly Outcome[]> {
  const checked = await Promise.all(
    processes.map(async ({ called, found }) => {
      const command = found.ok ? await checkCommand(control, found.value) : found;
      return { called, process: found.ok && command.ok ? found.value : null, command };
    }),
  );
  const refs = checked.flatMap(({ process }) => (process === null ? [] : refOf(process)));
  const kept = await remembered(control, refs, true);
  const allOrdered = control.startTogether(kept.ok ? refs : []);
  const outcomes = checked.map(({ called, process, command }): Outcome => {
    if (process !== null && !kept.ok) return kept;
    if (process !== null) return beginStart(control, process, { called, wait: true });
    return command.ok ? ok(true) : command;
  });
  allOrdered();
  return outcomes;
}

async function stopAll(control: SupervisorControl, processes: readonly Called[]): Promise<readonly Outcome[]> {
  const refs = processes.flatMap(({ found }) => (found.ok ? refOf(found.value) : []));
  const kept = await remembered(control, refs, false);
  if (kept.ok) control.stopTogether(refs);
  return processes.map(({ called, found }): Outcome => {
    if (!found.ok || !kept.ok) return found.ok ? kept : found;
    return stopNow(control, found.value, { called, wait: true });
  });
}

/** (BOOT-012) */
async function remembered(control: SupervisorControl, refs: readonly ProcessRef[], up: boolean): Promise<Result<true, Fault>> {
  const keeping = control.keepWanted(refs, up);
  const kept = keeping === null ? ok(true as const) : await keeping;
  return kept.ok ? kept : refuse(fault("FAILED", kept.error));
}

/** As the client would name it that had ordered it alone. */
function rowOf({ called, found }: Called, outcome: Result<true, Fault>): ResultRow {
  const { group, process } = splitNamespec(called);
  const { name, group: itsGroup } = found.ok ? found.value : { name: process ?? called, group };
  if (outcome.ok) return { name, group: itsGroup, status: SUCCESS, description: "OK" };
  return { name, group: itsGroup, status: FAULTS[outcome.error.fault], description: faultText(outcome.error) };
}
