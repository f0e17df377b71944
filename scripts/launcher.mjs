// Compiles what people start, bin/supervisord and the others, from launcher/. CC is honoured. Small programs: no make is needed.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { runOrStop } from "./command.mjs";
import { DAEMON_FLAGS } from "./daemonflags.mjs";
import { findCompiler } from "./keeper.mjs";
import { inRoot } from "./places.mjs";
import { step } from "./progress.mjs";
import { isStale } from "./stale.mjs";

/** Tools that find Node.js and hand over to it; pidproxy needs none. */
const LAUNCHED = ["supervisord", "supervisorctl", "echo_supervisord_conf", "holdfast"];
const FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra"];

/** Builds what is stale. */
export async function buildLaunchers() {
  const sources = readdirSync(inRoot("launcher")).map((name) => inRoot("launcher", name));
  const outputs = [...LAUNCHED, "pidproxy"].map((name) => inRoot("bin", name));
  if (!isStale(outputs, [...sources, inRoot("scripts", "launcher.mjs"), inRoot("scripts", "daemonflags.mjs")])) return;
  const compiler = findCompiler();
  mkdirSync(inRoot("bin"), { recursive: true });
  const pidproxy = inRoot("launcher", "pidproxy.c");
  const launcher = sources.filter((file) => file.endsWith(".c") && file !== pidproxy);
  const flags = `-DDAEMON_FLAGS=${DAEMON_FLAGS.map((flag) => JSON.stringify(flag)).join(", ")}`;
  await step(`compile ${outputs.map((file) => path.relative(inRoot(), file)).join(", ")}`, async () => {
    for (const tool of LAUNCHED) await compile(compiler, inRoot("bin", tool), [`-DTOOL="${tool}"`, flags, ...launcher]);
    await compile(compiler, inRoot("bin", "pidproxy"), [pidproxy]);
  });
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
    await runOrStop(`${path.basename(output)} could not be compiled`, file, [...first, ...FLAGS, "-o", draft, ...words]);
    renameSync(draft, output);
  } finally {
    rmSync(draft, { force: true });
  }
}
