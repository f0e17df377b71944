/** A spawn, planned: everything the keeper needs but the numbers. */
import type { Variables } from "../../config/envfile.ts";
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import type { Channel } from "../../events/types.ts";
import type { KnownAttribute, Spawn, SpawnWith, StreamSpec, UserSpec } from "../../link/messages.ts";
import type { Tree } from "../../process/life.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { findMember, label, type Ref } from "../../supervisor/world.ts";
import type { ChannelTarget, Targets } from "../logfiles/targets.ts";
import { streamNumber } from "../loop/numbers.ts";
import { sinkSpec } from "../loop/sinkspec.ts";
import { type Cgroups, needsGroup } from "../runs/cgroups.ts";
import { markWithin, TREE_VARIABLE, treeMark } from "../runs/treemark.ts";
import type { Runtime } from "../runtime.ts";
import { attributesOf } from "./attributes.ts";
import { type Command, findCommand } from "./command.ts";
import { environmentOf, hasEnvFiles, readVariables, withMessages, withVariablesOf } from "./environment.ts";
import type { FastCgiSockets } from "./fastcgi.ts";

/** The configuration has no bounds for stopwaitsecs and priority, the last will has those of its numbers. */
const U32_MAX = 2 ** 32 - 1;
export const I32_MAX = 2 ** 31 - 1;

export type SpawnPlan = {
  readonly command: Command;
  readonly environment: Readonly<Record<string, string>>;
  /** What was read of its files of variables; null when it has none. */
  readonly variables: Variables | null;
  readonly user: UserSpec | null;
  /** The number of the FastCGI socket that becomes descriptor 0; 0 for a pipe. */
  readonly stdin: number;
  /** What `spawn-with` adds; nearly every program has none. */
  readonly attributes: readonly KnownAttribute[];
  /** Of a run of which nothing is to survive. */
  readonly tree: Tree | null;
};

type PlanRooms = { readonly fastCgi: FastCgiSockets; readonly cgroups: Cgroups };

/** What was read of the files of a program, for what runs before it is spawned. */
export async function planVariables(runtime: Runtime, ref: Ref): Promise<Result<Variables | null, string>> {
  const config = findMember(runtime.world, ref)?.config;
  return config === undefined ? refuse("the process was removed") : readVariables(runtime, config);
}

/**
 * Looks up what a spawn needs. The error is the spawn error's text. `known` is what has been read of its files already; else they are read. (PROC-026,
 * PROC-062)
 */
export async function planSpawn(
  runtime: Runtime,
  { fastCgi, cgroups }: PlanRooms,
  ref: Ref,
  known?: Variables | null,
): Promise<Result<SpawnPlan, string>> {
  const member = findMember(runtime.world, ref);
  const group = runtime.world.groups.get(ref.group);
  if (member === undefined || group === undefined) return refuse("the process was removed");
  const { config } = member;
  // Who has no files is not made to wait for them.
  const variables = known === undefined && hasEnvFiles(config) ? await readVariables(runtime, config) : ok(known ?? null);
  if (!variables.ok) return variables;
  const read = withVariablesOf(config, variables.value);
  const command = await findCommand(runtime.doors.commandFiles, read, runtime.doors.birth.environment["PATH"]);
  if (!command.ok) return refuse(command.error.text);
  const stdin = await fastCgi.open(group.config);
  if (!stdin.ok) return refuse(stdin.error);
  const placed = needsGroup(config) ? await cgroups.place(ref, config) : ok(null);
  if (!placed.ok) return placed;
  const leaf = placed.value?.cgroup === undefined ? null : `${placed.value.cgroup}/run`;
  const attributes = await attributesOf(runtime, config, leaf);
  if (!attributes.ok) return refuse(attributes.error);
  const environment = withMessages(environmentOf(runtime, ref, config, variables.value), config, attributes.value);
  const user = userOf(runtime, config);
  const isTree = config.killTree || placed.value !== null;
  const tree = isTree ? { sinceTicks: runtime.doors.processes.ticks(), ...placed.value } : null;
  const asked = { variables: variables.value, attributes: attributes.value, tree };
  return ok({ command: command.value, environment, user, stdin: stdin.value, ...asked });
}

/** The frame for the keeper. */
export function spawnFrame(runtime: Runtime, targets: Targets, ref: Ref, child: number, plan: SpawnPlan): Spawn | SpawnWith {
  const config = findMember(runtime.world, ref)?.config;
  const group = runtime.world.groups.get(ref.group)?.config;
  if (config === undefined || group === undefined) throw new Error(`broken invariant: ${label(ref)} is spawned and not there`);
  const spawn: Spawn = {
    type: "spawn",
    child,
    label: label(ref),
    path: plan.command.path,
    argv: plan.command.argv,
    environment: environmentEntries(runtime, child, plan, config),
    directory: config.directory,
    umask: config.umask,
    user: plan.user,
    limits: [],
    stdin: plan.stdin,
    stdout: streamSpec(targets, ref, group, config, child, "stdout"),
    stderr: config.redirectStderr ? NO_STREAM : streamSpec(targets, ref, group, config, child, "stderr"),
    lastWill: {
      signal: config.stopSignal,
      waitMs: Math.min(Math.max(0, config.stopWaitSecs) * 1000, U32_MAX),
      signalGroup: config.stopAsGroup,
      killGroup: config.killAsGroup,
      rank: Math.min(Math.max(group.priority, -I32_MAX), I32_MAX),
    },
  };
  return plan.attributes.length === 0 ? spawn : { ...spawn, type: "spawn-with", with: plan.attributes };
}

/** The mark of a run of which nothing is to survive is the last of its variables. */
function environmentEntries(runtime: Runtime, child: number, { environment, tree }: SpawnPlan, { killTree }: ProcessConfig): string[] {
  const mark = tree === null || !killTree ? {} : { [TREE_VARIABLE]: markWithin(environment[TREE_VARIABLE], treeMark(runtime, child)) };
  return Object.entries({ ...environment, ...mark }).map(([name, value]) => `${name}=${value}`);
}

export const NO_STREAM: StreamSpec = { stream: 0, mode: "plain", sink: 0, open: null };

function streamSpec(targets: Targets, ref: Ref, group: GroupConfig, config: ProcessConfig, child: number, channel: Channel): StreamSpec {
  return streamTo(streamNumber(child, channel), targets.of(ref, group, config, channel));
}

/** A stream whose file is opened with the spawn. */
export function streamTo(stream: number, target: ChannelTarget): StreamSpec {
  const mode = target.asked ? "asked" : "plain";
  if (target.path === null) return { stream, mode, sink: 0, open: null };
  return { stream, mode, sink: stream, open: sinkSpec(target.path, target.maxBytes) };
}

/** A user of its own, unless the daemon is that user already (PROC-103). A uid that is gone from the files keeps its number alone. */
export function userOf({ uid, doors }: Runtime, config: ProcessConfig): UserSpec | null {
  const { group, supplementaryGroups } = config;
  const wanted = config.uid ?? uid;
  if (wanted === uid && group === null && supplementaryGroups === null) return null;
  const account = doors.accounts.byUid(wanted);
  const gid = group ?? account?.gid ?? wanted;
  // The primary group of the account gives way to the one that is named.
  const usual = account === null ? [] : account.groups.map((one) => (one === account.gid ? gid : one));
  return { uid: wanted, gid, groups: supplementaryGroups ?? [...new Set(usual)] };
}
