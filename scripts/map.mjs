// The map of files: one line for each, which is the first sentence of the comment that the file opens with. So the map is as true as the files.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

/** Where the product's files are, in the order in which one would read about them. `deep`: with the folders below. */
const FOLDERS = [
  { folder: "launcher", deep: false, pattern: /\.[ch]$/ },
  { folder: "keeper", deep: false, pattern: /\.[ch]$/ },
  { folder: "src", deep: false, pattern: /\.ts$/ },
  ...[
    "config",
    "process",
    "events",
    "supervisor",
    "logs",
    "link",
    "rpc",
    "api",
    "http",
    "ctl",
    "listener",
    "tools",
    "plugin",
    "daemon",
  ].map((room) => ({
    folder: `src/${room}`,
    deep: true,
    pattern: /\.ts$/,
  })),
  { folder: "web", deep: true, pattern: /\.tsx?$/ },
  { folder: "scripts", deep: true, pattern: /\.(mjs|ts)$/ },
  { folder: "test", deep: true, pattern: /\.(ts|mjs)$/ },
];

/** An opening sentence that is shorter is a name. */
const NAME_LENGTH = 40;
/** The halves of a pair in C whose header says everything. */
const SEE_HEADER = /^See \w+\.h/;
const LEFT_OUT = /\.(test|fixture)\.ts$|\.d\.ts$/;

/** The map as Markdown. */
export function mapOfFiles() {
  return FOLDERS.flatMap(({ folder, deep, pattern }) => {
    const files = filesOf(folder, deep).filter((file) => pattern.test(path.basename(file)) && !LEFT_OUT.test(file));
    const lines = files.flatMap((file) => {
      const said = firstSentence(file);
      return SEE_HEADER.test(said) ? [] : [`- \`${file.slice(folder.length + 1)}\`: ${said}`];
    });
    return lines.length === 0 ? [] : [`### ${folder}/`, "", ...lines, ""];
  }).join("\n");
}

/** @param {string} folder @param {boolean} deep @returns {string[]} */
function filesOf(folder, deep) {
  /** @type {import("node:fs").Dirent[]} */
  let entries = [];
  try {
    entries = readdirSync(inRoot(folder), { withFileTypes: true });
  } catch {
    return [];
  }
  const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = sorted.filter((entry) => entry.isFile()).map((entry) => `${folder}/${entry.name}`);
  const below = deep ? sorted.filter((entry) => entry.isDirectory()).flatMap((entry) => filesOf(`${folder}/${entry.name}`, true)) : [];
  return [...files, ...below];
}

/** The first sentence; with the second when the first is only a name ("The loop."). */
function firstSentence(/** @type {string} */ file) {
  const opening = openingComment(readFileSync(inRoot(file), "utf8"));
  if (opening === "")
    throw new Stop(`${file} has to open with a comment that says what it is: the map of docs/architecture.md is made of these.`);
  const [first = "", second = ""] = opening.split(/(?<=\.)\s+/);
  const said = first.length < NAME_LENGTH && second !== "" ? `${first} ${second}` : first;
  return said.replace(/[.:]$/, "");
}

/** @param {string} text */
function openingComment(text) {
  const body = text.replace(/^#!.*\n/, "");
  const block = /^\s*\/\*+([\s\S]*?)\*\//.exec(body)?.[1];
  const lines = block?.split("\n") ?? /^(?:(?:\/\/|#).*\n)+/.exec(body)?.[0].split("\n") ?? [];
  return lines
    .map((line) => line.replace(/^\s*(\*|\/\/|#)?\s?/, "").trim())
    .join(" ")
    .trim();
}
