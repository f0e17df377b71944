// The test files (node:test) and the simulation, bundled by one call of esbuild: a process that has nothing to translate starts in a third of the
// time. Each file still runs in a process of its own, and finds what lies beside its source.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

/** @typedef {import("./results.mjs").Job} Job */

const PARENT = inRoot("build", "tests");
/** Of this run: another one beside it has its own. */
const FOLDER = path.join(PARENT, `${process.pid}`);
const SIMULATION = inRoot("test", "sim", "cli.ts");

/**
 * A job for each test file in or below the folders, which are named from the root.
 * @param {{ below: readonly string[], except?: readonly string[], cores: number }} which
 * @returns {Promise<readonly Job[]>}
 */
export async function testJobs({ below, except = [], cores }) {
  const outside = except.map((folder) => inRoot(folder) + path.sep);
  const files = below.flatMap((folder) => testsBelow(inRoot(folder))).filter((file) => !outside.some((folder) => file.startsWith(folder)));
  if (files.length === 0) throw new Stop(`There is no test file in ${below.join(", ")}.`);
  await bundled();
  const seeded = pathToFileURL(inRoot("test", "seed.mjs")).href;
  const options = ["--import", seeded, `--test-reporter=${inRoot("scripts", "reporter.mjs")}`];
  return files.map((file) => ({ name: path.relative(inRoot(), file), ...node([...options, bundleOf(file)]), cores, isCounted: true }));
}

/**
 * The simulation with these arguments.
 * @param {{ name: string, args: readonly string[] }} which
 * @returns {Promise<Job>}
 */
export async function simulation({ name, args }) {
  await bundled();
  return { name, ...node([bundleOf(SIMULATION), ...args]), cores: 1 };
}

/** @param {readonly string[]} args */
function node(args) {
  return { file: process.execPath, args: ["--enable-source-maps", ...args] };
}

/** @param {string} source */
function bundleOf(source) {
  return path.join(FOLDER, path.relative(inRoot(), source).replace(/\.ts$/, ".mjs"));
}

/** @param {string} folder @returns {string[]} */
function testsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return testsBelow(file);
    return entry.name.endsWith(".test.ts") ? [file] : [];
  });
}

/** @type {Promise<void> | undefined} */
let bundling;

/** All of them, once in this run. */
function bundled() {
  bundling ??= bundle([...["src", "test", "web"].flatMap((folder) => testsBelow(inRoot(folder))), SIMULATION]);
  return bundling;
}

/** @param {readonly string[]} files */
async function bundle(files) {
  removeOld();
  process.once("exit", () => rmSync(FOLDER, { recursive: true, force: true }));
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: inRoot(),
    entryPoints: [...files],
    outdir: FOLDER,
    outbase: inRoot(),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[hash]",
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: "linked",
    sourcesContent: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
    define: { "import.meta.url": "sourceUrl", "import.meta.dirname": "sourceFolder" },
    plugins: [{ name: "places of the sources", setup: (each) => each.onLoad({ filter: /\.(tsx?|mjs)$/ }, knowingItsPlace) }],
  }).catch((error) => {
    if (error?.errors === undefined) throw error;
    throw new Stop(`The tests could not be bundled:\n${error.message}`);
  });
}

/**
 * What a file reads beside itself lies beside its source, not beside the bundle.
 * @param {{ path: string }} source
 * @returns {import("esbuild").OnLoadResult | undefined}
 */
function knowingItsPlace({ path: source }) {
  const text = readFileSync(source, "utf8");
  if (!text.includes("import.meta.")) return undefined;
  const places = `const sourceUrl = ${JSON.stringify(pathToFileURL(source).href)}, sourceFolder = ${JSON.stringify(path.dirname(source))};`;
  return { contents: places + text, loader: source.endsWith(".mjs") ? "js" : source.endsWith("x") ? "tsx" : "ts" };
}

/** What runs left that were killed. */
function removeOld() {
  mkdirSync(PARENT, { recursive: true });
  for (const name of readdirSync(PARENT)) if (!isAlive(Number(name))) rmSync(path.join(PARENT, name), { recursive: true, force: true });
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
