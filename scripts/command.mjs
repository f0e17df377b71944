// Other programs, run without a shell. Output is either shown as it comes or kept for the one who asked.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./places.mjs";
import { Stop } from "./progress.mjs";

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutS?: number }} Surroundings */
/** @typedef {{ code: number, output: string, stdout: string }} Ended what it printed, and of that what went to stdout */

/** What was asked to end has this long, and so has the output of what has ended. */
const GRACE_MS = 5_000;

/**
 * Runs a program and keeps what it prints, stdout and stderr as they come. One that was ended by a signal has code 128, and so has one that takes
 * longer than `timeoutS`, or that leaves processes behind which keep its output open.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Surroundings & { onText?: (text: string) => void }} [options]
 * @returns {Promise<Ended>}
 */
export function run(file, args, { cwd = ROOT, env = process.env, timeoutS, onText } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let stdout = "";
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const take = (/** @type {string} */ text) => {
      output += text;
      onText?.(text);
    };
    const end = (/** @type {number} */ code, /** @type {string} */ why) => {
      clearTimeout(timer);
      resolve({ code, stdout, output: why === "" ? output : `${output}\n(${why})\n` });
    };
    const after = (/** @type {number} */ ms, /** @type {() => void} */ act) => {
      clearTimeout(timer);
      timer = setTimeout(act, ms);
    };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    let late = "";
    child.on("close", (code, signal) => {
      if (late !== "") end(128, late);
      else end(code ?? 128, signal === null ? "" : `ended by ${signal}`);
    });
    if (timeoutS === undefined) return;
    after(timeoutS * 1000, () => {
      late = `it took longer than ${timeoutS} s`;
      child.kill("SIGTERM");
      after(GRACE_MS, () => child.kill("SIGKILL"));
    });
    child.on("exit", () =>
      after(GRACE_MS, () => {
        child.stdout.destroy();
        child.stderr.destroy();
        end(128, late || "processes that it left behind hold its output open");
      }),
    );
  });
}

/**
 * Runs a program that has to succeed; otherwise its output and one sentence end the script.
 * @param {string} what for the sentence: "the keeper could not be compiled"
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Surroundings} [options]
 */
export async function runOrStop(what, file, args, options) {
  const { code, output } = await run(file, args, options);
  if (code !== 0) throw new Stop(`${output.trimEnd()}\n${what} (${path.basename(file)} ended with code ${code}).`);
  return output;
}

/**
 * The full path of a program on PATH, or null.
 * @param {string} name
 * @param {readonly string[]} [moreFolders] looked at after PATH
 */
export function onPath(name, moreFolders = []) {
  if (name.includes("/")) return isExecutable(name) ? path.resolve(name) : null;
  const folders = [...(process.env["PATH"] ?? "").split(":").filter((folder) => folder !== ""), ...moreFolders];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
