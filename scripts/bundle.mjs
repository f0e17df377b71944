// `npm run bundle`: holdfast-VERSION-linux-ARCH.tar.gz in dist/packages/, an installation with Node.js inside, for an image or a host that has none: it is
// unpacked in any folder and run there. Its Node.js is that of the build, or the one that is named, which another processor needs:
//   npm run bundle [-- --platform linux-arm64 --node FILE] [--level 1]
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { sourceEpoch } from "./epoch.mjs";
import { buildEverything } from "./everything.mjs";
import { keeperNames } from "./keeper.mjs";
import { buildBinaries } from "./keepers.mjs";
import { layOutInstallation, PACKAGES } from "./packages.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop, step } from "./progress.mjs";
import { tarball } from "./tarball.mjs";

export const HERE = `${process.platform}-${process.arch}`;

/**
 * Makes the tar and returns its path.
 * @param {{ platform?: string, node?: string, level?: number, target?: string }} [options]
 */
export async function makeBundle({ platform = HERE, node = process.execPath, level = 9, target = PACKAGES } = {}) {
  if (platform !== HERE && node === process.execPath) throw new Stop(`--node has to name a Node.js for ${platform}.`);
  await buildEverything();
  const missing = await buildBinaries(platform);
  if (missing !== null) throw new Stop(`There is no bundle for ${platform}: ${missing}.`);
  const name = `holdfast-${keeperNames().version}-${platform}`;
  const folder = inRoot("build", "bundle", "holdfast");
  rmSync(folder, { recursive: true, force: true });
  const epoch = await sourceEpoch();
  layOutInstallation(folder, platform, epoch);
  mkdirSync(path.join(folder, "node", "bin"), { recursive: true });
  copyFileSync(node, path.join(folder, "node", "bin", "node"));
  chmodSync(path.join(folder, "node", "bin", "node"), 0o755);
  mkdirSync(target, { recursive: true });
  const file = path.join(target, `${name}.tar.gz`);
  tarball(folder, file, { epoch, level });
  rmSync(folder, { recursive: true, force: true });
  return file;
}

if (process.argv[1] === inRoot("scripts", "bundle.mjs")) {
  await runMain(async () => {
    const { values } = parseArgs({ options: { platform: { type: "string" }, node: { type: "string" }, level: { type: "string" } } });
    const { level, ...more } = values;
    const file = await step("the bundle with Node.js inside", () =>
      makeBundle({ ...more, ...(level !== undefined && { level: Number(level) }) }),
    );
    console.log(file);
  });
}
