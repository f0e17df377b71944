/** What a successor finds and what it makes of it, told step by step: scenes that random histories reach too rarely to rely on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeHistory } from "../../src/supervisor/exits.ts";
import { decodeProcess, encodeRecord, isOldProcess } from "../../src/supervisor/records.ts";
import { host, inCharge, ref, settled, stateOf, until } from "./scene.ts";
import { CONFIG_PATH, type World } from "./world.ts";

test("a start without stored states hears of children that ended meanwhile, and restarts them as configured", async () => {
  const world = await host(
    "[program:again]\ncommand=/bin/actor hold\nautorestart=true\nstartsecs=0\n[program:once]\ncommand=/bin/actor hold\nautorestart=false\nstartsecs=0\n",
  );
  await until(world, () => stateOf(world, "again") === "RUNNING" && stateOf(world, "once") === "RUNNING");
  const before = world.port?.process(ref("again"))?.pid;
  world.instance?.die();
  for (const child of world.keeper.children.live) world.keeper.children.kill(child.pid, 9);
  world.keeper.store.delete("config");
  await inCharge(world);
  assert.ok(await until(world, () => stateOf(world, "again") === "RUNNING" && world.port?.process(ref("again"))?.pid !== before));
  assert.equal(stateOf(world, "once"), "EXITED");
  assert.deepEqual(world.invariants.violations, []);
});

for (const reread of [false, true]) {
  test(`a group that was taken out ${reread ? "after a reread" : "without a reread"} can be added again, also by a successor`, async () => {
    const world = await host("[program:a]\ncommand=/bin/actor hold\nautostart=false\n[program:b]\ncommand=/bin/actor hold\n");
    const port = await inCharge(world);
    if (reread) assert.ok((await settled(world, port.reloadConfig())).ok);
    assert.ok((await settled(world, port.removeGroup("a"))).ok);
    world.instance?.die();
    const successor = await inCharge(world);
    assert.deepEqual(
      [successor.available().groups.map((group) => group.name), successor.available().inForce.has("a"), successor.group("a")],
      [["a", "b"], !reread, null],
    );
    assert.ok((await settled(world, successor.addGroup("a"))).ok);
    assert.ok(successor.available().inForce.has("a"), "what was added is what was read");
  });
}

test("a stop that meets a process between its end and its restart calls the restart off", async () => {
  const world = await host("[program:a]\ncommand=/bin/actor exit:0\nautorestart=true\nstartsecs=0\n");
  const due = () => world.port?.process(ref("a"))?.unsettled === true;
  assert.ok(await until(world, due), "after five short runs the restart waits");
  const port = await inCharge(world);
  assert.ok((await settled(world, port.stop(ref("a"), "stopped"))).ok);
  await world.scheduler.runTo(world.scheduler.nowMs + 10_000);
  assert.equal(stateOf(world, "a"), "EXITED");
  assert.equal(due(), false);
});

test("a log whose next file cannot be opened holds its program only until it can", async () => {
  const world = await host(
    "[program:a]\ncommand=/bin/actor count:100:10 hold\nstdout_logfile=/log/a.log\nstdout_logfile_maxbytes=100\nstdout_logfile_backups=9999\n",
  );
  world.tree.fault = (action, path) => (action === "open" && path === "/log/a.log" ? "EACCES" : null);
  const complaints = () => world.tree.text("/log/supervisord.log").match(/cannot open \/log\/a\.log/g) ?? [];
  assert.ok(await until(world, () => complaints().length > 0));
  await world.scheduler.runTo(world.scheduler.nowMs + 5000);
  assert.equal(complaints().length, 1, "it is said once");
  world.tree.fault = () => null;
  await world.scheduler.runTo(world.scheduler.nowMs + 20_000);
  world.invariants.checkLines(world.tree);
  assert.deepEqual(world.invariants.violations, []);
});

test("the last words of a rotation are written before supervisord ends (seed 51564)", { timeout: 300_000 }, async () => {
  const { runSeed } = await import("./run.ts");
  assert.deepEqual((await runSeed(51564)).violations, []);
});

for (const asked of ["RPC", "HUP"] as const) {
  test(`a reload asked by ${asked} happens, though the daemon dies as soon as it is promised`, async () => {
    const world = await host("[program:a]\ncommand=/bin/actor hold\n");
    await until(world, () => stateOf(world, "a") === "RUNNING");
    const before = world.port?.process(ref("a"))?.pid;
    const port = await inCharge(world);
    if (asked === "RPC") assert.ok((await settled(world, port.restart())).ok);
    else {
      world.keeper.signal(1);
      assert.ok(await until(world, () => world.keeper.store.has("reload")));
    }
    world.instance?.die();
    assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING" && world.port?.process(ref("a"))?.pid !== before));
    assert.equal(world.keeper.store.has("reload"), false);
    assert.deepEqual(world.invariants.violations, []);
  });
}

test("two reloads, the second with another file: the second one's file is in force", async () => {
  const world = await host("[program:a]\ncommand=/bin/actor hold\n");
  world.keeper.signal(1);
  const text = world.tree.text(CONFIG_PATH);
  assert.ok(await until(world, () => world.keeper.store.has("reload")));
  world.tree.put(CONFIG_PATH, text.replace("program:a", "program:b"));
  world.keeper.signal(1);
  assert.ok(await until(world, () => stateOf(world, "b") === "RUNNING" && stateOf(world, "a") === undefined));
  assert.deepEqual(world.invariants.violations, []);
});

test("a reload of a broken configuration is answered with what is wrong, and nothing happens", async () => {
  const world = await host("[program:a]\ncommand=/bin/actor hold\n");
  await until(world, () => stateOf(world, "a") === "RUNNING");
  const before = world.port?.process(ref("a"))?.pid;
  world.tree.put(CONFIG_PATH, "[program:x]\nno option\n");
  const answer = await settled(world, (await inCharge(world)).restart());
  assert.match(answer.ok ? "" : answer.error, /parsing errors/);
  world.keeper.signal(1);
  assert.ok(
    await until(world, () => (world.tree.text("/log/supervisord.log").match(/everything goes on as it is: Source/g) ?? []).length === 2),
  );
  assert.deepEqual([world.port?.process(ref("a"))?.pid, world.keeper.store.has("reload")], [before, false]);
});

test("a log that was being cleared when the daemon died is written at its path afterwards, also by an other program that writes it", async () => {
  const sections = ["a", "b"]
    .map((name) => `[program:${name}]\ncommand=/bin/actor count:100000:10 hold\nstdout_logfile=/log/shared.log\n`)
    .join("");
  const world = await host(sections);
  assert.ok(await until(world, () => world.tree.text("/log/shared.log").length > 100));
  void (await inCharge(world)).clearLogs(ref("a"));
  assert.ok(await until(world, () => !world.tree.exists("/log/shared.log")));
  world.instance?.die();
  await inCharge(world);
  assert.ok(await until(world, () => world.tree.exists("/log/shared.log")));
  await world.scheduler.runTo(world.scheduler.nowMs + 5000);
  assert.deepEqual(world.invariants.logsAtTheirPaths(world.keeper, world.tree), []);
  assert.equal(
    [...world.keeper.store.keys()].some((key) => key.startsWith("clearing/")),
    false,
  );
  assert.deepEqual(world.invariants.violations, []);
});

test("the pid file is written and what was left beside it goes, at whichever of its calls the daemon dies while it begins to run", async () => {
  let swept = 0;
  for (let calls = 1; calls <= 12; calls++) {
    const world = await host("[program:a]\ncommand=/bin/actor hold\n");
    void (await inCharge(world)).restart();
    world.tree.put("/run/.supervisord.pid.99.1.new", "");
    assert.ok(await until(world, () => !world.tree.exists("/run/supervisord.pid")));
    const { instance } = world;
    instance?.dieAfter(calls);
    assert.ok(await until(world, () => instance?.alive === false));
    const hadBegun = world.keeper.store.has("beginning");
    await inCharge(world);
    assert.ok(await until(world, () => world.tree.exists("/run/supervisord.pid") && !world.keeper.store.has("beginning")));
    if (hadBegun && !world.tree.exists("/run/.supervisord.pid.99.1.new")) swept += 1;
    assert.deepEqual(world.invariants.violations, [], `at call ${calls}`);
  }
  assert.ok(swept > 0, "some daemon died in the middle");
});

/** A process's record as the version before has written it, from what this one has written. */
function asVersion1(record: Uint8Array): Uint8Array {
  const decoded = decodeProcess(record);
  assert.ok(decoded.ok);
  const { deadlines, ...state } = decoded.value;
  return encodeRecord({ ...state, deadlineMs: Object.values(deadlines)[0] ?? null }, "1");
}

