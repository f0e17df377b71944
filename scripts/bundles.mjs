// Bundles each program into one file of CommonJS in dist/, everything inlined: nothing is looked up at run time, and supervisorctl starts as fast
// as Node does. What is imported with import() is run only when it is asked for. What others import from the package (`exports` of package.json) is
// there as ESM too.
import { existsSync, mkdirSync } from "node:fs";
import { inRoot } from "./places.mjs";
import { Stop, step } from "./progress.mjs";
import { isStale, place } from "./stale.mjs";

/** Programs by the name of their bundle. */
const ENTRIES = {
  daemon: "src/daemon/main.ts",
  supervisorctl: "src/ctl/main.ts",
  echo_supervisord_conf: "src/tools/echo-supervisord-conf.ts",
  "plugin-thread": "src/plugin/thread.ts",
  api: "src/api/api.ts",
};

/** What others import from the package. */
const LIBRARIES = { listener: "src/listener/index.ts" };

/** An older Node would stumble over syntax or a missing function somewhere later; this says it at once. */
const NODE_CHECK = `if (!(parseInt(process.versions.node, 10) >= 20)) {
  console.error("Holdfast needs Node.js 20.19 or later; this is " + process.versions.node + ".");
  process.exit(1);
}`;

/** Builds what is stale. */
export async function buildBundles() {
  const present = Object.entries(ENTRIES).filter(([name, entry]) => {
    if (existsSync(inRoot(entry))) return true;
    console.log(`-- ${name} is left out: ${entry} does not exist yet`);
    return false;
  });
  const libraries = Object.keys(LIBRARIES).flatMap((name) => [`${name}.cjs`, `${name}.mjs`]);
  const outputs = [...present.map(([name]) => `${name}.cjs`), ...libraries].map((file) => inRoot("dist", file));
  if (!isStale(outputs, [inRoot("src"), inRoot("scripts", "bundles.mjs"), inRoot("package-lock.json")])) return;
  await step(`bundle ${[...present.map(([name]) => name), ...Object.keys(LIBRARIES)].join(", ")}`, async () => {
    await bundle(Object.fromEntries(present), "cjs", { banner: { js: NODE_CHECK } });
    await bundle(LIBRARIES, "cjs");
    await bundle(LIBRARIES, "esm");
  });
}

/**
 * @param {Record<string, string>} entries
 * @param {"cjs" | "esm"} format
 * @param {import("esbuild").BuildOptions} more
 */
async function bundle(entries, format, more = {}) {
  const began = Date.now();
  const { build } = await import("esbuild");
  const { outputFiles } = await orStop(
    build({
      absWorkingDir: inRoot(),
      entryPoints: entries,
      outdir: "dist",
      outExtension: { ".js": format === "cjs" ? ".cjs" : ".mjs" },
      bundle: true,
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
