// `npm run sim`: the simulated daemon, over and over, each time from another seed. Arguments are those of test/sim/cli.ts.
import { spawn } from "node:child_process";
import { installIfNeeded } from "./install.mjs";
import { inRoot } from "./places.mjs";
import { runMain } from "./progress.mjs";

await runMain(async () => {
  await installIfNeeded();
  const args = ["--import", "tsx", inRoot("test", "sim", "cli.ts"), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: inRoot(), stdio: "inherit" });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
});