test("a daemon of this version goes on with what one of the version before has stored: starts, retries, stops, and what runs", async () => {
  const world = await host(
    [
      "[program:runs]\ncommand=/bin/actor hold\nstartsecs=0",
      "[program:starts]\ncommand=/bin/actor hold\nstartsecs=20",
      "[program:stops]\ncommand=/bin/actor ignore:15 hold\nstartsecs=0\nstopwaitsecs=20",
      "[program:fails]\ncommand=/bin/actor exit:1\nstartretries=5",
      "[program:never]\ncommand=/bin/actor hold\nautostart=false",
    ].join("\n"),
  );
  const port = await inCharge(world);
  assert.ok(await until(world, () => stateOf(world, "stops") === "RUNNING"));
  await settled(world, port.stop(ref("stops"), "ordered"));
  assert.ok(await until(world, () => stateOf(world, "fails") === "BACKOFF"));
  const names = ["runs", "starts", "stops", "fails", "never"];
  const before = names.map((name) => port.process(ref(name)));
  assert.deepEqual(
    before.map((one) => one?.state),
    ["RUNNING", "STARTING", "STOPPING", "BACKOFF", "STOPPED"],
  );
  world.instance?.die();
  for (const [key, value] of world.keeper.store) if (key.startsWith("process/")) world.keeper.store.set(key, asVersion1(value));
  const successor = await inCharge(world);
  assert.deepEqual(
    names.map((name) => successor.process(ref(name))),
    before,
  );
  const isRenewed = () => [...world.keeper.store].every(([key, value]) => !key.startsWith("process/") || !isOldProcess(value));
  assert.ok(await until(world, isRenewed), "what the version before has written is written anew");
  assert.ok(await until(world, () => stateOf(world, "fails") === "FATAL" && stateOf(world, "starts") === "RUNNING"));
  assert.ok(await until(world, () => stateOf(world, "stops") === "STOPPED"), "SIGKILL came in time");
  assert.deepEqual([stateOf(world, "runs"), world.port?.process(ref("runs"))?.pid], ["RUNNING", before[0]?.pid]);
  assert.deepEqual(world.invariants.violations, []);
});

