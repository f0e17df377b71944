/** What clients have said outlives supervisord (`persist_state`), told step by step. (BOOT) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startInOrder, startOne } from "../../src/rpc/startmethods.ts";
import { stopOne } from "../../src/rpc/stopmethods.ts";
import { activity, host, inCharge, pass, ref, settled, stateOf, until } from "./scene.ts";
import type { World } from "./world.ts";

const FILE = "/run/state.json";
const OPTION = `persist_state=${FILE}\n`;
const PROGRAMS = "[program:a]\ncommand=/bin/actor hold\nstartsecs=0\n[program:b]\ncommand=/bin/actor hold\nstartsecs=0\nautostart=false\n";

const saved = (world: World) => JSON.parse(world.tree.text(FILE)) as { programs: Record<string, unknown> };
const states = (world: World) => ["a", "b"].map((name) => stateOf(world, name));

async function enable(world: World, name: string, enabled: boolean) {
  const port = await inCharge(world);
  return await settled(world, port.setEnabled([ref(name)], enabled));
}

/** Another supervisord of the same host. */
async function again(world: World, sections: string): Promise<World> {
  world.port?.shutdown();
  assert.ok(await until(world, () => world.exitCode !== null));
  const files = ["", ".bak", ".bad"].flatMap((end) =>
    world.tree.find(`${FILE}${end}`).ok ? [[`${FILE}${end}`, world.tree.text(`${FILE}${end}`)] as const] : [],
  );
  return await host(sections, (next) => {
    for (const [path, text] of files) next.tree.put(path, text);
  });
}

test("BOOT-010, BOOT-011: disabled and enabled count from the next start and the next reload on, and nothing else is touched", async () => {
  const world = await host(OPTION + PROGRAMS);
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  assert.deepEqual(await enable(world, "a", false), { ok: true, value: true });
  assert.deepEqual(await enable(world, "b", true), { ok: true, value: true });
  await pass(world, 5000);
  assert.deepEqual(states(world), ["RUNNING", "STOPPED"]);
  assert.deepEqual(saved(world).programs, { "a:a": { enabled: false, wanted: null }, "b:b": { enabled: true, wanted: null } });
  assert.deepEqual(JSON.parse(world.tree.text(`${FILE}.bak`)).programs, { "a:a": { enabled: false, wanted: null } });

  world.instance?.die();
  await inCharge(world);
  await pass(world, 5000);
  assert.deepEqual(states(world), ["RUNNING", "STOPPED"], "a successor is no start");

  await settled(world, (await inCharge(world)).restart());
  assert.ok(await until(world, () => stateOf(world, "b") === "RUNNING"));
  assert.equal(stateOf(world, "a"), "STOPPED");
  world.instance?.die();
  await inCharge(world);
  await pass(world, 5000);
  assert.deepEqual(states(world), ["STOPPED", "RUNNING"]);

  const next = await again(world, OPTION + PROGRAMS);
  assert.ok(await until(next, () => stateOf(next, "b") === "RUNNING"));
  assert.equal(stateOf(next, "a"), "STOPPED");
  const without = await again(next, PROGRAMS);
  assert.ok(await until(without, () => stateOf(without, "a") === "RUNNING"));
  assert.equal(stateOf(without, "b"), "STOPPED", "the file counts only where the option names it");
});

test("BOOT-011: what an update adds is as it was said, a job has its schedule paused", async () => {
  const world = await host(
    `${OPTION}[program:a]\ncommand=/bin/actor hold\nstartsecs=0\n[program:job]\ncommand=/bin/actor exit:0\ncron=* * * * *\n`,
  );
  await enable(world, "a", false);
  await enable(world, "job", false);
  const port = await inCharge(world);
  assert.equal(port.process(ref("job"))?.job?.paused, false);
  await settled(world, port.stop(ref("a"), "stopped"));
  assert.ok((await settled(world, port.removeGroup("a"))).ok);
  assert.ok((await settled(world, port.addGroup("a"))).ok);
  await pass(world, 5000);
  assert.equal(stateOf(world, "a"), "STOPPED");
  await settled(world, port.restart());
  assert.ok(await until(world, () => world.port?.process(ref("job"))?.job?.paused === true));
});

