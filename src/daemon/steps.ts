/** Posting steps of the supervisor: one item of the loop each, with everything that follows from it in the same batch. */
import type { Now } from "../doors.ts";
import type { ProcessInput } from "../process/state.ts";
import { emptyStep, type Step } from "../supervisor/effects.ts";
import { stepMember } from "../supervisor/step.ts";
import { findMember, type Ref } from "../supervisor/world.ts";
import type { Core } from "./core.ts";
import { carryOut } from "./effects.ts";
import type { Turn } from "./loop/turn.ts";

/** Takes one step now, within a turn. */
export function takeStep(core: Core, turn: Turn, act: (step: Step, now: Now) => void, now: Now = core.doors.clock.now()): void {
  const step = emptyStep();
  act(step, now);
  carryOut(core, step, turn, now);
}

/** One input for one process, in a turn of its own; nothing when it is gone by then. */
export function postStep(core: Core, ref: Ref, input: ProcessInput | ((turn: Turn) => ProcessInput | null)): void {
  core.loop.post((turn) => {
    const member = findMember(core.world, ref);
    if (member === undefined) return;
    const real = typeof input === "function" ? input(turn) : input;
    if (real === null) return;
    takeStep(core, turn, (step, now) => stepMember(core.world, member, real, now, step));
  });
}
