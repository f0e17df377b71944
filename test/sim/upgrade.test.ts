/** Upgrades in place on a simulated host: what is refused at which step, what the next daemon knows, and that no program notices. (UPG) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unreadable } from "../../src/daemon/upgrade/checkstates.ts";
import { CHECK_STATES, readAnswer } from "../../src/daemon/upgrade/question.ts";
import type { UpgradeOptions } from "../../src/rpc/control.ts";
import { activity, host, inCharge, ref, settled, until } from "./scene.ts";
import type { World } from "./world.ts";

const ROOT = "/opt/holdfast";
const OPTIONS: UpgradeOptions = { check: false, daemonOnly: false, force: false, from: null };
const DATA = {
  ...{ version: "9.0.0", node: [], daemon: "dist/daemon.cjs", keeper: "dist/holdfast-keeper", build: "0123456789ab" },
  ...{ protocol: [1, 2], table: [1, 1], states: [1, 3] },
};
const FORMATS = `holdfast-keeper ${DATA.version} ${DATA.build} protocol 1-2 table 1-1\n`;
/** The head of an executable for x64. */
const ELF = Buffer.from("7f454c4602010100000000000000000003003e00", "hex");
const GOOD = { end: 0, stderr: "" };

type Answers = { readonly formats?: string; readonly states?: string };

/** A host with two programs, and a newer package where the one lay that was started. */
async function installed({ formats = FORMATS, states = "ok\nnode 22.0.0\n" }: Answers = {}): Promise<World> {
  const world = await host("[program:a]\ncommand=actor hold\n[program:b]\ncommand=actor count:100000:50\n", (made) => {
    made.tree.put(`${ROOT}/dist/launch.json`, JSON.stringify(DATA));
    made.tree.put(`${ROOT}/dist/holdfast-keeper`, ELF, 0o755);
    made.tree.put("/bin/node", "", 0o755);
    made.runTool = (_, [...args]) => {
      if (args.at(-1) === "--formats") return { ...GOOD, stdout: formats };
      if (args.at(-1) === "--version") return { ...GOOD, stdout: "v20.0.0\n" };
      assert.equal(args.at(-1), CHECK_STATES);
      return { ...GOOD, stdout: states, end: readAnswer(states).ok ? 0 : 1 };
    };
  });
  await inCharge(world);
  await until(world, () => ["a", "b"].every((name) => world.port?.process(ref(name))?.state === "RUNNING"));
  return world;
}

const pids = (world: World) => ["a", "b"].map((name) => world.port?.process(ref(name))?.pid);

async function order(world: World, options: Partial<UpgradeOptions> = {}) {
  const port = await inCharge(world);
  return settled(world, port.upgrade({ ...OPTIONS, ...options }));
}

async function last(world: World) {
  const port = await inCharge(world);
  return (await settled(world, port.versions())).lastUpgrade;
}

test("UPG-001, UPG-002 an upgrade: another daemon comes by other words, the pids are the same, and what became of it is known", async () => {
  const world = await installed();
  const before = pids(world);
  const begun = await order(world);
  assert.ok(begun.ok, begun.ok ? "" : begun.error);
  assert.deepEqual([begun.value.outcome, begun.value.installedDaemon, begun.value.node], ["begun", "9.0.0", "22.0.0"]);
  await until(world, () => world.instances.length === 2 && world.port !== null);
  const told = await last(world);
  assert.deepEqual([told?.id, told?.over, told?.step, told?.error, told?.processes], [begun.value.id, true, 0, "", 2]);
  assert.ok((told?.awayMs ?? 0) > 0);
  assert.deepEqual(pids(world), before);
  assert.deepEqual(world.keeper.upgrade.argv, ["/bin/node", `${ROOT}/dist/daemon.cjs`]);
  assert.equal(world.keeper.lives.deaths, null, "no death of a daemon");
  assert.match(activity(world), /upgraded in place: keeper .*-> 9\.0\.0, daemon .* -> 9\.0\.0, control was away for/);
  assert.deepEqual(world.invariants.violations, []);
});

