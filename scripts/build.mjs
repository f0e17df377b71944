// `npm run build`: leaves bin/ runnable from the checkout, and the package whole.
import "./supported.mjs";
import { buildEverything } from "./everything.mjs";
import { runMain } from "./progress.mjs";
import { buildTypes } from "./types.mjs";

await runMain(async () => {
  await buildEverything();
  await buildTypes();
});