test("HIS-001, HIS-002: the end of a program that the kernel killed for want of memory while no daemon was there is in its record, and listeners hear of it", async () => {
  const kills = { count: 3 };
  const lend = (world: World) => Object.assign(world.instance?.doors.kernel ?? {}, { oomKills: () => kills.count });
  const world = await host(
    "[program:a]\ncommand=/bin/actor hold\nstartsecs=0\n[eventlistener:l]\ncommand=/bin/actor hold\nevents=LIFECYCLE\nautostart=false\n",
    (made) => {
      const start = made.keeper.start.bind(made.keeper);
      made.keeper.start = () => {
        start();
        made.scheduler.after(0, () => void lend(made));
      };
    },
  );
  await until(world, () => stateOf(world, "a") === "RUNNING");
  const pid = world.port?.process(ref("a"))?.pid ?? 0;
  world.instance?.die();
  kills.count += 1;
  world.keeper.children.kill(pid, 9);
  await until(world, () => world.instance !== null);
  lend(world);
  await until(world, () => stateOf(world, "a") === "RUNNING" && world.port?.process(ref("a"))?.pid !== pid);
  const history = decodeHistory(world.keeper.store.get("history/a:a") ?? new Uint8Array());
  assert.ok(history.ok);
  assert.deepEqual([history.value.ends.map(({ signal, oom }) => [signal, oom]), history.value.oomKills], [[["SIGKILL", "likely"]], 1]);
  const kept = [...world.keeper.store].filter(([key]) => key.startsWith("event")).map(([, value]) => Buffer.from(value).toString());
  assert.ok(
    kept.some((event) => event.includes("LIFECYCLE_OOM")),
    kept.join("\n"),
  );
});
