/** Reloads of programs that clients have ordered, and wait for. What becomes of one is decided in `process/reload.ts`. (RLD) */
import { hasReload, NOT_RUNNING, orderReload } from "../../process/reload.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { ProcessRef, ReloadFailure } from "../../rpc/control.ts";
import { stepReload } from "../../supervisor/member.ts";
import { findMember, label, type Member, type Ref } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";

type Reloaded = Result<true, ReloadFailure>;

export class Reloads {
  readonly #runtime: Runtime;
  /** Clients that wait, by process and order. */
  readonly #waiting = new Map<string, ((result: Reloaded) => void)[]>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Settles when it is over. The same word of a client is the same order, also for a successor. */
  order(ref: ProcessRef, token: string): Promise<Reloaded> {
    const { world, loop, doors } = this.#runtime;
    return new Promise((resolve) => {
      loop.post((turn) => {
        const answer = (result: Reloaded): void => void turn.after.push(() => resolve(result));
        const member = findMember(world, ref);
        if (member?.state.state !== "RUNNING") return answer(refuse({ kind: "not-running" }));
        if (!hasReload(member.config)) return answer(refuse({ kind: "none" }));
        return this.#order(turn, member, token === "" ? doors.random.word(16) : token, resolve);
      });
    });
  }

  /** The process says how it ended; others may be waiting for the next one. */
  settle(turn: Turn, ref: Ref, token: string, text: string): void {
    const key = keyOf(ref, token);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const resolve of waiting) turn.after.push(() => resolve(resultOf(text)));
  }

  #order(turn: Turn, member: Member, token: string, resolve: (result: Reloaded) => void): void {
    this.#runtime.step(turn, (step, now) => {
      const { token: whose, ...ordered } = orderReload(member.config, member.state, token, now);
      const { reload } = ordered.process.life;
      const isKnown = ordered.effects.length === 0 && reload?.phase === "over" && reload.token === whose;
      if (isKnown) return void turn.after.push(() => resolve(resultOf(reload.text ?? "")));
      const key = keyOf(member.ref, whose);
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), resolve]);
      return stepReload(this.#runtime.world, member, ordered, step);
    });
  }
}

function keyOf(ref: Ref, token: string): string {
  return `${label(ref)}/${token}`;
}

function resultOf(text: string): Reloaded {
  if (text === "") return ok(true);
  return refuse(text === NOT_RUNNING ? { kind: "not-running" } : { kind: "failed", text });
}
