// `npm test`: installs and builds what is missing, runs every stage, and ends with "N passed, N failed, N skipped".
//   npm test -- --only unit,rooms    some stages
//   npm test -- --list               their names
import { parseArgs } from "node:util";
import { run } from "./command.mjs";
import { buildEverything } from "./everything.mjs";
import { installIfNeeded } from "./install.mjs";
import { runMain, Stop, seconds, styled } from "./progress.mjs";
import { STAGES } from "./stages.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/** @typedef {import("./stages.mjs").Stage} Stage */

const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm;

await runMain(async () => {
  const { values } = parseArgs({ options: { only: { type: "string" }, list: { type: "boolean" } } });
  if (values.list) {
    for (const { name, what } of STAGES) console.log(`${name.padEnd(12)} ${what}`);
    return 0;
  }
  const stages = chosen(values.only);
  await (stages.every((stage) => stage.readsSourcesOnly) ? installIfNeeded() : buildEverything());
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    const count = await runStage(stage);
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

/** @param {string | undefined} only */
function chosen(only) {
  if (only === undefined) return STAGES;
  const names = only.split(",");
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown !== undefined) throw new Stop(`There is no stage "${unknown}": the stages are ${STAGES.map(({ name }) => name).join(", ")}.`);
  return STAGES.filter(({ name }) => names.includes(name));
}

/**
 * @param {Stage} stage
 * @returns {Promise<Count>}
 */
async function runStage({ name, what, command }) {
  const started = performance.now();
  const work = command();
  if ("leftOut" in work) {
    console.log(`${styled("yellow", "--")} ${name}: left out, ${work.leftOut}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const { code, output } = await run(work.file, work.args);
  const count = counted(output, code);
  const good = count.failed === 0;
  console.log(`${good ? styled("green", "ok") : styled("red", "FAILED")} ${name}: ${what}${numbers(output, count)} (${seconds(started)})`);
  const shown = good ? output.split("\n").filter((line) => line.startsWith("skip ")) : withoutClosingLine(output).split("\n");
  for (const line of shown) console.log(`   ${line}`);
  return count;
}

/**
 * A command that says it is content and ends with an error, or the other way round, has failed.
 * @param {string} output
 * @param {number} code
 * @returns {Count}
 */
function counted(output, code) {
  const lines = [...output.matchAll(CLOSING_LINE)];
  if (lines.length === 0) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const sum = (/** @type {number} */ group) => lines.reduce((total, found) => total + Number(found[group]), 0);
  return { passed: sum(1), failed: code === 0 ? sum(2) : Math.max(1, sum(2)), skipped: sum(3) };
}

/** @param {string} output @param {Count} count */
function numbers(output, { passed, failed, skipped }) {
  return output.match(CLOSING_LINE) ? `, ${passed} passed, ${failed} failed, ${skipped} skipped` : "";
}

/** Only the last line of `npm test` has this form. */
function withoutClosingLine(/** @type {string} */ output) {
  return output.replace(CLOSING_LINE, "").trimEnd();
}
