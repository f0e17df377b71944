// Declarations of what others import from the package: dist/types/, the files that the entries reach and no other.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { inRoot } from "./places.mjs";
import { step } from "./progress.mjs";
import { isStale, place } from "./stale.mjs";

const ENTRIES = ["plugin/types", "listener/index"];

/** Builds what is stale. Not needed to run anything, so `npm start` does without it. */
export async function buildTypes() {
  const outputs = ENTRIES.map((entry) => inRoot("dist/types", `${entry}.d.ts`));
  if (!isStale(outputs, [inRoot("src/plugin"), inRoot("src/listener"), inRoot("scripts/types.mjs")])) return;
  await step("declarations for those who import from the package", async () => {
    const began = Date.now();
    const texts = await declarations(ENTRIES.map((entry) => inRoot("src", `${entry}.ts`)));
    for (const entry of ENTRIES) put(texts, entry, began);
  });
}

/**
 * The declarations of all files that the program of these files has, by their place.
 * @param {readonly string[]} files
 */
async function declarations(files) {
  const { default: ts } = await import("typescript");
  const { config } = ts.readConfigFile(inRoot("tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, inRoot());
  const program = ts.createProgram(files, { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, incremental: false });
  const texts = new Map();
  program.emit(undefined, (file, text) => texts.set(path.resolve(file), text), undefined, true);
  return texts;
}

/**
 * A file with all that it names. Where ours say `./a.ts`, what is published says `./a.js`, which stands for `./a.d.ts`.
 * @param {ReadonlyMap<string, string>} texts @param {string} entry @param {number} began
 */
function put(texts, entry, began) {
  const text = texts.get(inRoot("src", `${entry}.d.ts`)) ?? "";
  const target = inRoot("dist/types", `${entry}.d.ts`);
  mkdirSync(path.dirname(target), { recursive: true });
  place(target, text.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'), began);
  for (const [, name = ""] of text.matchAll(/from "(\.[^"]*)\.ts"/g)) put(texts, path.join(path.dirname(entry), name), began);
}
