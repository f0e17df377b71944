/** `npm run sim -- --seeds N --from S [--actions N] [--verbose]`: runs seeds one after the other; a failing one is shown with the end of its history. */
import { parseArgs } from "node:util";
import { runSeed } from "./run.ts";

const SHOWN_LINES = 60;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    actions: { type: "string" },
    verbose: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
  },
});
const from = Number(values.from);
const seeds = Number(values.seeds);
const actions = values.actions === undefined ? {} : { actions: Number(values.actions) };
const say = (text: string): void => void process.stdout.write(`${text}\n`);

let failed = 0;
let daemons = 0;
let hours = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const result = await runSeed(seed, { ...actions, ...(values.verbose ? { onTrace: say } : {}) });
  daemons += result.daemons;
  hours += result.simulatedMs / 3_600_000;
  if (result.violations.length === 0) {
    if ((seed - from + 1) % 50 === 0) say(`${seed - from + 1} of ${seeds} seeds, ${daemons} daemons, ${hours.toFixed(1)} hours`);
    continue;
  }
  failed++;
  say(`\nseed ${seed} FAILED; again with: npm run sim -- --seeds 1 --from ${seed} --verbose`);
  for (const violation of result.violations.slice(0, 10)) say(`  ${violation}`);
  if (!values.verbose && !values["keep-going"]) for (const line of result.trace.slice(-SHOWN_LINES)) say(line);
  if (!values["keep-going"]) break;
}
say(`${seeds} seeds asked for, ${failed} failed; ${daemons} daemons lived ${hours.toFixed(1)} hours`);
process.exitCode = failed === 0 ? 0 : 1;
