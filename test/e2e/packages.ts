/** Packages of other versions for tests of upgrades: copies of this build that say that they are another one, to the byte of the keeper. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./instance.ts";

/** As scripts/launchdata.mjs writes it. */
type LaunchData = { version: string; build: string; daemonBuild: string };

const DATA = JSON.parse(readFileSync(path.join(ROOT, "dist/launch.json"), "utf8")) as LaunchData;
/** The version of this build. */
export const VERSION = DATA.version;
/** A later one: its text is as long, so that it can stand in the keeper where the other one did. */
export const LATER = VERSION.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
const LATER_BUILD = "0123456789ab";

/** What runs, without what others import. */
export function copyPackage(to: string): string {
  cpSync(path.join(ROOT, "bin"), path.join(to, "bin"), { recursive: true });
  const wanted = /^(?:|launch\.json|holdfast-keeper|web(?:\/.*)?|(?:daemon|supervisorctl|api|plugin-thread)(?:\.bundle)?\.(?:cjs|cache))$/;
  cpSync(path.join(ROOT, "dist"), path.join(to, "dist"), {
    recursive: true,
    filter: (file) => wanted.test(path.relative(path.join(ROOT, "dist"), file)),
  });
  return to;
}

export function laterPackage(to: string, what: { readonly version?: string } = {}): string {
  const version = what.version ?? LATER;
  copyPackage(to);
  change(path.join(to, "dist/holdfast-keeper"), [DATA.build, LATER_BUILD], [`\0${VERSION}\0`, `\0${version}\0`]);
  // With or without the blanks that a bundler leaves out.
  const bundle = path.join(to, "dist/daemon.bundle.cjs");
  const sign = /HOLDFAST_VERSION ?= ?"/.exec(readFileSync(bundle, "latin1"))?.[0] ?? "";
  change(bundle, [`${sign}${VERSION}"`, `${sign}${version}"`]);
  // Compiled code of another text of the same length.
  rmSync(path.join(to, "dist/daemon.bundle.cache"), { force: true });
  changeData(to, { version, build: LATER_BUILD, daemonBuild: LATER_BUILD });
  return to;
}

export function changeData(root: string, data: object): void {
  const file = path.join(root, "dist/launch.json");
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), ...data }));
}

/** Texts of the same length, each of them there. */
function change(file: string, ...texts: readonly (readonly [from: string, to: string])[]): void {
  let bytes = readFileSync(file, "latin1");
  for (const [from, to] of texts) {
    if (!bytes.includes(from) || from.length !== to.length) throw new Error(`${file} has no ${from}`);
    bytes = bytes.replaceAll(from, to);
  }
  writeFileSync(file, bytes, "latin1");
}
