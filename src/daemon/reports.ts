/** What the keeper reports, and what it leads to: one item of the loop each, acknowledged in the batch that carries the consequences. */

import type { Now } from "../doors.ts";
import type { SupervisorEvent } from "../events/types.ts";
import type { Report } from "../link/messages.ts";
import { daemonMessages as say } from "../logs/loglines.ts";
import { readMessage } from "../process/messages.ts";
import { decodeWaitStatus, exitWith } from "../process/waitstatus.ts";
import { assert, unreachable } from "../result.ts";
import type { Oom } from "../supervisor/exits.ts";
import { stepMember } from "../supervisor/step.ts";
import { type Member, memberOfChild, type Ref } from "../supervisor/world.ts";
import { onSignal } from "./lifecycle/signals.ts";
import { errnoName } from "./loop/errno.ts";
import type { Turn } from "./loop/turn.ts";
import type { Ended } from "./observers/history.ts";
import type { Daemon } from "./parts.ts";
import { limitFailureText, saySpawnFailure, spawnErrorText, whyNotSpawned } from "./spawn/spawnerrors.ts";
import { orderBySignal } from "./upgrade/upgrades.ts";

/** Its report is acknowledged with what comes of it: a daemon that is killed meanwhile leaves it to its successor. */
const SIGUSR1 = 10;

/** Posts a report; they are handled in the order in which they came. */
export function receive(daemon: Daemon, report: Report): void {
  daemon.runtime.loop.post((turn) => handle(daemon, turn, report));
}

function handle(daemon: Daemon, turn: Turn, report: Report): void {
  switch (report.type) {
    case "spawned":
      turn.acknowledge(report.report);
      return stepChild(daemon, turn, report, (member) => {
        daemon.history.spawned(turn, instantOf(report));
        stepTo(daemon, turn, member, { type: "spawned", pid: report.pid }, report);
      });
    case "spawn-failed":
      turn.acknowledge(report.report);
      return stepChild(daemon, turn, report, (member) => spawnFailed(daemon, turn, member, report));
    case "exited":
      turn.acknowledge(report.report);
      stepChild(daemon, turn, report, (member) => exited(daemon, turn, member, report, report));
      return daemon.runtime.activity.write(turn, "debug", say.childQuit());
    case "block":
      return daemon.backlog.putsOff(daemon.outputs.streamOf(report.stream), report) ? undefined : daemon.outputs.block(turn, report);
    case "eof":
      turn.acknowledge(report.report);
      return daemon.outputs.eof(turn, report.stream);
    case "limit":
      return daemon.outputs.rotations.limit(report);
    case "io-error":
    case "io-resumed":
      turn.acknowledge(report.report);
      return daemon.outputs.trouble(turn, report);
    case "notified":
      turn.acknowledge(report.report);
      return stepChild(daemon, turn, report, (member) => says(daemon, turn, member, report));
    case "ready":
      turn.acknowledge(report.report);
      return stepChild(daemon, turn, report, (member) => saysReady(daemon, turn, member, report));
    case "signal":
      if (report.signal === SIGUSR1) return orderBySignal(daemon.runtime, daemon.upgrades, turn, report.report);
      turn.acknowledge(report.report);
      return onSignal(daemon.runtime, daemon.lifecycle, daemon.outputs, turn, report.signal);
    case "signal-failed":
      return stepChild(daemon, turn, report, (member) =>
        stepTo(daemon, turn, member, { type: "signal-failed", signal: report.signal, errno: errnoName(report.errno) }, null),
      );
    case "stdin-failed":
      daemon.stdin.failed(report.child, errnoName(report.errno));
      return daemon.pools.sendFailed(turn, report.child, errnoName(report.errno), report.bytesNotTaken);
    case "orphan":
      daemon.runtime.activity.write(turn, "info", say.orphanReaped(report.pid, decodeWaitStatus(report.waitStatus).words));
      return daemon.runtime.activity.write(turn, "debug", say.childQuit());
    case "sink-opened":
      return daemon.outputs.opened(turn, report);
    case "daemonized":
      daemon.identity.daemonized(report.pid);
      return daemon.runtime.requests.replied(report);
    case "upgrading":
    case "upgrade":
      return daemon.upgrades.heard(turn, report);
    case "recalled":
      return daemon.runtime.requests.recalled(report);
    case "became":
    case "limited":
    case "listened":
    case "echoed":
      return daemon.runtime.requests.replied(report);
    case "refused":
      // Nothing of a refused batch happened, so what this daemon believes is wrong from here on: the next one starts from what was stored.
      throw new Error(`the keeper refused batch ${report.batch}: ${report.text} (code ${report.code})`);
    case "unknown":
      return unknown(daemon, turn, report.tag);
    default:
      return unreachable(report);
  }
}

function unknown({ runtime, upgrades }: Daemon, turn: Turn, tag: number): void {
  if (runtime.requests.unknown(tag) || upgrades.unknown(turn, tag)) return;
  runtime.activity.write(turn, "warn", `the keeper does not know tag ${tag}; it is older than this daemon`);
}

