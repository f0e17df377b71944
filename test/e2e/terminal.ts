/** Commands at a terminal: a pseudo-terminal of util-linux's script, with what each of the two streams of the command showed. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BIN, type Finished, type Instance, run } from "./instance.ts";

/** Why tests at a terminal cannot run here; false when they can. */
export const noTerminal: string | false = spawnSync("script", ["--version"]).status === 0 ? false : "script (util-linux) is not installed";

/**
 * Runs supervisorctl with standard error on a terminal, without its line ends of two characters. `stdout` is a terminal too, unless `piped`: then it is a
 * file, which is returned apart.
 */
export async function ctlAtTerminal(it: Instance, words: readonly string[], options: { piped?: boolean } = {}): Promise<Finished> {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-terminal-"));
  const file = path.join(folder, "stdout");
  const command = [path.join(BIN, "supervisorctl"), "-c", it.conf, ...words].map(quoted).join(" ");
  const line = options.piped === true ? `exec ${command} >${quoted(file)}` : `exec ${command}`;
  const env = { ...process.env, SHELL: "/bin/sh", TERM: "xterm", NO_COLOR: "1" };
  try {
    const { code, stdout } = await run("script", ["-qefc", line, "/dev/null"], { cwd: it.dir, env });
    const shown = stdout.replaceAll("\r\n", "\n");
    return options.piped === true ? { code, stdout: readFileSync(file, "utf8"), stderr: shown } : { code, stdout: shown, stderr: "" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
