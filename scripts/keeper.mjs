// Compiles the keeper, dist/holdfast-keeper. With make by its Makefile, without by one plain line; CC is honoured by both.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { onPath, runOrStop } from "./command.mjs";
import { inRoot } from "./places.mjs";
import { Stop, step } from "./progress.mjs";
import { isStale } from "./stale.mjs";

const KEEPER = inRoot("dist", "holdfast-keeper");

/** Builds what is stale; says so in one sentence when there is no compiler. */
export async function buildKeeper() {
  const sources = sourceFiles();
  if (sources.length === 0) {
    console.log("-- the keeper has no sources yet");
    return;
  }
  const makefile = inRoot("keeper", "Makefile");
  if (!isStale([KEEPER], [...sources, inRoot("package.json"), ...(existsSync(makefile) ? [makefile] : [])])) return;
  const compiler = findCompiler();
  mkdirSync(inRoot("dist"), { recursive: true });
  await step("compile the keeper", () => compile(compiler, sources, existsSync(makefile)));
}

/** What the keeper says of itself (`--formats`): the package's version, and a hash over the contents of its sources. */
export function keeperNames() {
  /** @type {{version: string}} */
  const { version } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const hash = createHash("sha256");
  for (const file of sourceFiles().sort()) hash.update(readFileSync(file));
  return { version, build: hash.digest("hex").slice(0, 12) };
}

/** The same as words for a compiler. */
export function keeperDefinitions() {
  const { version, build } = keeperNames();
  return [`-DKEEPER_VERSION="${version}"`, `-DKEEPER_BUILD="${build}"`];
}

/**
 * The compiler to call: CC if it is set, else the first that is there. It comes without the headers of the C library on many systems.
 * @returns {string}
 */
export function findCompiler() {
  const wanted = process.env["CC"];
  const found = (wanted === undefined || wanted === "" ? ["cc", "gcc", "clang"] : [wanted.split(" ")[0] ?? ""]).find(
    (name) => onPath(name) !== null,
  );
  if (found === undefined) {
    throw new Stop(
      `No C compiler was found (looked for ${wanted || "cc, gcc and clang"} on PATH): install one, for example with "apt-get install gcc libc6-dev" ` +
        `on Debian and Ubuntu, "dnf install gcc" on Fedora, "apk add gcc musl-dev linux-headers" on Alpine, or set CC to yours.`,
    );
  }
  const [file = found, ...words] = (wanted || found).split(" ");
  const headers = spawnSync(file, [...words, "-fsyntax-only", "-include", "stdio.h", "-x", "c", "/dev/null"], { encoding: "utf8" });
  if (headers.status !== 0) {
    throw new Stop(
      `The C compiler ${file} works, but not with the headers of the C library (${(headers.stderr || "it was ended").trim().split("\n").at(0)}): ` +
        `install them, for example with "apt-get install libc6-dev" on Debian and Ubuntu, "dnf install glibc-devel" on Fedora, "apk add musl-dev linux-headers" on Alpine.`,
    );
  }
  return wanted || found;
}

/**
 * @param {string} compiler
 * @param {readonly string[]} sources
 * @param {boolean} hasMakefile
 */
async function compile(compiler, sources, hasMakefile) {
  const failed = "The keeper could not be compiled";
  const make = hasMakefile ? onPath("make") : null;
  if (make !== null) {
    const { version, build } = keeperNames();
    await runOrStop(failed, make, ["-C", inRoot("keeper"), `CC=${compiler}`, `VERSION=${version}`, `ID=${build}`]);
    return;
  }
  const [file = "cc", ...words] = compiler.split(" ");
  const draft = `${KEEPER}.${process.pid}.new`;
  const files = sources.filter((source) => source.endsWith(".c"));
  await runOrStop(failed, file, [...words, "-O2", "-pthread", ...keeperDefinitions(), "-o", draft, ...files]);
  renameSync(draft, KEEPER);
}

/** keeper/*.c and *.h; its tests live in folders of their own. */
function sourceFiles() {
  const folder = inRoot("keeper");
  return readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => path.join(folder, name));
}
