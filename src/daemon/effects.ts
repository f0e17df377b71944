/** The one place where effects are carried out, whichever of the pure rooms they come from. */
import type { Now } from "../doors.ts";
import { eventRecord } from "../events/poolrecords.ts";
import type { SupervisorEvent } from "../events/types.ts";
import { childRecords } from "../logs/syslog.ts";
import { unreachable } from "../result.ts";
import { emptyStep, type Step } from "../supervisor/effects.ts";
import { encodeRecord, recordKeys } from "../supervisor/records.ts";
import { findMember } from "../supervisor/world.ts";
import type { Core } from "./core.ts";
import { daemonRecord } from "./groups/daemonrecords.ts";
import { storeProcess } from "./groups/grouprecords.ts";
import { eventKey } from "./listeners/pools.ts";
import { SYSLOG_SOCKET } from "./loop/activitylog.ts";
import { SINK_CONSOLE } from "./loop/numbers.ts";
import type { Turn } from "./loop/turn.ts";
import type { AnyEffect } from "./runtime.ts";
import { spawnFrame } from "./spawn/plan.ts";

/** Takes one step of the supervisor within a turn, with everything that follows from it in the same batch. */
export function takeStep(core: Core, turn: Turn, act: (step: Step, now: Now) => void, now: Now): void {
  const step = emptyStep();
  act(step, now);
  carryOut(core, turn, step.effects, now);
  for (const ref of step.changed) {
    const member = findMember(core.world, ref);
    storeProcess(core, turn, ref);
    if (member !== undefined) core.pools.memberChanged(turn, member);
  }
  if (step.daemonChanged) turn.state(recordKeys.daemon, encodeRecord(daemonRecord(core)));
  if (step.daemonChanged || step.changed.size > 0) core.watchers.changed(turn);
}

/** In their order; what listeners hear and the log says is in the same batch as what it is about. */
export function carryOut(core: Core, turn: Turn, effects: readonly AnyEffect[], now: Now): void {
  for (const effect of effects) carryOutOne(core, effect, turn, now);
}

function carryOutOne(core: Core, effect: AnyEffect, turn: Turn, now: Now): void {
  switch (effect.type) {
    case "log":
      return core.activity.write(turn, effect.level, effect.text);
    case "event":
      remember(core, effect.event, now);
      return core.pools.emit(turn, effect.event, now);
    case "prepare":
      return core.preparations.begin(effect.ref, effect.attempt);
    case "spawn": {
      const frame = spawnFrame(core, core.targets, effect.ref, effect.child, core.preparations.take(effect.child));
      core.outputs.spawning(effect.ref, frame);
      return turn.effect(frame);
    }
    case "signal":
      return turn.effect({ type: "signal", child: effect.child, signal: effect.signal, to: effect.to });
    case "reaped":
      core.outputs.reaped(turn, effect.child);
      core.stdin.reaped(effect.child);
      return core.fastCgi.reaped(effect.ref);
    case "settle":
      return core.waits.settle(turn, effect.waiter, effect.outcome);
    case "group-changed":
      return core.groups.changed(turn, effect.group);
    case "pending-changed":
      return core.groups.pendingChanged(turn, effect.ref);
    case "ended":
      return void turn.after.push(core.onEnded);
    case "send":
      return turn.effect({ type: "stdin", child: effect.child, bytes: effect.bytes });
    case "stdout":
      return core.running.daemon.nodaemon ? turn.effect({ type: "append", sink: SINK_CONSOLE, bytes: effect.bytes }) : undefined;
    case "keep":
      return turn.state(eventKey(effect.pool, effect.event.id), eventRecord(effect.event));
    case "forget":
      return turn.state(eventKey(effect.pool, effect.id), null);
    case "syslog": {
      const records = childRecords(effect.process, effect.line, now.wallMs, core.doors.clock.offsetMinutes(now.wallMs));
      for (const bytes of records) turn.effect({ type: "datagram", path: SYSLOG_SOCKET, bytes });
      return undefined;
    }
    default:
      return unreachable(effect);
  }
}

function remember(core: Core, event: SupervisorEvent, now: Now): void {
  const member = event.kind === "process-state" ? findMember(core.world, event) : undefined;
  if (member !== undefined && event.kind === "process-state") core.history.changed(member, event, now.wallMs);
}
