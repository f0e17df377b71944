/**
 * What of Holdfast is installed, and where: the keeper and the compiled commands, which come from a build, from the package of a platform, or from
 * `holdfast build-keeper`. launcher/find.c looks in the same places. (PKG-003)
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import path from "node:path";

const ELF = Buffer.from("\x7fELF", "latin1");

/** The npm package that has the keeper of a platform. */
export function platformPackage(platform: string = process.platform, arch: string = process.arch): string {
  return `holdfast-keeper-${platform}-${arch}`;
}

/** Folders that may have `holdfast-keeper`, and `bin/` with the compiled commands; the first one that has it counts. */
export function placesOfBinaries(root: string): readonly string[] {
  const name = platformPackage();
  return [path.join(root, "dist"), path.join(root, "node_modules", name), path.join(path.dirname(root), name)];
}

/** The keeper that supervisord would be; null: there is none. */
export function findKeeper(root: string, environment: Readonly<Record<string, string>>): string | null {
  const named = environment["HOLDFAST_KEEPER"] ?? "";
  const known = placesOfBinaries(root).map((place) => path.join(place, "holdfast-keeper"));
  return (named === "" ? known : [named]).find(isFile) ?? null;
}

/** supervisord as a compiled program, which needs no shell; null: there is none. */
export function findLauncher(root: string): string | null {
  const folders = [root, ...placesOfBinaries(root)];
  return folders.map((folder) => path.join(folder, "bin", "supervisord")).find(isExecutableFormat) ?? null;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isExecutableFormat(file: string): boolean {
  if (!isFile(file)) return false;
  const first = Buffer.alloc(ELF.length);
  const fd = openSync(file, "r");
  readSync(fd, first, 0, first.length, 0);
  closeSync(fd);
  return first.equals(ELF);
}
