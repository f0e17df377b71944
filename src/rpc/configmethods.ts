/** The configuration file and the groups that come of it. */
import type { GroupConfig, LogTarget, ProcessConfig } from "../config/model.ts";
import { type Option, PROGRAM } from "../config/optiontable.ts";
import { ok, refuse } from "../result.ts";
import { groupName } from "./args.ts";
import type { ProcessView, SupervisorControl } from "./control.ts";
import { fault } from "./faults.ts";
import { method } from "./method.ts";
import { byCodePoint } from "./namespec.ts";
import type { RpcResult, RpcStruct } from "./values.ts";

export const reloadConfig = method({
  name: "reloadConfig",
  params: [],
  returns: { type: "array", help: "[[added, changed, removed]], each an array of group names" },
  faults: ["CANT_REREAD"],
  help: "Read the configuration file again and tell which groups differ from the active ones. Nothing is started or stopped.",
  async run(control) {
    const plan = await control.reloadConfig();
    if (!plan.ok) return refuse(fault("CANT_REREAD", plan.error));
    return ok([[plan.value.added, plan.value.changed, plan.value.removed]]);
  },
});

export const addProcessGroup = method({
  name: "addProcessGroup",
  params: [{ name: "name", type: "string", help: "A group of the configuration read last" }],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME", "ALREADY_ADDED"],
  help: "Make a group of the configuration active; its autostart processes start.",
  async run(control, name) {
    const text = groupName(name);
    if (!text.ok) return text;
    const added = await control.addGroup(text.value);
    return added.ok ? added : refuse(fault(added.error === "bad-name" ? "BAD_NAME" : "ALREADY_ADDED", text.value));
  },
});

export const removeProcessGroup = method({
  name: "removeProcessGroup",
  params: [{ name: "name", type: "string", help: "An active group of which nothing runs" }],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME", "STILL_RUNNING"],
  help: "Take a group out of the active ones.",
  async run(control, name) {
    const text = groupName(name);
    if (!text.ok) return text;
    const removed = await control.removeGroup(text.value);
    return removed.ok ? removed : refuse(fault(removed.error === "bad-name" ? "BAD_NAME" : "STILL_RUNNING", text.value));
  },
});

export const getAllConfigInfo = method({
  name: "getAllConfigInfo",
  params: [],
  returns: { type: "array", help: "A struct per process of every group of the configuration read last, active or not" },
  faults: [],
  help: "Tell how every process is configured.",
  /** Sorted by process name; equal ones keep the order of the file. (RPC-158) */
  run(control) {
    const { groups, inForce } = control.available();
    const infos = groups.flatMap((group) => groupInfos(control, group, inForce.has(group.name)));
    return ok(infos.sort((a, b) => byCodePoint(a.name, b.name)).map(({ info }) => info));
  },
});

function groupInfos(
  control: SupervisorControl,
  group: GroupConfig,
  inForce: boolean,
): { readonly name: string; readonly info: RpcStruct }[] {
  const inuse = control.group(group.name) !== null;
  return group.processes.map((process) => {
    // Once the file has been read again, paths that the daemon chose are unknown to the configuration, but for groups added since. (RPC-164)
    const active = inForce ? control.process({ group: group.name, process: process.name }) : null;
    return { name: process.name, info: configInfo({ group, process, present: { inuse, active } }) };
  });
}

type Present = { readonly inuse: boolean; readonly active: ProcessView | null };

type Facts = { readonly group: GroupConfig; readonly process: ProcessConfig; readonly present: Present };
type Row = { readonly name: string; readonly place: number; readonly value: (facts: Facts) => RpcResult };

/** What is told of a process besides the options of its program. */
const OTHERS: readonly Row[] = [
  { name: "group", place: 6, value: ({ group }) => group.name },
  { name: "group_prio", place: 7, value: ({ group }) => group.priority },
  { name: "inuse", place: 8, value: ({ present }) => present.inuse },
];

/** In the order of the wire. (RPC-159..161) */
const ROWS: readonly Row[] = [...Object.entries<Option>(PROGRAM).flatMap(optionRow), ...OTHERS].sort((a, b) => a.place - b.place);

function optionRow([option, { member }]: [string, Option]): Row[] {
  if (member?.place === undefined) return [];
  const { place, field, of, as: name = option } = member;
  const value = (process: ProcessConfig): unknown => (of === undefined ? process : process[of])[field as never];
  return [{ name, place, value: ({ process, present }) => told(option, value(process), present) }];
}

/** (RPC-163) */
function told(option: string, value: unknown, { active }: Present): RpcResult {
  switch (option) {
    case "autorestart":
      // Supervisor 4.2.5 does not have it, 4.4 cannot send `true` (RPC-162).
      return value === "unexpected" ? value : value === "always";
    case "stdout_logfile":
      return logfileText(value as LogTarget, active?.stdoutLogfile);
    case "stderr_logfile":
      return logfileText(value as LogTarget, active?.stderrLogfile);
    default:
      return value === null ? "none" : (value as RpcResult);
  }
}

function configInfo(facts: Facts): RpcStruct {
  return Object.fromEntries(ROWS.map(({ name, value }) => [name, value(facts)]));
}

/** (RPC-163, RPC-164, RPC-169) */
function logfileText(logfile: LogTarget, written: string | null | undefined): string {
  switch (logfile.kind) {
    case "none":
      return "none";
    case "auto":
      return written ?? "auto";
    case "file":
      return logfile.path;
  }
}
