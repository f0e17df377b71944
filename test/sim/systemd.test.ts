/** What systemd hears of a supervisord with systemd_notify, told step by step. (BOOT) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { host, inCharge, pass, ref, settled, stateOf, until } from "./scene.ts";
import type { World } from "./world.ts";

const SOCKET = "/run/systemd/notify";
const ON = "systemd_notify=true\n";

const withSystemd =
  (more: Readonly<Record<string, string>> = {}) =>
  (world: World): void => {
    world.environment = { NOTIFY_SOCKET: SOCKET, ...more };
  };

/** The messages so far, the instant of a reload left out. */
function heard(world: World): string[] {
  return world.keeper.datagrams.map(({ path, bytes }) => {
    assert.equal(path, SOCKET);
    return Buffer.from(bytes)
      .toString()
      .replace(/MONOTONIC_USEC=[0-9]+/, "MONOTONIC_USEC=N")
      .replaceAll("\n", " ");
  });
}

const PROGRAMS = "[program:good]\ncommand=/bin/actor hold\nstartsecs=1\n[program:bad]\ncommand=/bin/nothing\nstartretries=1\n";

test("BOOT-001: READY=1 once everything was started, whatever fails; the numbers at most every 5 seconds; STOPPING=1", async () => {
  const world = await host(ON + PROGRAMS, withSystemd());
  assert.ok(await until(world, () => heard(world).length > 0));
  const readyMs = world.scheduler.nowMs;
  assert.deepEqual(heard(world), ["READY=1 STATUS=0 of 2 programs run"]);
  assert.ok(await until(world, () => stateOf(world, "good") === "RUNNING" && stateOf(world, "bad") === "FATAL"));
  assert.equal(heard(world).length, 1, "not before 5 seconds are over");
  assert.ok(await until(world, () => heard(world).length > 1));
  assert.ok(world.scheduler.nowMs >= readyMs + 5000 - 100);
  assert.equal(heard(world)[1], "STATUS=1 of 2 programs run");
  await pass(world, 60_000);
  assert.equal(heard(world).length, 2, "what has not changed is not told again");
  const port = await inCharge(world);
  await settled(world, port.stop(ref("good"), "stopped"));
  await pass(world, 100);
  assert.equal(heard(world).at(-1), "STATUS=0 of 2 programs run", "a change after a quiet time is told at once");
  port.shutdown();
  await pass(world, 10_000);
  assert.equal(world.exitCode, 0);
  assert.match(heard(world).at(-1) ?? "", /^STOPPING=1 STATUS=/);
});

test("BOOT-001: RELOADING=1 and READY=1 around a reload and a reread", async () => {
  const world = await host(`${ON}[program:good]\ncommand=/bin/actor hold\nstartsecs=0\n`, withSystemd());
  assert.ok(await until(world, () => stateOf(world, "good") === "RUNNING" && heard(world).length === 1));
  const port = await inCharge(world);
  await settled(world, port.reloadConfig());
  await pass(world, 100);
  const words = () => heard(world).map((line) => line.split(" ")[0]);
  assert.deepEqual(words(), ["READY=1", "RELOADING=1", "READY=1"]);
  assert.match(heard(world)[1] ?? "", /^RELOADING=1 MONOTONIC_USEC=N STATUS=/);
  await settled(world, port.restart());
  assert.ok(await until(world, () => words().length === 5));
  assert.deepEqual(words().slice(3), ["RELOADING=1", "READY=1"]);
  assert.match(heard(world)[4] ?? "", /of 1 programs run/);
});

test("BOOT-001: a successor says the phase that it finds, and none that is over", async () => {
  const world = await host(`${ON}[program:slow]\ncommand=/bin/actor ignore hold\nstopwaitsecs=20\nstartsecs=0\n`, withSystemd());
  assert.ok(await until(world, () => heard(world).length === 1));
  world.instance?.die();
  await inCharge(world);
  assert.ok(await until(world, () => heard(world).length === 2));
  assert.match(heard(world)[1] ?? "", /^READY=1 /);
  world.port?.shutdown();
  assert.ok(await until(world, () => heard(world).length === 3));
  world.instance?.die();
  await inCharge(world);
  assert.ok(await until(world, () => heard(world).length === 4));
  assert.match(heard(world)[3] ?? "", /^STOPPING=1 /);
  assert.equal(heard(world).filter((line) => line.startsWith("READY=1")).length, 2);
});

test("BOOT-001, BOOT-003: nothing is told without the option, without a socket, or to what is no socket", async () => {
  const program = "[program:good]\ncommand=/bin/actor hold\nstartsecs=0\n";
  for (const [option, environment] of [
    ["", { NOTIFY_SOCKET: SOCKET, WATCHDOG_USEC: "2000000" }],
    [ON, {}],
    [ON, { NOTIFY_SOCKET: "vsock:2:3", WATCHDOG_USEC: "2000000" }],
  ] as const) {
    const world = await host(option + program, (it) => {
      it.environment = environment;
    });
    await pass(world, 10_000);
    assert.deepEqual(heard(world), []);
  }
});

test("BOOT-003: WATCHDOG=1 every half of the time, also by a successor", async () => {
  const world = await host(`${ON}[program:good]\ncommand=/bin/actor hold\nstartsecs=0\n`, withSystemd({ WATCHDOG_USEC: "20000000" }));
  const pings = () => heard(world).filter((line) => line === "WATCHDOG=1").length;
  await pass(world, 1000);
  const first = pings();
  assert.equal(first, 1);
  await pass(world, 30_000);
  assert.equal(pings(), first + 3);
  world.instance?.die();
  await inCharge(world);
  await pass(world, 1000);
  assert.equal(pings(), first + 4);
});

test("BOOT-002: programs get NOTIFY_SOCKET as ever without the option, and not with it, unless it is configured", async () => {
  for (const [sections, expected] of [
    [`[program:p]\ncommand=/bin/actor hold\n`, SOCKET],
    [`${ON}[program:p]\ncommand=/bin/actor hold\n`, undefined],
    [`${ON}[program:p]\ncommand=/bin/actor hold\nenvironment=NOTIFY_SOCKET="@own"\n`, "@own"],
  ] as const) {
    const world = await host(sections, withSystemd({ WATCHDOG_USEC: "9000000" }));
    assert.ok(await until(world, () => stateOf(world, "p") === "RUNNING"));
    const runtime = world.runtime;
    assert.ok(runtime !== null);
    const { environmentOf } = await import("../../src/daemon/spawn/environment.ts");
    const [group] = runtime.running.groups;
    const config = group?.processes[0];
    assert.ok(config !== undefined);
    const found = environmentOf(runtime, ref("p"), config, null);
    assert.equal(found["NOTIFY_SOCKET"], expected);
    assert.equal(found["WATCHDOG_USEC"], expected === SOCKET ? "9000000" : undefined);
  }
});
