// Pages that are made from the code, or parts of pages between two marks. `npm run docs` writes them; with --check it fails when one is not fresh.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { mapOfFiles } from "./map.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop } from "./progress.mjs";

/** Each part by the page it stands on and the name in its marks. */
const PARTS = [{ page: "docs/architecture.md", name: "map", text: mapOfFiles }];

await runMain(() => {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  let stale = 0;
  for (const { page, name, text } of PARTS) {
    const before = readFileSync(inRoot(page), "utf8");
    const after = withPart(page, before, name, text());
    if (before === after) continue;
    stale++;
    if (values.check) console.log(`${page} is not fresh (part "${name}"): run "npm run docs" and look at the difference`);
    else writeFileSync(inRoot(page), after);
  }
  return values.check && stale > 0 ? 1 : 0;
});

/** @param {string} page @param {string} before @param {string} name @param {string} text */
function withPart(page, before, name, text) {
  const begin = `<!-- made by npm run docs: ${name} -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Stop(`${page} needs the marks "${begin}" and "${end}".`);
  return `${before.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${before.slice(to)}`;
}
