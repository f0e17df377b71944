/** A rolling restart step by step, and against a naive model of it. (ROLL) */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { advance, endOperation, notRestarted, type Operation, operationDeadlineMs, type Seen } from "./rolling.ts";

const order = (left: readonly string[], over: Partial<Operation> = {}): Operation => ({
  id: 1,
  token: "",
  atOnce: 1,
  each: false,
  left,
  batch: [],
  results: [],
  ended: null,
  ...over,
});

const runs: Seen = {
  state: "RUNNING",
  attempt: 1,
  isStartDue: false,
  hopeless: null,
  hasSpawnError: false,
  isHealthy: null,
  healthyMs: null,
};

/** A world of plain values, and an operation in it. */
class Scene {
  nowMs = 0;
  readonly stopped: string[] = [];
  readonly seen: Map<string, Seen>;
  operation: Operation;

  constructor(names: readonly string[], over: Partial<Operation> = {}) {
    this.seen = new Map(names.map((name) => [name, runs]));
    this.operation = order(names, over);
    this.look();
  }

  look(): this {
    const { operation, stop } = advance(this.operation, (name) => this.seen.get(name) ?? null, this.nowMs);
    this.operation = operation;
    for (const name of stop) this.seen.set(name, { ...runs, ...this.seen.get(name), state: "STOPPING", isStartDue: true });
    this.stopped.push(...stop);
    return this;
  }

  set(name: string, over: Partial<Seen>): this {
    this.seen.set(name, { ...runs, ...this.seen.get(name), state: "RUNNING", isStartDue: false, ...over });
    return this.look();
  }

  get results(): string[] {
    return this.operation.results.map(({ name, result, text }) => `${name} ${result}${text === "" ? "" : ` (${text})`}`);
  }
}

test("ROLL-001: N at a time in their order; what does not run is left out; the next ones when all of a batch are good", () => {
  const it = new Scene(["a", "b", "c", "d"], { atOnce: 2 });
  assert.deepEqual(it.stopped, ["a", "b"]);
  it.set("d", { state: "STOPPED" });
  it.set("a", { state: "STOPPED", isStartDue: true })
    .set("a", { state: "STARTING", attempt: 2 })
    .set("a", { state: "RUNNING", attempt: 2 });
  assert.deepEqual([it.stopped, it.results], [["a", "b"], ["a restarted"]]);
  it.set("b", { attempt: 2 });
  assert.deepEqual(it.stopped, ["a", "b", "c"]);
  it.set("c", { attempt: 2 });
  assert.deepEqual(it.results, ["a restarted", "b restarted", "d skipped (STOPPED)", "c restarted"]);
  assert.equal(it.operation.ended, "done");
});

test("ROLL-001: what is just starting is restarted as well, and not passed over", () => {
  const it = new Scene(["a", "b"]);
  it.set("b", { state: "STARTING", attempt: 3 });
  it.set("a", { attempt: 2 });
  assert.deepEqual(it.stopped, ["a", "b"]);
  // A stop of one that is being spawned waits for its pid.
  it.set("b", { state: "STARTING", attempt: 3 }).set("b", { state: "STOPPED", attempt: 3, isStartDue: true });
  it.set("b", { attempt: 4 });
  assert.deepEqual([it.results, it.operation.ended], [["a restarted", "b restarted"], "done"]);
});

test("ROLL-001: with a check a process is good when it is healthy, within a time that begins with its new run", () => {
  const checked = { isHealthy: true, healthyMs: 100 };
  const it = new Scene([]);
  it.seen.set("a", { ...runs, ...checked }).set("b", { ...runs, ...checked });
  it.operation = order(["a", "b"]);
  it.look();
  assert.equal(operationDeadlineMs(it.operation), null);
  it.nowMs = 50;
  it.set("a", { state: "STARTING", attempt: 2, isHealthy: false });
  assert.equal(operationDeadlineMs(it.operation), 150);
  it.set("a", { state: "RUNNING", isHealthy: false });
  assert.deepEqual(it.results, []);
  it.set("a", { isHealthy: true });
  assert.deepEqual(it.results, ["a restarted"]);
  it.set("b", { state: "RUNNING", attempt: 2, isHealthy: false });
  it.nowMs = 150;
  assert.deepEqual(it.look().results, ["a restarted", "b failed (not healthy)"]);
  assert.equal(it.operation.ended, "failed");
});