function stepTo(
  daemon: Daemon,
  turn: Turn,
  member: Member,
  input: Parameters<typeof stepMember>[2],
  at: Parameters<typeof instantOf>[0] | null,
): void {
  const now = at === null ? daemon.runtime.doors.clock.now() : instantOf(at);
  daemon.runtime.step(turn, (step, time) => stepMember(daemon.runtime.world, member, input, time, step), now);
}

/** A report about a child that no process knows is about a process that was given up (removed while UNKNOWN): it is only told. */
function stepChild(daemon: Daemon, turn: Turn, report: Extract<Report, { readonly child: number }>, act: (member: Member) => void): void {
  const member = memberOfChild(daemon.runtime.world, report.child);
  if (member !== undefined) return act(member);
  if (daemon.auxiliary.takes(turn, report, "wallNs" in report ? instantOf(report) : null)) return undefined;
  if (report.type !== "exited") return undefined;
  daemon.unowned.exited(report.child);
  return daemon.runtime.activity.write(turn, "info", `child ${report.child}, which no process of the configuration owns any more, ended`);
}

/** A newline says that it is ready, the end of the pipe says nothing. (RDY-007) */
function saysReady(daemon: Daemon, turn: Turn, member: Member, { child, how, monoNs }: Extract<Report, { type: "ready" }>): void {
  if (how === "newline") stepTo(daemon, turn, member, { type: "ready", child }, { monoNs, wallNs: wallOf(daemon, monoNs) });
}

/** A message by the notify socket. (RDY-008) */
function says(daemon: Daemon, turn: Turn, member: Member, { child, pid, uid, monoNs, bytes }: Extract<Report, { type: "notified" }>): void {
  const words = readMessage(bytes);
  const input = { type: "said", child, sender: { pid, uid }, uid: member.config.uid ?? daemon.runtime.uid, words } as const;
  stepTo(daemon, turn, member, input, { monoNs, wallNs: wallOf(daemon, monoNs) });
}

/** What the wall clock would have shown then, had nobody set it since. */
function wallOf(daemon: Daemon, monoNs: bigint): bigint {
  const { monoMs, wallMs } = daemon.runtime.doors.clock.now();
  return monoNs + BigInt(Math.round((wallMs - monoMs) * 1e6));
}

/** The end of a run, and what it was like, in one batch. */
function exited(
  daemon: Daemon,
  turn: Turn,
  member: Member,
  { waitStatus, notSpawned, ...ended }: Omit<Ended, "waitStatus"> & { readonly waitStatus: number; readonly notSpawned?: string },
  at: Parameters<typeof instantOf>[0],
): void {
  const before = member.state;
  stepTo(daemon, turn, member, { type: "exited", waitStatus, ...(notSpawned !== undefined && { notSpawned }) }, at);
  const end = daemon.history.ended(turn, member, before, { ...ended, waitStatus }, instantOf(at));
  if (end !== null && end.oom !== "no") daemon.runtime.carryOut(turn, [{ type: "event", event: oomEvent(member.ref, ended.pid, end.oom) }]);
}

/** (HIS-002) */
function oomEvent({ group, process }: Ref, pid: number, oom: Oom): SupervisorEvent {
  const isCertain = oom === "yes";
  const text = `${process} was ${isCertain ? "" : "probably "}killed by the kernel, for want of memory`;
  return { kind: "lifecycle", group, process, name: "LIFECYCLE_OOM", keys: { pid, certain: isCertain ? 1 : 0 }, text };
}

/**
 * Before there was a child it is a spawn error; after the fork the original's child says so on stderr and ends with 127; but
 * limits that could not be set are a failed start, whatever `startsecs` says. (PROC-062, PROC-077, LIM-002)
 */
function spawnFailed(daemon: Daemon, turn: Turn, member: Member, report: Extract<Report, { type: "spawn-failed" }>): void {
  if (report.pid === 0)
    return stepTo(daemon, turn, member, { type: "spawn-failed", text: spawnErrorText(member.config.name, report) }, report);
  assert(member.state.child === report.child, "a failed spawn belongs to its process");
  if (report.step === "cgroup") daemon.cgroups.cannotJoin(errnoName(report.errno));
  const ofLimit = limitFailureText(member.config, report);
  if (ofLimit !== null) {
    saySpawnFailure({ uid: daemon.runtime.uid, outputs: daemon.outputs }, turn, member, report);
    return stepTo(daemon, turn, member, { type: "spawn-failed", text: ofLimit }, report);
  }
  stepTo(daemon, turn, member, { type: "spawned", pid: report.pid }, report);
  saySpawnFailure({ uid: daemon.runtime.uid, outputs: daemon.outputs }, turn, member, report);
  const notSpawned = whyNotSpawned(daemon.runtime.uid, member, report);
  const ended = { pid: report.pid, waitStatus: exitWith(127), notSpawned, userUs: 0n, systemUs: 0n, maxRssKiB: 0n };
  exited(daemon, turn, member, ended, report);
  daemon.runtime.activity.write(turn, "debug", say.childQuit());
}

/** The keeper's clock as ours. */
function instantOf(at: { readonly monoNs: bigint; readonly wallNs: bigint }): Now {
  return { monoMs: Number(at.monoNs) / 1e6, wallMs: Number(at.wallNs) / 1e6 };
}
