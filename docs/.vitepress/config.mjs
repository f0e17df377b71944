// How VitePress makes the site: its languages, its pages, its search. scripts/site.mjs lays the pages out for it.
import { existsSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vitepress";
import { slug } from "../../scripts/reference/contents.ts";
import { PARTS } from "./pages.mjs";

const DOCS = path.resolve(import.meta.dirname, "..");
const ROOT = path.dirname(DOCS);

export default defineConfig({
  title: "Holdfast",
  description: "Supervisor rebuilt: a drop-in process control system that never loses a process or a log byte",
  srcDir: path.join(ROOT, "build", "site"),
  cacheDir: path.join(ROOT, "node_modules", ".cache", "vitepress"),
  cleanUrls: false,
  lastUpdated: false,
  locales: {
    root: { label: "English", lang: "en", themeConfig: theme("en") },
    zh: { label: "简体中文", lang: "zh-CN", link: "/zh/", themeConfig: theme("zh") },
  },
  themeConfig: { search: search() },
  markdown: { anchor: { slugify: slug } },
});

/** @param {"en" | "zh"} language */
function theme(language) {
  return {
    sidebar: PARTS.map((part) => ({
      text: part[language],
      items: part.pages.map((page) => item(page, language)),
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
