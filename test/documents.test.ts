/** The documents as a whole: every link leads somewhere, both languages say the same, the site has every page, and every command that is shown exists. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { PARTS } from "../docs/.vitepress/pages.mjs";
import { slug } from "../scripts/reference/contents.ts";
import { SUPERVISORD_PROGRAM } from "../src/config/supervisord.ts";
import { COMMANDS } from "../src/ctl/commandtable.ts";
import { SUPERVISORCTL_FLAGS } from "../src/ctl/flags.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const PAGES = readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
const READ = [...readdirSync(ROOT).filter((name) => name.endsWith(".md")), ...PAGES.map((name) => `docs/${name}`)];
const CHINESE = ".zh-CN.md";

/** Without what stands in blocks of code. */
function prose(file: string): string {
  return read(file).replaceAll(/^( *)```.*?^\1```/gms, "");
}

/** The addresses of a page's headings, as forges make them. */
function anchorsOf(file: string): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => {
      const anchor = slug(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", ""));
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

test("every link of a page leads to a file or a heading that is there", () => {
  const dead: string[] = [];
  for (const file of READ) {
    for (const [, href = ""] of prose(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(href)) continue;
      const [place = "", anchor] = decodeURI(href).split("#");
      const target = place === "" ? file : path.normalize(path.join(path.dirname(file), place));
      const isThere = existsSync(path.join(ROOT, target));
      if (!isThere || (anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor))) dead.push(`${file}: ${href}`);
    }
  }
  assert.deepEqual(dead, []);
});

describe("the site", () => {
  const listed = PARTS.flatMap(({ pages }) => pages.map(({ page }) => `${page}.md`));

  test("lists every page once", () => {
    const pages = PAGES.filter((name) => !name.endsWith(CHINESE) && name !== "index.md");
    assert.deepEqual(listed.toSorted(), pages.sort());
  });

  test("has a heading at the top of every page, and no page in Chinese alone", () => {
    for (const name of PAGES) {
      assert.match(prose(`docs/${name}`).replace(/^<!--.*-->\s*/, ""), /^# \S/, name);
      if (name.endsWith(CHINESE)) assert.ok(PAGES.includes(name.replace(CHINESE, ".md")), name);
    }
  });
});

test("a page in two languages has the same blocks of code, and each leads to the other", () => {
  for (const name of PAGES.filter((one) => one.endsWith(CHINESE) && !one.startsWith("reference/"))) {
    const english = name.replace(CHINESE, ".md");
    const blocks = (file: string): string[] =>
      [...read(`docs/${file}`).matchAll(/^```\w+.*?^```/gms)].map(([block]) => block.replaceAll(/^[;#].*\n/gm, ""));
    assert.deepEqual(blocks(name), blocks(english), name);
    assert.ok(read(`docs/${name}`).includes(`(${path.basename(english)})`), `${name} does not lead to ${english}`);
    assert.ok(read(`docs/${english}`).includes(`(${path.basename(name)})`), `${english} does not lead to ${name}`);
  }
});

/** What a flag may be called; null for a word that is none. */
const flagOf = (word: string): string | null => /^--?([A-Za-z][\w-]*)/.exec(word)?.[1] ?? null;

function flagNames(flags: readonly { readonly short?: string | null; readonly long: string | null }[]): Set<string> {
  return new Set(flags.flatMap(({ short, long }) => [short, long]).filter((one) => one !== null && one !== undefined));
}

const DAEMON_FLAGS = flagNames(SUPERVISORD_PROGRAM.flags);
const CLIENT_FLAGS = flagNames(SUPERVISORCTL_FLAGS);
const CLIENT_VALUES = new Set(SUPERVISORCTL_FLAGS.filter(({ value }) => value !== null).flatMap(({ short, long }) => [short, long]));

/** What is wrong with a command of supervisorctl or supervisord that a page shows; null when nothing is. */
function fault(command: string): string | null {
  const [program = "", ...words] = command.split(/\s+/);
  if (/supervisord$/.test(program)) {
    const unknown = words.map(flagOf).find((flag) => flag !== null && !DAEMON_FLAGS.has(flag) && !/^[a-z]{2,3}$/.test(flag));
    return unknown === undefined ? null : `supervisord has no flag ${unknown}`;
  }
  while (words.length > 0) {
    const flag = flagOf(words[0] ?? "");
    if (flag === null) break;
    if (!CLIENT_FLAGS.has(flag)) return `supervisorctl has no flag ${flag}`;
    const takes = CLIENT_VALUES.has(flag) && !words[0]?.includes("=") && flag !== "color";
    words.splice(0, takes ? 2 : 1);
  }
  const [name, ...more] = words;
  if (name === undefined || /^[A-Z<[…]/.test(name)) return null;
  const row = COMMANDS.find((one) => one.name === name);
  if (row === undefined) return `supervisorctl has no command ${name}`;
  const options = new Set(["f", ...row.options.flatMap((option) => [option.name, option.short])]);
  const unknown = more.map(flagOf).find((flag) => flag !== null && !options.has(flag));
  return unknown === undefined ? null : `supervisorctl ${name} has no flag ${unknown}`;
}

const COMMAND = /(?:[\w./]*\/)?supervisor(?:ctl|d) [^`\n|>&;#]*/;

/** In a line of a block, behind a prompt, or in the running text between backticks. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh|console)\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const lines = blocks.map((line) => new RegExp(`^(?:\\$ )?(${COMMAND.source})`).exec(line)?.[1]);
  const others = [...text.matchAll(new RegExp(`(?:^ {4}(?:\\$ )?|\`)(${COMMAND.source})`, "gm"))].map(([, command]) => command);
  return [...lines, ...others].filter((one) => one !== undefined).map((one) => one.trim());
}

test("every command of supervisord and supervisorctl that a page shows exists, with its flags", () => {
  const faults: string[] = [];
  // The map of files there is for those who build it.
  for (const file of READ.filter((one) => one !== "docs/architecture.md")) {
    for (const command of commandsOf(read(file))) {
      const wrong = fault(command);
      if (wrong !== null) faults.push(`${file}: ${command}: ${wrong}`);
    }
  }
  assert.deepEqual(faults, []);
});

const manuals = readdirSync(path.join(ROOT, "docs", "man")).map((name) => path.join(ROOT, "docs", "man", name));
const hasMandoc = spawnSync("mandoc", ["-V"]).error === undefined;

test("mandoc has nothing to say of the manual pages", { skip: hasMandoc ? false : "no mandoc on PATH" }, () => {
  assert.ok(manuals.length >= 5);
  for (const file of manuals) {
    assert.ok(statSync(file).size > 300, file);
    const said = spawnSync("mandoc", ["-Tlint", "-Wstyle", file], { encoding: "utf8" }).stdout;
    // Whether the other pages are installed is no matter of this one.
    const faults = said.split("\n").filter((line) => line !== "" && !/referenced manual not found|outdated mandoc\.db/.test(line));
    assert.deepEqual(faults, []);
  }
});
