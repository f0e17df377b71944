/**
 * Where the control groups of programs are: a folder of our own below the group that supervisord was started in, and the controllers that the kernel lets us
 * use there. Two supervisords in one group have two such folders. (CGR-001, CGR-002)
 */
import { errnoWords } from "../../errnowords.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";

/** `own`: the group that supervisord was started in. */
export type Base = { readonly path: string; readonly own: string; readonly canKill: boolean };

export const CONTROLLERS = ["memory", "pids", "cpu"] as const;
export type Controller = (typeof CONTROLLERS)[number];

type World = Pick<Runtime, "doors" | "keeperPid">;

const PREFIX = "holdfast";
/** The group of the keeper and the daemon, where groups beside it are limited: a group with processes of its own can limit none below it. */
const KEEPER = "supervisord";
/** The commonest of all: containers have them read-only. */
export function words(errno: string): string {
  return errno === "EROFS" ? "read-only file system" : errnoWords(errno);
}

const NONE = "there are no control groups of version 2";

/** Finds the place and makes the folder; the error says in words why there is none. */
export async function findBase({ doors, keeperPid }: World): Promise<Result<Base, string>> {
  const { cgroups: files, processes } = doors;
  const line = await files.read(`/proc/${keeperPid}/cgroup`);
  const here = line.ok ? ownGroup(line.value) : null;
  const mounts = here === null ? null : await files.read("/proc/self/mountinfo");
  const mount = mounts?.ok ? mountOf(mounts.value) : null;
  if (here === null || mount === null) return refuse(NONE);
  const below = mount.root === "/" ? here : here.startsWith(`${mount.root}/`) || here === mount.root ? here.slice(mount.root.length) : null;
  if (below === null || `${below}/`.includes("/../")) return refuse("the group of supervisord is not to be seen here");
  const folder = below === "/" ? mount.point : mount.point + below;
  const name = `${PREFIX}.${keeperPid}.${processes.one(keeperPid)?.startTicks ?? 0}`;
  const isMoved = folder.endsWith(`/${name}/${KEEPER}`);
  const own = isMoved ? folder.slice(0, -`/${name}/${KEEPER}`.length) : folder;
  const path = `${own}/${name}`;
  // To join a group below, the group above has to be writable, too.
  const mayJoin = await files.write(`${own}/cgroup.procs`, "");
  const made = mayJoin.ok ? await makeSure(files, path) : mayJoin;
  if (!made.ok) return refuse(words(made.error));
  const kill = await files.read(`${path}/cgroup.kill`);
  return ok({ path, own, canKill: kill.ok || kill.error !== "ENOENT" });
}

async function makeSure(files: World["doors"]["cgroups"], path: string): Promise<Result<true, string>> {
  const made = await files.makeFolder(path);
  return made.ok || made.error === "EEXIST" ? ok(true) : made;
}

/** The group of version 2 in /proc/PID/cgroup. */
export function ownGroup(text: string): string | null {
  return /^0::(\/.*)$/m.exec(text)?.[1] ?? null;
}

/** Where groups of version 2 are mounted, and which of them is at the top there. (proc_pid_mountinfo(5)) */
export function mountOf(text: string): { readonly root: string; readonly point: string } | null {
  for (const line of text.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, point] = before.split(" ").map(unescaped);
    if (after.startsWith("cgroup2 ") && root !== undefined && point !== undefined) return { root, point };
  }
  return null;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Controllers that can be had below; the error says why there is none. Keeper and daemon move into a group of their own where that is needed. */
