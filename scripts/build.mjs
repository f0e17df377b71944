// `npm run build`: leaves bin/ runnable from the checkout.
import { buildEverything } from "./everything.mjs";
import { runMain } from "./progress.mjs";

await runMain(buildEverything);
