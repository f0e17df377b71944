import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { backupsAmong, beyondTotal, planRotation, type Rotation, type RotationPlan } from "./rotation.ts";

const fresh = (backups: number, existing: readonly number[]): Rotation => ({
  path: "F",
  backups,
  existing: new Set(existing),
  resumed: false,
  baseIsOurs: true,
});
const steps = ({ renames, aside }: RotationPlan) => (aside === null ? renames : [...renames, aside]);
const renames = (plan: RotationPlan) =>
  steps(plan)
    .map(({ from, to }) => `${from} ${to}`)
    .join(", ");

test("LOG-023: backups move up from the highest to the lowest, then the file becomes .1", () => {
  assert.equal(renames(planRotation(fresh(3, [1, 2, 3]))), "F.2 F.3, F.1 F.2, F F.1");
  assert.equal(renames(planRotation(fresh(3, []))), "F F.1");
  assert.equal(renames(planRotation(fresh(1, [1]))), "F F.1");
});

test("LOG-032: a file that somebody else has made meanwhile is not cut off", () => {
  assert.equal(planRotation(fresh(3, [1])).truncate, false);
});

test("LOG-024: gaps are not closed, each backup that is there moves up by one", () => {
  assert.equal(renames(planRotation(fresh(2, [2]))), "F F.1");
  assert.equal(renames(planRotation(fresh(5, [1, 3]))), "F.3 F.4, F.1 F.2, F F.1");
});

test("LOG-025: without backups the file is emptied", () => {
  assert.deepEqual(planRotation(fresh(0, [1, 2])), { removals: [], renames: [], aside: null, truncate: true });
});

test("LOG-029: surplus backups of an earlier, higher number stay where they are", () => {
  const existing = backupsAmong(["F", "F.1", "F.2", "F.3", "F.9"], "F", 2);
  assert.equal(renames(planRotation({ ...fresh(2, []), existing })), "F.1 F.2, F F.1");
});

test("only real backups count among the names of a directory", () => {
  const names = ["F", "F.1", "F.01", "F.0", "F.x", "F.2.gz", "G.1", "F.3", "F.", "F.-1", "FF.2", "F.1e0", "F.99999999999999999999"];
  assert.deepEqual([...backupsAmong(names, "F", 10)].sort(), [1, 3]);
});

test("a resumed rotation only opens the next file when the one that is written was renamed already", () => {
  const plan = planRotation({ ...fresh(3, [1, 2, 3]), resumed: true, baseIsOurs: false });
  assert.deepEqual(plan, { removals: [], renames: [], aside: null, truncate: false });
});

test("a resumed rotation closes the lowest gap and moves nothing above it", () => {
  assert.equal(renames(planRotation({ ...fresh(5, [1, 3, 4, 5]), resumed: true })), "F.1 F.2, F F.1");
  assert.equal(renames(planRotation({ ...fresh(5, [2, 3, 4, 5]), resumed: true })), "F F.1");
  assert.equal(renames(planRotation({ ...fresh(3, [1, 2, 3]), resumed: true })), "F.2 F.3, F.1 F.2, F F.1", "nothing had been done");
});

test("a resumed rotation moves no backup when the log has its second name already", () => {
  assert.equal(renames(planRotation({ ...fresh(5, [1, 2, 3]), resumed: true, isAside: true })), "F F.1");
});

test("LOGX-031: compressed backups move up with their ending, among plain ones; without the option they are not looked at", () => {
  const some = { ...fresh(4, [1]), compressed: new Set([2, 3]) };
  assert.equal(renames(planRotation(some)), "F.3.gz F.4.gz, F.2.gz F.3.gz, F.1 F.2, F F.1");
  assert.deepEqual(planRotation(some).removals, []);
  assert.equal(renames(planRotation(fresh(4, [1]))), "F.1 F.2, F F.1");
  assert.deepEqual([...backupsAmong(["F.2.gz", "F.3", "F.2.gz.part", "F.09.gz", "F.9.gz"], "F", 5, ".gz")], [2]);
});

