/** An auxiliary run, planned: its command looked up, its environment, and the frame for the keeper. It has what the program has. (CMN-022, HOOK-009) */
import type { Variables } from "../../config/envfile.ts";
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import type { Channel } from "../../events/types.ts";
import type { KnownAttribute, Spawn, SpawnWith, StreamSpec, UserSpec } from "../../link/messages.ts";
import { RUN_END_MS, RUNS } from "../../process/auxiliary.ts";
import type { Run, What } from "../../process/run.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { findMember, label, type Member, type Ref, runLabel } from "../../supervisor/world.ts";
import type { Targets } from "../logfiles/targets.ts";
import { streamNumber } from "../loop/numbers.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Runtime } from "../runtime.ts";
import { attributesOf } from "./attributes.ts";
import { type Command, findCommand } from "./command.ts";
import { environmentOf, withVariablesOf } from "./environment.ts";
import { I32_MAX, NO_STREAM, streamTo, userOf } from "./plan.ts";

const SIGTERM = 15;

export type RunPlan = {
  readonly what: What;
  readonly command: Command;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: UserSpec | null;
  readonly attributes: readonly KnownAttribute[];
};

/** What the daemon knows of the process besides its state. */
export type RunFacts = {
  /** The reading of its files at its last start. */
  readonly variables: Variables | null;
  readonly restarts: number;
};

/** The error says why it cannot be run. */
export async function planRun(
  runtime: Runtime,
  member: Member,
  run: Run,
  facts: RunFacts,
  cgroups: Cgroups,
): Promise<Result<RunPlan, string>> {
  const { ref, config, state } = member;
  const line = RUNS[run.what].command(config, state);
  if (line === null) return refuse("it is not configured any more");
  const own = { ...environmentOf(runtime, ref, config, facts.variables), ...variablesOf(run, member, facts.restarts) };
  const { NOTIFY_SOCKET: _, ...environment } = own;
  const user = userOf(runtime, config);
  const read: ProcessConfig = { ...withVariablesOf(config, facts.variables), command: line };
  const command = await findCommand(runtime.doors.commandFiles, read, runtime.doors.birth.environment["PATH"]);
  if (!command.ok) return refuse(command.error.text);
  const attributes = await attributesOf(runtime, config, await cgroups.placeBeside(member), "run");
  if (!attributes.ok) return attributes;
  return ok({ what: run.what, command: command.value, environment, user, attributes: attributes.value });
}

/** What tells a command why it runs. (HOOK-009) */
function variablesOf({ what, reason, end }: Run, { state }: Member, restarts: number): Variables {
  return {
    ...(RUNS[what].isHook ? { HOLDFAST_HOOK: what, HOLDFAST_RESTARTS: String(restarts) } : {}),
    ...(reason === undefined ? {} : { HOLDFAST_REASON: reason }),
    ...(state.pid === 0 ? {} : { MAINPID: String(state.pid) }),
    ...(end === undefined
      ? {}
      : {
          HOLDFAST_EXIT_CODE: end.code === null ? "" : String(end.code),
          HOLDFAST_EXIT_SIGNAL: end.signal ?? "",
          HOLDFAST_EXIT_EXPECTED: end.expected ? "1" : "0",
          HOLDFAST_RUN_SECONDS: (end.ranMs / 1000).toFixed(3),
        }),
  };
}

/** The frame for the keeper. */
export function runFrame(runtime: Runtime, targets: Targets, ref: Ref, child: number, plan: RunPlan): Spawn | SpawnWith {
  const config = findMember(runtime.world, ref)?.config;
  const group = runtime.world.groups.get(ref.group)?.config;
  if (config === undefined || group === undefined)
    throw new Error(`broken invariant: ${plan.what} of ${label(ref)} is run and it is not there`);
  const isMerged = config.redirectStderr && !RUNS[plan.what].isCaptured;
  const spawn: Spawn = {
    type: "spawn",
    child,
    label: runLabel(ref, plan.what),
    path: plan.command.path,
    argv: plan.command.argv,
    environment: Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`),
    directory: config.directory,
    umask: config.umask,
    user: plan.user,
    limits: [],
    stdin: 0,
    stdout: runStream(targets, ref, group, config, child, "stdout", RUNS[plan.what].isCaptured),
    stderr: isMerged ? NO_STREAM : runStream(targets, ref, group, config, child, "stderr", false),
    lastWill: { signal: SIGTERM, waitMs: RUN_END_MS, signalGroup: true, killGroup: true, rank: rankOf(group) },
  };
  return plan.attributes.length === 0 ? spawn : { ...spawn, type: "spawn-with", with: plan.attributes };
}

function rankOf({ priority }: GroupConfig): number {
  return Math.min(Math.max(priority, -I32_MAX), I32_MAX);
}

function runStream(
  targets: Targets,
  ref: Ref,
  group: GroupConfig,
  config: ProcessConfig,
  child: number,
  channel: Channel,
  isCaptured: boolean,
): StreamSpec {
  const stream = streamNumber(child, channel);
  if (isCaptured) return { stream, mode: "asked", sink: 0, open: null };
  return streamTo(stream, targets.ofRun(ref, group, config, channel));
}