const REFUSED: readonly (readonly [string, Partial<UpgradeOptions>, Answers, (world: World) => void, RegExp])[] = [
  ["no package", {}, {}, (world) => world.tree.remove(`${ROOT}/dist/launch.json`), /^upgrade refused at step 1: there is no package in/],
  ["no keeper", {}, {}, (world) => world.tree.remove(`${ROOT}/dist/holdfast-keeper`), /at step 1: there is no keeper in/],
  ["no node", {}, {}, (world) => world.tree.remove("/bin/node"), /at step 1: Node.js was not found/],
  ["no such folder", { from: "/opt/other" }, {}, () => undefined, /at step 1: there is no package in \/opt\/other/],
  ["no keeper that answers", {}, { formats: "hello\n" }, () => undefined, /at step 2: .*did not say what was asked/],
  ["a keeper of another package", {}, { formats: FORMATS.replace("0123", "4567") }, () => undefined, /at step 2: .* is 9\.0\.0 4567/],
  ["a state that cannot be read", {}, { states: "process/a:a: version 9\n" }, () => undefined, /at step 3: process\/a:a: version 9$/],
];
for (const [name, options, answers, change, text] of REFUSED) {
  test(`UPG-005 refused, and all goes on: ${name}`, async () => {
    const world = await installed(answers);
    change(world);
    const refused = await order(world, options);
    assert.ok(!refused.ok);
    assert.match(refused.error, text);
    assert.equal((await last(world))?.error, refused.error);
    assert.equal(world.instances.length, 1);
    assert.match(activity(world), /everything goes on as it is/);
  });
}

test("UPG-005 a keeper that cannot: its reason is the answer, and another order is taken", async () => {
  const world = await installed();
  world.keeper.upgrade.failsWith = { step: 5, errno: 0, text: "unknown record 99" };
  const refused = await order(world);
  assert.deepEqual(refused, { ok: false, error: "upgrade refused at step 5: unknown record 99" });
  assert.equal(world.instances.length, 1);
  assert.ok((await order(world)).ok);
});

test("UPG, step 8: the old versions run again, and the next daemon says why", async () => {
  const world = await installed();
  const before = pids(world);
  world.keeper.upgrade.failsWith = { step: 8, errno: 12, text: "" };
  assert.ok((await order(world)).ok);
  await until(world, () => world.instances.length === 2 && world.port !== null);
  const told = await last(world);
  assert.deepEqual([told?.over, told?.step, told?.error], [true, 8, "upgrade failed at step 8: ENOMEM"]);
  assert.deepEqual(pids(world), before);
});

test("UPG-033 a daemon reads all that it has stored itself; what it cannot read is named by its key", async () => {
  const world = await installed();
  assert.deepEqual(unreadable(world.keeper.store), []);
  for (const key of world.keeper.store.keys()) {
    const later = new Map(world.keeper.store).set(key, Buffer.from("9 0 {}"));
    assert.match(unreadable(later).join("\n"), new RegExp(`^${key.replaceAll(/[^\w]/g, ".")}: `), key);
  }
  const missing = new Map(world.keeper.store);
  missing.delete("daemon");
  assert.deepEqual(unreadable(missing), ["the record daemon is missing"]);
});

test("UPG --check changes nothing, and is no upgrade that anybody is told of", async () => {
  const world = await installed();
  const checked = await order(world, { check: true });
  assert.ok(checked.ok && checked.value.outcome === "checked");
  assert.equal(await last(world), null);
  assert.equal(world.instances.length, 1);
});

test("UPG --daemon-only: the keeper starts the next daemon by the same words", async () => {
  const world = await installed();
  assert.ok((await order(world, { daemonOnly: true })).ok);
  await until(world, () => world.instances.length === 2 && world.port !== null);
  assert.deepEqual([(await last(world))?.over, world.keeper.upgrade.argv], [true, null]);
});

test("UPG kill -USR1 is the same order; a second one finds nothing, and one that fails is not tried again by itself", async () => {
  const world = await installed();
  world.keeper.upgrade.failsWith = { step: 8, errno: 12, text: "" };
  world.keeper.signal(10);
  await until(world, () => world.instances.length === 2 && world.port !== null);
  assert.equal((await last(world))?.step, 8);
  world.keeper.signal(10);
  await until(world, () => world.instances.length === 3 && world.port !== null);
  assert.equal((await last(world))?.error, "");
  assert.equal(
    [...world.keeper.reports.kept.values()].some(({ type }) => type === "signal"),
    false,
  );
});

test("UPG-041 a daemon that dies at any moment of an upgrade: programs run on, and upgrades go on", async () => {
  for (let calls = 1; calls < 60; calls += 4) {
    const world = await installed();
    const before = pids(world);
    world.instance?.dieAfter(calls);
    void world.port?.upgrade(OPTIONS);
    await until(world, () => world.instances.length >= 2 && world.port !== null);
    await until(world, () => false);
    assert.deepEqual(pids(world), before, `after ${calls} calls`);
    assert.ok((await order(world)).ok, `after ${calls} calls`);
    assert.deepEqual(world.invariants.violations, []);
  }
});