test("ROLL-002: the first failure ends it behind its batch, whatever it is; --each goes on and does not wait for health", () => {
  const failures: readonly [Partial<Seen>, string][] = [
    [{ state: "BACKOFF", hasSpawnError: true }, "spawn error"],
    [{ state: "FATAL" }, "abnormal termination"],
    [{ state: "STOPPED" }, "stopped"],
    [{ state: "EXITED" }, "exited"],
    [{ state: "UNKNOWN" }, "in an unknown process state"],
    [{ state: "STOPPED", isStartDue: true, hopeless: "db, which is FATAL" }, "waiting for db, which is FATAL"],
  ];
  for (const [seen, text] of failures) {
    const it = new Scene(["a", "b", "c", "d"], { atOnce: 2 });
    it.set("a", { attempt: 2, ...seen });
    assert.equal(it.operation.ended, null, "the other one of the batch is still on its way");
    it.set("b", { attempt: 2 });
    assert.deepEqual([it.results, it.operation.ended], [[`a failed (${text})`, "b restarted"], "failed"]);
    assert.deepEqual(
      [it.stopped, notRestarted(it.operation)],
      [
        ["a", "b"],
        ["c", "d"],
      ],
    );
    const each = new Scene(["a", "b"], { each: true });
    each.set("a", { attempt: 2, ...seen }).set("b", { attempt: 2, isHealthy: false });
    assert.deepEqual([each.results, each.operation.ended], [[`a failed (${text})`, "b restarted"], "failed"]);
  }
});

test("ROLL-004: what was ended does nothing more", () => {
  const it = new Scene(["a", "b"]);
  it.operation = endOperation(it.operation, "update");
  it.set("a", { attempt: 2 });
  assert.deepEqual([it.results, it.stopped, notRestarted(it.operation)], [[], ["a"], ["a", "b"]]);
  assert.equal(endOperation(it.operation, "down").ended, "update");
  const gone = new Scene(["a", "b"]);
  gone.seen.delete("a");
  assert.deepEqual(gone.look().results, ["a failed (removed)"]);
});

/** What becomes of a process: it does not run, is good, is healthy later, fails, or is never healthy. */
const FATES = ["down", "good", "healthy", "fails", "ill"] as const;
type Fate = (typeof FATES)[number];

/** Batch by batch, as people would do it by hand. */
function naive(fates: readonly Fate[], atOnce: number, each: boolean): { readonly batches: readonly string[][]; readonly left: number } {
  const batches: string[][] = [];
  let at = 0;
  for (let failed = false; at < fates.length && (each || !failed); ) {
    const batch: string[] = [];
    for (let running = 0; at < fates.length && running < atOnce; at++) {
      const fate = fates[at] ?? "down";
      const isBad = fate === "fails" || (fate === "ill" && !each);
      if (fate !== "down") running++;
      if (isBad) failed = true;
      batch.push(`${at} ${fate === "down" ? "skipped" : isBad ? "failed" : "restarted"}`);
    }
    batches.push(batch);
  }
  return { batches, left: fates.length - at };
}

test("ROLL-001, ROLL-002: any fates in any order end as a naive model says, never more than N at a time, each stopped once", () => {
  const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 12 });
  fc.assert(
    fc.property(fates, fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.infiniteStream(fc.nat(1000)), (all, atOnce, each, chances) => {
      const width = each ? 1 : atOnce;
      const it = new Scene([]);
      for (const [at, fate] of all.entries()) {
        const hasCheck = fate === "healthy" || fate === "ill";
        const seen: Seen = { ...runs, isHealthy: hasCheck ? true : null, healthyMs: hasCheck ? 10 : null };
        it.seen.set(String(at), fate === "down" ? { ...seen, state: "STOPPED" } : seen);
      }
      it.operation = order([...it.seen.keys()], { atOnce: width, each });
      it.look();
      for (let steps = 0; it.operation.ended === null; steps++) {
        assert.ok(steps < 400, "it ends");
        assert.ok(it.operation.batch.length <= width);
        const names = it.operation.batch.map(({ name }) => name);
        const name = names[(chances.next().value as number) % names.length] ?? "";
        const seen = it.seen.get(name) ?? runs;
        const fate = all[Number(name)];
        if (seen.state === "STOPPING") it.set(name, { state: "STOPPED", isStartDue: true });
        else if (seen.state === "STOPPED")
          it.set(name, { state: "STARTING", attempt: 2, isHealthy: seen.isHealthy === null ? null : false });
        else if (seen.state === "STARTING") it.set(name, { state: fate === "fails" ? "BACKOFF" : "RUNNING" });
        else if (fate === "healthy") it.set(name, { isHealthy: true });
        else {
          it.nowMs += 20;
          it.look();
        }
      }
      const model = naive(all, width, each);
      const told = it.operation.results.map(({ name, result }) => `${name} ${result}`);
      let from = 0;
      for (const batch of model.batches) {
        // The one that is only waited for may run out of its time while others of the batch are looked at.
        const mine = told.slice(from, from + batch.length).map((line) => line.split(" ")[0]);
        assert.deepEqual(mine.sort(), batch.map((line) => line.split(" ")[0]).sort());
        from += batch.length;
      }
      if (width === 1 || !all.includes("healthy")) assert.deepEqual([...told].sort(), model.batches.flat().sort());
      assert.equal(it.operation.left.length, model.left);
      assert.deepEqual(it.stopped, [...new Set(it.stopped)]);
    }),
  );
});
