// Brings node_modules up to the lock file. Install scripts stay off: nothing that we use needs one.
import { existsSync, statSync } from "node:fs";
import { onPath, runOrStop } from "./command.mjs";
import { inRoot } from "./places.mjs";
import { Stop, step } from "./progress.mjs";

/** `npm ci`, only when node_modules is missing or older than package-lock.json. */
export async function installIfNeeded() {
  const installed = inRoot("node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(inRoot("package-lock.json")).mtimeMs) return;
  const npm = onPath("npm");
  if (npm === null) throw new Stop("npm was not found on PATH: it comes with Node.js, or in a package of its own (Debian: npm).");
  await step("npm ci", () =>
    runOrStop("The packages of package-lock.json could not be installed", npm, [
      "ci",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=warn",
    ]),
  );
}
