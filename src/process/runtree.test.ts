/** Who belongs to a run: by example, and against a naive model over generated histories of a machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { membersOf, type Run, type Seen, type Table } from "./runtree.ts";

const KEEPER = 10;
const DAEMON = 11;
const MAIN = 100;
const OTHER = 200;
const SPARED = { keeper: KEEPER, others: new Set([DAEMON, OTHER]) };

const seen = (pid: number, parent: number, over: Partial<Seen> = {}): Seen => ({
  ...{ pid, parent, group: pid, session: KEEPER, startTicks: pid, state: "S" },
  ...over,
});
const tableOf = (...all: Seen[]): Table =>
  new Map([seen(1, 0), seen(KEEPER, 1), seen(DAEMON, KEEPER), seen(OTHER, KEEPER), ...all].map((one) => [one.pid, one]));
const run = (over: Partial<Run> = {}): Run => ({
  ...{ pid: MAIN, sinceTicks: MAIN, isMarked: () => false, known: new Map() },
  ...over,
});
const found = (table: Table, over: Partial<Run> = {}): number[] => [...membersOf(run(over), table, SPARED).keys()].sort((a, b) => a - b);

test("KILL-003 descendants of the main process, its group, its session, and who has the mark", () => {
  const known = new Map([[101, 101]]);
  assert.deepEqual(found(tableOf(seen(101, KEEPER), seen(102, 101)), { known }), [101, 102], "seen below it");
  assert.deepEqual(found(tableOf(seen(101, KEEPER, { group: MAIN }))), [101]);
  assert.deepEqual(found(tableOf(seen(101, 1, { session: MAIN }))), [101]);
  assert.deepEqual(found(tableOf(seen(101, KEEPER), seen(102, KEEPER)), { isMarked: ({ pid }) => pid === 102 }), [102]);
});

test("KILL-003 what one of them has started belongs to it, and so do the groups and sessions that they lead", () => {
  const table = tableOf(
    seen(101, KEEPER, { group: MAIN }),
    seen(102, 101),
    seen(103, KEEPER, { group: 102 }),
    seen(104, 1, { session: 102 }),
  );
  assert.deepEqual(found(table), [101, 102, 103, 104]);
});

test("KILL-003 who was seen before is known after its parent has gone, with what it leads", () => {
  const known = new Map([[101, 101]]);
  assert.deepEqual(found(tableOf(seen(101, KEEPER), seen(102, KEEPER, { group: 101 })), { known }), [101, 102]);
  assert.deepEqual(found(tableOf(seen(102, KEEPER, { session: 101 })), { known }), [102], "its leader is gone");
});

test("KILL-005 a pid that somebody else has by now is nobody of the run, and neither is that one's group", () => {
  assert.deepEqual(
    found(tableOf(seen(101, KEEPER, { startTicks: 900 }), seen(102, 101, { group: 101 })), { known: new Map([[101, 101]]) }),
    [],
  );
  assert.deepEqual(
    found(tableOf(seen(MAIN, 1, { startTicks: 900 }), seen(102, MAIN, { group: MAIN }))),
    [],
    "the pid of the main process, too",
  );
});

test("KILL-005 nothing older than the run, never the keeper, the daemon, another main process or what is below these", () => {
  const isMarked = (): boolean => true;
  const table = tableOf(seen(50, KEEPER), seen(101, OTHER), seen(102, 101), seen(103, DAEMON), seen(104, KEEPER));
  assert.deepEqual(found(table, { isMarked }), [104]);
});

test("KILL-004 zombies are nobody's survivors", () => {
  assert.deepEqual(
    found(tableOf(seen(101, KEEPER, { group: MAIN, state: "Z" }), seen(102, KEEPER, { group: 101 }))),
    [102],
    "what one has led is of the run",
  );
});

/** A machine with a truth about who comes of whom: what processes do, one after the other. */
type Act = { readonly kind: "fork" | "exit" | "reap" | "setsid" | "setpgid" | "clear"; readonly who: number };
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom("fork", "fork", "fork", "exit", "exit", "reap", "setsid", "setpgid", "clear"),
  who: fc.nat(1000),
});
type Living = { seen: Seen; readonly root: number; isMarked: boolean };

