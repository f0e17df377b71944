// Whether something that was built is older than what it was built from. Times of files decide; what is built carries the time at which its build
// began, so that a file edited meanwhile counts as newer.
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {readonly string[]} outputs
 * @param {readonly string[]} inputs files and folders; a folder stands for all below it, and for the removal of a file in it
 */
export function isStale(outputs, inputs) {
  const oldest = Math.min(...outputs.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)));
  return newestMs(inputs) > oldest;
}

/**
 * Puts a file in place at once, so that nobody sees half of it, with the time at which its build began.
 * @param {string} file
 * @param {Uint8Array | string} bytes
 * @param {number} beganMs
 */
export function place(file, bytes, beganMs) {
  const draft = `${file}.${process.pid}.new`;
  try {
    writeFileSync(draft, bytes);
    utimesSync(draft, beganMs / 1000, beganMs / 1000);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {readonly string[]} paths */
function newestMs(paths) {
  let newest = 0;
  for (const each of paths) {
    const info = statSync(each, { throwIfNoEntry: false });
    if (info === undefined) continue;
    newest = Math.max(newest, info.mtimeMs);
    if (info.isDirectory()) newest = Math.max(newest, newestMs(readdirSync(each).map((name) => path.join(each, name))));
  }
  return newest;
}
