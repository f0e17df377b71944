// `npm run deb`: holdfast_VERSION_ARCH.deb for both architectures, and holdfast-node, a Node.js for Debian 12, whose own is too old; in dist/packages/. With
// dpkg-deb alone, no debhelper. The texts of the package are in scripts/debian/. (PKG-020)
//   npm run deb [-- --platform linux-arm64 [--node FILE]] [--compress none]
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { onPath, run, runOrStop } from "./command.mjs";
import { changelog, control, copyright, nodeControl, nodeCopyright } from "./debtexts.mjs";
import { sourceEpoch } from "./epoch.mjs";
import { buildEverything } from "./everything.mjs";
import { keeperNames } from "./keeper.mjs";
import { buildBinaries, PLATFORMS, platform as platformOf } from "./keepers.mjs";
import { COMMANDS } from "./launcher.mjs";
import { layOutInstallation, PACKAGES, plainModes } from "./packages.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop, step } from "./progress.mjs";

const HERE = `${process.platform}-${process.arch}`;
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];
const COMPLETIONS = {
  bash: (/** @type {string} */ name) => `usr/share/bash-completion/completions/${name}`,
  zsh: (/** @type {string} */ name) => `usr/share/zsh/vendor-completions/_${name}`,
  fish: (/** @type {string} */ name) => `usr/share/fish/vendor_completions.d/${name}.fish`,
};

/** @typedef {{ epoch: number, target: string, compress: string, version: string }} How */

/**
 * @param {string} platform
 * @param {{ target?: string, compress?: string, version?: string }} [options] `version`: another than the package's, for a test of an upgrade
 */
export async function makeDeb(platform, { target = PACKAGES, compress = "xz", version = keeperNames().version } = {}) {
  needDpkg();
  await buildEverything();
  const missing = await buildBinaries(platform);
  if (missing !== null) throw new Stop(`There is no package for ${platform}: ${missing}.`);
  const how = { epoch: await sourceEpoch(), target, compress, version };
  const tree = newTree("holdfast", platform);
  const root = path.join(tree, "usr/lib/holdfast");
  layOutInstallation(root, platform, how.epoch);
  for (const name of ["LICENSE", "LICENSE-third-party"]) rmSync(path.join(root, name));
  if (version !== keeperNames().version) nameDaemon(path.join(root, "dist", "launch.json"), version);
  mkdirSync(path.join(tree, "usr/bin"), { recursive: true });
  for (const name of COMMANDS) symlinkSync(`../lib/holdfast/bin/${name}`, path.join(tree, "usr/bin", name));
  for (const folder of ["etc/supervisor/conf.d", "var/log/supervisor"]) mkdirSync(path.join(tree, folder), { recursive: true });
  const copies = {
    "supervisord.conf": ["usr/share/holdfast/supervisord.conf"],
    "supervisor.service": ["lib/systemd/system/supervisor.service", "usr/share/holdfast/supervisor.service"],
    "needrestart.conf": ["etc/needrestart/conf.d/holdfast.conf"],
    "lintian-overrides": ["usr/share/lintian/overrides/holdfast"],
  };
  for (const [name, places] of Object.entries(copies))
    for (const place of places) put(tree, place, readFileSync(inRoot("scripts/debian", name)));
  manuals(tree);
  await completions(tree);
  documents(tree, "holdfast", how, copyright());
  for (const name of ["triggers", "conffiles"]) put(tree, `DEBIAN/${name}`, readFileSync(inRoot("scripts/debian", name)));
  for (const name of SCRIPTS) put(tree, `DEBIAN/${name}`, script(name), 0o755);
  return await finish(tree, "holdfast", platform, how, (size) => control({ ...how, architecture: platformOf(platform).debian, size }));
}

/**
 * @param {string} platform
 * @param {{ node?: string, target?: string, compress?: string }} [options]
 */
export async function makeNodeDeb(platform, { node = process.execPath, target = PACKAGES, compress = "xz" } = {}) {
  needDpkg();
  const how = { epoch: await sourceEpoch(), target, compress, version: keeperNames().version };
  const tree = newTree("holdfast-node", platform);
  const place = path.join(tree, "usr/lib/holdfast/node/bin/node");
  mkdirSync(path.dirname(place), { recursive: true });
  copyFileSync(node, place);
  chmodSync(place, 0o755);
  put(tree, "usr/share/lintian/overrides/holdfast-node", readFileSync(inRoot("scripts/debian/node-lintian-overrides")));
  documents(tree, "holdfast-node", how, nodeCopyright(node));
  const { stdout } = await run(process.execPath, ["--version"]);
  const nodeVersion = node === process.execPath ? stdout.trim() : "Node.js";
  return await finish(tree, "holdfast-node", platform, how, (size) =>
    nodeControl({ ...how, architecture: platformOf(platform).debian, size, nodeVersion }),
  );
}

