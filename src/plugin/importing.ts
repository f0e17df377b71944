/** Gets a function out of a module of the user's: ESM or CommonJS, a path or a package, both found from the folder of the configuration. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { NO_SUCH_PLUGIN, type PluginName } from "../config/pluginnames.ts";
import { ok, type Result, refuse } from "../result.ts";

export type PluginFunction = (...args: readonly unknown[]) => unknown;

/** The error is what follows `cannot be resolved within [section]: `. What the module does while it is loaded is its own business, also for how long. */
export async function importFunction({ module, exported }: PluginName, folder: string): Promise<Result<PluginFunction, string>> {
  try {
    const place = locate(module, folder);
    if (!place.ok) return place;
    const loaded = (await importModule(place.value)) as Exports;
    const found = loaded[exported] ?? (loaded["default"] as Exports | undefined)?.[exported];
    return typeof found === "function" ? ok(found as PluginFunction) : refuse(`module '${module}' has no function '${exported}'`);
  } catch (error) {
    return refuse(`loading '${module}' failed: ${errorText(error)}`);
  }
}

/** The first line of what was thrown, whatever it was. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split("\n", 1)[0] ?? "";
}

/** A program that runs from kept code cannot import by itself: its starter does (scripts/starter.cjs). */
function importModule(url: string): Promise<unknown> {
  const starters = (globalThis as { readonly [name: symbol]: unknown })[Symbol.for("holdfast.import")];
  return typeof starters === "function" ? (starters(url) as Promise<unknown>) : import(url);
}

type Exports = { readonly [name: string]: unknown };

/** What `import` takes. */
function locate(module: string, folder: string): Result<string, string> {
  if (/^\.{0,2}\//.test(module)) {
    const file = path.resolve(folder, module);
    return existsSync(file) ? ok(pathToFileURL(file).href) : refuse(`there is no ${file}`);
  }
  const require = createRequire(path.join(folder, "supervisord.conf"));
  try {
    const found = require.resolve(module);
    return ok(path.isAbsolute(found) ? pathToFileURL(found).href : found);
  } catch (error) {
    const isForImportOnly = (error as { readonly code?: unknown }).code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
    const entry = isForImportOnly ? importEntry(module, require.resolve.paths(module) ?? []) : null;
    return entry === null ? refuse(NO_SUCH_PLUGIN) : ok(pathToFileURL(entry).href);
  }
}

/** The file of a package that can be imported and not required, which is what `require.resolve` looks for. */
function importEntry(module: string, folders: readonly string[]): string | null {
  const parts = module.split("/");
  const name = parts.splice(0, module.startsWith("@") ? 2 : 1).join("/");
  const home = folders.map((folder) => path.join(folder, name)).find((folder) => existsSync(path.join(folder, "package.json")));
  if (home === undefined) return null;
  const { exports } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8")) as { readonly exports?: unknown };
  const subpaths = exports as Exports;
  const target = forImport(subpaths[["."].concat(parts).join("/")] ?? (parts.length === 0 ? exports : undefined));
  return target === null ? null : path.join(home, target);
}

/** The target under the conditions of an import. */
function forImport(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return null;
  const condition = ["node", "import", "default"].find((name) => Object.hasOwn(target, name));
  return condition === undefined ? null : forImport((target as Exports)[condition]);
}
