// Runs the simulation: npm run sim -- --seeds 500 --from 1 [--actions N] [--keep-going] [--verbose]. What it checks: docs/invariants.md.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../test/sim/cli.ts", import.meta.url));
const { status } = spawnSync(process.execPath, ["--import", "tsx", program, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;
