// The web page: web/ becomes dist/web/, one script and one style sheet named after their content, compressed once and for all, and manifest.json, the
// list from which the daemon serves (src/http/webpage.ts).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { insideFile, keepInside } from "./inside.mjs";
import { inRoot } from "./places.mjs";
import { Stop, step } from "./progress.mjs";
import { isStale, place } from "./stale.mjs";

const OUT = inRoot("dist", "web");
const SOURCES = [inRoot("web"), inRoot("src", "api", "types.ts"), inRoot("scripts", "webpage.mjs"), inRoot("package-lock.json")];
const TYPES = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8" };

/** Builds it when it is stale. */
export async function buildWebPage() {
  if (!isStale([path.join(OUT, "manifest.json"), insideFile("page")], SOURCES)) return;
  await step("the web page", async () => {
    const began = Date.now();
    const bundles = await bundle();
    mkdirSync(path.join(OUT, "assets"), { recursive: true });
    /** @type {Record<string, { file: string, type: string, etag: string }>} */
    const manifest = {};
    let html = readFileSync(inRoot("web", "index.html"), "utf8");
    for (const [ext, bytes] of bundles) {
      const file = `assets/app-${hashOf(bytes)}${ext}`;
      manifest[`/${file}`] = put(file, bytes, began);
      html = html.replace(ext === ".js" ? "%JS%" : "%CSS%", file);
    }
    manifest["/"] = put("index.html", Buffer.from(html), began);
    place(path.join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`, began);
    removeOld(new Set(Object.values(manifest).map(({ file }) => path.basename(file))));
  });
}

/** @returns {Promise<Map<".js" | ".css", Uint8Array>>} */
async function bundle() {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    absWorkingDir: inRoot(),
    entryPoints: { app: "web/main.tsx" },
    outdir: "dist/web/assets",
    bundle: true,
    metafile: true,
    write: false,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfig: "web/tsconfig.json",
    legalComments: "none",
    logLevel: "warning",
  }).catch((error) => {
    if (error?.errors === undefined) throw error;
    throw new Stop("The web page could not be bundled: repair what is named above and run this again.");
  });
  keepInside("page", Object.keys(metafile.inputs));
  return new Map(outputFiles.map(({ path: file, contents }) => [/** @type {".js" | ".css"} */ (path.extname(file)), contents]));
}

/** @param {string} file @param {Uint8Array} bytes @param {number} began */
function put(file, bytes, began) {
  const target = path.join(OUT, file);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  place(`${target}.br`, brotliCompressSync(bytes, brotli), began);
  place(`${target}.gz`, gzipSync(bytes, { level: 9 }), began);
  place(target, bytes, began);
  return { file, type: TYPES[/** @type {keyof TYPES} */ (path.extname(file))], etag: `"${hashOf(bytes)}"` };
}

/** What earlier builds left. @param {ReadonlySet<string>} present */
function removeOld(present) {
  for (const name of readdirSync(path.join(OUT, "assets")))
    if (!present.has(name.replace(/\.(br|gz)$/, ""))) rmSync(path.join(OUT, "assets", name), { force: true });
}

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}