export async function enable(world: World, base: Base): Promise<Result<ReadonlySet<Controller>, string>> {
  const files = world.doors.cgroups;
  const listed = await files.read(`${base.own}/cgroup.controllers`);
  const there = CONTROLLERS.filter((one) => listed.ok && listed.value.trim().split(" ").includes(one));
  if (there.length === 0) return refuse(`no controller can be had in ${base.own}`);
  let enabled = await enableIn(world, base.own, there);
  if (!enabled.ok && enabled.error === "EBUSY") {
    await moveKeeper(world, base);
    enabled = await enableIn(world, base.own, there);
    if (!enabled.ok) await moveBack(world, base);
  }
  if (!enabled.ok) return refuse(enabled.error === "EBUSY" ? `other processes live in ${base.own}` : words(enabled.error));
  const below = await enableIn(world, base.path, enabled.value);
  return below.ok ? ok(new Set(below.value)) : refuse(words(below.error));
}

/** One by one: some may be had and others not. The error is that of the first when none can. */
async function enableIn({ doors }: World, path: string, wanted: readonly Controller[]): Promise<Result<readonly Controller[], string>> {
  const enabled: Controller[] = [];
  let error: string | null = null;
  for (const one of wanted) {
    const written = await doors.cgroups.write(`${path}/cgroup.subtree_control`, `+${one}`);
    if (written.ok) enabled.push(one);
    else error ??= written.error;
  }
  return enabled.length > 0 || error === null ? ok(enabled) : refuse(error);
}

/** With all that is below the keeper already. */
async function moveKeeper({ doors, keeperPid }: World, base: Base): Promise<void> {
  const { cgroups: files, processes } = doors;
  const keeper = `${base.path}/${KEEPER}`;
  await makeSure(files, keeper);
  const parents = new Map((await processes.all()).map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid, steps = 0; at !== undefined && steps < parents.size; at = parents.get(at), steps++)
      if (at === keeperPid) return true;
    return false;
  };
  for (const pid of await pidsIn({ doors }, base.own)) if (isBelow(pid)) await files.write(`${keeper}/cgroup.procs`, String(pid));
}

async function moveBack({ doors }: Pick<World, "doors">, base: Base): Promise<void> {
  const keeper = `${base.path}/${KEEPER}`;
  for (const pid of await pidsIn({ doors }, keeper)) await doors.cgroups.write(`${base.own}/cgroup.procs`, String(pid));
  await doors.cgroups.removeFolder(keeper);
}

export async function pidsIn({ doors }: Pick<World, "doors">, group: string): Promise<readonly number[]> {
  const read = await doors.cgroups.read(`${group}/cgroup.procs`);
  return read.ok ? read.value.split("\n").filter(Boolean).map(Number) : [];
}

/** At the end: whoever comes next finds the group as it was. Folders in which something lives stay. */
export async function leave(world: World, base: Base): Promise<void> {
  const files = world.doors.cgroups;
  const found = await files.folders(base.path);
  // Only where we have moved the controllers were enabled by us: who finds them enabled leaves them so.
  if (found.ok && found.value.includes(KEEPER)) {
    for (const path of [base.path, base.own]) for (const one of CONTROLLERS) await files.write(`${path}/cgroup.subtree_control`, `-${one}`);
    await moveBack(world, base);
  }
  await removeTree(files, base.path, 3);
}

/** Folders of supervisords that are no more: one that was killed with -9 leaves them. */
export async function removeStale({ doors }: World, base: Base): Promise<void> {
  const { cgroups: files, processes } = doors;
  const found = await files.folders(base.own);
  for (const name of found.ok ? found.value : []) {
    const [, pid, start] = /^holdfast\.(\d+)\.(\d+)$/.exec(name) ?? [];
    if (pid === undefined || processes.one(Number(pid))?.startTicks === Number(start)) continue;
    await removeTree(files, `${base.own}/${name}`, 3);
  }
}

/** From below; what something lives in stays. */
export async function removeTree(files: World["doors"]["cgroups"], path: string, depth: number): Promise<void> {
  const found = depth === 0 ? null : await files.folders(path);
  for (const name of found?.ok ? found.value : []) await removeTree(files, `${path}/${name}`, depth - 1);
  await files.removeFolder(path);
}
