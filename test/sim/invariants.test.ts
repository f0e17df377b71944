/** Canaries: every invariant is broken on purpose once, since one that never fires says nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Batch, KeeperEffect, Spawn } from "../../src/link/messages.ts";
import type { SupervisorControl } from "../../src/rpc/control.ts";
import { actor } from "../contract/case.ts";
import type { Keeper } from "../contract/subject.ts";
import { Chance } from "./chance.ts";
import { Invariants } from "./invariants.ts";
import type { Host } from "./keeper/host.ts";
import { type Connection, FakeKeeper } from "./keeper/keeper.ts";
import { Scheduler } from "./scheduler.ts";
import { Tree } from "./tree.ts";

const SUBJECT = { folder: "/log", actor: "/bin/actor" } as Keeper;

/** A keeper with its daemon's end in our hands, watched. */
class Watched {
  readonly scheduler = new Scheduler();
  readonly tree = new Tree();
  readonly invariants = new Invariants(() => this.scheduler.nowMs);
  readonly keeper: FakeKeeper;
  readonly #connection: Connection;

  constructor() {
    this.tree.directory("/log");
    this.tree.put("/bin/actor", "", 0o755);
    const host: Host = {
      scheduler: this.scheduler,
      tree: this.tree,
      chance: new Chance(1),
      faults: { fork: () => 0, write: () => 0 },
      speed: { worker: [1, 1], pipe: [1, 1], link: [1, 1] },
      nextPid: 100,
      trace: () => {},
      violation: (text) => this.invariants.add(text),
    };
    this.keeper = new FakeKeeper({ host, startDaemon: () => {}, onEnd: () => {} });
    this.invariants.watch(this.keeper);
    this.keeper.start();
    this.#connection = this.keeper.attach(() => {});
    this.#connection.receive({ type: "hello", value: { versionMin: 1, versionMax: 1 } });
  }

  async does(...effects: KeeperEffect[]): Promise<void> {
    await this.sends({ effects });
  }

  async sends(batch: Partial<Batch>): Promise<void> {
    this.#connection.receive({ type: "batch", value: { batch: 1n, acknowledged: [], states: [], effects: [], ...batch } });
    await this.scheduler.runTo(this.scheduler.nowMs + 2000);
  }

  /** The number of the first kept report of a type. */
  kept(type: string): bigint {
    return [...this.keeper.reports.kept.values()].find((report) => report.type === type)?.report ?? 0n;
  }

  get first(): string {
    return this.invariants.violations[0]?.replace(/^at [\d.-]+: /, "") ?? "";
  }
}

const run = (child: number, ...words: string[]): Spawn => actor(SUBJECT, child, words, { label: "g:p" });

test("nothing is said when all is well", async () => {
  const host = new Watched();
  await host.does(run(1, "count:3:1", "exit:0"));
  await host.does(run(2, "count:3:1", "exit:0"));
  host.invariants.checkLines(host.tree);
  assert.deepEqual(host.invariants.violations, []);
});

test("I-1: one label twice", async () => {
  const host = new Watched();
  await host.does(run(1, "hold"), run(2, "hold"));
  assert.match(host.first, /^I-1 g:p is spawned as child \d while child \d lives$/);
});

test("I-2: what never was, a number twice, a signal to a child whose exit was acknowledged", async () => {
  const never = new Watched();
  await never.does({ type: "append", sink: 9, bytes: Buffer.from("x") });
  assert.match(never.first, /names sink 9, which is not there/);
  const twice = new Watched();
  await twice.does(run(1, "exit:0"));
  await twice.does(run(1, "exit:0"));
  assert.match(twice.first, /child number 1 was used twice/);
  const late = new Watched();
  await late.does(run(1, "exit:0"));
  await late.does({ type: "signal", child: 1, signal: 15, to: "process" });
  assert.deepEqual(late.invariants.violations, [], "its exit is not acknowledged yet");
  await late.sends({ acknowledged: [late.kept("exited")] });
  await late.does({ type: "signal", child: 1, signal: 15, to: "process" });
  assert.match(late.first, /signal names child 1, which is not there/);
});

