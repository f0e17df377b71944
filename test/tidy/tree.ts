/** The files of the checkout as the rules of tidy.test.ts see them: by their path from the root, read once. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** What is ours: everything but what tools and runs leave behind. */
const NOT_OURS = new Set([".git", "node_modules", "bin", "build", "dist", "run"]);

/** Paths from the root, with `/`, sorted. */
export const FILES: readonly string[] = below(ROOT).sort();

/** Those whose path matches. */
export function files(pattern: RegExp): string[] {
  return FILES.filter((file) => pattern.test(file));
}

/** The files that make the product's daemon and programs: neither tests nor what only tests use. */
export function productFiles(): string[] {
  return files(/^src\/.*\.ts$/).filter((file) => !/\.(test|fixture)\.ts$/.test(file));
}

const texts = new Map<string, string>();

export function text(file: string): string {
  let found = texts.get(file);
  if (found === undefined) {
    found = readFileSync(path.join(ROOT, file), "utf8");
    texts.set(file, found);
  }
  return found;
}

export function lines(file: string): string[] {
  const all = text(file).split("\n");
  if (all.at(-1) === "") all.pop();
  return all;
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (NOT_OURS.has(entry.name)) return [];
    if (entry.isDirectory()) return below(full);
    return entry.isFile() ? [path.relative(ROOT, full)] : [];
  });
}
