/** From two readings of a file to the groups as they are to be. (SCL) */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { groupOf } from "./host.fixture.ts";
import { planScale, type Reading } from "./scale.ts";

type Some = Partial<ProcessConfig> & { readonly name: string };

/** A file with these groups; the program's processes are those whose names begin with w. */
function reading(...groups: readonly (readonly [string, ...Some[]])[]): Reading {
  const read = groups.map(([name, ...processes]) => groupOf(name, 999, ...processes));
  return { groups: read, own: read.flatMap(({ processes }) => processes.filter(({ name }) => name.startsWith("w"))) };
}

const active = ({ groups }: Reading): ReadonlyMap<string, GroupConfig> => new Map(groups.map((group) => [group.name, group]));
const names = (refs: readonly { readonly group: string; readonly process: string }[]) => refs.map((ref) => `${ref.group}:${ref.process}`);
const w = (...numbers: readonly number[]): Some[] => numbers.map((number) => ({ name: `w${number}` }));

test("SCL-001: new processes come upwards, superfluous ones go highest first, and what stays is the same object", () => {
  const two = reading(["web", ...w(0, 1)], ["db", { name: "db" }]);
  const up = planScale(
    active(two),
    reading(["web", ...w(0, 1)], ["db", { name: "db" }]),
    reading(["web", ...w(0, 1, 2, 3)], ["db", { name: "db" }]),
  );
  assert.ok(up.ok);
  assert.deepEqual([up.value.before, names(up.value.added), names(up.value.removed)], [2, ["web:w2", "web:w3"], []]);
  assert.deepEqual(
    up.value.groups.map(({ name }) => name),
    ["web"],
  );
  assert.equal(up.value.groups[0]?.processes[0], two.groups[0]?.processes[0]);
  const down = planScale(active(two), two, reading(["web"], ["db", { name: "db" }]));
  assert.ok(down.ok);
  assert.deepEqual(names(down.value.removed), ["web:w1", "web:w0"]);
  assert.deepEqual(down.value.groups[0]?.processes, []);
});

test("SCL-001: a number that changes nothing changes no group, also where there is none", () => {
  const two = reading(["web", ...w(0, 1)]);
  const same = planScale(active(two), two, two);
  assert.deepEqual(same.ok && [same.value.groups, same.value.added, same.value.removed], [[], [], []]);
  const none = reading(["web"]);
  assert.deepEqual(planScale(active(none), none, none).ok, true);
});

test("SCL-001: only what follows from the number is taken from the file", () => {
  const now = reading(["g", ...w(0), { name: "other" }], ["needy", { name: "needy", directory: "/one" }, { name: "edited" }]);
  const running = reading(
    ["g", ...w(0), { name: "other", umask: 5 }],
    ["needy", { name: "needy", directory: "/one" }, { name: "edited", umask: 5 }],
  );
  const then = reading(
    ["g", ...w(0, 1), { name: "other" }],
    ["needy", { name: "needy", directory: "/two" }, { name: "edited", directory: "/two" }],
  );
  const plan = planScale(active(running), now, then);
  assert.ok(plan.ok);
  const [g, needy] = plan.value.groups;
  assert.deepEqual(
    g?.processes.map(({ name, umask }) => [name, umask ?? null]),
    [
      ["w0", null],
      ["w1", null],
      ["other", 5],
    ],
  );
  assert.equal(needy?.processes[0]?.directory, "/two", "what names the program follows");
  assert.equal(needy?.processes[1]?.directory, running.groups[1]?.processes[1]?.directory, "what was edited waits");
});

test("SCL-001: what cannot be done is told: not active, edited, a name of another program", () => {
  const two = reading(["web", ...w(0, 1)]);
  const kind = (plan: ReturnType<typeof planScale>) => (plan.ok ? "ok" : plan.error.kind);
  assert.equal(kind(planScale(new Map(), two, two)), "not-active");
  assert.equal(kind(planScale(active(reading(["web", { name: "w0", umask: 5 }, ...w(1)])), two, reading(["web", ...w(0)]))), "changed");
  assert.equal(kind(planScale(active(reading(["web", ...w(0, 1, 2)])), two, reading(["web", ...w(0)]))), "changed");
  const shared = { groups: [groupOf("g", 999, { name: "w0" }, { name: "w1", umask: 7 })] };
  const [first] = shared.groups[0]?.processes ?? [];
  const now = { ...shared, own: first === undefined ? [] : [first] };
  assert.equal(kind(planScale(active(now), now, reading(["g", ...w(0, 1)]))), "taken");
});
