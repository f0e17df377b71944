// Compiles what is shipped for each platform: the keeper and the launchers as static executables, linked with musl, so that one file runs on every
// distribution, and in an image that has none. Equal sources and compilers give equal bytes, in whatever folder and whenever.
//   node scripts/keepers.mjs [PLATFORM...]
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { onPath, run, runOrStop } from "./command.mjs";
import { keeperDefinitions } from "./keeper.mjs";
import { COMMANDS, launcherWords } from "./launcher.mjs";
import { findMusl } from "./musl.mjs";
import { inRoot, ROOT } from "./places.mjs";
import { runMain, Stop, step } from "./progress.mjs";
import { isStale } from "./stale.mjs";

/**
 * By the name that npm has for them.
 * @type {Readonly<Record<string, { compiler: string, musl: string, debian: string, packages: string }>>}
 */
export const PLATFORMS = {
  "linux-x64": { compiler: "x86_64-linux-gnu-gcc", musl: "x86_64-linux-musl", debian: "amd64", packages: "gcc musl-dev" },
  "linux-arm64": { compiler: "aarch64-linux-gnu-gcc", musl: "aarch64-linux-musl", debian: "arm64", packages: "gcc-aarch64-linux-gnu" },
};

const FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-fstack-protector-strong", "-fPIE", `-ffile-prefix-map=${ROOT}=.`];
/** Static, at another address each time (a keeper may run as root), and without a name that depends on where it was made. */
const LINK = ["-static-pie", "-nostdlib", "-nostartfiles", "-Wl,-z,relro,-z,now,-z,noexecstack,--build-id=none", "-s"];

/** @param {string} name */
export function platform(name) {
  const found = PLATFORMS[name];
  if (found === undefined) throw new Stop(`There is no platform ${name}: there are ${Object.keys(PLATFORMS).join(" and ")}.`);
  return found;
}

/** Where the binaries of a platform are: `holdfast-keeper`, and `bin/` with the launchers. @param {string} name */
export function binariesOf(name) {
  return inRoot("build", "binaries", name);
}

/**
 * Builds what is stale. Returns null, or a sentence that says what is missing here.
 * @param {string} name of the platform
 */
export async function buildBinaries(name) {
  const { compiler, musl, debian, packages } = platform(name);
  if (onPath(compiler) === null) return `${compiler} is not installed (Debian: apt-get install ${packages})`;
  const found = await findMusl(musl, debian);
  if (typeof found === "string") return found;
  const folder = binariesOf(name);
  const outputs = [path.join(folder, "holdfast-keeper"), ...COMMANDS.map((command) => path.join(folder, "bin", command))];
  const scripts = ["keepers.mjs", "musl.mjs", "keeper.mjs", "launcher.mjs", "daemonflags.mjs"].map((file) => inRoot("scripts", file));
  const folders = ["keeper", "launcher"].flatMap((each) => readdirSync(inRoot(each)).map((file) => inRoot(each, file)));
  if (!isStale(outputs, [...folders, ...scripts, inRoot("package.json")])) return null;
  await step(`compile the keeper and the launchers for ${name}`, async () => {
    const link = await linkWords(compiler, found);
    mkdirSync(path.join(folder, "bin"), { recursive: true });
    await compile(compiler, found, link, path.join(folder, "holdfast-keeper"), [...keeperDefinitions(), ...sourcesIn("keeper")]);
    for (const command of COMMANDS) {
      const words = [`-DPLATFORM="${name}"`, ...launcherWords(command)];
      await compile(compiler, found, link, path.join(folder, "bin", command), words);
    }
  });
  return null;
}

/** C sources, in an order that no file system decides. @param {string} folder */
function sourcesIn(folder) {
  return readdirSync(inRoot(folder))
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** What the compiler would add by itself for its own C library. @param {string} compiler @param {import("./musl.mjs").Musl} musl */
async function linkWords(compiler, { lib }) {
  const { stdout } = await run(compiler, ["-print-libgcc-file-name"]);
  const gcc = path.dirname(stdout.trim());
  const before = [path.join(lib, "rcrt1.o"), path.join(lib, "crti.o"), path.join(gcc, "crtbeginS.o")];
  const libraries = ["-Wl,--start-group", path.join(lib, "libc.a"), "-lgcc", "-lgcc_eh", "-Wl,--end-group"];
  return { before, after: [...libraries, path.join(gcc, "crtendS.o"), path.join(lib, "crtn.o")] };
}

/**
 * @param {string} compiler
 * @param {import("./musl.mjs").Musl} musl
 * @param {{ before: readonly string[], after: readonly string[] }} link
 * @param {string} output
 * @param {readonly string[]} words definitions and sources
 */
async function compile(compiler, { include }, link, output, words) {
  const { stdout } = await run(compiler, ["-print-file-name=include"]);
  const headers = ["-nostdinc", "-isystem", include, "-isystem", stdout.trim()];
  const draft = `${output}.${process.pid}.new`;
  try {
    const all = [...FLAGS, ...headers, ...LINK, ...link.before, ...words, ...link.after, "-o", draft];
    await runOrStop(`${path.relative(ROOT, output)} could not be compiled`, compiler, all);
    renameSync(draft, output);
  } finally {
    rmSync(draft, { force: true });
  }
}

if (process.argv[1] === inRoot("scripts", "keepers.mjs")) {
  await runMain(async () => {
    const names = process.argv.slice(2);
    for (const name of names.length > 0 ? names : Object.keys(PLATFORMS)) {
      const missing = await buildBinaries(name);
      if (missing !== null) throw new Stop(`${name}: ${missing}.`);
    }
  });
}
