/** Whether what is to run by itself has come up: what containers ask before they send anybody here. */
import type { Readiness } from "../../http/healthroutes.ts";
import { isScheduled } from "../../supervisor/jobs.ts";
import { waitsFor } from "../../supervisor/waittexts.ts";
import { allMembers, label, type Member } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Ready from the moment when every process with autostart has been up at once, until the daemon goes down: one that fails later is a matter for the
 * metrics, and no reason to take the others out of service. After a reload it begins anew.
 */
export function readinessOf(runtime: Runtime): () => Readiness {
  let isReady = false;
  return () => {
    if (runtime.world.mood !== "RUNNING") {
      isReady = false;
      return { alive: runtime.world.mood !== "SHUTDOWN", ready: false, why: [`the daemon is in ${runtime.world.mood}`] };
    }
    const why = isReady ? [] : [...allMembers(runtime.world)].filter(isComingUp).map((member) => whyNot(runtime, member));
    isReady = why.length === 0;
    return { alive: true, ready: isReady, why };
  };
}

function whyNot({ world }: Runtime, member: Member): string {
  const { ref, state } = member;
  if (state.life.waiting === undefined) return `${label(ref)} is ${state.state}`;
  return `${label(ref)} waits for ${waitsFor(world, member)
    .map(({ target }) => target)
    .join(", ")}`;
}

function isComingUp({ config, state }: Member): boolean {
  // A job runs when its schedule says so. (RDY-015)
  const { wanted } = state.life;
  if (!(config.autostart || (wanted?.up === true && wanted.by === "autostart")) || isScheduled(config)) return false;
  switch (state.state) {
    case "RUNNING":
    case "STOPPING":
      return false;
    case "STOPPED":
      return state.life.waiting !== undefined || (state.attempt === 0 && state.life.wanted?.up !== false);
    case "EXITED":
      return state.exitStatus === null || !config.exitCodes.includes(state.exitStatus);
    case "STARTING":
    case "BACKOFF":
    case "FATAL":
    case "UNKNOWN":
      return true;
  }
}
