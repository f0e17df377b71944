// What in docs/ is made from the code: whole pages from the tables of src/, and parts of pages between two marks; and the schemas of the API, which
// are made from its types. `npm run docs` writes it; with --check it fails when something is not fresh.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { installIfNeeded } from "./install.mjs";
import { mapOfFiles } from "./map.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop } from "./progress.mjs";
import { schemasSource } from "./schemas.mjs";

/** Where pages come from: each exports `pages()`, texts by their place in the project. */
const PAGES = ["scripts/reference/reference.ts", "scripts/reference/man.ts"];

await runMain(async () => {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  await installIfNeeded();
  const fresh = new Map([["docs/architecture.md", withPart("docs/architecture.md", "map", mapOfFiles())]]);
  fresh.set("src/api/schemas.ts", await schemasSource());
  const { tsImport } = await import("tsx/esm/api");
  for (const source of PAGES) {
    if (!existsSync(inRoot(source))) {
      console.log(`-- the pages of ${source} are left out: it does not exist yet`);
      continue;
    }
    const { pages } = await tsImport(inRoot(source), import.meta.url);
    for (const [page, text] of Object.entries(pages())) fresh.set(page, text);
  }
  const stale = [...fresh].filter(([page, text]) => !existsSync(inRoot(page)) || readFileSync(inRoot(page), "utf8") !== text);
  for (const [page, text] of stale) {
    if (values.check) console.log(`${page} is not fresh: run "npm run docs" and look at the difference`);
    else write(page, text);
  }
  return values.check && stale.length > 0 ? 1 : 0;
});

/** @param {string} page @param {string} text */
function write(page, text) {
  mkdirSync(path.dirname(inRoot(page)), { recursive: true });
  writeFileSync(inRoot(page), text);
  console.log(`wrote ${page}`);
}

/**
 * The page with a new text between its marks.
 * @param {string} page @param {string} name @param {string} text
 */
function withPart(page, name, text) {
  const before = readFileSync(inRoot(page), "utf8");
  const begin = `<!-- made by npm run docs: ${name} -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Stop(`${page} needs the marks "${begin}" and "${end}".`);
  return `${before.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${before.slice(to)}`;
}