test("BOOT-012: with all the last start or stop of a client counts, and no exit", async () => {
  const sections = `${OPTION}persist_what=all\n${PROGRAMS}[program:c]\ncommand=/bin/actor exit:0\nstartsecs=0\nautorestart=false\n`;
  const world = await host(sections);
  assert.ok(await until(world, () => stateOf(world, "c") === "EXITED"));
  const port = await inCharge(world);
  const view = (name: string) => {
    const found = port.process(ref(name));
    assert.ok(found !== null);
    return found;
  };
  assert.ok((await settled(world, Promise.resolve(stopOne(port, view("a"), { called: "a", wait: true })))).ok);
  assert.ok((await settled(world, startOne(port, view("b"), { called: "b", wait: true }))).ok);
  const next = await again(world, sections);
  assert.ok(await until(next, () => stateOf(next, "b") === "RUNNING" && stateOf(next, "c") === "EXITED"));
  assert.equal(stateOf(next, "a"), "STOPPED");
  const after = await inCharge(next);
  await settled(
    next,
    startInOrder(
      after,
      after.groups().flatMap(({ processes }) => processes),
      true,
    ),
  );
  assert.deepEqual(saved(next).programs, Object.fromEntries(["a:a", "b:b", "c:c"].map((name) => [name, { enabled: null, wanted: "up" }])));
});

test("BOOT-013: a file that is torn or newer: the one before counts, else the configuration; nothing of it is lost", async () => {
  const good = '{"version":1,"programs":{"a:a":{"enabled":false},"gone:gone":{"enabled":true}}}';
  for (const [text, bak, a] of [
    ['{"version":1,"pro', good, "STOPPED"],
    ['{"version":2,"programs":{}}', good, "STOPPED"],
    ['{"version":2,"programs":{}}', '{"version":7}', "RUNNING"],
    ["", null, "RUNNING"],
  ] as const) {
    const world = await host(OPTION + PROGRAMS, ({ tree }) => {
      tree.put(FILE, text);
      if (bak !== null) tree.put(`${FILE}.bak`, bak);
    });
    await pass(world, 5000);
    assert.equal(stateOf(world, "a"), a, text);
    assert.match(activity(world), /CRIT cannot use \/run\/state\.json: .*, moved to \/run\/state\.json\.bad; /);
    assert.equal(world.tree.text(`${FILE}.bad`), text);
    assert.ok((await enable(world, "b", true)).ok);
    if (bak === good) assert.deepEqual(Object.keys(saved(world).programs), ["a:a", "gone:gone", "b:b"]);
  }
});

test("BOOT-013: what cannot be written is not done, with the reason; also a start or stop that is to be remembered", async () => {
  const world = await host(`${OPTION}persist_what=all\n${PROGRAMS}`);
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  world.tree.fault = (action) => (action === "write" ? "ENOSPC" : null);
  assert.deepEqual(await enable(world, "a", false), { ok: false, error: `cannot write ${FILE}: ENOSPC` });
  const port = await inCharge(world);
  const view = port.process(ref("a"));
  assert.ok(view !== null);
  const stopped = await settled(world, Promise.resolve(stopOne(port, view, { called: "a", wait: true })));
  assert.match(JSON.stringify(stopped), /cannot write .*ENOSPC/);
  assert.equal(stateOf(world, "a"), "RUNNING");
  world.tree.fault = () => null;
  await settled(world, port.restart());
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"), "nothing was changed");
});

test("BOOT-014: killed at any call, the file is whole, and what was answered is in it", async () => {
  for (let call = 1; call <= 12; call++) {
    const world = await host(OPTION + PROGRAMS);
    assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
    assert.ok((await enable(world, "b", true)).ok);
    const port = await inCharge(world);
    const answered: { ok?: boolean } = {};
    void port.setEnabled([ref("a")], false).then(({ ok }) => {
      answered.ok = ok;
    });
    await pass(world, call * 2.3);
    world.instance?.die();
    await inCharge(world);
    const { programs } = saved(world);
    assert.deepEqual(programs["b:b"], { enabled: true, wanted: null });
    if (answered.ok === true) assert.deepEqual(programs["a:a"], { enabled: false, wanted: null });
    assert.deepEqual(await enable(world, "a", false), { ok: true, value: true }, "the successor writes");
    assert.deepEqual(saved(world).programs, { "b:b": { enabled: true, wanted: null }, "a:a": { enabled: false, wanted: null } });
  }
});

test("BOOT-010: many changes at once are one writing or two", async () => {
  const world = await host(`${OPTION}[program:n]\ncommand=/bin/actor hold\nprocess_name=%(process_num)d\nnumprocs=50\nautostart=false\n`);
  const port = await inCharge(world);
  const all = Array.from({ length: 50 }, (_, at) => port.setEnabled([{ group: "n", process: String(at) }], true));
  assert.ok((await settled(world, Promise.all(all))).every(({ ok }) => ok));
  assert.equal(Object.keys(saved(world).programs).length, 50);
  const bak = JSON.parse(world.tree.text(`${FILE}.bak`)) as { programs: object };
  assert.equal(Object.keys(bak.programs).length, 1);
  assert.deepEqual(world.invariants.violations, []);
});

test("BOOT-010: without the option there is nothing to enable", async () => {
  const world = await host(PROGRAMS);
  assert.deepEqual(await enable(world, "a", false), { ok: false, error: "persist_state is not set in [supervisord]" });
});
