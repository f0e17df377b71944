// Bundles each program into one file of CommonJS in dist/, everything inlined: nothing is looked up at run time, and supervisorctl starts as fast
// as Node does. What is imported with import() is run only when it is asked for. What others import from the package (`exports` of package.json) is
// there as ESM too.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { run } from "./command.mjs";
import { DAEMON_FLAGS } from "./daemonflags.mjs";
import { insideFile, keepInside } from "./inside.mjs";
import { inRoot } from "./places.mjs";
import { Stop, step } from "./progress.mjs";
import { isStale, place } from "./stale.mjs";

/**
 * What node is started with, by the name of its bundle, and how the build runs each once so that V8 compiles what a start needs: without a socket,
 * and without harm. V8 takes compiled code only under the flags under which it was made.
 * @type {Readonly<Record<string, { entry: string, flags: readonly string[], trial: readonly string[] }>>}
 */
const PROGRAMS = {
  daemon: {
    entry: "src/daemon/main.ts",
    flags: DAEMON_FLAGS,
    trial: ["--check", "-c", inRoot("examples", "quickstart", "supervisord.conf")],
  },
  supervisorctl: { entry: "src/ctl/main.ts", flags: [], trial: ["-s", `unix://${inRoot("dist", "no.sock")}`, "status"] },
  echo_supervisord_conf: { entry: "src/tools/echo-supervisord-conf.ts", flags: [], trial: [] },
  holdfast: { entry: "src/tools/holdfast/main.ts", flags: [], trial: ["version"] },
};

/** Loaded by the programs while they run. */
const LATER = { "plugin-thread": "src/plugin/thread.ts", api: "src/api/api.ts" };

/**
 * The source of a program stays in memory with it. Names are left as they are, so that a stack says who it was; to keep them beside short ones would take more
 * memory than that saves. Lines are short enough to be shown with an error.
 */
const COMPACT = { minifyWhitespace: true, minifySyntax: true, lineLimit: 160 };

/** What others import from the package. */
const LIBRARIES = { listener: "src/listener/index.ts" };

/** An older Node would stumble over syntax or a missing function somewhere later; this says it at once. */
const NODE_CHECK = `if (!(parseInt(process.versions.node, 10) >= 20)) {
  console.error("Holdfast needs Node.js 20.19 or later; this is " + process.versions.node + ".");
  process.exit(1);
}`;

/** The files in dist/ that are shipped; code that V8 has compiled is good for one version of Node.js only. */
export function builtFiles() {
  const programs = Object.keys(PROGRAMS).flatMap((name) => [`${name}.cjs`, `${name}.bundle.cjs`]);
  const later = Object.keys(LATER).map((name) => `${name}.cjs`);
  return [...programs, ...later, ...Object.keys(LIBRARIES).flatMap((name) => [`${name}.cjs`, `${name}.mjs`])];
}

/** Builds what is stale. */
export async function buildBundles() {
  const names = Object.keys(PROGRAMS);
  const programs = names.flatMap((name) => [`${name}.cjs`, `${name}.bundle.cjs`, `${name}.bundle.cache`]);
  const others = [
    ...Object.keys(LATER).map((name) => `${name}.cjs`),
    ...Object.keys(LIBRARIES).flatMap((name) => [`${name}.cjs`, `${name}.mjs`]),
  ];
  const outputs = [...[...programs, ...others].map((file) => inRoot("dist", file)), insideFile("programs")];
  const starter = inRoot("scripts", "starter.cjs");
  const makers = ["bundles.mjs", "codecache.cjs", "daemonflags.mjs"].map((name) => inRoot("scripts", name));
  if (!isStale(outputs, [inRoot("src"), starter, ...makers, inRoot("package-lock.json")])) return;
  await step(`bundle ${[...names, ...Object.keys(LATER), ...Object.keys(LIBRARIES)].join(", ")}`, async () => {
    const began = Date.now();
    // Code of an older bundle must never meet a newer one.
    for (const name of names) rmSync(inRoot("dist", `${name}.bundle.cache`), { force: true });
    const inside = [
      ...(await bundle(Object.fromEntries(names.map((name) => [`${name}.bundle`, PROGRAMS[name]?.entry ?? ""])), "cjs", COMPACT)),
      ...(await bundle(LATER, "cjs", COMPACT)),
      ...(await bundle(LIBRARIES, "cjs")),
      ...(await bundle(LIBRARIES, "esm")),
    ];
    keepInside("programs", inside);
    for (const name of names) place(inRoot("dist", `${name}.cjs`), `${NODE_CHECK}\n${readFileSync(starter, "utf8")}`, began);
    await Promise.all(names.map((name) => keepCode(name)));
  });
}

/** @param {string} name */
async function keepCode(name) {
  const { flags, trial } = PROGRAMS[name] ?? { flags: [], trial: [] };
  const file = inRoot("dist", `${name}.bundle.cjs`);
  await run(process.execPath, [...flags, inRoot("scripts", "codecache.cjs"), file, ...trial], { env: withoutNodesVariables() });
  if (!existsSync(file.replace(/cjs$/, "cache"))) throw new Stop(`The code of ${name} could not be kept: is dist/ writable?`);
}

/** As bin/ starts node. */
function withoutNodesVariables() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NODE_")));
}

/**
 * Returns what was read.
 * @param {Record<string, string>} entries
 * @param {"cjs" | "esm"} format
 * @param {import("esbuild").BuildOptions} more
 */
async function bundle(entries, format, more = {}) {
  const began = Date.now();
  const { build } = await import("esbuild");
  const { outputFiles = [], metafile } = await orStop(
    build({
      absWorkingDir: inRoot(),
      entryPoints: entries,
      outdir: "dist",
      outExtension: { ".js": format === "cjs" ? ".cjs" : ".mjs" },
      bundle: true,
      metafile: true,
      write: false,
      platform: "node",
      target: "node20",
      format,
      sourcemap: "linked",
      sourcesContent: false,
      legalComments: "none",
      logLevel: "warning",
      ...more,
    }),
  );
  mkdirSync(inRoot("dist"), { recursive: true });
  for (const { path, contents } of outputFiles) place(path, contents, began);
  return Object.keys(metafile?.inputs ?? {});
}

/**
 * esbuild has said by itself what is wrong with the sources.
 * @template T
 * @param {Promise<T>} bundling
 * @returns {Promise<T>}
 */
function orStop(bundling) {
  return bundling.catch((error) => {
    if (error?.errors === undefined) throw error;
    throw new Stop("The programs could not be bundled: repair what is named above and run this again.");
  });
}
