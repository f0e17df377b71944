// `npm test`: installs and builds what is missing, runs every stage, and ends with "N passed, N failed, N skipped".
//   npm test -- --only unit,rooms    some stages
//   npm test -- --list               their names
// With CI=true a file of real executables that fails is run once more alone, and named when it then passes.
import "./supported.mjs";
import { parseArgs } from "node:util";
import { buildEverything } from "./everything.mjs";
import { installIfNeeded } from "./install.mjs";
import { runMain, Stop } from "./progress.mjs";
import { STAGES } from "./stages.mjs";
import { runSuite } from "./suite.mjs";

await runMain(async () => {
  const values = options();
  if (values.help) {
    console.log(
      "usage: npm test [-- --only STAGE,STAGE...] [-- --list]\n  --only   these stages, and no others\n  --list   the names of the stages",
    );
    return 0;
  }
  if (values.list) {
    for (const { name, what } of STAGES) console.log(`${name.padEnd(12)} ${what}`);
    return 0;
  }
  const stages = chosen(values.only);
  await (stages.every((stage) => stage.readsSourcesOnly) ? installIfNeeded() : buildEverything());
  return await runSuite(stages, { secondChance: process.env["CI"] === "true" });
});

function options() {
  try {
    return parseArgs({ options: { only: { type: "string" }, list: { type: "boolean" }, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    throw new Stop(`${error instanceof Error ? error.message : error}; npm test -- --help shows what there is.`);
  }
}

/** @param {string | undefined} only */
function chosen(only) {
  if (only === undefined) return STAGES;
  const names = only.split(",");
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown !== undefined) throw new Stop(`There is no stage "${unknown}": the stages are ${STAGES.map(({ name }) => name).join(", ")}.`);
  return STAGES.filter(({ name }) => names.includes(name));
}
