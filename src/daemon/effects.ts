/** The one place where effects are carried out, whichever of the pure rooms they come from. */
import type { Now } from "../doors.ts";
import { eventRecord } from "../events/poolrecords.ts";
import type { SupervisorEvent } from "../events/types.ts";
import { childRecords } from "../logs/syslog.ts";
import { unreachable } from "../result.ts";
import { emptyStep, type GroupChange, type Step } from "../supervisor/effects.ts";
import { advanceOperations } from "../supervisor/operations.ts";
import { encodeRecord, recordKeys } from "../supervisor/records.ts";
import { findMember, type Group, type Ref } from "../supervisor/world.ts";
import { daemonRecord } from "./groups/daemonrecords.ts";
import { storeProcess } from "./groups/grouprecords.ts";
import { eventKey } from "./listeners/pools.ts";
import { SYSLOG_SOCKET } from "./loop/activitylog.ts";
import { SINK_CONSOLE } from "./loop/numbers.ts";
import type { Turn } from "./loop/turn.ts";
import type { Daemon } from "./parts.ts";
import type { AnyEffect } from "./runtime.ts";
import { spawnFrame } from "./spawn/plan.ts";

/** Takes one step of the supervisor within a turn, with everything that follows from it in the same batch. */
export function takeStep(daemon: Daemon, turn: Turn, act: (step: Step, now: Now) => void, now: Now): void {
  const step = emptyStep();
  act(step, now);
  const { world } = daemon.runtime;
  if (world.operations.size > 0) advanceOperations(world, now, step);
  carryOut(daemon, turn, step.effects, now);
  for (const ref of step.changed) {
    const member = findMember(daemon.runtime.world, ref);
    storeProcess(daemon.runtime, turn, ref);
    if (member === undefined) daemon.history.forget(turn, ref);
    else daemon.pools.memberChanged(turn, member);
  }
  if (step.operationsChanged) daemon.operations.changed(turn);
  if (step.daemonChanged) turn.state(recordKeys.daemon, encodeRecord(daemonRecord(daemon.runtime)));
  if (step.daemonChanged || step.seen || step.changed.size > 0) daemon.watchers.changed(turn);
}

/** In their order; what listeners hear and the log says is in the same batch as what it is about. */
export function carryOut(daemon: Daemon, turn: Turn, effects: readonly AnyEffect[], now: Now): void {
  for (const effect of effects) carryOutOne(daemon, effect, turn, now);
}

function carryOutOne(daemon: Daemon, effect: AnyEffect, turn: Turn, now: Now): void {
  switch (effect.type) {
    case "log":
      return daemon.runtime.activity.write(turn, effect.level, effect.text);
    case "event":
      remember(daemon, turn, effect.event, now);
      return daemon.pools.emit(turn, effect.event, now);
    case "prepare":
      return daemon.preparations.prepare(effect);
    case "spawn": {
      const frame = spawnFrame(daemon.runtime, daemon.targets, effect.ref, effect.child, daemon.preparations.take(effect.child));
      daemon.outputs.spawning(effect.ref, frame);
      return turn.effect(frame);
    }
    case "probe":
      return daemon.probes.ask(effect);
    case "signal":
      daemon.history.signalled(effect.child, effect.signal);
      return turn.effect({ type: "signal", child: effect.child, signal: effect.signal, to: effect.to });
    case "run":
      return daemon.auxiliary.order(effect.ref, effect.what, effect.number);
    case "spawn-run":
      return daemon.auxiliary.spawn(turn, effect.ref, effect.number, effect.child);
    case "signal-run":
      return turn.effect({ type: "signal", child: effect.child, signal: effect.signal, to: "group" });
    case "reload-ended":
      return daemon.reloads.settle(turn, effect.ref, effect.token, effect.text);
    case "tree":
      return daemon.sweeps.whileAlive(turn, effect);
    case "reaped":
      daemon.outputs.reaped(turn, effect.child);
      daemon.stdin.reaped(effect.child);
      daemon.probes.reaped(effect.child);
      daemon.sweeps.reaped(effect.ref, effect.child);
      return daemon.fastCgi.reaped(effect.ref);
    case "settle":
      return daemon.orders.settle(turn, effect.waiter, effect.outcome);
    case "group-changed":
      groupChanged(daemon, turn, effect.group, effect.change);
      return effect.change === "changed" ? daemon.records.changed(turn, effect.group) : undefined;
    case "pending-changed": {
      const group = daemon.runtime.world.groups.get(effect.ref.group);
      daemon.records.pending(turn, effect.ref);
      return group === undefined ? undefined : groupChanged(daemon, turn, group, "changed", effect.ref);
    }
    case "go-down":
      return daemon.lifecycle.orderDown(turn, "SHUTDOWN");
    case "ended":
      return void turn.after.push(() => void daemon.lifecycle.ended());
    case "send":
      return turn.effect({ type: "stdin", child: effect.child, bytes: effect.bytes });
    case "stdout":
      return daemon.runtime.running.daemon.nodaemon ? turn.effect({ type: "append", sink: SINK_CONSOLE, bytes: effect.bytes }) : undefined;
    case "keep":
      return turn.state(eventKey(effect.pool, effect.event.id), eventRecord(effect.event));
    case "forget":
      return turn.state(eventKey(effect.pool, effect.id), null);
    case "syslog": {
      const records = childRecords(effect.process, effect.line, now.wallMs, daemon.runtime.doors.clock.offsetMinutes(now.wallMs));
      for (const bytes of records) turn.effect({ type: "datagram", path: SYSLOG_SOCKET, bytes });
      return undefined;
    }
    default:
      return unreachable(effect);
  }
}

function groupChanged(daemon: Daemon, turn: Turn, group: Group, change: GroupChange, only?: Ref): void {
  for (const part of daemon.parts) part.groupChanged?.(turn, group, change, only);
}

function remember(daemon: Daemon, turn: Turn, event: SupervisorEvent, now: Now): void {
  if (event.kind === "lifecycle" && event.name === "LIFECYCLE_HOOK_FAILED") return daemon.history.hookFailed(turn, event);
  const member = event.kind === "process-state" ? findMember(daemon.runtime.world, event) : undefined;
  if (member !== undefined && event.kind === "process-state") daemon.history.changed(turn, member, event, now.wallMs);
}