test("LOGX-031, LOGX-032: the last backup goes in either form, and of two forms the plain one is the whole one", () => {
  assert.deepEqual(planRotation({ ...fresh(3, [1, 2]), compressed: new Set([3]) }).removals, ["F.3.gz"]);
  assert.deepEqual(planRotation({ ...fresh(2, [1, 2]), compressed: new Set() }).removals, ["F.2"]);
  const both = planRotation({ ...fresh(5, [1, 2, 3]), compressed: new Set([3, 4]) });
  assert.deepEqual(both.removals, ["F.3.gz"]);
  assert.equal(renames(both), "F.4.gz F.5.gz, F.3 F.4, F.2 F.3, F.1 F.2, F F.1");
  const resumed = planRotation({ ...fresh(5, [1, 2]), compressed: new Set([4, 5]), resumed: true });
  assert.deepEqual([resumed.removals, renames(resumed)], [[], "F.2 F.3, F.1 F.2, F F.1"]);
});

test("LOGX-033: the oldest backups go until the rest is within the bound; the log itself stays", () => {
  const sizes = new Map([
    [0, 10],
    [1, 50],
    [2, 50],
    [3, 5],
    [4, 50],
  ]);
  assert.deepEqual(beyondTotal(sizes, 165), []);
  assert.deepEqual(beyondTotal(sizes, 115), [4]);
  assert.deepEqual(beyondTotal(sizes, 114), [4, 3]);
  assert.deepEqual(beyondTotal(sizes, 1), [4, 3, 2, 1]);
});

/** A directory: what each name holds. The keeper writes the file that holds `current`. */
type Directory = Map<string, string>;

function listed(directory: Directory, backups: number): Set<number> {
  return backupsAmong(directory.keys(), "F", backups);
}

/** Carries out at most `steps` renames; false: the daemon died before it told the keeper to open the next file. */
function rotate(directory: Directory, backups: number, resumed: boolean, most: number): boolean {
  const baseIsOurs = directory.get("F") === "current";
  const plan = planRotation({ path: "F", backups, existing: listed(directory, backups), resumed, baseIsOurs });
  for (const { from, to } of steps(plan).slice(0, most)) {
    const content = directory.get(from);
    if (content === undefined) continue;
    directory.delete(from);
    directory.set(to, content);
  }
  if (most <= steps(plan).length) return false;
  if (plan.truncate || !directory.has("F")) directory.set("F", "new");
  return true;
}

test("whenever the daemon dies, and however often: every backup is there once, but for the one at the end", () => {
  const input = fc.record({
    backups: fc.integer({ min: 1, max: 6 }),
    present: fc.uniqueArray(fc.integer({ min: 1, max: 6 })),
    crashes: fc.array(fc.nat(7), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(input, ({ backups, present, crashes }) => {
      const kept = present.filter((number) => number <= backups);
      const directory: Directory = new Map([["F", "current"], ...kept.map((number): [string, string] => [`F.${number}`, `old ${number}`])]);
      let done = false;
      for (const [times, most] of [...crashes, 100].entries()) done ||= rotate(directory, backups, times > 0, most);
      assert.ok(done);
      const left = [...directory.values()];
      assert.equal(new Set(left).size, left.length, "nothing is there twice");
      assert.equal(directory.get("F"), "new");
      assert.equal(directory.get("F.1"), "current");
      const lost = kept.filter((number) => !left.includes(`old ${number}`));
      assert.ok(lost.length === 0 || (lost.length === 1 && lost[0] === backups), `lost: ${lost.join(", ")}`);
      const order = [...directory.keys()].sort().flatMap((name) => /^old (\d)$/.exec(directory.get(name) ?? "")?.[1] ?? []);
      assert.deepEqual(order, [...order].sort(), "older ones have higher numbers");
    }),
  );
});
