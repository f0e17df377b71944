// Where things are. Everything in scripts/ runs before node_modules exists, so it may use Node's own modules alone.

import path from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout, without a slash at the end. */
export const ROOT = path.resolve(fileURLToPath(new URL("..", import.meta.url)));

/** @param {string[]} parts */
export function inRoot(...parts) {
  return path.join(ROOT, ...parts);
}

/** The harnesses that live beside the project; HOLDFAST_SHARED names another folder. */
export const SHARED = path.resolve(process.env["HOLDFAST_SHARED"] ?? inRoot("..", "shared"));
