// Compiles what people start, bin/supervisord and the others, from launcher/. CC is honoured. Small programs: no make is needed.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { runOrStop } from "./command.mjs";
import { DAEMON_FLAGS } from "./daemonflags.mjs";
import { findCompiler } from "./keeper.mjs";
import { inRoot } from "./places.mjs";
import { step } from "./progress.mjs";
import { isStale } from "./stale.mjs";

/** What people type. All but pidproxy find Node.js and hand over to it. */
export const COMMANDS = ["supervisord", "supervisorctl", "echo_supervisord_conf", "holdfast", "pidproxy"];
const FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra"];

/** Builds what is stale. */
export async function buildLaunchers() {
  const sources = readdirSync(inRoot("launcher")).map((name) => inRoot("launcher", name));
  const outputs = COMMANDS.map((name) => inRoot("bin", name));
  if (!isStale(outputs, [...sources, inRoot("scripts", "launcher.mjs"), inRoot("scripts", "daemonflags.mjs")])) return;
  const compiler = findCompiler();
  mkdirSync(inRoot("bin"), { recursive: true });
  await step(`compile ${outputs.map((file) => path.relative(inRoot(), file)).join(", ")}`, async () => {
    for (const tool of COMMANDS) await compile(compiler, inRoot("bin", tool), [...FLAGS, ...launcherWords(tool)]);
  });
}

/**
 * The words of a compiler for one command: definitions and sources, which count from the root.
 * @param {string} tool
 */
export function launcherWords(tool) {
  if (tool === "pidproxy") return ["launcher/pidproxy.c", "launcher/shell.c"];
  const parts = ["birth", "descriptors", "find", "formats", "launcher", "shell"].map((name) => `launcher/${name}.c`);
  return [`-DTOOL="${tool}"`, `-DDAEMON_FLAGS=${DAEMON_FLAGS.map((flag) => JSON.stringify(flag)).join(", ")}`, ...parts];
}

/**
 * @param {string} compiler
 * @param {string} output
 * @param {readonly string[]} words
 */
async function compile(compiler, output, words) {
  const [file = "cc", ...first] = compiler.split(" ");
  const draft = `${output}.${process.pid}.new`;
  try {
    await runOrStop(`${path.basename(output)} could not be compiled`, file, [...first, "-o", draft, ...words]);
    renameSync(draft, output);
  } finally {
    rmSync(draft, { force: true });
  }
}
