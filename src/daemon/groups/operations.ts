/** Rolling restarts as a part of the daemon: their record, the clients that watch them, and the time by which a process must be healthy. (ROLL) */
import { ok, type Result, refuse } from "../../result.ts";
import type { ProcessRef } from "../../rpc/control.ts";
import { beginOperation, type NewOperation, operationOf, operationsDeadlineMs } from "../../supervisor/operations.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Operation } from "../../supervisor/rolling.ts";
import { label } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";

/** So long a client that watches is left without an answer: it is told then how things stand. */
const WATCH_MS = 10_000;

type Watching = { readonly untilMs: number; readonly resolve: () => void };

export class Operations implements Part {
  readonly #runtime: Runtime;
  readonly #watching = new Set<Watching>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** It goes on with the first step. */
  restore({ store }: Inheritance, hasStates: boolean): void {
    const bytes = store.get(recordKeys.operations);
    const decoded = bytes === undefined || !hasStates ? null : decodeRecord(bytes);
    if (decoded?.ok !== true) return;
    for (const operation of decoded.value as readonly Operation[]) this.#runtime.world.operations.set(operation.id, operation);
  }

  /** An error names the process that is part of another one that goes on. The same word of a client is the same order. */
  order(refs: readonly ProcessRef[], wish: Omit<NewOperation, "names">): Promise<Result<number, ProcessRef>> {
    const { world, loop, step: takeOne } = this.#runtime;
    return new Promise((resolve) => {
      loop.post((turn) => {
        const known = wish.token === "" ? undefined : [...world.operations.values()].find(({ token }) => token === wish.token);
        const names = [...new Set(refs.map(label))];
        const busy = refs.find((ref) => operationOf(world, label(ref)) !== null);
        const answer = (result: Result<number, ProcessRef>): void => void turn.after.push(() => resolve(result));
        if (known !== undefined) return answer(ok(known.id));
        if (busy !== undefined) return answer(refuse(busy));
        return takeOne(turn, (step) => answer(ok(beginOperation(world, { ...wish, names }, step).id)));
      });
    });
  }

  /** Resolves when more is known of it than `results`, or after a while. null: there is none. */
  async watch(id: number, results: number): Promise<Operation | null> {
    const now = this.#runtime.world.operations.get(id);
    if (now === undefined || now.ended !== null || now.results.length > results) return now ?? null;
    await new Promise<void>((resolve) => {
      this.#watching.add({ untilMs: this.#runtime.doors.clock.now().monoMs + WATCH_MS, resolve });
      this.#runtime.loop.deadlineChanged();
    });
    return this.#runtime.world.operations.get(id) ?? null;
  }

  /** In the batch of the step that changed one. */
  changed(turn: Turn): void {
    turn.state(recordKeys.operations, encodeRecord([...this.#runtime.world.operations.values()]));
    turn.after.push(() => this.#wake(Number.POSITIVE_INFINITY));
  }

  nextDeadlineMs(): number | null {
    const { world } = this.#runtime;
    if (world.operations.size === 0) return null;
    const times = [...this.#watching].map(({ untilMs }) => untilMs);
    const earliest = Math.min(operationsDeadlineMs(world) ?? Number.POSITIVE_INFINITY, ...times);
    return earliest === Number.POSITIVE_INFINITY ? null : earliest;
  }

  /** The step looks at all of them. */
  timePassed(turn: Turn): void {
    if (this.#runtime.world.operations.size === 0) return;
    const { monoMs } = this.#runtime.doors.clock.now();
    this.#wake(monoMs);
    if ((operationsDeadlineMs(this.#runtime.world) ?? Number.POSITIVE_INFINITY) <= monoMs) this.#runtime.step(turn, () => undefined);
  }

  #wake(monoMs: number): void {
    for (const one of this.#watching) {
      if (one.untilMs > monoMs) continue;
      this.#watching.delete(one);
      one.resolve();
    }
  }
}
