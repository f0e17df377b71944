// The stages of `npm test`: what is cheap and says most comes first, what mostly waits runs beside what computes. A stage is a list of jobs; each
// says how many cores it takes, and only what runs real executables may be tried again.
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { onPath } from "./command.mjs";
import { findCompiler } from "./keeper.mjs";
import { inRoot, SHARED } from "./places.mjs";
import { simulation, testJobs } from "./testfiles.mjs";

/** @typedef {import("./results.mjs").Job} Job */
/** @typedef {import("./suite.mjs").Stage} Stage */
/** @typedef {import("./suite.mjs").LeftOut} LeftOut */

/** Their tests start real executables, one at a time or many; all other tests compute. */
const REAL = ["test/e2e", "test/compat", "test/contract"];
/** A browser is several processes already. */
const BROWSER = "test/browser";
/** What is shipped: each file is a stage, and builds what it tries. */
const PACKAGES = "test/packages";

/** Of what mostly waits for programs that it has started. */
const WAITING = 1 / 3;
/** Tests that keep a core busy although they stand among those that wait. */
/** @type {Readonly<Record<string, number>>} */
const BUSY = { "test/e2e/nothing-lost.test.ts": 1, "test/compat/supervisorctl.test.ts": 1 / 2 };

/** Every night others are run: `npm run sim -- --seeds 20000 --from N`. */
const SEEDS = 600;
const SIMULATIONS = 6;
/** Histories whose programs have options beyond Supervisor. */
const LIFE_SEEDS = 40;
const LIFE_SIMULATIONS = 2;
/** A scenario waits for most of its time; so does a daemon that is asked about its configuration, if less. */
const SCENARIOS_A_CORE = 3;
const CONFIGURATIONS_AT_ONCE = 3;
/** Images of examples/docker, built and run. */
const CONTAINER = "test/container";
const CONTAINER_TOOLS = {
  cc: "gcc",
  make: "make",
  podman: "podman",
  runc: "runc",
  jq: "jq",
  busybox: "busybox-static",
  "musl-gcc": "musl-tools",
};
const PACK_TOOLS = { cc: "gcc", make: "make", "musl-gcc": "musl-tools", npm: "npm", tar: "tar", setpriv: "util-linux" };
const DEB_TOOLS = { cc: "gcc", "musl-gcc": "musl-tools", "dpkg-deb": "dpkg", unshare: "util-linux" };
const ARM64_TOOLS = {
  cc: "gcc",
  make: "make",
  "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
  "qemu-aarch64-static": "qemu-user-static",
};
/** Cases that measure how fast something is. */
const CASES_ALONE = new Set(["one-job-a-run"]);

/** @type {readonly Stage[]} */
export const STAGES = [
  {
    name: "format",
    what: "format and fast lint (Biome)",
    readsSourcesOnly: true,
    jobs: () => tool("@biomejs/biome/bin/biome", ["ci", "--colors=off", "--error-on-warnings"]),
  },
  {
    name: "types",
    what: "types (tsc)",
    readsSourcesOnly: true,
    jobs: () => tool("typescript/bin/tsc", ["-p", inRoot("tsconfig.json"), "--pretty", "false"]),
  },
  {
    name: "webtypes",
    what: "types of the web page (tsc)",
    readsSourcesOnly: true,
    jobs: () => tool("typescript/bin/tsc", ["-p", inRoot("web", "tsconfig.json"), "--pretty", "false"]),
  },
  {
    name: "rooms",
    what: "who may import whom (dependency-cruiser)",
    readsSourcesOnly: true,
    jobs: () => tool("dependency-cruiser/bin/dependency-cruise.mjs", ["src", "test"]),
  },
  {
    name: "docs",
    what: "generated pages are fresh",
    readsSourcesOnly: true,
    jobs: () => [ours("scripts/docs.mjs", ["--check"])],
  },
  { name: "keeper", what: "the keeper's own tests (C)", jobs: keeper },
  {
    name: "e2e",
    what: "tests of the real executables (node:test)",
    jobs: async () => real(await testJobs({ below: REAL, cores: WAITING })),
  },
  { name: "conformance", what: "recorded scenarios of the original", jobs: conformance },
  { name: "cases", what: "faults that outsiders found", jobs: cases },
  { name: "browser", what: "the web page in Chromium", jobs: browser },
  { name: "corpus", what: "real configuration files", jobs: () => corpus([]) },
  { name: "probe", what: "real configuration files: what programs are given", jobs: () => corpus(["--probe"]) },
  { name: "pack", what: "the packages of npm and the bundle, installed and run", jobs: () => packages("pack", PACK_TOOLS) },
  { name: "deb", what: "the Debian package, installed on an overlay of this machine", jobs: () => packages("deb", DEB_TOOLS) },
  { name: "arm64", what: "the keeper and the launchers for arm64, under qemu", jobs: () => packages("arm64", ARM64_TOOLS) },
  { name: "container", what: "the images of examples/docker, built and run by podman", jobs: container },
  {
    name: "unit",
    what: "tests that compute (node:test)",
    jobs: () => testJobs({ below: ["src", "web", "test"], except: [...REAL, BROWSER, PACKAGES, CONTAINER], cores: 1 }),
  },
  { name: "sim", what: `the simulated daemon, ${SEEDS} seeds and ${LIFE_SEEDS} with --life`, readsSourcesOnly: true, jobs: sim },
  {
    name: "lint",
    what: "lint that needs types (ESLint)",
    readsSourcesOnly: true,
    jobs: () => tool("eslint/bin/eslint.js", ["--max-warnings=0", "src", "scripts/reference", "test", "web"]),
  },
  { name: "fuzz", what: "the keeper's fuzzers, a few seconds", jobs: fuzz },
];

