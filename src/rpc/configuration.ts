/** The configuration file and the groups that come of it. */
import type { ChannelConfig, GroupConfig, ProcessConfig } from "../config/model.ts";
import { ok, refuse } from "../result.ts";
import { groupName } from "./args.ts";
import { fault } from "./faults.ts";
import { method } from "./method.ts";
import { byCodePoint } from "./names.ts";
import type { ProcessView, SupervisorPort } from "./port.ts";
import type { RpcStruct } from "./values.ts";

export const reloadConfig = method({
  name: "reloadConfig",
  params: [],
  returns: { type: "array", help: "[[added, changed, removed]], each an array of group names" },
  faults: ["CANT_REREAD"],
  help: "Read the configuration file again and tell which groups differ from the active ones. Nothing is started or stopped.",
  async run(port) {
    const plan = await port.reloadConfig();
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
  async run(port, name) {
    const text = groupName(name);
    if (!text.ok) return text;
    const added = await port.addGroup(text.value);
    return added.ok ? added : refuse(fault(added.error === "bad-name" ? "BAD_NAME" : "ALREADY_ADDED", text.value));
  },
});

export const removeProcessGroup = method({
  name: "removeProcessGroup",
  params: [{ name: "name", type: "string", help: "An active group of which nothing runs" }],
  returns: { type: "boolean", help: "True" },
  faults: ["BAD_NAME", "STILL_RUNNING"],
  help: "Take a group out of the active ones.",
  async run(port, name) {
    const text = groupName(name);
    if (!text.ok) return text;
    const removed = await port.removeGroup(text.value);
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
  run(port) {
    const { groups, reread } = port.available();
    const infos = groups.flatMap((group) => groupInfos(port, group, reread));
    return ok(infos.sort((a, b) => byCodePoint(a.name, b.name)).map(({ info }) => info));
  },
});

function groupInfos(port: SupervisorPort, group: GroupConfig, reread: boolean): { readonly name: string; readonly info: RpcStruct }[] {
  const inuse = port.group(group.name) !== null;
  return group.processes.map((process) => {
    // Once the file has been read again, paths that the daemon chose are unknown to the configuration. (RPC-164)
    const active = reread ? null : port.process({ group: group.name, process: process.name });
    return { name: process.name, info: configInfo(group, process, { inuse, active }) };
  });
}

type Present = { readonly inuse: boolean; readonly active: ProcessView | null };

/** The order is that of the wire. (RPC-159..161) */
function configInfo(group: GroupConfig, process: ProcessConfig, { inuse, active }: Present): RpcStruct {
  return {
    autostart: process.autostart,
    // Supervisor 4.2.5 does not have it, 4.4 cannot send `true` (RPC-162).
    autorestart: process.autorestart === "unexpected" ? "unexpected" : process.autorestart === "always",
    directory: process.directory ?? "none",
    uid: process.uid ?? "none",
    command: process.command,
    exitcodes: process.exitCodes,
    group: group.name,
    group_prio: group.priority,
    inuse,
    killasgroup: process.killAsGroup,
    name: process.name,
    process_prio: process.priority,
    redirect_stderr: process.redirectStderr,
    startretries: process.startRetries,
    startsecs: process.startSecs,
    ...channelInfo("stdout", process.stdout, active?.stdoutLogfile),
    stopsignal: process.stopSignal,
    stopwaitsecs: process.stopWaitSecs,
    ...channelInfo("stderr", process.stderr, active?.stderrLogfile),
    serverurl: process.serverUrl ?? "none",
  };
}

function channelInfo(name: "stdout" | "stderr", channel: ChannelConfig, written: string | null | undefined): RpcStruct {
  return {
    [`${name}_capture_maxbytes`]: channel.captureMaxBytes,
    [`${name}_events_enabled`]: channel.eventsEnabled,
    [`${name}_logfile`]: logfileText(channel, written),
    [`${name}_logfile_backups`]: channel.backups,
    [`${name}_logfile_maxbytes`]: channel.maxBytes,
    [`${name}_syslog`]: channel.syslog,
  };
}

/** (RPC-163, RPC-164, RPC-169) */
function logfileText({ logfile }: ChannelConfig, written: string | null | undefined): string {
  switch (logfile.kind) {
    case "none":
      return "none";
    case "auto":
      return written ?? "auto";
    case "file":
      return logfile.path;
  }
}