test("I-3: a line lost, doubled, or out of order", async () => {
  const after = async (spoil: (text: string) => string): Promise<string> => {
    const host = new Watched();
    await host.does(run(1, "count:3:1", "exit:0"));
    host.tree.put("/log/out1", spoil(host.tree.text("/log/out1")));
    host.invariants.checkLines(host.tree);
    return host.first;
  };
  const lines = (text: string): string[] => text.trimEnd().split("\n");
  assert.match(await after((text) => `${lines(text).slice(0, 2).join("\n")}\n`), /^I-3 g:p wrote 3 lines, 2 are in/);
  assert.match(await after((text) => text + text), /^I-3 g:p wrote 3 lines, 6 are in/);
  assert.match(await after((text) => `${lines(text).reverse().join("\n")}\n`), /^I-3 g:p wrote 3 lines, 3 are in .*: line 0/);
  assert.equal(await after((text) => text), "");
});

test("I-3: over rotations the lines are counted in the order of the files", async () => {
  const host = new Watched();
  await host.does(run(1, "count:3:1", "exit:0"));
  const [first, second, third] = host.tree.text("/log/out1").trimEnd().split("\n");
  host.tree.put("/log/out1.10", `${first}\n`);
  host.tree.put("/log/out1.2", `${second}\n`);
  host.tree.put("/log/out1", `${third}\n`);
  host.invariants.checkLines(host.tree);
  assert.deepEqual(host.invariants.violations, []);
});

test("I-3: on a disk that loses bytes a line may lack, and may not come twice", async () => {
  const host = new Watched();
  host.invariants.bytesMayBeLost = true;
  await host.does(run(1, "count:3:1", "exit:0"));
  const [first] = host.tree.text("/log/out1").split("\n");
  host.tree.put("/log/out1", `${first}\n`);
  host.invariants.checkLines(host.tree);
  assert.deepEqual(host.invariants.violations, []);
  host.tree.put("/log/out1", `${first}\n${first}\n`);
  host.invariants.checkLines(host.tree);
  assert.match(host.first, /^I-3 g:p has a line twice/);
});

test("I-4: a batch that has to be refused", async () => {
  const host = new Watched();
  const states = [{ key: "k", value: new Uint8Array(65 * 1024 * 1024) }];
  await host.sends({ states });
  assert.match(host.first, /^I-4 the keeper answered refused: store full/);
});

test("I-5: a batch that acknowledges twice, or says two things about a key", () => {
  const host = new Watched();
  host.invariants.batch({ acknowledged: [1n, 1n], states: [], effects: [] });
  host.invariants.batch({
    acknowledged: [],
    states: [
      { key: "k", value: null },
      { key: "k", value: null },
    ],
    effects: [],
  });
  assert.equal(host.invariants.violations.length, 2);
});

test("I-6: a daemon that says what is not so", async () => {
  const host = new Watched();
  await host.does(run(1, "hold"));
  const says = (...processes: { name: string; state: string; pid: number }[]): string[] => {
    const groups = () => [{ name: "g", priority: 1, processes: processes.map((one) => ({ group: "g", ...one })) }];
    return host.invariants.agreement({ groups } as unknown as SupervisorControl, host.keeper);
  };
  const pid = host.keeper.children.live[0]?.pid ?? 0;
  assert.deepEqual(says({ name: "p", state: "RUNNING", pid }), []);
  assert.match(says({ name: "p", state: "RUNNING", pid: pid + 1 }).join(), /is said to have pid/);
  assert.match(says({ name: "p", state: "STOPPED", pid: 0 }).join(), /is said to be STOPPED, and pid \d+ runs/);
  assert.match(says().join(), /no process of the daemon is called so/);
  assert.match(says({ name: "p", state: "RUNNING", pid }, { name: "q", state: "RUNNING", pid: 7 }).join(), /and nothing runs/);
});

test("I-7: what is not acknowledged, and a file that nobody writes to", async () => {
  const host = new Watched();
  await host.does(actor(SUBJECT, 20, ["exit:0"]));
  assert.match(host.invariants.tidiness(host.keeper).join(), /exited#\d+ is not acknowledged/);
  await host.sends({ acknowledged: [...host.keeper.reports.kept.keys()] });
  assert.match(host.invariants.tidiness(host.keeper).join(), /^I-7 nobody writes to sink 40/);
  await host.does({ type: "sink-close", sink: 40 });
  assert.deepEqual(host.invariants.tidiness(host.keeper), []);
});

test("I-8: an end with another code, or with a child left", async () => {
  const host = new Watched();
  await host.does(run(1, "hold"), { type: "exit", code: 3 });
  host.invariants.checkEnd(host.keeper, 0);
  assert.equal(host.invariants.violations.length, 2);
});
