// The stages of `npm test`, in the order in which they run: what is cheap and says most comes first. Each is one command with an exit code; one
// whose output ends in "N passed, N failed, N skipped" is counted by that line, any other counts as one test.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { onPath } from "./command.mjs";
import { findCompiler } from "./keeper.mjs";
import { inRoot } from "./places.mjs";

/** @typedef {{ file: string, args: readonly string[] }} Command */
/** @typedef {{ leftOut: string }} LeftOut why a stage has nothing to run here */
/** @typedef {{ name: string, what: string, readsSourcesOnly?: true, command: () => Command | LeftOut }} Stage */

/** @type {readonly Stage[]} */
export const STAGES = [
  {
    name: "format",
    what: "format and fast lint (Biome)",
    readsSourcesOnly: true,
    command: () => tool("@biomejs/biome/bin/biome", ["ci", "--colors=off", "--error-on-warnings"]),
  },
  {
    name: "types",
    what: "types (tsc)",
    readsSourcesOnly: true,
    command: () => tool("typescript/bin/tsc", ["-p", inRoot("tsconfig.json"), "--pretty", "false"]),
  },
  {
    name: "webtypes",
    what: "types of the web page (tsc)",
    readsSourcesOnly: true,
    command: () => tool("typescript/bin/tsc", ["-p", inRoot("web", "tsconfig.json"), "--pretty", "false"]),
  },
  {
    name: "lint",
    what: "lint that needs types (ESLint)",
    readsSourcesOnly: true,
    command: () => tool("eslint/bin/eslint.js", ["--max-warnings=0", "src", "test", "web"]),
  },
  {
    name: "rooms",
    what: "who may import whom (dependency-cruiser)",
    readsSourcesOnly: true,
    command: () => tool("dependency-cruiser/bin/dependency-cruise.mjs", ["src", "test"]),
  },
  { name: "keeper", what: "the keeper's own tests (C)", command: () => keeper("test") },
  { name: "fuzz", what: "the keeper's fuzzers, a few seconds", command: () => keeper("fuzz") },
  { name: "unit", what: "tests of src/, test/ and web/ (node:test)", command: unit },
  {
    name: "sim",
    what: "the simulated daemon, 2000 seeds",
    readsSourcesOnly: true,
    command: () => ours("scripts/sim.mjs", ["--seeds", "2000"]),
  },
  { name: "conformance", what: "recorded scenarios of the original", command: () => compat("run-conformance.mjs", []) },
  { name: "corpus", what: "real configuration files", command: () => compat("run-corpus.mjs", []) },
  { name: "probe", what: "real configuration files: what programs are given", command: () => compat("run-corpus.mjs", ["--probe"]) },
  { name: "browser", what: "the web page in Chromium", command: browser },
  { name: "docs", what: "generated pages are fresh", command: () => ours("scripts/docs.mjs", ["--check"]) },
];

/**
 * A tool of node_modules, by the file that it starts with.
 * @param {string} file
 * @param {readonly string[]} args
 */
function tool(file, args) {
  return { file: process.execPath, args: [inRoot("node_modules", file), ...args] };
}

/** @param {string} file @param {readonly string[]} args */
function ours(file, args) {
  return existsSync(inRoot(file)) ? { file: process.execPath, args: [inRoot(file), ...args] } : { leftOut: `${file} does not exist yet` };
}

/** @param {string} target of keeper/Makefile */
function keeper(target) {
  const targets = readFileSync(inRoot("keeper", "Makefile"), "utf8").matchAll(/^([\w-]+):/gm);
  if (![...targets].some(([, name]) => name === target)) return { leftOut: `keeper/Makefile has no target "${target}" yet` };
  const make = onPath("make");
  if (make === null) return { leftOut: "make is not installed" };
  if (target === "fuzz" && onPath("clang") === null) return { leftOut: "clang is not installed" };
  return { file: make, args: ["--no-print-directory", "-C", inRoot("keeper"), `CC=${findCompiler()}`, target] };
}

/**
 * The tests run from their sources, as a developer runs one of them: a file that a test names by its place is there. Node 20 takes no patterns, so
 * all are listed. Two at a time, because they start real programs.
 */
function unit() {
  const inBrowser = inRoot("test", "browser") + path.sep;
  const files = ["src", "test", "web"].flatMap((folder) => testsBelow(inRoot(folder))).filter((file) => !file.startsWith(inBrowser));
  return nodeTest(files, 2);
}

/** One at a time: a browser is several processes already. */
function browser() {
  if (onPath("chromium") === null) return { leftOut: "chromium is not installed" };
  return nodeTest(testsBelow(inRoot("test", "browser")), 1);
}

/** @param {readonly string[]} files @param {number} atOnce @returns {Command | LeftOut} */
function nodeTest(files, atOnce) {
  if (files.length === 0) return { leftOut: "there are no tests" };
  const reporter = inRoot("scripts", "reporter.mjs");
  const args = [
    "--import",
    "tsx",
    "--import",
    pathToFileURL(inRoot("test", "seed.mjs")).href,
    "--test",
    `--test-reporter=${reporter}`,
    `--test-concurrency=${atOnce}`,
    "--test-timeout=600000",
  ];
  return { file: process.execPath, args: [...args, ...files] };
}

/** @param {string} folder @returns {string[]} */
function testsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return testsBelow(file);
    return entry.name.endsWith(".test.ts") ? [file] : [];
  });
}

/** @param {string} file @param {readonly string[]} args */
function compat(file, args) {
  const built = existsSync(inRoot("dist", "daemon.cjs")) && existsSync(inRoot("dist", "supervisorctl.cjs"));
  return built ? ours(path.join("test", "compat", file), args) : { leftOut: "supervisord and supervisorctl are not built yet" };
}
