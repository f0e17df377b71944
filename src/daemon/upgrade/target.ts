/**
 * What is installed: the package that supervisord would be started from now, or another one that somebody names; and how its parts are run. The launcher
 * looks in the same places (launcher/find.c).
 */
import path from "node:path";
import type { Doors } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { type LaunchData, readLaunchData } from "./launchdata.ts";

export type Target = {
  /** The folder with bin/ and dist/. */
  readonly root: string;
  readonly data: LaunchData;
  readonly keeper: string;
  /** Somebody has named it by HOLDFAST_KEEPER: it need not be the one that came with the package. */
  readonly isKeeperNamed: boolean;
  /** node, its flags, the daemon. */
  readonly argv: readonly string[];
};

type Asked = Pick<Doors, "files" | "birth" | "installation">;

const LAUNCH_DATA = "dist/launch.json";
/** As the launcher has it. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** The folder that supervisord was started from: by the path that was typed, whose links may lead elsewhere by now, else where it was then. */
export async function installedRoot(doors: Asked): Promise<string> {
  const called = await doors.installation.realPath(absolute(doors, doors.birth.argv0));
  const above = called === null ? null : path.dirname(path.dirname(called));
  const places = above === null ? [] : [above, path.join(above, ".."), path.join(above, "../holdfast"), path.join(above, "../..")];
  for (const place of places) if ((await doors.files.stat(path.join(place, LAUNCH_DATA))).ok) return place;
  return doors.installation.root;
}

export async function readTarget(doors: Asked, root: string, isNamed: boolean): Promise<Result<Target, string>> {
  const file = path.join(root, LAUNCH_DATA);
  const bytes = await doors.files.readText(file);
  if (!bytes.ok) return refuse(`there is no package in ${root}: ${LAUNCH_DATA}: ${bytes.error}`);
  const data = readLaunchData(new TextDecoder().decode(bytes.value));
  if (!data.ok) return refuse(`${file}: ${data.error}`);
  const named = doors.birth.environment["HOLDFAST_KEEPER"] ?? "";
  const isKeeperNamed = named !== "" && !isNamed;
  const keeper = isKeeperNamed ? absolute(doors, named) : await keeperOf(doors, root, data.value);
  if (keeper === null) return refuse(`there is no keeper in ${root}`);
  const node = await nodeFor(doors, root);
  if (node === null) return refuse("Node.js was not found: install version 20.19 or later, or set HOLDFAST_NODE to its path");
  const argv = [node, ...data.value.node, path.join(root, data.value.daemon)];
  return ok({ root, data: data.value, keeper, isKeeperNamed, argv });
}

async function keeperOf(doors: Asked, root: string, { keeper }: LaunchData): Promise<string | null> {
  const name = `holdfast-keeper-linux-${doors.installation.arch}`;
  const places = [keeper, `node_modules/${name}/holdfast-keeper`, `../${name}/holdfast-keeper`].map((place) => path.join(root, place));
  for (const place of places) if ((await doors.files.stat(place)).ok) return place;
  return null;
}

async function nodeFor(doors: Asked, root: string): Promise<string | null> {
  const { environment } = doors.birth;
  const named = environment["HOLDFAST_NODE"] ?? "";
  if (named.includes("/")) return usable(doors, absolute(doors, named));
  const own = named === "" ? await usable(doors, path.join(root, "node/bin/node")) : null;
  return own ?? (await onPath(doors, named === "" ? "node" : named)) ?? (named === "" ? usable(doors, doors.installation.node) : null);
}

async function onPath(doors: Asked, name: string): Promise<string | null> {
  for (const part of (doors.birth.environment["PATH"] ?? DEFAULT_PATH).split(":")) {
    const found = await usable(doors, absolute(doors, path.join(part, name)));
    if (found !== null) return found;
  }
  return null;
}

async function usable(doors: Asked, file: string): Promise<string | null> {
  const found = await doors.files.stat(file);
  return found.ok && found.value.kind === "file" && (await doors.files.mayExecute(file)) ? file : null;
}

/** Relative names count from the folder in which supervisord was started. */
function absolute({ birth }: Asked, name: string): string {
  return path.resolve(birth.cwd, name);
}

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/** Why nobody but root and the user of supervisord is sure to have written what lies in a folder; null: they have. */
export async function whyNotTrusted({ files }: Pick<Doors, "files">, root: string, uid: number): Promise<string | null> {
  const inside = ["", "dist", LAUNCH_DATA].map((name) => path.join(root, name));
  for (const place of [...parents(root), ...inside]) {
    const found = await files.stat(place);
    if (!found.ok) return `${place}: ${found.error}`;
    const { uid: owner, mode, kind } = found.value;
    if (owner !== 0 && owner !== uid) return `${place} belongs to another user (uid ${owner})`;
    const isGuarded = kind === "directory" && (mode & STICKY) !== 0 && !inside.includes(place);
    if ((mode & WRITABLE_BY_OTHERS) !== 0 && !isGuarded) return `${place} can be written by other users`;
  }
  return null;
}

function parents(folder: string): readonly string[] {
  const above = path.dirname(folder);
  return above === folder ? [] : [...parents(above), above];
}
