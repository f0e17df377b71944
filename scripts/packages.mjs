// `npm run pack`: the packages of npm, in dist/packages/: `holdfast`, for every platform and without an executable of any, and one with the keeper and the
// launchers for each platform. What is in them is laid out in build/packages/ first, so a checkout's own bin/ and dist/ never get into them.
import { chmodSync, copyFileSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { builtFiles } from "./bundles.mjs";
import { onPath, run } from "./command.mjs";
import { sourceEpoch } from "./epoch.mjs";
import { buildEverything } from "./everything.mjs";
import { componentsOf, thirdPartyLicences } from "./inside.mjs";
import { binariesOf, buildBinaries, PLATFORMS } from "./keepers.mjs";
import { launchData } from "./launchdata.mjs";
import { COMMANDS } from "./launcher.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop, step } from "./progress.mjs";
import { buildTypes } from "./types.mjs";

const LAID_OUT = inRoot("build", "packages");
export const PACKAGES = inRoot("dist", "packages");

/** @typedef {{ name: string, version: string, [field: string]: unknown }} Manifest */

/** @returns {Manifest} */
function ourManifest() {
  return JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
}

/** @param {string} platform */
export function platformPackage(platform) {
  return `holdfast-keeper-${platform}`;
}

/**
 * Lays out every package that can be made here, and returns their folders, that for every platform first. What is missing for a platform is said.
 * @param {readonly string[]} [platforms]
 * @returns {Promise<readonly string[]>}
 */
export async function layOutPackages(platforms = Object.keys(PLATFORMS)) {
  await buildEverything();
  await buildTypes();
  const folders = [];
  for (const platform of platforms) {
    const missing = await buildBinaries(platform);
    if (missing !== null) console.log(`-- no package for ${platform}: ${missing}`);
    else folders.push(layOutPlatform(platform));
  }
  return [layOutMain(await sourceEpoch()), ...folders];
}

/** The package for every platform: what runs in node, scripts as commands, and the sources of what is compiled. */
/** @param {number} epoch */
function layOutMain(epoch) {
  const folder = emptyFolder("holdfast");
  const { name, version, description, license, type, engines, bin, exports } = ourManifest();
  const optional = Object.fromEntries(Object.keys(PLATFORMS).map((platform) => [platformPackage(platform), version]));
  put(folder, "package.json", {
    ...{ name, version, description, license, type, engines, bin, exports },
    files: ["bin/", "dist/", "keeper/", "launcher/", "docs/", "CHANGELOG.md", "README.zh-CN.md", "LICENSE-third-party"],
    optionalDependencies: optional,
  });
  mkdirSync(path.join(folder, "bin"));
  const script = readFileSync(inRoot("scripts", "npm", "command.sh"), "utf8");
  for (const command of COMMANDS) {
    writeFileSync(path.join(folder, "bin", command), script.replace("tool=TOOL", `tool=${command}`));
    chmodSync(path.join(folder, "bin", command), 0o755);
  }
  layOutDist(path.join(folder, "dist"), epoch);
  copy(folder, "dist/types");
  for (const sources of ["keeper", "launcher"]) copy(folder, sources, (file) => !/\/(tests|Makefile)$/.test(file));
  copy(folder, "docs", (file) => !/\/(screenshots|\.vitepress)$/.test(file));
  for (const file of ["README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md"]) copy(folder, file);
  writeFileSync(path.join(folder, "LICENSE-third-party"), thirdPartyLicences({ isStatic: false }));
  return folder;
}

/**
 * The programs that node runs. Without source maps, which would lead to files that are not there.
 * @param {string} dist
 * @param {number} epoch
 */
export function layOutDist(dist, epoch) {
  mkdirSync(dist);
  for (const file of builtFiles()) {
    const text = readFileSync(inRoot("dist", file), "utf8");
    writeFileSync(path.join(dist, file), text.replace(/\/\/# sourceMappingURL=.*\n$/, ""));
  }
  copyFileSync(inRoot("dist", "launch.json"), path.join(dist, "launch.json"));
  writeFileSync(path.join(dist, "sbom.cdx.json"), `${JSON.stringify(componentsOf(epoch), null, 2)}\n`);
  cpSync(inRoot("dist", "web"), path.join(dist, "web"), { recursive: true });
}

/** @param {string} platform as `linux-x64` */
function layOutPlatform(platform) {
  const name = platformPackage(platform);
  const [os = "", cpu = ""] = platform.split("-");
  const { version, license } = ourManifest();
  const { build, protocol, table } = launchData();
  const folder = emptyFolder(name);
  put(folder, "package.json", {
    name,
    version,
    description: `The keeper and the launchers of Holdfast for ${platform}, static executables`,
    license,
    type: "commonjs",
    os: [os],
    cpu: [cpu],
    preferUnplugged: true,
    files: ["bin/", "holdfast-keeper", "LICENSE-third-party"],
    holdfast: { build, protocol, table },
  });
  writeFileSync(
    path.join(folder, "README.md"),
    `# ${name}\n\nThe executables of Holdfast for one platform. The package \`holdfast\` installs them.\n`,
  );
  copy(folder, "LICENSE");
  writeFileSync(path.join(folder, "LICENSE-third-party"), thirdPartyLicences({ isStatic: true }));
  cpSync(binariesOf(platform), folder, { recursive: true });
  return folder;
}

/**
 * An installation of one platform that is run where it lies: `bin/` with the launchers, `dist/` with the keeper, and whatever else a distribution adds.
 * @param {string} folder
 * @param {string} platform
 * @param {number} epoch
 */
export function layOutInstallation(folder, platform, epoch) {
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(binariesOf(platform), "bin"), path.join(folder, "bin"), { recursive: true });
  layOutDist(path.join(folder, "dist"), epoch);
  copyFileSync(path.join(binariesOf(platform), "holdfast-keeper"), path.join(folder, "dist", "holdfast-keeper"));
  copy(folder, "package.json");
  copy(folder, "LICENSE");
  writeFileSync(path.join(folder, "LICENSE-third-party"), thirdPartyLicences({ isStatic: true }));
}

/**
 * Whatever the umask was: everybody may read, and execute what is to be executed.
 * @param {string} folder
 */
export function plainModes(folder) {
  for (const file of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
    const whole = path.join(folder, file);
    const info = lstatSync(whole);
    if (!info.isSymbolicLink()) chmodSync(whole, info.isDirectory() || (info.mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

/** @param {string} name */
function emptyFolder(name) {
  const folder = path.join(LAID_OUT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** @param {string} folder @param {string} file @param {unknown} value */
function put(folder, file, value) {
  writeFileSync(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
}

/** @param {string} folder @param {string} name from the root @param {(file: string) => boolean} [filter] */
function copy(folder, name, filter = () => true) {
  cpSync(inRoot(name), path.join(folder, name), { recursive: true, filter });
}

/**
 * Packs a folder that was laid out; returns the file.
 * @param {string} folder
 * @param {string} target
 */
export async function packFolder(folder, target) {
  const npm = onPath("npm");
  if (npm === null) throw new Stop("npm was not found on PATH.");
  mkdirSync(target, { recursive: true });
  plainModes(folder);
  const { code, stdout, output } = await run(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", target], { cwd: folder });
  if (code !== 0) throw new Stop(`${output.trimEnd()}\n${path.basename(folder)} could not be packed.`);
  const [packed] = JSON.parse(stdout);
  return path.join(target, packed.filename);
}

if (process.argv[1] === inRoot("scripts", "packages.mjs")) {
  await runMain(async () => {
    const folders = await layOutPackages();
    for (const folder of folders) await step(`pack ${path.basename(folder)}`, () => packFolder(folder, PACKAGES));
  });
}