function needDpkg() {
  if (onPath("dpkg-deb") === null) throw new Stop("dpkg-deb was not found on PATH (Debian: apt-get install dpkg).");
}

/** @param {string} name @param {string} platform */
function newTree(name, platform) {
  const tree = inRoot("build", "deb", `${name}-${platform}-${process.pid}`);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(path.join(tree, "DEBIAN"), { recursive: true });
  return tree;
}

/** @param {string} tree @param {string} place @param {string | Uint8Array} bytes @param {number} [mode] */
function put(tree, place, bytes, mode = 0o644) {
  const file = path.join(tree, place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  chmodSync(file, mode);
}

/** So that it is another daemon for one that runs. @param {string} file @param {string} name */
function nameDaemon(file, name) {
  writeFileSync(file, `${JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), daemonBuild: name }, null, 2)}\n`);
}

/** @param {string} name */
function script(name) {
  const sum = createHash("sha256")
    .update(readFileSync(inRoot("scripts/debian/supervisord.conf")))
    .digest("hex");
  return readFileSync(inRoot("scripts/debian", name), "utf8").replace("CONFIG_SHA256", sum);
}

/** @param {string} tree */
function manuals(tree) {
  for (const name of readdirSync(inRoot("docs/man"))) {
    put(tree, `usr/share/man/man${name.at(-1)}/${name}.gz`, gzipSync(readFileSync(inRoot("docs/man", name)), { level: 9 }));
  }
}

/** What the programs themselves print. @param {string} tree */
async function completions(tree) {
  for (const name of ["supervisorctl", "holdfast"]) {
    for (const [shell, place] of Object.entries(COMPLETIONS)) {
      const { code, stdout } = await run(process.execPath, [inRoot("dist", `${name}.cjs`), "completion", shell], {
        env: { PATH: "/usr/bin:/bin" },
      });
      if (code !== 0 || stdout === "") throw new Stop(`${name} completion ${shell} said nothing.`);
      put(tree, place(name), stdout);
    }
  }
}

/** @param {string} tree @param {string} name @param {How} how @param {string} licences */
function documents(tree, name, { epoch, version }, licences) {
  put(tree, `usr/share/doc/${name}/copyright`, licences);
  put(tree, `usr/share/doc/${name}/changelog.gz`, gzipSync(changelog({ name, version, epoch }), { level: 9 }));
}

/**
 * The list of sums, the control file, one time and plain modes for all; then the package.
 * @param {string} tree @param {string} name @param {string} platform @param {How} how @param {(size: number) => string} controlOf
 */
async function finish(tree, name, platform, { epoch, target, compress, version }, controlOf) {
  const files = readdirSync(tree, { recursive: true, encoding: "utf8" }).sort();
  const plain = files.filter((file) => !file.startsWith("DEBIAN") && lstatSync(path.join(tree, file)).isFile());
  const sums = plain
    .filter((file) => !file.startsWith("etc/"))
    .map(
      (file) =>
        `${createHash("md5")
          .update(readFileSync(path.join(tree, file)))
          .digest("hex")}  ${file}\n`,
    );
  put(tree, "DEBIAN/md5sums", sums.join(""));
  const bytes = plain.reduce((sum, file) => sum + lstatSync(path.join(tree, file)).size, 0);
  put(tree, "DEBIAN/control", controlOf(Math.ceil(bytes / 1024)));
  plainModes(tree);
  for (const file of ["", ...readdirSync(tree, { recursive: true, encoding: "utf8" })]) lutimesSync(path.join(tree, file), epoch, epoch);
  mkdirSync(target, { recursive: true });
  const file = path.join(target, `${name}_${version}_${platformOf(platform).debian}.deb`);
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) };
  await runOrStop(`${path.basename(file)} could not be made`, "dpkg-deb", ["--root-owner-group", `-Z${compress}`, "--build", tree, file], {
    env,
  });
  rmSync(tree, { recursive: true });
  return file;
}

if (process.argv[1] === inRoot("scripts", "deb.mjs")) {
  await runMain(async () => {
    const { values } = parseArgs({ options: { platform: { type: "string" }, node: { type: "string" }, compress: { type: "string" } } });
    const compress = values.compress ?? "xz";
    for (const platform of values.platform === undefined ? Object.keys(PLATFORMS) : [values.platform]) {
      const missing = await buildBinaries(platform);
      if (missing !== null) console.log(`-- no package for ${platform}: ${missing}`);
      else await step(`holdfast for ${platform}`, () => makeDeb(platform, { compress }));
      if (platform !== HERE && values.node === undefined) console.log(`-- no holdfast-node for ${platform}: --node has to name a Node.js`);
      else
        await step(`holdfast-node for ${platform}`, () =>
          makeNodeDeb(platform, { compress, ...(values.node !== undefined && { node: values.node }) }),
        );
    }
  });
}
