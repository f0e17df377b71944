/** Restarts of many processes, a few at a time, that the daemon carries out to their end. (ROLL) */
import { ok, type Result, refuse } from "../result.ts";
import { notRestarted, OPERATION_MAX, type Operation } from "../supervisor/rolling.ts";
import { ROLLING } from "./answerrows.ts";
import { flag, namespec, orderToken } from "./args.ts";
import type { ProcessRef, RollingOrder, SupervisorControl } from "./control.ts";
import { type Failure, fault } from "./faults.ts";
import { type Answer, method } from "./method.ts";
import { byCodePoint, findGroupOrProcess, isGroup, makeNamespec, refOf, splitNamespec } from "./namespec.ts";
import { isArray, isStruct, type RpcStruct, type RpcValue } from "./values.ts";

const OPTIONS = ["atOnce", "each", "token"];

const FIELDS =
  "id, ended ('' while it goes on; done, failed, update or down), results (structs of group, name, result (restarted, skipped, failed), text), underWay, left (names)";

const rollingRestart = method({
  name: "rollingRestart",
  listed: false,
  params: [
    { name: "names", type: "array", help: "Processes or groups, in their order: 'name', 'group:name', 'group:*'" },
    {
      name: "options",
      type: "struct",
      help: "atOnce: how many at a time (1); each: one after the other, also behind a failure, without a look at health; token: the same word is the same order",
      optional: true,
    },
  ],
  returns: { type: "int", help: "The number of the operation, for holdfast.operation" },
  faults: ["BAD_NAME", "BAD_ARGUMENTS", "FAILED"],
  help: "Stop and start processes that run, a few at a time; the next ones when these run and are healthy. The first failure ends it.",
  async run(control, names, options): Promise<Answer> {
    const order = orderOf(options);
    if (order === null) return refuse(fault("INCORRECT_PARAMETERS"));
    const refs = refsOf(control, names);
    if (!refs.ok) return refs;
    if (refs.value.length === 0) return refuse(fault("BAD_ARGUMENTS", "there are no processes"));
    if (refs.value.length > OPERATION_MAX) return refuse(fault("BAD_ARGUMENTS", `these are more than ${OPERATION_MAX} processes`));
    const begun = await control.rollingRestart(refs.value, order);
    return begun.ok ? begun : refuse(fault("FAILED", `${makeNamespec(begun.error)}: ${ROLLING}`));
  },
});

const operation = method({
  name: "operation",
  listed: false,
  params: [
    { name: "id", type: "int", help: "The number that rollingRestart gave" },
    {
      name: "results",
      type: "int",
      help: "Answer when there are more results than these, when it has ended, or after a while; left out: at once",
      optional: true,
    },
  ],
  returns: { type: "struct", help: FIELDS },
  faults: ["BAD_NAME"],
  help: "Tell how a rolling restart stands. The last that have ended are remembered.",
  duringShutdown: true,
  async run(control, id, results): Promise<Answer> {
    const found = typeof id === "number" ? await control.operation(id, typeof results === "number" ? results : -1) : null;
    return found === null ? refuse(fault("BAD_NAME", `operation ${String(id)}`)) : ok(operationRow(found));
  },
});

export const ROLLING_METHODS = [rollingRestart, operation];

/** null: there is an option that it has not, or a value that cannot be. */
function orderOf(options: RpcValue | undefined): RollingOrder | null {
  if (options === undefined) return { atOnce: 1, each: false, token: "" };
  if (!isStruct(options) || ![...options.keys()].every((name) => OPTIONS.includes(name))) return null;
  const [atOnce, token] = [options.get("atOnce") ?? 1, orderToken(options.get("token"))];
  if (typeof atOnce !== "number" || !Number.isInteger(atOnce) || atOnce < 1) return null;
  if (token === null) return null;
  const each = options.has("each") && flag(options.get("each"));
  return { atOnce: each ? 1 : atOnce, each, token };
}

/** A group stands for its processes by name. */
function refsOf(control: SupervisorControl, names: RpcValue): Result<readonly ProcessRef[], Failure> {
  if (!isArray(names)) return refuse(fault("INCORRECT_PARAMETERS"));
  const refs: ProcessRef[] = [];
  for (const name of names) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findGroupOrProcess(control, text.value);
    if (!found.ok) return found;
    const views = isGroup(found.value) ? [...found.value.processes].sort((a, b) => byCodePoint(a.name, b.name)) : [found.value];
    refs.push(...views.map(refOf));
  }
  return ok(refs);
}

function operationRow(operation: Operation): RpcStruct {
  const { id, ended, results, batch } = operation;
  const rows = results.map(({ name, result, text }) => {
    const { group, process } = splitNamespec(name);
    return { group, name: process ?? name, result, text };
  });
  const underWay = ended === null ? batch.map(({ name }) => name) : [];
  const left = notRestarted(operation).filter((name) => !underWay.includes(name));
  return { id, ended: ended ?? "", results: rows, underWay, left };
}