class Machine {
  readonly all = new Map<number, Living>();
  #next = MAIN + 1;
  #ticks = MAIN;

  constructor() {
    const root = (pid: number, parent: number): void =>
      void this.all.set(pid, { seen: seen(pid, parent), root: pid, isMarked: pid === MAIN });
    root(KEEPER, 1);
    root(DAEMON, KEEPER);
    root(OTHER, KEEPER);
    root(MAIN, KEEPER);
  }

  do({ kind, who }: Act): void {
    const pids = [...this.all.keys()].filter((pid) => pid !== KEEPER && pid !== DAEMON);
    const one = this.all.get(pids[who % pids.length] ?? MAIN);
    if (one === undefined) return;
    const { pid, state } = one.seen;
    if (kind === "reap") return void (state === "Z" && this.all.delete(pid));
    if (state === "Z") return;
    this.#ticks += 1;
    switch (kind) {
      case "fork": {
        while (this.all.has(this.#next)) this.#next += 1;
        const child = { ...one.seen, pid: this.#next++, parent: pid, startTicks: this.#ticks };
        this.all.set(child.pid, { seen: child, root: one.root, isMarked: one.isMarked });
        return;
      }
      case "exit":
        if (pid === OTHER || pid === MAIN) return;
        one.seen = { ...one.seen, state: "Z" };
        for (const other of this.all.values()) if (other.seen.parent === pid) other.seen = { ...other.seen, parent: KEEPER };
        return;
      case "setsid":
        if (one.seen.group !== pid) one.seen = { ...one.seen, group: pid, session: pid };
        return;
      case "setpgid":
        if (one.seen.session !== pid) one.seen = { ...one.seen, group: pid };
        return;
      case "clear":
        one.isMarked = false;
        return;
    }
  }

  /** The main process is above it. */
  below(pid: number): boolean {
    const parent = this.all.get(pid)?.seen.parent;
    return parent === MAIN || (parent !== undefined && parent !== KEEPER && this.below(parent));
  }

  end(pid: number): void {
    this.all.delete(pid);
    for (const other of this.all.values()) if (other.seen.parent === pid) other.seen = { ...other.seen, parent: KEEPER };
  }

  get table(): Table {
    return new Map([...this.all].map(([pid, { seen: it }]) => [pid, it]));
  }
}

/** What the rows say, word for word, until nothing more is found. */
function naively(machine: Machine, known: ReadonlyMap<number, number>): number[] {
  const members = new Set<number>(known.keys());
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const { seen: one, root, isMarked } of machine.all.values()) {
      if (root !== MAIN) continue;
      if (isMarked || members.has(one.parent) || [one.group, one.session].some((id) => id === MAIN || members.has(id)))
        members.add(one.pid);
    }
  }
  return [...members].filter((pid) => (machine.all.get(pid)?.seen.state ?? "Z") !== "Z").sort((a, b) => a - b);
}

test("KILL-003, KILL-005 generated histories of a machine: found is who belongs to the run, by the rows, and never anybody else", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), fc.array(act, { maxLength: 20 }), (first, second) => {
      const machine = new Machine();
      for (const one of first) machine.do(one);
      // Who was below the main process when it was told to stop; it ends, and is reaped.
      const known = new Map<number, number>();
      for (const { seen: one } of machine.all.values()) if (machine.below(one.pid)) known.set(one.pid, one.startTicks);
      machine.end(MAIN);
      for (const more of [[], second]) {
        for (const one of more) machine.do(one);
        const isMarked = ({ pid }: Seen): boolean => machine.all.get(pid)?.isMarked === true;
        const members = membersOf(run({ known, isMarked }), machine.table, SPARED);
        assert.deepEqual(
          [...members.keys()].sort((a, b) => a - b),
          naively(machine, known),
        );
        for (const pid of members.keys()) assert.equal(machine.all.get(pid)?.root, MAIN, "it truly comes of the run");
        for (const [pid, { startTicks }] of members) known.set(pid, startTicks);
      }
    }),
    { numRuns: 500 },
  );
});
