// The site of the documents, made by VitePress from the same files that are read as Markdown: `npm run site` writes it to dist/site. A page in Chinese
// is NAME.zh-CN.md beside NAME.md and becomes zh/NAME on the site.
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vitepress";
import { slug } from "../../scripts/reference/contents.ts";
import { PARTS } from "./pages.mjs";

const DOCS = path.resolve(import.meta.dirname, "..");
const ROOT = path.dirname(DOCS);

/** Files and folders outside docs/ that a page leads to: they are on the site as plain text. */
/** @type {Set<string>} */
const linked = new Set();

/** Pages that exist but that no reader of the site looks for. */
const EXCLUDED = ["**/*.schema.json"];

export default defineConfig({
  title: "Holdfast",
  description: "Supervisor rebuilt: a drop-in process control system that never loses a process or a log byte",
  outDir: path.join(ROOT, "dist", "site"),
  cacheDir: path.join(ROOT, "node_modules", ".cache", "vitepress"),
  srcExclude: EXCLUDED,
  rewrites: (page) => siteFile(page),
  cleanUrls: false,
  lastUpdated: false,
  locales: {
    root: { label: "English", lang: "en", themeConfig: theme("en") },
    zh: { label: "简体中文", lang: "zh-CN", link: "/zh/", themeConfig: theme("zh") },
  },
  themeConfig: { search: search() },
  markdown: { anchor: { slugify: slug }, config: useMarkdown },
  buildEnd({ outDir }) {
    for (const place of linked) putFile(place, outDir);
  },
});

/** A folder is the list of its files. @param {string} place @param {string} site */
function putFile(place, site) {
  const source = path.join(ROOT, place);
  const target = path.join(site, "files", `${place}.txt`);
  mkdirSync(path.dirname(target), { recursive: true });
  if (statSync(source).isDirectory()) writeFileSync(target, `${readdirSync(source).join("\n")}\n`);
  else copyFileSync(source, target);
}

/** @param {string} page a file of docs/, such as `life.zh-CN.md` */
function siteFile(page) {
  return page.endsWith(".zh-CN.md") ? `zh/${page.replace(".zh-CN.md", ".md")}` : page;
}

/** @param {"en" | "zh"} language */
function theme(language) {
  return {
    sidebar: PARTS.map((part) => ({
      text: part[language],
      items: part.pages.filter(({ page }) => existsSync(path.join(DOCS, `${page}.md`))).map((page) => item(page, language)),
    })),
    outline: { level: /** @type {[number, number]} */ ([2, 3]), label: language === "en" ? "On this page" : "本页目录" },
    ...(language === "zh" && {
      docFooter: { prev: "上一页", next: "下一页" },
      darkModeSwitchLabel: "外观",
      sidebarMenuLabel: "目录",
      returnToTopLabel: "返回顶部",
      langMenuLabel: "语言",
    }),
  };
}

/** @param {import("./pages.mjs").Page} page @param {"en" | "zh"} language */
function item(page, language) {
  if (language === "en") return { text: page.en, link: `/${page.page}` };
  const isTranslated = existsSync(path.join(DOCS, `${page.page}.zh-CN.md`));
  return isTranslated ? { text: page.zh, link: `/zh/${page.page}` } : { text: `${page.zh}（英文）`, link: `/${page.page}` };
}

/** The index of the search is in the browser. Chinese has no blanks between words, so its words are found by the browser's own rules. */
function search() {
  return {
    provider: /** @type {const} */ ("local"),
    options: {
      miniSearch: {
        options: {
          /** @param {string} text */
          tokenize: (text) => {
            const words = new Intl.Segmenter("zh", { granularity: "word" }).segment(text);
            return [...words]
              .filter((word) => word.isWordLike)
              .flatMap(({ segment }) => [segment, ...(/_/.test(segment) ? segment.split("_") : [])]);
          },
        },
      },
      locales: {
        zh: {
          translations: {
            button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
            modal: {
              noResultsText: "没有结果：",
              resetButtonTitle: "清除",
              displayDetails: "显示详细列表",
              footer: { selectText: "打开", navigateText: "切换", closeText: "关闭" },
            },
          },
        },
      },
    },
  };
}

/** @param {import("markdown-it").default} markdown */
function useMarkdown(markdown) {
  markdown.core.ruler.push("links-of-the-site", ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href !== null) token.attrSet("href", siteLink(decodeURI(href), env.realPath ?? env.path));
    }
  });
}

/**
 * Where a link of a page leads on the site.
 * @param {string} href as it stands in the Markdown
 * @param {string} page the page's file, absolute
 */
function siteLink(href, page) {
  const [file = "", anchor] = href.split("#");
  if (file === "" || /^[a-z]+:/i.test(file)) return href;
  const target = path.relative(ROOT, path.resolve(path.dirname(page), file));
  if (target.startsWith(`docs${path.sep}`)) {
    const to = path.relative("docs", target);
    if (!to.endsWith(".md")) return href;
    return `/${siteFile(to)
      .replace(/\.md$/, ".html")
      .replace(/(^|\/)index\.html$/, "$1")}${anchor === undefined ? "" : `#${anchor}`}`;
  }
  if (!existsSync(path.join(ROOT, target))) throw new Error(`${page}: ${href} leads nowhere`);
  linked.add(target);
  return `/files/${target}.txt`;
}