/**
 * A tool of node_modules, by the file that it starts with.
 * @param {string} file
 * @param {readonly string[]} args
 */
function tool(file, args) {
  return [{ name: path.basename(file), file: process.execPath, args: [inRoot("node_modules", file), ...args], cores: 1 }];
}

/** @param {string} file @param {readonly string[]} args @param {number} [cores] */
function ours(file, args, cores = 1) {
  return { name: file, file: process.execPath, args: [inRoot(file), ...args], cores };
}

/** @param {readonly Job[]} jobs */
function real(jobs) {
  return jobs.map((job) => ({ ...job, isReal: /** @type {const} */ (true), cores: BUSY[job.name] ?? job.cores }));
}

/** Each target compiles what it runs, and its scenarios mostly wait. */
function keeper() {
  const missing = missingForKeeper(["make"]);
  if (missing !== null) return { leftOut: missing };
  return [
    makeJob("strict", 1),
    makeJob("unit", 1),
    ...real(["faults", "e2e-tsan", "e2e-asan", "e2e-plain"].map((target) => makeJob(target, 1 / 2))),
  ];
}

function fuzz() {
  const missing = missingForKeeper(["make", "clang"]);
  return missing === null ? [makeJob("fuzz", 1)] : { leftOut: missing };
}

/** @param {readonly string[]} programs */
function missingForKeeper(programs) {
  const missing = programs.find((name) => onPath(name) === null);
  return missing === undefined ? null : `${missing} is not installed`;
}

/** @param {string} target of keeper/Makefile @param {number} cores @returns {Job} */
function makeJob(target, cores) {
  const args = ["--no-print-directory", "-C", inRoot("keeper"), `CC=${findCompiler()}`, target];
  return { name: `make -C keeper ${target}`, file: onPath("make") ?? "make", args, cores };
}

function conformance() {
  const jobs = Math.ceil(availableParallelism() * SCENARIOS_A_CORE);
  return real([
    {
      ...ours("test/compat/run-conformance.mjs", ["--jobs", `${jobs}`], 1),
      isCounted: true,
      again: (failed) => [inRoot("test/compat/run-conformance.mjs"), "--jobs", "1", "--only", failed.join()],
    },
  ]);
}

/** @param {readonly string[]} mode */
function corpus(mode) {
  const file = "test/compat/run-corpus.mjs";
  return real([
    {
      ...ours(file, [...mode, "--jobs", `${CONFIGURATIONS_AT_ONCE}`], 1),
      isCounted: true,
      again: (failed) => [inRoot(file), ...mode, "--jobs", "1", "--only", failed.join()],
    },
  ]);
}

/** A job for each, so that each is tried again by itself. */
function cases() {
  const names = casesAtHand();
  if (names.length === 0) return { leftOut: "the folder shared/cases is not beside the project (HOLDFAST_SHARED names another place)" };
  return real(
    names.map((name) => ({
      ...ours("test/compat/run-case.mjs", [name], CASES_ALONE.has(name) ? Infinity : WAITING),
      name,
      isCounted: true,
    })),
  );
}

function casesAtHand() {
  const folder = path.join(SHARED, "cases");
  return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(path.join(folder, name, "run.sh"))) : [];
}

async function browser() {
  if (onPath("chromium") === null) return { leftOut: "chromium is not installed" };
  return real(await testJobs({ below: [BROWSER], cores: 1 }));
}

/**
 * The file of test/packages with the name of its stage.
 * @param {string} stage
 * @param {Readonly<Record<string, string>>} tools programs, and the packages of Debian that have them
 */
async function packages(stage, tools) {
  const missing = Object.keys(tools).find((name) => onPath(name) === null);
  if (missing !== undefined) return { leftOut: `${missing} is not installed (Debian: apt-get install ${Object.values(tools).join(" ")})` };
  const jobs = await testJobs({ below: [PACKAGES], cores: 1 / 2 });
  return real(jobs.filter(({ name }) => path.basename(name) === `${stage}.test.ts`));
}

/** Whose file system podman can use, and whose root. */
async function container() {
  const missing = Object.keys(CONTAINER_TOOLS).find((name) => onPath(name) === null);
  if (missing !== undefined)
    return { leftOut: `${missing} is not installed (Debian: apt-get install ${Object.values(CONTAINER_TOOLS).join(" ")})` };
  if (process.getuid?.() !== 0) return { leftOut: "only root can have containers with a network of their own and none" };
  return real(await testJobs({ below: [CONTAINER], cores: 1 }));
}

/** More parts than cores, so that the cores are done at the same time. */
async function sim() {
  const parts = Array.from({ length: SIMULATIONS }, (_, part) => ["--seeds", `${SEEDS}`, "--part", `${part + 1}/${SIMULATIONS}`]);
  const life = Array.from({ length: LIFE_SIMULATIONS }, (_, part) => [
    "--life",
    "--seeds",
    `${LIFE_SEEDS}`,
    "--part",
    `${part + 1}/${LIFE_SIMULATIONS}`,
  ]);
  return await Promise.all([["--listed"], ...parts, ...life].map((args) => simulation({ name: `seeds ${args.join(" ")}`, args })));
}
