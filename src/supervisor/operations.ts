/** Rolling restarts in the world: what is seen of their processes, the stops that they order, and what ends them. They are stored as they stand. (ROLL-003) */
import type { Now } from "../doors.ts";
import { hasStartDue } from "../process/state.ts";
import type { Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { advance, endOperation, notRestarted, type Operation, type OperationEnd, operationDeadlineMs, type Seen } from "./rolling.ts";
import { stepMember } from "./step.ts";
import { hopelessText } from "./waittexts.ts";
import type { Member, World } from "./world.ts";

/** So many that have ended are remembered, for clients that come back. */
const ENDED_MAX = 16;

export type NewOperation = Pick<Operation, "token" | "atOnce" | "each"> & { readonly names: readonly string[] };

/** Begins one; its first processes are told to stop by `advanceOperations`. */
export function beginOperation(world: World, { names, ...order }: NewOperation, step: Step): Operation {
  const id = Math.max(0, ...world.operations.keys()) + 1;
  const operation: Operation = { ...order, id, left: names, batch: [], results: [], ended: null };
  world.operations.set(id, operation);
  for (const [old, { ended }] of [...world.operations].slice(0, -ENDED_MAX)) if (ended !== null) world.operations.delete(old);
  step.operationsChanged = true;
  step.effects.push({ type: "log", level: "info", text: say.rollingBegins(id, names.length, order.atOnce) });
  return operation;
}

/** The operation that the process is a part of; null: none that goes on. */
export function operationOf(world: World, name: string): Operation | null {
  for (const operation of world.operations.values()) {
    if (operation.ended !== null) continue;
    if (operation.left.includes(name) || operation.batch.some((one) => one.name === name)) return operation;
  }
  return null;
}

/** It is being stopped and started just now. (ROLL-004) */
export function isBeingRestarted(world: World, name: string): boolean {
  for (const { ended, batch } of world.operations.values()) if (ended === null && batch.some((one) => one.name === name)) return true;
  return false;
}

/** Looks at those that go on; whoever is next is told to stop. Call it behind every step. */
export function advanceOperations(world: World, now: Now, step: Step): void {
  for (const { id, ended } of world.operations.values()) {
    if (ended === null) advanceOne(world, id, now, step);
  }
}

export function operationsDeadlineMs(world: World): number | null {
  let earliest: number | null = null;
  for (const operation of world.operations.values()) {
    const at = operationDeadlineMs(operation);
    if (at !== null && (earliest === null || at < earliest)) earliest = at;
  }
  return earliest;
}

/** An update of a group ends what goes on in it. */
export function endOperationsOf(world: World, group: string, step: Step): void {
  for (const operation of world.operations.values()) {
    if (operation.ended === null && notRestarted(operation).some((name) => name.startsWith(`${group}:`)))
      end(world, operation, "update", step);
  }
}

/** Stops and their consequences may be over at once, so it is looked at until nothing follows. Each round ends a process or waits for one. */
function advanceOne(world: World, id: number, now: Now, step: Step): void {
  for (;;) {
    const operation = world.operations.get(id);
    if (operation === undefined || operation.ended !== null) return;
    if (world.mood !== "RUNNING") return end(world, operation, "down", step);
    const next = advance(operation, (name) => seen(world, name), now.monoMs);
    if (next.operation !== operation) put(world, next.operation, step);
    if (next.stop.length === 0) return;
    for (const name of next.stop) {
      const member = memberOf(world, name);
      if (member !== undefined) stepMember(world, member, { type: "stop", cause: "rolling", again: true }, now, step);
    }
  }
}

function end(world: World, operation: Operation, ended: OperationEnd, step: Step): void {
  put(world, endOperation(operation, ended), step);
}

function put(world: World, operation: Operation, step: Step): void {
  world.operations.set(operation.id, operation);
  step.operationsChanged = true;
  if (operation.ended === null) return;
  const count = (what: string): number => operation.results.filter(({ result }) => result === what).length;
  const text = say.rollingEnds(operation.id, count("restarted"), count("failed"), notRestarted(operation).length);
  step.effects.push({ type: "log", level: "info", text });
}

function memberOf(world: World, name: string): Member | undefined {
  const colon = name.indexOf(":");
  return world.groups.get(name.slice(0, colon))?.members.get(name.slice(colon + 1));
}

function seen(world: World, name: string): Seen | null {
  const member = memberOf(world, name);
  if (member === undefined) return null;
  const { state, config } = member;
  const { healthcheckFailures, healthcheckInterval, healthcheckGrace, readyTimeout } = config;
  const hasCheck = config.healthcheck !== null;
  return {
    state: state.state,
    attempt: state.attempt,
    isStartDue: hasStartDue(state),
    hopeless: hopelessText(world, member),
    hasSpawnError: state.spawnError !== "",
    isHealthy: hasCheck ? state.life.health?.verdict === "healthy" : null,
    healthyMs: hasCheck && readyTimeout > 0 ? healthcheckFailures * healthcheckInterval + healthcheckGrace + readyTimeout : null,
  };
}

/** What is stored. */
export type OperationsRecord = readonly Operation[];

export function restoreOperations(world: World, record: OperationsRecord): void {
  for (const operation of record) world.operations.set(operation.id, operation);
}
