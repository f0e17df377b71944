// `npm run site`: the site of the documents in dist/site, made by VitePress from the same files that are read as Markdown. They are laid out for it in
// build/site: a page in Chinese is NAME.zh-CN.md beside NAME.md, and zh/NAME.html on the site; links lead to where their targets are there.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { runOrStop } from "./command.mjs";
import { installIfNeeded } from "./install.mjs";
import { inRoot } from "./places.mjs";
import { runMain, Stop } from "./progress.mjs";

const SOURCE = inRoot("build", "site");

await runMain(async () => {
  const { values } = parseArgs({ options: { out: { type: "string", default: inRoot("dist", "site") } } });
  await installIfNeeded();
  layOut();
  const vitepress = inRoot("node_modules", "vitepress", "bin", "vitepress.js");
  await runOrStop("the site of the documents", process.execPath, [vitepress, "build", inRoot("docs"), "--outDir", values.out]);
  return 0;
});

function layOut() {
  rmSync(SOURCE, { recursive: true, force: true });
  const files = readdirSync(inRoot("docs"), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".md"))) {
    const text = readFileSync(inRoot("docs", file), "utf8");
    put(
      placeOf(file),
      text.replaceAll(/(?<=\]\()[^)\s]+(?=\))/g, (href) => siteLink(href, file)),
    );
  }
  cpSync(inRoot("docs", "screenshots"), path.join(SOURCE, "screenshots"), { recursive: true });
  cpSync(inRoot("docs", "screenshots"), path.join(SOURCE, "zh", "screenshots"), { recursive: true });
}

/** @param {string} page a file of docs/, such as `life.zh-CN.md` */
function placeOf(page) {
  return page.endsWith(".zh-CN.md") ? `zh/${page.replace(".zh-CN.md", ".md")}` : page;
}

/** @param {string} place in the site's source @param {string} text */
function put(place, text) {
  mkdirSync(path.dirname(path.join(SOURCE, place)), { recursive: true });
  writeFileSync(path.join(SOURCE, place), text);
}

/**
 * Where a link of a page leads on the site. Files outside docs/ are on it as plain text, folders as the list of their files.
 * @param {string} href as it stands in the Markdown
 * @param {string} page a file of docs/
 */
function siteLink(href, page) {
  const [file = "", anchor] = href.split("#");
  if (file === "" || /^[a-z]+:/i.test(file)) return href;
  const target = path.normalize(path.join("docs", path.dirname(page), decodeURI(file)));
  if (!existsSync(inRoot(target))) throw new Stop(`docs/${page}: ${href} leads nowhere.`);
  if (target.startsWith(`docs${path.sep}`)) {
    const place = path.relative("docs", target);
    return place.endsWith(".md") ? `/${placeOf(place)}${anchor === undefined ? "" : `#${anchor}`}` : href;
  }
  if (statSync(inRoot(target)).isDirectory()) put(`public/files/${target}.txt`, `${readdirSync(inRoot(target)).join("\n")}\n`);
  else {
    mkdirSync(path.dirname(path.join(SOURCE, "public", "files", target)), { recursive: true });
    copyFileSync(inRoot(target), path.join(SOURCE, "public", "files", `${target}.txt`));
  }
  return `/files/${target}.txt`;
}
