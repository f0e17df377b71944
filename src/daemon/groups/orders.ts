/** Starting, stopping and signalling one process, for whoever orders it: an answer comes when it is known what became of the order. */
import { processMessages } from "../../process/loglines.ts";
import type { ProcessInput } from "../../process/state.ts";
import { STATES } from "../../process/states.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Outcome } from "../../supervisor/effects.ts";
import { stepMember } from "../../supervisor/step.ts";
import { addWaiter } from "../../supervisor/waiters.ts";
import { findMember, type Member, type Ref, type Waiter } from "../../supervisor/world.ts";
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

  start(ref: Ref, until: Waiter["until"]): Promise<Outcome> {
    return this.wait(ref, until, { type: "start" });
  }

  /** Waits for what comes of a process, and of what is ordered for it. */
  wait(ref: Ref, until: Waiter["until"], input: ProcessInput | null = null): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#runtime.loop.post((turn) => {
        const member = findMember(this.#runtime.world, ref);
        if (member === undefined) return resolve("gone");
        return this.#runtime.step(turn, (step, now) => {
          if (input !== null) stepMember(this.#runtime.world, member, input, now, step);
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

function failureText({ ref, state }: Member, input: ProcessInput, pid: number): string {
  const say = input.type === "stop" ? processMessages.killFailed : processMessages.signalFailed;
  return say(ref.process, pid, state.spawnError === "" ? "the kernel refused it" : state.spawnError);
}
