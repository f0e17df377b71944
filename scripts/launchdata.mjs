// dist/launch.json: how the package that lies here is run, and what it understands, for a daemon of another version that is to be replaced by it
// (`supervisorctl upgrade`). bin/ is compiled from the same constants; what the keeper in dist/ says of itself (`holdfast-keeper --formats`) agrees with it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { DAEMON_FLAGS } from "./daemonflags.mjs";
import { keeperNames } from "./keeper.mjs";
import { inRoot } from "./places.mjs";
import { Stop, step } from "./progress.mjs";
import { place } from "./stale.mjs";

const FILE = inRoot("dist", "launch.json");

/** Paths count from the folder of the package. Each pair is the oldest and the newest that is understood. */
export function launchData() {
  const { version, build } = keeperNames();
  return {
    version,
    node: DAEMON_FLAGS,
    daemon: "dist/daemon.cjs",
    keeper: "dist/holdfast-keeper",
    build,
    daemonBuild: daemonBuild(),
    protocol: [1, numberIn("keeper/protocol.h", /\bPROTOCOL_VERSION = (\d+)/)],
    table: [1, numberIn("keeper/protocol.h", /\bTABLE_VERSION = (\d+)/)],
    states: [1, numberIn("src/supervisor/records.ts", /\bRECORD_VERSIONS = \[.*"(\d+)"\]/)],
  };
}

/** What the daemon is made of, as a short hash. */
function daemonBuild() {
  const hash = createHash("sha256");
  for (const name of ["daemon.cjs", "daemon.bundle.cjs", "api.cjs", "plugin-thread.cjs", "web/manifest.json"]) {
    hash.update(readFileSync(inRoot("dist", name)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** Writes it when it says anything else. */
export async function buildLaunchData() {
  const began = Date.now();
  const text = `${JSON.stringify(launchData(), null, 2)}\n`;
  if (existsSync(FILE) && readFileSync(FILE, "utf8") === text) return;
  await step("dist/launch.json", async () => {
    mkdirSync(inRoot("dist"), { recursive: true });
    place(FILE, text, began);
  });
}

/** @param {string} file @param {RegExp} expression */
function numberIn(file, expression) {
  const found = expression.exec(readFileSync(inRoot(file), "utf8"));
  if (found === null) throw new Stop(`${file} does not say what ${expression.source} looks for`);
  return Number(found[1]);
}
