/** Starting, stopping and signalling one process, for whoever orders it: an answer comes when it is known what became of the order. */
import { processMessages } from "../../process/loglines.ts";
import type { ProcessInput } from "../../process/state.ts";
import { STATES } from "../../process/states.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { stopTogether } from "../../supervisor/dependencies.ts";
import type { Outcome } from "../../supervisor/effects.ts";
import { lookAtAllWaiting } from "../../supervisor/member.ts";
import { hasDependencies } from "../../supervisor/needs.ts";
import { stepMember } from "../../supervisor/step.ts";
import { addWaiter } from "../../supervisor/waiters.ts";
import { findMember, type Member, type Ref, type Waiter, type World } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";

export class Orders {
  readonly #runtime: Runtime;
  /** Clients that wait for something to become of a process, by the numbers that the supervisor knows them by. */
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #next = 1;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** `deps` false: it does not wait for what it depends on. */
  start(ref: Ref, until: Waiter["until"], { deps }: { readonly deps: boolean } = { deps: true }): Promise<Outcome> {
    return this.wait(ref, until, deps ? { type: "start" } : { type: "start", deps: false });
  }

  /** Starts that are ordered together: until the end is called, what any of them was before is no news for the others. (DEP-007) */
  startTogether(refs: readonly Ref[]): () => void {
    const { world, loop, step: takeOne } = this.#runtime;
    const members = refs.map((ref) => findMember(world, ref)).filter((member) => member !== undefined);
    loop.post(() => {
      for (const member of members) world.dependants.ordered.add(member);
    });
    return () =>
      loop.post((turn) => {
        for (const member of members) world.dependants.ordered.delete(member);
        takeOne(turn, (step, now) => lookAtAllWaiting(world, now, step));
      });
  }

  /** Stops several in the order of their dependencies, where they have any; each is ordered by itself behind that. (DEP-020) */
  stopTogether(refs: readonly Ref[]): void {
    const { world, loop, step: takeOne } = this.#runtime;
    loop.post((turn) => {
      const members = refs.map((ref) => findMember(world, ref)).filter((member) => member !== undefined);
      if (!members.some(({ config }) => hasDependencies(config))) return;
      takeOne(
        turn,
        (step, now) => void stopTogether(world, members, { type: "stop" }, (member, input) => stepMember(world, member, input, now, step)),
      );
    });
  }

  /** Waits for what comes of a process, and of what is ordered for it. */
  wait(ref: Ref, until: Waiter["until"], input: ProcessInput | null = null): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#runtime.loop.post((turn) => {
        const member = findMember(this.#runtime.world, ref);
        if (member === undefined) return resolve("gone");
        return this.#runtime.step(turn, (step, now) => {
          if (input !== null && !isStartedAlready(this.#runtime.world, member, input)) {
            stepMember(this.#runtime.world, member, input, now, step);
          }
          const id = this.#next++;
          this.#waiting.set(id, resolve);
          addWaiter(this.#runtime.world, { id, ref, until }, now, step);
        });
      });
    });
  }

  /** The supervisor knows what has become of it. */
  settle(turn: Turn, id: number, outcome: Outcome): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (settle !== undefined) turn.after.push(() => settle(outcome));
  }

  /** An order with a signal in it; settles when the signal has been tried. The error is what the log says of one that failed. */
  #order(ref: Ref, input: ProcessInput, mayTake: (member: Member) => boolean): Promise<Result<true, string>> {
    return new Promise((resolve) => {
      this.#runtime.loop.post((turn) => {
        const member = findMember(this.#runtime.world, ref);
        if (member === undefined || !mayTake(member)) return resolve(ok(true));
        const pid = member.state.pid;
        this.#runtime.step(turn, (step, now) => stepMember(this.#runtime.world, member, input, now, step));
        return this.#runtime.requests.ping(turn, () =>
          resolve(member.state.state === "UNKNOWN" ? refuse(failureText(member, input, pid)) : ok(true)),
        );
      });
    });
  }

  async stop(ref: Ref, until: "ordered" | "stopped"): Promise<Result<Outcome, string>> {
    if (until === "ordered") {
      const ordered = await this.#order(ref, { type: "stop" }, () => true);
      return ordered.ok ? ok("done") : ordered;
    }
    const outcome = await this.wait(ref, "stopped", { type: "stop" });
    const state = findMember(this.#runtime.world, ref)?.state;
    if (state?.state === "UNKNOWN") return refuse(processMessages.killFailed(ref.process, state.pid, "the signal could not be sent"));
    return ok(outcome);
  }

  /** It may have ended since the caller looked: that counts as success, as a process that is just gone does. (PROC-135) */
  signal(ref: Ref, signal: number): Promise<Result<true, string>> {
    return this.#order(ref, { type: "signal", signal }, ({ state }) => STATES[state.state].signallable && state.pid !== 0);
  }
}

/** Another of those that are started together has started it, because it needs it. */
function isStartedAlready({ dependants }: World, member: Member, input: ProcessInput): boolean {
  return input.type === "start" && member.state.state === "STARTING" && dependants.ordered.has(member);
}

function failureText({ ref, state }: Member, input: ProcessInput, pid: number): string {
  const say = input.type === "stop" ? processMessages.killFailed : processMessages.signalFailed;
  return say(ref.process, pid, state.spawnError === "" ? "the kernel refused it" : state.spawnError);
}
