/** supervisorctl as it is shipped: one bundled file, run by node. Made once per test file. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { handedOver } from "../birth.fixture.ts";

export type Ran = { readonly exit: number | string; readonly stdout: string; readonly stderr: string };
export type RunOptions = {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly argv0?: string;
  readonly withChild?: (child: ChildProcess) => void;
};

export type Bundle = {
  readonly file: string;
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  remove(): void;
};

/** What usage messages call the program: set, so that nothing depends on where the bundle lies. */
export const ARGV0 = "/usr/bin/supervisorctl";

export async function bundled(): Promise<Bundle> {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-ctl-"));
  const file = path.join(folder, "supervisorctl.cjs");
  const entry = fileURLToPath(new URL("./main.ts", import.meta.url));
  await build({ entryPoints: [entry], outfile: file, bundle: true, platform: "node", target: "node20", format: "cjs", logLevel: "error" });
  return {
    file,
    folder,
    run: (args, { argv0 = ARGV0, env = {}, ...options } = {}) =>
      runProgram(process.execPath, [file, ...args], { cwd: folder, ...options, env: { ...handedOver([argv0, ...args]), ...env } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs any program to its end; the environment is small and the same for everybody. */
export function runProgram(
  program: string,
  args: readonly string[],
  { stdin = "", env = {}, cwd = "/", withChild }: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env["PATH"], HOME: cwd, LANG: "C.UTF-8", TERM: "dumb", ...env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.on("error", () => undefined).end(stdin);
    child.on("close", (code, signal) => resolve({ exit: code ?? signal ?? "?", stdout, stderr }));
    withChild?.(child);
  });
}
