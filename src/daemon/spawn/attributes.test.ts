import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../../config/model.ts";
import { program } from "../../process/life.fixture.ts";
import { ok, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";
import { attributesOf, hardLimit } from "./attributes.ts";

const UNLIMITED = 2n ** 64n - 1n;
const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max core file size        0                    1000                 bytes
Max open files            1024                 4096                 files
`;

/** As much of the daemon as is asked. */
function runtime(keeperVersion = 2, limits: string | null = LIMITS): Runtime {
  const readText = async (path: string) => (path === "/proc/7/limits" && limits !== null ? ok(Buffer.from(limits)) : refuse("EACCES"));
  return {
    keeperPid: 7,
    keeperVersion,
    doors: { files: { readText }, random: { word: (length: number) => "x".repeat(length) } },
  } as unknown as Runtime;
}

const of = (config: Partial<ProcessConfig>, ...how: Parameters<typeof runtime>) => attributesOf(runtime(...how), program(config));

test("a program without these options has none, with a keeper of any release, and nothing is read for it", async () => {
  assert.deepEqual(await of({}, 1, null), ok([]));
});

test("LIM-001 what is not a limit is an attribute of its own", async () => {
  const read = await of({ session: true, nice: -5, oomScoreAdj: 100, noNewPrivs: true }, 2, null);
  assert.deepEqual(
    read,
    ok([{ kind: "session" }, { kind: "nice", nice: -5 }, { kind: "oom-score-adj", score: 100 }, { kind: "no-new-privs" }]),
  );
});

test("LIM-003 SOFT alone leaves the hard limit, and raises it where it is lower; both are taken as they are; unlimited is the kernel's", async () => {
  const limits = async (config: Partial<ProcessConfig>, ...how: Parameters<typeof runtime>) => {
    const read = await of(config, ...how);
    assert.ok(read.ok);
    return read.value.flatMap((one) => (one.kind === "rlimits" ? one.limits.map((limit) => [limit.resource, limit.soft, limit.hard]) : []));
  };
  assert.deepEqual(await limits({ rlimitNofile: { soft: 100, hard: null } }), [[7, 100n, 4096n]]);
  assert.deepEqual(await limits({ rlimitNofile: { soft: 5000, hard: null } }), [[7, 5000n, 5000n]]);
  assert.deepEqual(await limits({ rlimitCpu: { soft: 5, hard: null } }), [[0, 5n, UNLIMITED]]);
  assert.deepEqual(await limits({ rlimitCore: { soft: "unlimited", hard: null } }), [[4, UNLIMITED, UNLIMITED]]);
  assert.deepEqual(await limits({ rlimitCore: { soft: 1, hard: 2 } }, 2, null), [[4, 1n, 2n]]);
});

test("LIM-002 where the limits in force cannot be read, the start fails and says of which option", async () => {
  assert.deepEqual(await of({ rlimitCore: { soft: 1, hard: null } }, 2, null), refuse("couldn't set rlimit_core: /proc/7/limits: EACCES"));
});

test("LIM-005 with a keeper of an earlier release such a start fails by the name of the option", async () => {
  const needs = (option: string) => refuse(`${option} needs the keeper of this release: restart supervisord`);
  assert.deepEqual(await of({ rlimitCore: { soft: 1, hard: null }, nice: 5 }, 1), needs("rlimit_core"));
  assert.deepEqual(await of({ nice: 0 }, 1), needs("nice"));
  assert.deepEqual(await of({ session: true }, 1), needs("session"));
});

test("the hard limit is the second number of the line", () => {
  assert.deepEqual(
    ["Max cpu time", "Max core file size", "Max open files", "Max locks"].map((name) => hardLimit(LIMITS, name)),
    [UNLIMITED, 1000n, 4096n, 0n],
  );
});

test("RDY-007 fd:N is a descriptor of the child's, and needs a keeper of this release", async () => {
  const config: Partial<ProcessConfig> = { readyWhen: { kind: "fd", number: 200 } };
  assert.deepEqual(await of(config, 2, null), ok([{ kind: "ready-fd", descriptor: 200 }]));
  assert.deepEqual(await of(config, 1), refuse("ready_when=fd:200 needs the keeper of this release: restart supervisord"));
});

test("RDY-011 a socket with ready_when=notify, with healthcheck=watchdog, and one with both; its address is drawn", async () => {
  const socket = { kind: "notify", address: `holdfast/${"x".repeat(20)}` } as const;
  const [notify, watchdog] = [{ readyWhen: { kind: "notify" } }, { healthcheck: { kind: "watchdog" } }] as const;
  for (const config of [notify, watchdog, { ...notify, ...watchdog }]) assert.deepEqual(await of(config), ok([socket]));
  assert.deepEqual(await of({ ...watchdog, readyWhen: { kind: "fd", number: 3 } }), ok([{ kind: "ready-fd", descriptor: 3 }, socket]));
  const needs = (option: string) => refuse(`${option} needs the keeper of this release: restart supervisord`);
  assert.deepEqual(await of(notify, 1), needs("ready_when=notify"));
  assert.deepEqual(await of(watchdog, 1), needs("healthcheck=watchdog"));
});

test("RDY-011 what runs beside a program has no socket and no descriptor of its own, and needs no newer keeper for it", async () => {
  const config = { ...program({ readyWhen: { kind: "fd", number: 3 }, healthcheck: { kind: "watchdog" } }) };
  assert.deepEqual(await attributesOf(runtime(1), config, null, "run"), ok([]));
});
