/** What the keeper reports, and what it leads to: one item of the loop each, acknowledged in the batch that carries the consequences. */

import type { Report } from "../link/messages.ts";
import { daemonMessages as say } from "../logs/loglines.ts";
import { decodeWaitStatus, exitWith } from "../process/waitstatus.ts";
import { assert, unreachable } from "../result.ts";
import { stepMember } from "../supervisor/step.ts";
import { type Member, memberOfChild } from "../supervisor/world.ts";
import { type Core, instantOf } from "./core.ts";
import { onSignal } from "./lifecycle/signals.ts";
import { errnoName } from "./loop/errno.ts";
import type { Turn } from "./loop/turn.ts";
import { saySpawnFailure, spawnErrorText, whyNotSpawned } from "./spawn/spawnerrors.ts";

/** Posts a report; they are handled in the order in which they came. */
export function receive(core: Core, report: Report): void {
  core.loop.post((turn) => handle(core, turn, report));
}

function handle(core: Core, turn: Turn, report: Report): void {
  switch (report.type) {
    case "spawned":
      turn.acknowledge(report.report);
      return stepChild(core, turn, report, (member) => stepTo(core, turn, member, { type: "spawned", pid: report.pid }, report));
    case "spawn-failed":
      turn.acknowledge(report.report);
      return stepChild(core, turn, report, (member) => spawnFailed(core, turn, member, report));
    case "exited":
      turn.acknowledge(report.report);
      stepChild(core, turn, report, (member) => stepTo(core, turn, member, { type: "exited", waitStatus: report.waitStatus }, report));
      return core.activity.write(turn, "debug", say.childQuit());
    case "block":
      return core.backlog.putsOff(core.outputs.streamOf(report.stream), report) ? undefined : core.outputs.block(turn, report);
    case "eof":
      turn.acknowledge(report.report);
      return core.outputs.eof(turn, report.stream);
    case "limit":
      return core.outputs.limit(report);
    case "io-error":
    case "io-resumed":
      turn.acknowledge(report.report);
      return core.outputs.trouble(turn, report);
    case "signal":
      turn.acknowledge(report.report);
      return onSignal(core, turn, report.signal);
    case "signal-failed":
      return stepChild(core, turn, report, (member) =>
        stepTo(core, turn, member, { type: "signal-failed", signal: report.signal, errno: errnoName(report.errno) }, null),
      );
    case "stdin-failed":
      core.stdin.failed(report.child, errnoName(report.errno));
      return core.pools.sendFailed(turn, report.child, errnoName(report.errno), report.bytesNotTaken);
    case "orphan":
      core.activity.write(turn, "info", say.orphanReaped(report.pid, decodeWaitStatus(report.waitStatus).words));
      return core.activity.write(turn, "debug", say.childQuit());
    case "sink-opened":
      return core.outputs.opened(turn, report);
    case "daemonized":
      core.keeperPid = report.pid;
      return core.requests.replied(report);
    case "became":
    case "limited":
    case "listened":
    case "echoed":
      return core.requests.replied(report);
    case "refused":
      // Nothing of a refused batch happened, so what this daemon believes is wrong from here on: the next one starts from what was stored.
      throw new Error(`the keeper refused batch ${report.batch}: ${report.text} (code ${report.code})`);
    case "unknown":
      return core.activity.write(turn, "warn", `the keeper does not know tag ${report.tag}; it is older than this daemon`);
    default:
      return unreachable(report);
  }
}

function stepTo(
  core: Core,
  turn: Turn,
  member: Member,
  input: Parameters<typeof stepMember>[2],
  at: Parameters<typeof instantOf>[0] | null,
): void {
  const now = at === null ? core.doors.clock.now() : instantOf(at);
  core.step(turn, (step, time) => stepMember(core.world, member, input, time, step), now);
}

/** A report about a child that no process knows is about a process that was given up (removed while UNKNOWN): it is only told. */
function stepChild(core: Core, turn: Turn, report: { readonly child: number; readonly type: string }, act: (member: Member) => void): void {
  const member = memberOfChild(core.world, report.child);
  if (member !== undefined) return act(member);
  if (report.type !== "exited") return undefined;
  core.unowned.exited(report.child);
  return core.activity.write(turn, "info", `child ${report.child}, which no process of the configuration owns any more, ended`);
}

/** Before there was a child it is a spawn error; after the fork the original's child says so on stderr and ends with 127. (PROC-062, PROC-077) */
function spawnFailed(core: Core, turn: Turn, member: Member, report: Extract<Report, { type: "spawn-failed" }>): void {
  if (report.pid === 0)
    return stepTo(core, turn, member, { type: "spawn-failed", text: spawnErrorText(member.config.name, report) }, report);
  assert(member.state.child === report.child, "a failed spawn belongs to its process");
  stepTo(core, turn, member, { type: "spawned", pid: report.pid }, report);
  saySpawnFailure(core, turn, member, report);
  const notSpawned = whyNotSpawned(core.uid, member, report);
  stepTo(core, turn, member, { type: "exited", waitStatus: exitWith(127), notSpawned }, report);
  core.activity.write(turn, "debug", say.childQuit());
}
