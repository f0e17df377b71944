/** Control groups on a kernel that is played: where they are, what is written into them, what becomes of them, and what is told where there are none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { ProcessConfig } from "../../config/model.ts";
import { program } from "../../process/life.fixture.ts";
import { NEVER_STARTED } from "../../process/state.ts";
import { emptyWorld, findMember, makeGroup, setState } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import { mountOf, ownGroup } from "./cgroupbase.ts";
import { FakeCgroups } from "./cgroups.fixture.ts";
import { Cgroups, folderName } from "./cgroups.ts";

const KEEPER = 10;
const DAEMON = 11;
const POINT = "/sys/fs/cgroup";
const OWN = `${POINT}/service`;
const BASE = `${OWN}/holdfast.10.77`;
const ALL = ["cpuset", "cpu", "io", "memory", "pids"];
const TURN = {} as Turn;
const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await setImmediate();
};

function scene(over: Partial<ProcessConfig>, { controllers = ALL, pids = [KEEPER, DAEMON, 12], mode = "auto" } = {}) {
  const files = new FakeCgroups(POINT, "/service", controllers, pids);
  const world = emptyWorld();
  const group = makeGroup({ kind: "programs", name: "g", priority: 1, processes: [program({ name: "web", ...over })] }, 0);
  world.groups.set("g", group);
  const member = findMember(world, { group: "g", process: "web" });
  assert.ok(member !== undefined);
  const told: string[] = [];
  let oomKills: number | null = 3;
  const one = (pid: number) => ({ pid, parent: pid === KEEPER ? 1 : KEEPER, group: 0, session: 0, startTicks: 77, state: "S", name: "x" });
  const processes = { one: (pid: number) => (pid === 999 ? null : one(pid)), all: async () => [KEEPER, DAEMON, 12].map(one) };
  const runtime = {
    ...{ world, keeperPid: KEEPER, running: { daemon: { cgroups: mode } } },
    doors: { cgroups: files, processes, kernel: { oomKillsIn: () => oomKills } },
    loop: { post: (act: (turn: Turn) => void) => act(TURN) },
    activity: { write: (_: Turn, level: string, text: string) => told.push(`${level}: ${text}`) },
  } as unknown as Runtime;
  const make = () => new Cgroups(runtime);
  const cgroups = make();
  const place = () => cgroups.place(member.ref, member.config);
  const kills = (count: number | null) => (oomKills = count);
  return { files, world, group, member, cgroups, place, told, make, kills };
}

const value = (it: { files: FakeCgroups }, file: string): string | undefined => {
  const at = file.lastIndexOf("/");
  return it.files.groups.get(file.slice(0, at))?.files.get(file.slice(at + 1));
};

test("CGR-001 the group in /proc/PID/cgroup, and where version 2 is mounted, alone or beside version 1", () => {
  assert.equal(ownGroup("9:name=systemd:/\n4:memory:/a\n0::/system.slice/x.service\n"), "/system.slice/x.service");
  assert.equal(ownGroup("4:memory:/a\n"), null);
  const v1 = "30 29 0:27 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory";
  const v2 = "31 29 0:28 /a\\040b /sys/fs/cgroup/uni\\040fied rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate";
  assert.deepEqual(mountOf(`${v1}\n${v2}\n`), { root: "/a b", point: "/sys/fs/cgroup/uni fied" });
  assert.equal(mountOf(v1), null);
});

test("CGR-002 keeper and daemon move into a group of their own, and the process has one with its limits and a leaf to run in", async () => {
  const it = scene({ memoryMax: 512 * 1024 * 1024, pidsMax: 50, cpuMax: 1.5 });
  assert.deepEqual(await it.place(), { ok: true, value: { cgroup: `${BASE}/g:web`, oomKills: 3 } });
  assert.deepEqual([...(it.files.groups.get(`${BASE}/supervisord`)?.pids ?? [])], [KEEPER, DAEMON, 12]);
  assert.deepEqual([...(it.files.groups.get(OWN)?.enabled ?? [])], ["memory", "pids", "cpu"]);
  assert.deepEqual(
    ["memory.max", "pids.max", "cpu.max"].map((file) => value(it, `${BASE}/g:web/${file}`)),
    ["536870912", "50", "150000 100000"],
  );
  assert.ok(it.files.groups.has(`${BASE}/g:web/run`));
  assert.deepEqual(it.told, [`info: cgroups: memory, pids, cpu in ${BASE}`]);
  assert.deepEqual(it.cgroups.limits(it.member), [
    { option: "memory_max", wanted: "512MB", effective: "512MB" },
    { option: "pids_max", wanted: "50", effective: "50" },
    { option: "cpu_max", wanted: "1.5", effective: "1.5" },
  ]);
});

test("CGR-001 killtree alone needs no controller, and moves nobody", async () => {
  const it = scene({ killTree: true }, { controllers: [] });
  it.kills(null);
  assert.deepEqual(await it.place(), { ok: true, value: { cgroup: `${BASE}/g:web` } });
  assert.equal(it.files.groups.get(OWN)?.pids.has(KEEPER), true);
  assert.deepEqual(it.told, [`info: cgroups: killtree in ${BASE}`]);
});

test("CGR-001 nothing is made for who has none of the options", async () => {
  const it = scene({ rlimitNofile: { soft: 1, hard: null } });
  assert.deepEqual([await it.place(), it.files.written, it.cgroups.limits(it.member)], [{ ok: true, value: null }, [], null]);
});

test("CGR-003 where others live in the group the limits are not enforced, told once for a program, and everybody is back where he was", async () => {
  const it = scene({ memoryMax: 1024 }, { pids: [KEEPER, DAEMON, 500] });
  assert.deepEqual(await it.place(), { ok: true, value: null });
  await it.place();
  assert.deepEqual(it.told, [`warn: cgroups: not available: other processes live in ${OWN}; memory_max of web is not enforced`]);
  assert.deepEqual([...(it.files.groups.get(OWN)?.pids ?? [])].sort(), [KEEPER, DAEMON, 500].sort());
  assert.equal(it.files.groups.has(`${BASE}/supervisord`), false);
  assert.deepEqual(it.cgroups.limits(it.member), [
    { option: "memory_max", wanted: "1KB", effective: `not enforced: other processes live in ${OWN}` },
  ]);
});

test("CGR-003 a read-only file system, a controller that is not there, cgroups=off: each is told as what it is", async () => {
  const readOnly = scene({ memoryMax: 1024 });
  readOnly.files.fault = "EROFS";
  await readOnly.place();
  assert.deepEqual(readOnly.told, ["warn: cgroups: not available: read-only file system; memory_max of web is not enforced"]);
  const some = scene({ memoryMax: 1024, pidsMax: 5 }, { controllers: ["pids"] });
  assert.deepEqual(await some.place(), { ok: true, value: { cgroup: `${BASE}/g:web`, oomKills: 3 } });
  assert.deepEqual(
    some.cgroups.limits(some.member)?.map(({ effective }) => effective),
    [`not enforced: the controller memory cannot be had in ${OWN}`, "5"],
  );
  const off = scene({ memoryMax: 1024, killTree: true }, { mode: "off" });
  assert.deepEqual(await off.place(), { ok: true, value: null });
  assert.deepEqual(off.told, ["warn: cgroups: not available: cgroups=off; memory_max of web is not enforced"]);
  const tree = scene({ killTree: true }, { mode: "off" });
  await tree.place();
  assert.deepEqual(tree.told, ["info: cgroups: not available: cgroups=off; killtree looks for processes"]);
});

test("CGR-003 cgroups=require: what cannot be limited does not start", async () => {
  const it = scene({ memoryMax: 1024 }, { mode: "require" });
  it.files.fault = "EROFS";
  assert.deepEqual(await it.place(), { ok: false, error: "couldn't set memory_max to 1KB: read-only file system" });
  const tree = scene({ killTree: true }, { mode: "require" });
  tree.files.fault = "EROFS";
  assert.deepEqual(await tree.place(), { ok: true, value: null }, "killtree needs none");
});

test("CGR-004 an update writes the limits at once: another one, and max where the option goes away", async () => {
  const it = scene({ memoryMax: 1024, pidsMax: 5 });
  const placed = await it.place();
  assert.ok(placed.ok && placed.value?.cgroup !== undefined);
  setState(it.world, it.member, {
    ...NEVER_STARTED,
    state: "RUNNING",
    pid: 100,
    child: 7,
    life: { tree: { sinceTicks: 1, ...placed.value } },
  });
  it.member.config = program({ name: "web", memoryMax: 4096, cpuMax: 2 });
  it.cgroups.groupChanged(TURN, it.group, "changed");
  await settled();
  assert.deepEqual(
    ["memory.max", "pids.max", "cpu.max"].map((file) => value(it, `${BASE}/g:web/${file}`)),
    ["4096", "max", "200000 100000"],
  );
});

test("CGR-002 the group goes with the process, and all of it at the end of supervisord", async () => {
  const it = scene({ memoryMax: 1024 });
  await it.place();
  await it.cgroups.place({ group: "g", process: "gone" }, it.member.config);
  assert.ok(it.files.groups.has(`${BASE}/g:gone`));
  it.cgroups.groupChanged(TURN, it.group, "changed");
  await settled();
  assert.equal(it.files.groups.has(`${BASE}/g:gone`), false);
  assert.ok(it.files.groups.has(`${BASE}/g:web/run`));
  await it.cgroups.end();
  assert.deepEqual([...it.files.groups.keys()], [OWN]);
  assert.deepEqual([...(it.files.groups.get(OWN)?.pids ?? [])], [KEEPER, DAEMON, 12]);
  assert.equal(it.files.groups.get(OWN)?.enabled.size, 0);
});

test("CGR-002 a successor finds the place again from within, and folders of supervisords that are no more are removed", async () => {
  const it = scene({ memoryMax: 1024 });
  for (const path of [`${OWN}/holdfast.999.5`, `${OWN}/holdfast.999.5/a:b`, `${OWN}/holdfast.12.77`]) await it.files.makeFolder(path);
  await it.place();
  assert.deepEqual([it.files.groups.has(`${OWN}/holdfast.999.5`), it.files.groups.has(`${OWN}/holdfast.12.77`)], [false, true]);
  const next = it.make();
  assert.deepEqual(await next.place(it.member.ref, it.member.config), { ok: true, value: { cgroup: `${BASE}/g:web`, oomKills: 3 } });
});

test("KILL-002 emptying kills what is in the run's leaf, not what runs beside it; an empty one, and one that is gone, are left alone", async () => {
  const it = scene({ killTree: true });
  const placed = await it.place();
  assert.ok(placed.ok && placed.value?.cgroup !== undefined);
  const { cgroup } = placed.value;
  it.member.state = { ...NEVER_STARTED, life: { tree: { sinceTicks: 1, cgroup } } };
  assert.equal(await it.cgroups.placeBeside(it.member), `${cgroup}/aux`);
  await it.files.write(`${cgroup}/run/cgroup.procs`, "100");
  await it.files.write(`${cgroup}/aux/cgroup.procs`, "101");
  assert.deepEqual(await it.cgroups.pidsOfRun(cgroup), [100]);
  assert.deepEqual(await it.cgroups.empty(cgroup), { ok: true, value: true });
  assert.deepEqual([...(it.files.groups.get(`${cgroup}/aux`)?.pids ?? [])], [101]);
  const before = it.files.written.length;
  assert.deepEqual(await it.cgroups.empty(cgroup), { ok: true, value: true });
  assert.deepEqual(await it.cgroups.empty("/gone"), { ok: true, value: true });
  assert.equal(it.files.written.length, before, "nobody was there to be killed");
});

test("CGR-002 long names are cut and told apart by a hash; no name leaves its folder", () => {
  const [a, b] = ["x", "y"].map((end) => folderName({ group: "g".repeat(300), process: end }));
  assert.ok(a !== undefined && a !== b && Buffer.byteLength(a) <= 200 && a.includes(":"));
  assert.equal(folderName({ group: "a/../b", process: "p" }), "a%2F..%2Fb:p");
});

test("CGR-002 a start waits for what is being removed or emptied, and a group that was taken away is made anew", async () => {
  const it = scene({ killTree: true });
  await it.place();
  it.world.groups.delete("g");
  it.cgroups.groupChanged(TURN, it.group, "removed");
  it.world.groups.set("g", it.group);
  await it.place();
  assert.ok(it.files.groups.has(`${BASE}/g:web/run`));
  for (const path of [`${BASE}/g:web/run`, `${BASE}/g:web`, BASE]) await it.files.removeFolder(path);
  it.cgroups.cannotJoin("ENOENT");
  assert.ok((await it.place()).ok && it.files.groups.has(`${BASE}/g:web/run`));
  it.cgroups.cannotJoin("EBUSY");
  assert.deepEqual(await it.place(), { ok: true, value: null });
});
