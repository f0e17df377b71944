// Other programs, run without a shell. Output is either shown as it comes or kept for the one who asked.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./places.mjs";
import { Stop } from "./progress.mjs";

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv }} Surroundings */
/** @typedef {{ code: number, output: string }} Ended */

/**
 * Runs a program and keeps what it prints, stdout and stderr as they come. One that was ended by a signal has code 128.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Surroundings & { onText?: (text: string) => void }} [options]
 * @returns {Promise<Ended>}
 */
export function run(file, args, { cwd = ROOT, env = process.env, onText } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (/** @type {string} */ text) => {
      output += text;
      onText?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 128, output: signal === null ? output : `${output}\n(ended by ${signal})\n` }),
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
