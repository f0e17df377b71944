/**
 * The namespace `holdfast`: what Supervisor has no method for. It is not in system.listMethods, which old clients compare with what they know; a client
 * asks for what it needs and takes UNKNOWN_METHOD for a daemon that is not ours. (docs/update.md)
 */
import type { Difference } from "../config/diff.ts";
import type { ConfigError } from "../config/model.ts";
import { assert, ok, refuse } from "../result.ts";
import { groupName, namespec } from "./args.ts";
import type { PreviewedGroup, ProcessView, SupervisorControl } from "./control.ts";
import { dependencies, startProcess, stopWithDependants } from "./dependencymethods.ts";
import { fault } from "./faults.ts";
import { JOB_METHODS } from "./jobmethods.ts";
import { LOG_ORDER_METHODS } from "./logordermethods.ts";
import { type Method, method } from "./method.ts";
import { findProcess, refOf } from "./namespec.ts";
import { PERSIST_METHODS } from "./persistmethods.ts";
import { resultOf } from "./plainvalues.ts";
import { processesByName } from "./processinfo.ts";
import { reloadProcess } from "./reloadmethods.ts";
import { restartAllProcesses, restartProcess } from "./restartmethods.ts";
import { ROLLING_METHODS } from "./rollingmethods.ts";
import { SCALE_METHODS } from "./scalemethods.ts";
import { TOGETHER_METHODS } from "./togethermethods.ts";
import { UPGRADE_METHODS } from "./upgrademethods.ts";
import type { RpcStruct } from "./values.ts";

const previewUpdate = method({
  name: "previewUpdate",
  listed: false,
  params: [],
  returns: { type: "array", help: "A struct per group that differs: group, change (added, changed, removed), details, inPlace, processes" },
  faults: ["CANT_REREAD"],
  help: "Read the configuration file and tell, option by option, what an update would change. Nothing is kept, started or stopped.",
  async run(control) {
    const preview = await control.previewUpdate();
    return preview.ok ? ok(preview.value.groups.map(groupRow)) : refuse(fault("CANT_REREAD", preview.error));
  },
});

const checkConfig = method({
  name: "checkConfig",
  listed: false,
  params: [],
  returns: { type: "struct", help: "errors: structs of message, file, line, excerpt, hint; warnings: texts" },
  faults: [],
  help: "Read the configuration file and tell every error and warning, as supervisord --check does. Nothing is kept, started or stopped.",
  async run(control) {
    const { errors, warnings } = await control.checkConfig();
    return ok({ errors: errors.map(errorRow), warnings });
  },
});

const EXPLAINED = "group, name, reason (`exit code 3 after 0.1 s`), exitstatus (-1: none), signal, restarts, life";

const explainProcess = method({
  name: "explainProcess",
  listed: false,
  params: [{ name: "name", type: "string", help: "A process: 'name' or 'group:name'" }],
  returns: { type: "struct", help: `${EXPLAINED}, lastWords (its last lines)` },
  faults: ["BAD_NAME"],
  help: "Tell why a process does not run: how it ended, or why it could not be started, and its last words.",
  async run(control, name) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    if (!found.ok) return found;
    return ok({ ...explainedRow(control, found.value), lastWords: await control.lastWords(refOf(found.value)) });
  },
});

const explainAllProcesses = method({
  name: "explainAllProcesses",
  listed: false,
  params: [],
  returns: { type: "array", help: `A struct per process: ${EXPLAINED}` },
  faults: [],
  help: "Tell of every process how it ended last, and how often it was started again.",
  run: (control) => ok(processesByName(control.groups()).map((view) => explainedRow(control, view))),
});

const why = method({
  name: "why",
  listed: false,
  params: [{ name: "name", type: "string", help: "A process: 'name' or 'group:name'" }],
  returns: {
    type: "struct",
    help: "group, name, state, pid, since, now, zone, life, reason, starts, restarts, failedHooks, exits, lastWords, lastWordsOf; what is null is left out",
  },
  faults: ["BAD_NAME"],
  help: "Tell why a process is as it is: what is wanted, what happens next, how its last runs ended.",
  async run(control, name) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findProcess(control, text.value);
    if (!found.ok) return found;
    const told = await control.why(refOf(found.value));
    return told === null ? refuse(fault("BAD_NAME", text.value)) : ok(structOf(told));
  },
});

/** XML-RPC has no null. */
function structOf(value: object): RpcStruct {
  const result = resultOf(withoutNulls(value));
  assert(result.ok, "what the daemon tells of itself can be told");
  return result.value as RpcStruct;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(members.map(([name, item]) => [name, withoutNulls(item)]));
}

function explainedRow(control: SupervisorControl, view: ProcessView): RpcStruct {
  const explained = control.explain(refOf(view));
  const { group, name } = view;
  return {
    group,
    name,
    reason: explained?.reason ?? "",
    exitstatus: explained?.exitStatus ?? -1,
    signal: explained?.signal ?? "",
    restarts: explained?.restarts ?? 0,
    life: structOf(control.life(refOf(view)) ?? {}),
  };
}

const updateMode = method({
  name: "updateMode",
  listed: false,
  params: [],
  returns: { type: "string", help: "as-original or minimal" },
  faults: [],
  help: "Tell what update does to a changed group.",
  run: (control) => ok(control.updateMode()),
});

const applyUpdate = method({
  name: "applyUpdate",
  listed: false,
  params: [{ name: "name", type: "string", help: "An active group" }],
  returns: { type: "boolean", help: "False when the group must be stopped, removed and added instead; nothing has been done then" },
  faults: ["BAD_NAME"],
  help: "Change a group in place to the configuration read last, stopping only processes that cannot take their changes over.",
  async run(control, name) {
    const text = groupName(name);
    if (!text.ok) return text;
    const applied = await control.applyUpdate(text.value);
    return applied.ok ? applied : refuse(fault("BAD_NAME", text.value));
  },
});

export const HOLDFAST_METHODS: readonly Method[] = [
  previewUpdate,
  checkConfig,
  explainProcess,
  explainAllProcesses,
  why,
  updateMode,
  applyUpdate,
  restartProcess,
  restartAllProcesses,
  ...JOB_METHODS,
  startProcess,
  stopWithDependants,
  ...TOGETHER_METHODS,
  dependencies,
  reloadProcess,
  ...LOG_ORDER_METHODS,
  ...SCALE_METHODS,
  ...ROLLING_METHODS,
  ...PERSIST_METHODS,
  ...UPGRADE_METHODS,
];

function groupRow({ group, change, details, processes }: PreviewedGroup): RpcStruct {
  return { group, change, details: details.map(detailRow), inPlace: processes !== null, processes: processes ?? [] };
}

/** What is not known is empty, the line 0. */
function errorRow({ message, file, line, excerpt, hint }: ConfigError): RpcStruct {
  return { message, file: file ?? "", line: line ?? 0, excerpt: excerpt ?? "", hint: hint ?? "" };
}

/** The empty name: a matter of the group itself. */
function detailRow({ process, option, from, to }: Difference): RpcStruct {
  return { process: process ?? "", option, from, to };
}
