/** What depends on what, and orders that look at it or do not. */
import { ok, type Result, refuse } from "../result.ts";
import { flag, namespec } from "./args.ts";
import type { SupervisorControl } from "./control.ts";
import { type Failure, fault } from "./faults.ts";
import { type Answer, method } from "./method.ts";
import { findProcess, makeNamespec, refOf } from "./namespec.ts";
import { startOne } from "./startmethods.ts";
import { stopInOrder } from "./stopmethods.ts";
import { isStruct, type RpcStruct, type RpcValue } from "./values.ts";
import { rows } from "./verbs.ts";

const NAME = { name: "name", type: "string", help: "A process: 'name' or 'group:name'" } as const;

const START_OPTIONS = ["deps", "wait"];

/** One that is misspelt would be a start with what it was to leave out. */
function areOptions(value: RpcValue): value is ReadonlyMap<string, RpcValue> {
  return isStruct(value) && [...value.keys()].every((name) => START_OPTIONS.includes(name));
}

export const startProcess = method({
  name: "startProcess",
  listed: false,
  params: [
    NAME,
    {
      name: "options",
      type: "struct",
      help: "deps: false does not wait for what it depends on, nor start it, this once; wait: as for supervisor.startProcess",
      optional: true,
    },
  ],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME", "NO_FILE", "NOT_EXECUTABLE", "ALREADY_STARTED", "FAILED", "SPAWN_ERROR", "ABNORMAL_TERMINATION"],
  help: "Start a process, with options.",
  async run(control, name, options): Promise<Answer> {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    if (!found.ok) return found;
    if (options !== undefined && !areOptions(options)) return refuse(fault("INCORRECT_PARAMETERS"));
    const given = (option: string): boolean => flag(options?.get(option));
    return startOne(control, found.value, { called: text.value, wait: given("wait"), deps: given("deps") });
  },
});

export const stopWithDependants = method({
  name: "stopWithDependants",
  listed: false,
  params: [NAME],
  returns: rows(" that was stopped"),
  faults: ["BAD_NAME"],
  help: "Stop a process, and before it everything that needs it.",
  async run(control, name): Promise<Answer> {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    if (!found.ok) return found;
    const dependants = control.dependantsOf(refOf(found.value)).map((ref) => control.process(ref));
    const all = [...dependants, control.process(refOf(found.value))].filter((view) => view !== null);
    return ok(await stopInOrder(control, all, true));
  },
});

export const dependencies = method({
  name: "dependencies",
  listed: false,
  params: [],
  returns: { type: "array", help: "A struct per target of a process: from, to (as it is written), processes, condition, holds" },
  faults: [],
  help: "Tell what each process depends on, and whether that holds.",
  run: (control): Result<readonly RpcStruct[], Failure> => ok(control.dependencies().map(row)),
});

function row({ from, to, processes, condition, holds }: ReturnType<SupervisorControl["dependencies"]>[number]): RpcStruct {
  return { from: makeNamespec(from), to, processes: processes.map(makeNamespec), condition, holds };
}
