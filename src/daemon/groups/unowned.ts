/**
 * Children that no process of the configuration owns: their program was taken out of the file while no daemon knew of them, or they could not be
 * signalled and their group was removed. Nothing is known of how they want to be stopped, so they are left alone until the end.
 */
import { allMembers } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance } from "../runtime.ts";

const SIGKILL = 9;
const SIGTERM = 15;

/** Finds them in what a predecessor left. */
export function rememberStrangers(core: Core, inheritance: Inheritance): void {
  const owned = new Set([...allMembers(core.world)].map((member) => member.state.child));
  for (const { child, state } of inheritance.children) if (state !== "exited" && !owned.has(child)) core.strangers.add(child);
}

/** When supervisord begins to shut down. */
export function askStrangersToEnd(core: Core, turn: Turn): void {
  for (const child of core.strangers) turn.effect({ type: "signal", child, signal: SIGTERM, to: "process" });
}

/** When everything else is down: nothing is left behind. */
export function endStrangers(core: Core, turn: Turn): void {
  for (const child of core.strangers) turn.effect({ type: "signal", child, signal: SIGKILL, to: "process" });
}
