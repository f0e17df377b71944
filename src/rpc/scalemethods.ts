/** Another number of processes for a program. (SCL) */
import { NUMPROCS_MAX } from "../config/numprocs.ts";
import { ok, refuse, unreachable } from "../result.ts";
import type { ResultRow } from "./answerrows.ts";
import { flag, namespec, orderToken } from "./args.ts";
import type { ProcessRef, ScaleFailure, SupervisorControl } from "./control.ts";
import { FAULTS, type Fault, fault } from "./faults.ts";
import { method } from "./method.ts";
import { makeNamespec, splitNamespec } from "./namespec.ts";
import { isArray, isStruct, type RpcValue } from "./values.ts";

const scale = method({
  name: "scale",
  listed: false,
  params: [
    { name: "program", type: "string", help: "The name of a program's section: 'web' for [program:web]" },
    { name: "numprocs", type: "int", help: "How many processes it is to have; -1: as many as the file says" },
    {
      name: "options",
      type: "struct",
      help: "wait: answer only when what was added runs, or failed to, and what was removed is gone (the default); token: the same word is the same order",
      optional: true,
    },
  ],
  returns: {
    type: "struct",
    help: "before, after (numbers), added, removed (names 'group:name'), failed (rows as of startAllProcesses, for those added that did not come up)",
  },
  faults: ["BAD_NAME", "BAD_ARGUMENTS", "FAILED", "CANT_REREAD"],
  help: "Give a program more or fewer processes. It holds until the file says another numprocs, or supervisord is reloaded.",
  async run(control, program, numprocs, options) {
    const name = namespec(program);
    if (!name.ok) return name;
    if (!isCount(numprocs)) return refuse(fault("BAD_ARGUMENTS", `give a number from 0 to ${NUMPROCS_MAX}`));
    const order = orderOf(options);
    if (order === null) return refuse(fault("INCORRECT_PARAMETERS"));
    const wish = { program: name.value, numprocs: numprocs === -1 ? null : numprocs, token: order.token };
    const scaled = await control.scale(wish, order.until);
    if (!scaled.ok) return refuse(faultOf(name.value, scaled.error));
    const { before, after, added, removed, failed } = scaled.value;
    return ok({
      before,
      after,
      added: added.map(makeNamespec),
      removed: removed.map(makeNamespec),
      failed: failed.map((ref) => failedRow(control, ref)),
    });
  },
});

const scaleSettled = method({
  name: "scaleSettled",
  listed: false,
  params: [
    { name: "added", type: "array", help: "What holdfast.scale told as added: names 'group:name'" },
    { name: "removed", type: "array", help: "What it told as removed" },
  ],
  returns: { type: "array", help: "Rows as of startAllProcesses, for those added that did not come up" },
  faults: [],
  help: "Wait for what holdfast.scale with {wait: false} has begun: until what was added runs, or failed to, and what was removed is gone. Nothing is ordered.",
  async run(control, added, removed) {
    const [up, down] = [refsOf(added), refsOf(removed)];
    if (up === null || down === null) return refuse(fault("INCORRECT_PARAMETERS"));
    const failed = await control.scaleSettled(up, down);
    return ok(failed.map((ref) => failedRow(control, ref)));
  },
});

export const SCALE_METHODS = [scale, scaleSettled];

/** Those that are gone have a name too. null: these are no names. */
function refsOf(names: RpcValue): ProcessRef[] | null {
  if (!isArray(names)) return null;
  const texts = names.filter((name) => typeof name === "string");
  if (texts.length !== names.length) return null;
  return texts.map(splitNamespec).map(({ group, process }) => ({ group, process: process ?? group }));
}

/** As the methods for many tell of a start that failed. */
function failedRow(control: SupervisorControl, ref: ProcessRef): ResultRow {
  const name = (control.process(ref)?.spawnError ?? "") === "" ? "ABNORMAL_TERMINATION" : "SPAWN_ERROR";
  return { name: ref.process, group: ref.group, status: FAULTS[name], description: `${name}: ${makeNamespec(ref)}` };
}

function isCount(value: RpcValue): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= -1 && value <= NUMPROCS_MAX;
}

/** null: there is an option that it has not, or a value that cannot be. */
function orderOf(options: RpcValue | undefined): { readonly until: "ordered" | "done"; readonly token: string } | null {
  if (options === undefined) return { until: "done", token: "" };
  if (!isStruct(options) || ![...options.keys()].every((name) => name === "wait" || name === "token")) return null;
  const token = orderToken(options.get("token"));
  return token === null ? null : { until: flag(options.get("wait")) ? "done" : "ordered", token };
}

function faultOf(program: string, failure: ScaleFailure): Fault {
  switch (failure.kind) {
    case "bad-name":
      return fault("BAD_NAME", program);
    case "going-down":
      return fault("SHUTDOWN_STATE");
    case "unreadable":
      return fault("CANT_REREAD", failure.text);
    case "failed":
      return fault("FAILED", failure.text);
    default:
      return unreachable(failure);
  }
}
