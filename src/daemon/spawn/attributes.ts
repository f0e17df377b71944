/**
 * What limits a program, who it is to the kernel and by what it tells that it is ready, as the keeper is told. What needs a keeper of this release is
 * refused where an earlier one runs, rather than started with less. (LIM-001..005)
 */
import { RLIMIT_OPTIONS } from "../../config/limitoptions.ts";
import type { Limit, LimitValue } from "../../config/limits.ts";
import type { ProcessConfig } from "../../config/model.ts";
import { probeText } from "../../config/probes.ts";
import { type KernelLimit, type KnownAttribute, RESOURCES, type Resource } from "../../link/messages.ts";
import { hasSocket } from "../../process/said.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";

/** Spawns with attributes came with this version of the protocol. */
const FROM_VERSION = 2;
const UNLIMITED = 2n ** 64n - 1n;
const ADDRESS_LETTERS = 20;

/** The resources that have an option, and what /proc/PID/limits calls them. */
const KERNEL_NAMES = {
  cpu: "Max cpu time",
  fsize: "Max file size",
  data: "Max data size",
  stack: "Max stack size",
  core: "Max core file size",
  nproc: "Max processes",
  nofile: "Max open files",
  memlock: "Max locked memory",
  as: "Max address space",
} as const satisfies { readonly [R in Resource]?: string };
type Limited = keyof typeof KERNEL_NAMES;
const LIMITED = Object.keys(KERNEL_NAMES) as Limited[];
type LimitField = (typeof RLIMIT_OPTIONS)[`rlimit_${Limited}`]["member"]["field"];
const LIMIT_FIELDS = Object.fromEntries(LIMITED.map((resource) => [resource, RLIMIT_OPTIONS[`rlimit_${resource}`].member.field])) as {
  readonly [R in Limited]: LimitField;
};

/** What an option says about a resource; null: nothing. */
export function limitOf(config: ProcessConfig, resource: Limited): Limit | null {
  return config[LIMIT_FIELDS[resource]];
}

export function isLimited(resource: string): resource is Limited {
  return Object.hasOwn(KERNEL_NAMES, resource);
}

/** The error is a spawn error's text. What runs beside the program says nothing of it. */
export async function attributesOf(
  runtime: Runtime,
  config: ProcessConfig,
  cgroup: string | null = null,
  which: "program" | "run" = "program",
): Promise<Result<readonly KnownAttribute[], string>> {
  const limited = LIMITED.filter((resource) => limitOf(config, resource) !== null);
  const channels = which === "program" ? channelsOf(runtime, config) : [];
  const others = [...othersOf(config), ...channels, ...ofGroup(config, cgroup)];
  const first = limited[0] === undefined ? others[0]?.option : `rlimit_${limited[0]}`;
  if (first === undefined) return ok([]);
  if (runtime.keeperVersion < FROM_VERSION) return refuse(`${first} needs the keeper of this release: restart supervisord`);
  const limits = await limitsOf(runtime, config, limited);
  if (!limits.ok) return limits;
  const rlimits: readonly KnownAttribute[] = limited.length === 0 ? [] : [{ kind: "rlimits", limits: limits.value }];
  return ok([...rlimits, ...others.map(({ attribute }) => attribute)]);
}

/** The control group that the child joins. */
function ofGroup({ memoryMax, pidsMax }: ProcessConfig, path: string | null): readonly Asked[] {
  if (path === null) return [];
  const option = memoryMax !== null ? "memory_max" : pidsMax !== null ? "pids_max" : "cpu_max";
  return [{ option, attribute: { kind: "cgroup", path } }];
}

type Asked = { readonly option: string; readonly attribute: KnownAttribute };

function othersOf({ session, nice, oomScoreAdj, noNewPrivs, killTree }: ProcessConfig): readonly Asked[] {
  const others: Asked[] = [];
  if (session) others.push({ option: "session", attribute: { kind: "session" } });
  if (nice !== null) others.push({ option: "nice", attribute: { kind: "nice", nice } });
  if (oomScoreAdj !== null) others.push({ option: "oom_score_adj", attribute: { kind: "oom-score-adj", score: oomScoreAdj } });
  if (killTree) others.push({ option: "killtree", attribute: { kind: "subreaper" } });
  if (noNewPrivs) others.push({ option: "no_new_privs", attribute: { kind: "no-new-privs" } });
  return others;
}

/** What it says of itself by: the address is such that nobody meets it by accident, in whatever namespaces supervisords live. (RDY-007, RDY-011) */
function channelsOf({ doors }: Runtime, { readyWhen, healthcheck }: ProcessConfig): readonly Asked[] {
  const channels: Asked[] = [];
  if (readyWhen.kind === "fd") {
    channels.push({ option: `ready_when=${probeText(readyWhen)}`, attribute: { kind: "ready-fd", descriptor: readyWhen.number } });
  }
  if (hasSocket({ readyWhen, healthcheck })) {
    const option = readyWhen.kind === "notify" ? "ready_when=notify" : "healthcheck=watchdog";
    channels.push({ option, attribute: { kind: "notify", address: `holdfast/${doors.random.word(ADDRESS_LETTERS)}` } });
  }
  return channels;
}

/** A hard limit that is not written stays as the program would inherit it from the keeper, and is raised to the soft one where it is lower. (LIM-003) */
async function limitsOf(runtime: Runtime, config: ProcessConfig, limited: readonly Limited[]): Promise<Result<KernelLimit[], string>> {
  const open = limited.find((resource) => limitOf(config, resource)?.hard === null);
  const path = `/proc/${runtime.keeperPid}/limits`;
  const read = open === undefined ? ok(new Uint8Array(0)) : await runtime.doors.files.readText(path);
  if (!read.ok) return refuse(`couldn't set rlimit_${open}: ${path}: ${read.error}`);
  const inherited = new TextDecoder().decode(read.value);
  return ok(
    limited.flatMap((resource) => {
      const limit = limitOf(config, resource);
      if (limit === null) return [];
      const soft = numberOf(limit.soft);
      const hard = limit.hard === null ? greater(soft, hardLimit(inherited, KERNEL_NAMES[resource])) : numberOf(limit.hard);
      return [{ resource: RESOURCES.indexOf(resource), soft, hard }];
    }),
  );
}

function greater(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function numberOf(value: LimitValue): bigint {
  return value === "unlimited" ? UNLIMITED : BigInt(value);
}

/** The second number of the line; 0 where there is no such line. (proc_pid_limits(5)) */
export function hardLimit(text: string, name: string): bigint {
  const line = text.split("\n").find((one) => one.startsWith(name)) ?? "";
  const hard = line.slice(name.length).trim().split(/\s+/)[1] ?? "0";
  return hard === "unlimited" ? UNLIMITED : BigInt(/^[0-9]+$/.test(hard) ? hard : "0");
}
