/** The door to the program that runs here, and to programs that are asked what they are: no shell, an end in bounded time, answers that are kept short. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";
import type { Installation, RunTool } from "../../doors.ts";
import { built } from "./built.ts";
import { keeperIs } from "./paths.ts";

/** What is kept of each of both outputs. */
const OUTPUT_MAX = 64 * 1024;

export function realInstallation(): Installation {
  return {
    root: path.dirname(built("")),
    launchData: launchData(),
    arch: process.arch,
    node: process.execPath,
    nodeVersion: process.versions.node,
    argv: [process.argv0, ...process.execArgv, process.argv[1] ?? ""],
    realPath: (name) => realpath(name).catch(() => null),
    run,
  };
}

export function readStandardInput(): string {
  return readFileSync(0, "utf8");
}

/** Reads what the daemon of this keeper would read: the user's descriptors are the keeper's, its standard input too. */
export function inPlaceOf(keeperPid: number): void {
  keeperIs(keeperPid);
  closeSync(0);
  try {
    openSync(`/proc/${keeperPid}/fd/0`, "r");
  } catch {
    openSync("/dev/null", "r");
  }
}

/** Read at the start: later another package may lie there. */
function launchData(): string | null {
  try {
    return readFileSync(built("launch.json"), "utf8");
  } catch {
    return null;
  }
}

const run: RunTool = (file, args, { input, timeoutMs, environment }) =>
  new Promise((resolve) => {
    const said = { stdout: "", stderr: "" };
    let errno: string | null = null;
    let isLate = false;
    const failed = (error: NodeJS.ErrnoException): void => {
      errno ??= error.code ?? String(error);
      resolve({ ...said, end: errno });
    };
    const env = environment === "none" ? {} : process.env;
    let child: ChildProcessWithoutNullStreams;
    try {
      // The folder of this process may be gone, which node does not bear.
      child = spawn(file, [...args], { cwd: "/", env, stdio: "pipe" });
    } catch (error) {
      return failed(error as NodeJS.ErrnoException);
    }
    const clock = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
      // Somebody else may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    for (const channel of ["stdout", "stderr"] as const) {
      child[channel].setEncoding("utf8").on("data", (text: string) => {
        said[channel] = (said[channel] + text).slice(0, OUTPUT_MAX);
      });
    }
    child.on("error", failed);
    child.on("close", (code, signal) => {
      clearTimeout(clock);
      resolve({ ...said, end: isLate ? "late" : (signal ?? code ?? 0) });
    });
    // Who has read enough may end without the rest.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
