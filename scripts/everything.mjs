// All that has to be there before anything of ours can run. Each part does nothing when it is newer than its sources.
import { buildBundles } from "./bundles.mjs";
import { installIfNeeded } from "./install.mjs";
import { buildKeeper } from "./keeper.mjs";
import { buildLaunchData } from "./launchdata.mjs";
import { buildLaunchers } from "./launcher.mjs";
import { buildWebPage } from "./webpage.mjs";

/** What is written in C first: that a compiler is missing should be known before the network is asked for packages. */
export async function buildEverything() {
  await buildKeeper();
  await buildLaunchers();
  await installIfNeeded();
  await buildBundles();
  await buildWebPage();
  await buildLaunchData();
}
