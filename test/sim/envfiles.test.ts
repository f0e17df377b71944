/** Files of variables on a simulated host: which reading a run gets when the daemon dies between reading and spawn, and who waits for a disk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Variables } from "../../src/config/envfile.ts";
import { decodeRecord } from "../../src/supervisor/records.ts";
import { activity, host, inCharge, pass, ref, settled, stateOf, until } from "./scene.ts";
import { CONFIG_PATH, type World } from "./world.ts";

const PROGRAM = "[program:a]\ncommand=/bin/actor hold\nenvfile=/etc/a.env\nautostart=false\nstartsecs=0\nstartretries=0\n";

function stored(world: World): Variables | null {
  const record = world.keeper.store.get("env/a:a");
  const decoded = record === undefined ? null : decodeRecord(record);
  return decoded?.ok === true ? (decoded.value as Variables) : null;
}

const variable = (world: World, name: string) =>
  world.keeper.children.live.flatMap(({ spawn }) => spawn.environment.filter((entry) => entry.startsWith(`${name}=`)));

test("ENV-004: wherever the daemon dies, there is one run, and its reading is the one that is kept", async () => {
  let deaths = 0;
  for (let call = 1; call <= 12; call++) {
    const world = await host(PROGRAM, (it) => it.tree.put("/etc/a.env", "A=1"));
    world.nextDiesAtCall = call;
    world.instance?.die();
    const successor = await inCharge(world);
    world.nextDiesAtCall = null;
    const before = world.instances.length;
    void successor.start(ref("a"), "running").catch(() => undefined);
    await pass(world, 3000);
    deaths += world.instances.length - before;
    world.tree.put("/etc/a.env", "A=2");
    if (stateOf(world, "a") !== "RUNNING") void (await inCharge(world)).start(ref("a"), "running").catch(() => undefined);
    assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"), `dies at call ${call}`);
    assert.equal(world.keeper.children.live.length, 1);
    assert.deepEqual(variable(world, "A"), [`A=${stored(world)?.["A"]}`]);
    world.instance?.die();
    await inCharge(world);
    assert.ok(stored(world) !== null, "a successor keeps it");
    assert.deepEqual(world.invariants.violations, []);
  }
  assert.ok(deaths > 0, "some died on the way");
});

test("ENV-004: a changed file counts from the next start; one that is taken out of the configuration is forgotten with the process", async () => {
  const world = await host(PROGRAM, (it) => it.tree.put("/etc/a.env", "A=1"));
  const port = await inCharge(world);
  assert.equal(await settled(world, port.start(ref("a"), "running")), "done");
  world.tree.put("/etc/a.env", "A=2\nB=3");
  assert.deepEqual(stored(world), { A: "1" });
  assert.ok((await settled(world, port.stop(ref("a"), "stopped"))).ok);
  assert.equal(await settled(world, port.start(ref("a"), "running")), "done");
  assert.deepEqual([stored(world), variable(world, "B")], [{ A: "2", B: "3" }, ["B=3"]]);
  assert.ok((await settled(world, port.stop(ref("a"), "stopped"))).ok);
  assert.ok((await settled(world, port.removeGroup("a"))).ok);
  assert.equal(world.keeper.store.has("env/a:a"), false);
  assert.deepEqual(world.invariants.violations, []);
});

test("ENV-003: a file that is wrong or missing is a failed start with its text, and no value is told", async () => {
  const world = await host(PROGRAM, (it) => it.tree.put("/etc/a.env", "A=1\n=secret"));
  const port = await inCharge(world);
  await settled(world, port.start(ref("a"), "running"));
  assert.equal(stateOf(world, "a"), "FATAL");
  assert.equal(port.process(ref("a"))?.spawnError, "envfile /etc/a.env:2: no name before =");
  world.tree.remove("/etc/a.env");
  await settled(world, port.start(ref("a"), "running"));
  assert.equal(port.process(ref("a"))?.spawnError, "envfile /etc/a.env: ENOENT");
  assert.match(activity(world), /spawnerr: envfile \/etc\/a\.env: ENOENT/);
  assert.doesNotMatch(activity(world), /secret/);
});

test("CMN-029: a start whose reading finds no room fails, and one that needs none does not", async () => {
  const many = 1024;
  const text = `[program:a]\ncommand=/bin/actor hold\nenvfile=/etc/a.env\nautostart=false\nstartsecs=0\nstartretries=0\nnumprocs=${many}\nprocess_name=a%(process_num)d\n`;
  const world = await host(text, (it) => it.tree.put("/etc/a.env", `A=${"x".repeat(32_000)}`));
  const port = await inCharge(world);
  for (let number = 0; number < many; number++) void port.start({ group: "a", process: `a${number}` }, "running");
  const states = () => Array.from({ length: many }, (_, number) => port.process({ group: "a", process: `a${number}` }));
  assert.ok(await until(world, () => states().every((one) => one?.state === "RUNNING" || one?.state === "FATAL")));
  const failed = states().filter((one) => one?.state === "FATAL");
  assert.ok(failed.length > 200 && failed.length < 300, `${failed.length} have failed`);
  assert.deepEqual([...new Set(failed.map((one) => one?.spawnError))], ["the store is full"]);
});

test("ENV-004: a disk that does not answer holds up its own start, which can be called off", async () => {
  const world = await host(`${PROGRAM}[program:b]\ncommand=/bin/actor hold\nautostart=false\nstartsecs=0\n`, (it) =>
    it.tree.put("/etc/a.env", "A=1"),
  );
  const port = await inCharge(world);
  const files = world.runtime?.doors.envFiles;
  assert.ok(files !== undefined);
  Object.assign(files, { readGuarded: () => new Promise(() => undefined) });
  void port.start(ref("a"), "running");
  assert.equal(await settled(world, port.start(ref("b"), "running")), "done");
  assert.deepEqual([stateOf(world, "a"), stateOf(world, "b")], ["STARTING", "RUNNING"]);
  assert.ok((await settled(world, port.stop(ref("a"), "stopped"))).ok);
  assert.equal(stateOf(world, "a"), "STOPPED");
});

test("CMN-003: what is used is said at the start, and after an update that changes it", async () => {
  const world = await host(PROGRAM, (it) => it.tree.put("/etc/a.env", "A=1"));
  const port = await inCharge(world);
  const told = () => activity(world).match(/extensions in use: .*/g) ?? [];
  await pass(world, 1000);
  assert.deepEqual(told(), ["extensions in use: envfile (a)"]);
  assert.ok((await settled(world, port.removeGroup("a"))).ok);
  await pass(world, 1000);
  assert.equal(told().length, 1, "it is in the file and may come back");
  assert.ok((await settled(world, port.addGroup("a"))).ok);
  await pass(world, 1000);
  assert.equal(told().length, 1, "nothing has changed");
  world.tree.put(CONFIG_PATH, world.tree.text(CONFIG_PATH).replace("envfile=/etc/a.env", "env_home=true"));
  assert.ok((await settled(world, port.reloadConfig())).ok);
  assert.ok((await settled(world, port.removeGroup("a"))).ok);
  assert.ok((await settled(world, port.addGroup("a"))).ok);
  await pass(world, 1000);
  assert.deepEqual(told().slice(1), ["extensions in use: env_home (a)"]);
});
