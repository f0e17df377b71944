/** A spawn, planned: everything the keeper needs but the numbers. */
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import type { Channel } from "../../events/types.ts";
import type { Spawn, StreamSpec, UserSpec } from "../../link/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { findMember, label, type Ref } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { channelTarget } from "../logfiles/targets.ts";
import { streamNumber } from "../loop/numbers.ts";
import { type Command, findCommand } from "./command.ts";
import { childEnvironment } from "./environment.ts";
import { openFastCgi } from "./fastcgi.ts";

/** The configuration has no bounds for stopwaitsecs and priority, the last will has those of its numbers. */
const U32_MAX = 2 ** 32 - 1;
const I32_MAX = 2 ** 31 - 1;

export type SpawnPlan = {
  readonly command: Command;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: UserSpec | null;
  /** The number of the FastCGI socket that becomes descriptor 0; 0 for a pipe. */
  readonly stdin: number;
};

/** Looks up what a spawn needs. The error is the spawn error's text. (PROC-026, PROC-062) */
export async function planSpawn(core: Core, ref: Ref): Promise<Result<SpawnPlan, string>> {
  const member = findMember(core.world, ref);
  const group = core.world.groups.get(ref.group);
  if (member === undefined || group === undefined) return refuse("the process was removed");
  const { config } = member;
  const command = await findCommand(core.doors.commandFiles, config, core.doors.birth.environment["PATH"]);
  if (!command.ok) return refuse(command.error.text);
  const stdin = await openFastCgi(core, group.config);
  if (!stdin.ok) return refuse(stdin.error);
  const environment = childEnvironment(core.doors.birth.environment, ref, config, core.running.daemon.serverUrl);
  return ok({ command: command.value, environment, user: userOf(core, config), stdin: stdin.value });
}

/** The frame for the keeper. */
export function spawnFrame(core: Core, ref: Ref, child: number, plan: SpawnPlan): Spawn {
  const config = findMember(core.world, ref)?.config;
  const group = core.world.groups.get(ref.group)?.config;
  if (config === undefined || group === undefined) throw new Error(`broken invariant: ${label(ref)} is spawned and not there`);
  return {
    type: "spawn",
    child,
    label: label(ref),
    path: plan.command.path,
    argv: plan.command.argv,
    environment: Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`),
    directory: config.directory,
    umask: config.umask,
    user: plan.user,
    limits: [],
    stdin: plan.stdin,
    stdout: streamSpec(core, ref, group, config, child, "stdout"),
    stderr: config.redirectStderr ? NO_STREAM : streamSpec(core, ref, group, config, child, "stderr"),
    lastWill: {
      signal: config.stopSignal,
      waitMs: Math.min(Math.max(0, config.stopWaitSecs) * 1000, U32_MAX),
      signalGroup: config.stopAsGroup,
      killGroup: config.killAsGroup,
      rank: Math.min(Math.max(group.priority, -I32_MAX), I32_MAX),
    },
  };
}

const NO_STREAM: StreamSpec = { stream: 0, mode: "plain", sink: 0, open: null };

function streamSpec(core: Core, ref: Ref, group: GroupConfig, config: ProcessConfig, child: number, channel: Channel): StreamSpec {
  const stream = streamNumber(child, channel);
  const target = channelTarget(core, ref, group, config, channel);
  const mode = target.asked ? "asked" : "plain";
  if (target.path === null) return { stream, mode, sink: 0, open: null };
  const open = { path: target.path, truncate: false, regularOnly: false, mode: 0o666, limit: target.maxBytes };
  return { stream, mode, sink: stream, open };
}

/** A user of its own, unless the daemon is that user already (PROC-103). A uid that is gone from the files keeps its number alone. */
function userOf(core: Core, config: ProcessConfig): UserSpec | null {
  if (config.uid === null || config.uid === core.uid) return null;
  const account = core.doors.accounts.byUid(config.uid);
  return { uid: config.uid, gid: account?.gid ?? config.uid, groups: account?.groups ?? [] };
}
