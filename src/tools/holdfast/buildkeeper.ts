/**
 * `holdfast build-keeper`: compiles the keeper, and the launchers, for a platform for which none are shipped, or where the package of the platform is
 * missing. It needs a C compiler and no make, and is never called by itself. (PKG-005)
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { ourFlag } from "../../config/commandline.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { type Call, EXIT, type Verb } from "./verb.ts";

export const BUILD_KEEPER: Verb = {
  name: "build-keeper",
  what: "compile the keeper for this machine, with CC or cc",
  usage: "[--into DIR]",
  flags: [ourFlag("into", "where it is put, instead of into the installation", { value: "DIR" })],
  wordsMax: 0,
  run,
};

const COMPILERS = ["cc", "gcc", "clang"];
const FLAGS = ["-std=gnu11", "-O2", "-fstack-protector-strong", "-pthread"];
const HEADERS = `the headers of the C library are missing: install them (Debian: libc6-dev; Fedora: glibc-devel; Alpine: musl-dev linux-headers)`;

async function run({ flags, root, environment, cwd, say, fail }: Call): Promise<number> {
  const into = path.resolve(cwd, flags.get("into")?.text ?? path.join(root, "dist"));
  const compiler = findCompiler(environment["CC"] ?? "");
  if (!compiler.ok) return fail(compiler.error);
  const launch = readLaunchData(root);
  if (!launch.ok) return fail(launch.error);
  const made = compileAll(compiler.value, root, into, launch.value);
  if (!made.ok) return fail(made.error);
  const keeper = path.join(into, "holdfast-keeper");
  say(`${keeper} is ready\n`);
  if (into !== path.join(root, "dist")) say(`supervisord takes it when HOLDFAST_KEEPER=${keeper} is in its environment\n`);
  return EXIT.SUCCESS;
}

type LaunchData = { readonly version: string; readonly build: string; readonly node: readonly string[] };

/** What the build has written down: the keeper says the same of itself as one that is shipped. */
function readLaunchData(root: string): Result<LaunchData, string> {
  const file = path.join(root, "dist", "launch.json");
  if (!existsSync(file) || !existsSync(path.join(root, "keeper"))) return refuse(`the sources of the keeper are not in ${root}`);
  return ok(JSON.parse(readFileSync(file, "utf8")) as LaunchData);
}

/** The words of the compiler. */
function findCompiler(wanted: string): Result<readonly string[], string> {
  const candidates = wanted.trim() === "" ? COMPILERS.map((name) => [name]) : [wanted.trim().split(/\s+/)];
  const found = candidates.find(([file = ""]) => spawnSync(file, ["--version"]).error === undefined);
  if (found === undefined) {
    const looked = candidates.map(([file]) => file).join(", ");
    return refuse(
      `no C compiler was found (${looked}): install one (Debian: gcc libc6-dev; Fedora: gcc; Alpine: gcc musl-dev linux-headers)`,
    );
  }
  const [file = "", ...words] = found;
  const probe = spawnSync(file, [...words, "-fsyntax-only", "-include", "stdio.h", "-x", "c", "/dev/null"]);
  return probe.status === 0 ? ok(found) : refuse(HEADERS);
}

function compileAll(compiler: readonly string[], root: string, into: string, launch: LaunchData): Result<null, string> {
  try {
    mkdirSync(path.join(into, "bin"), { recursive: true });
  } catch (error) {
    return refuse(`cannot write in ${into} (${(error as NodeJS.ErrnoException).code}): name a folder of yours with --into`);
  }
  for (const [name, words] of outputs(root, launch)) {
    const made = compile(compiler, root, path.join(into, name), words);
    if (!made.ok) return made;
  }
  return ok(null);
}

/** Every file that is made, with what it is made of. scripts/launcher.mjs and scripts/keeper.mjs do the same when Holdfast itself is built. */
function outputs(root: string, { version, build, node }: LaunchData): readonly (readonly [string, readonly string[]])[] {
  const sources = (folder: string) =>
    readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith(".c"))
      .map((name) => `${folder}/${name}`);
  const launcher = sources("launcher").filter((name) => !name.endsWith("/pidproxy.c"));
  const flags = `-DDAEMON_FLAGS=${node.map((flag) => JSON.stringify(flag)).join(", ")}`;
  return [
    ["holdfast-keeper", [`-DKEEPER_VERSION="${version}"`, `-DKEEPER_BUILD="${build}"`, ...sources("keeper")]],
    ...["supervisord", "supervisorctl", "echo_supervisord_conf", "holdfast"].map(
      (tool) => [`bin/${tool}`, [`-DTOOL="${tool}"`, flags, ...launcher]] as const,
    ),
    ["bin/pidproxy", ["launcher/pidproxy.c", "launcher/shell.c"]],
  ];
}

/** What exists is replaced at once: a keeper that runs goes on with the file that it has. */
function compile([file = "", ...words]: readonly string[], root: string, output: string, more: readonly string[]): Result<null, string> {
  const draft = `${output}.${process.pid}.new`;
  try {
    const { status, stderr, error } = spawnSync(file, [...words, ...FLAGS, ...more, "-o", draft], { cwd: root, encoding: "utf8" });
    if (status === 0) renameSync(draft, output);
    return status === 0
      ? ok(null)
      : refuse(`${path.basename(output)} could not be compiled by ${file}: ${error?.message ?? stderr.trim()}`);
  } catch (error) {
    return refuse(`cannot write ${output} (${(error as NodeJS.ErrnoException).code}): name a folder of yours with --into`);
  } finally {
    rmSync(draft, { force: true });
  }
}
