/**
 * `npm run sim -- --seeds N --from S [--listed] [--part K/N] [--actions N] [--verbose] [--keep-going] [--hash] [--life] [--links]`: runs seeds one after the other; a
 * failing one is shown with the end of its history. A seed that has found a fault is added to seeds.json, whose seeds `--listed` runs.
 *
 * With `--life` programs have options beyond Supervisor, with `--links` a file may have two names; these are other histories than the plain ones of the same
 * seeds.
 * With `--hash`, and without `--seeds`, the seeds are 1 to 300; a line for each has the hash of its whole history, and scripts/sim.mjs prints one hash
 * of all of them. A commit that only moves or renames leaves that hash as it is.
 */
import { parseArgs } from "node:util";
import { historyHash } from "./historyhash.ts";
import { runSeed } from "./run.ts";
import listed from "./seeds.json" with { type: "json" };

const SHOWN_LINES = 60;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    listed: { type: "boolean", default: false },
    part: { type: "string", default: "1/1" },
    actions: { type: "string" },
    verbose: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
    hash: { type: "boolean", default: false },
    life: { type: "boolean", default: false },
    links: { type: "boolean", default: false },
  },
});
const [part = 1, parts = 1] = values.part.split("/").map(Number);
const count = Number(values.seeds ?? (values.hash ? 300 : 100));
const wanted = values.listed ? listed : Array.from({ length: count }, (_, at) => Number(values.from) + at);
const seeds = wanted.filter((_, at) => at % parts === part - 1);
const actions = {
  life: values.life,
  ...(values.links ? { hardLinks: true } : {}),
  ...(values.actions === undefined ? {} : { actions: Number(values.actions) }),
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);

let failed = 0;
let daemons = 0;
let hours = 0;
for (const [at, seed] of seeds.entries()) {
  if (values.hash) {
    say(`history ${seed} ${await historyHash(seed, actions)}`);
    continue;
  }
  const result = await runSeed(seed, { ...actions, ...(values.verbose ? { onTrace: say } : {}) });
  daemons += result.daemons;
  hours += result.simulatedMs / 3_600_000;
  if (result.violations.length === 0) {
    if ((at + 1) % 50 === 0) say(`${at + 1} of ${seeds.length} seeds, ${daemons} daemons, ${hours.toFixed(1)} hours`);
    continue;
  }
  failed++;
  say(`\nseed ${seed} FAILED; again with: npm run sim -- ${values.life ? "--life " : ""}--seeds 1 --from ${seed} --verbose`);
  for (const violation of result.violations.slice(0, 10)) say(`  ${violation}`);
  if (!values.verbose && !values["keep-going"]) for (const line of result.trace.slice(-SHOWN_LINES)) say(line);
  if (!values["keep-going"]) break;
}
if (seeds.length > 0 && !values.hash) say(`${seeds.length} seeds, ${failed} failed; ${daemons} daemons lived ${hours.toFixed(1)} hours`);
process.exitCode = failed === 0 ? 0 : 1;
