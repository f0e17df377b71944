// Runs the stages of `npm test`: their jobs side by side, the output of a stage whole when its last job has ended, then what was slow, what was
// flaky, and the numbers. A stage that cannot even begin has failed, and hides no other.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { run } from "./command.mjs";
import { fillCores } from "./pool.mjs";
import { Stop, seconds, styled } from "./progress.mjs";
import { failureOf, linesToShow, resultOf, sum, timesOf } from "./results.mjs";

/** @typedef {import("./results.mjs").Job} Job */
/** @typedef {import("./results.mjs").Result} Result */
/** @typedef {{ leftOut: string }} LeftOut why a stage has nothing to run here */
/** @typedef {readonly Job[] | LeftOut} Work */
/** @typedef {{ name: string, what: string, readsSourcesOnly?: true, jobs: () => Work | Promise<Work> }} Stage */
/** @typedef {{ stage: Stage, jobs: readonly Job[], results: Result[], started?: number, leftOut?: string }} Running */

const SLOWEST_SHOWN = 5;
/** What takes longer hangs, on any machine. */
const TIMEOUT_S = 900;
/** More than this fails for a reason. */
const SECOND_CHANCES_MAX = 8;

/**
 * @param {readonly Stage[]} stages
 * @param {{ secondChance: boolean, cores?: number }} options
 * @returns {Promise<number>} the exit code
 */
export async function runSuite(stages, { secondChance, cores = availableParallelism() }) {
  const started = performance.now();
  const all = await Promise.all(stages.map(begin));
  for (const each of all) if (each.jobs.length === 0) show(each);
  const pieces = all.flatMap((stage) => stage.jobs.map((job) => ({ cores: job.cores, job, stage })));
  await fillCores(pieces, ({ job, stage }) => runIn(stage, job), cores);
  const flaky = secondChance ? await tryAgain(all) : [];
  for (const each of all) showSlowest(each);
  console.log(`${seconds(started)} on ${cores} cores, ${cpuSeconds().toFixed(0)} s of CPU`);
  for (const line of flaky) console.log(`${styled("yellow", "flaky")}: ${line}`);
  const { passed, failed, skipped } = sum(all.map(countOf));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** @param {Stage} stage @returns {Promise<Running>} */
async function begin(stage) {
  try {
    const work = await stage.jobs();
    if ("leftOut" in work) return { stage, jobs: [], results: [], leftOut: work.leftOut };
    if (!Array.isArray(work) || work.length === 0) throw new Stop("There is nothing to run in this stage.");
    return { stage, jobs: work, results: [] };
  } catch (error) {
    return { stage, jobs: [], results: [failureOf({ name: stage.name, file: "", args: [], cores: 0 }, error)] };
  }
}

/** @param {Running} stage @param {Job} job */
async function runIn(stage, job) {
  stage.started ??= performance.now();
  stage.results.push(await resultFrom(job, job.args));
  if (stage.results.length === stage.jobs.length) show(stage);
}

/** @param {Job} job @param {readonly string[]} args @returns {Promise<Result>} */
async function resultFrom(job, args) {
  const started = performance.now();
  try {
    const ended = await run(job.file, args, { timeoutS: job.timeoutS ?? TIMEOUT_S });
    return resultOf(job, ended, (performance.now() - started) / 1000);
  } catch (error) {
    return failureOf(job, error);
  }
}

/**
 * Each job that failed in a stage of real executables, once more, when nothing else runs. What passes then counts as passed and is named.
 * @param {readonly Running[]} all
 * @returns {Promise<readonly string[]>}
 */
async function tryAgain(all) {
  const failed = all.flatMap(({ results }) => results.filter(({ job, count }) => job.isReal && count.failed > 0));
  if (failed.length > SECOND_CHANCES_MAX) {
    console.log(`No second chance: ${failed.length} files failed, and more than ${SECOND_CHANCES_MAX} do not fail by chance.`);
    return [];
  }
  const flaky = [];
  for (const first of failed) {
    const { job } = first;
    const second = await resultFrom(job, job.again?.(first.failed) ?? job.args);
    const passes = second.count.failed === 0 && second.count.passed > 0;
    console.log(
      `${passes ? styled("yellow", "again") : styled("red", "FAILED again")} ${job.name}: alone, ${passes ? "it passes" : "it fails too"}`,
    );
    if (!passes) {
      for (const line of linesToShow(second)) console.log(`   ${line}`);
      continue;
    }
    first.count =
      job.again === undefined ? second.count : sum([first.count, { passed: first.count.failed, failed: -first.count.failed, skipped: 0 }]);
    for (const name of first.failed) flaky.push(`${job.name}: ${name} failed once, passed alone`);
  }
  return flaky;
}

/** @param {Running} running */
function show(running) {
  const { stage, results, leftOut, started } = running;
  if (leftOut !== undefined) return console.log(`${styled("yellow", "--")} ${stage.name}: left out, ${leftOut}`);
  const { passed, failed, skipped } = countOf(running);
  const numbers = passed + failed + skipped > 1 ? `, ${passed} passed, ${failed} failed, ${skipped} skipped` : "";
  console.log(
    `${failed === 0 ? styled("green", "ok") : styled("red", "FAILED")} ${stage.name}: ${stage.what}${numbers}${started === undefined ? "" : ` (${seconds(started)})`}`,
  );
  for (const result of results) {
    if (result.count.failed > 0 && results.length > 1) console.log(`   ${styled("red", `${result.job.name}:`)}`);
    for (const line of linesToShow(result)) console.log(`   ${line}`);
  }
}

/** @param {Running} running */
function countOf({ leftOut, results }) {
  return leftOut === undefined ? sum(results.map(({ count }) => count)) : { passed: 0, failed: 0, skipped: 1 };
}

/** @param {Running} running */
function showSlowest({ stage, results }) {
  const times = results.flatMap(timesOf).toSorted((a, b) => b.tookS - a.tookS);
  if (times.length < 2) return;
  const shown = times.slice(0, SLOWEST_SHOWN).map(({ name, tookS }) => `${tookS.toFixed(1)} s ${name}`);
  console.log(`slowest of ${stage.name}: ${shown.join(", ")}`);
}

/** What all processes took that have ended and were waited for: proc(5). */
function cpuSeconds() {
  const [, fields = ""] = readFileSync("/proc/self/stat", "utf8").split(") ");
  const [userTicks, systemTicks] = fields.split(" ").slice(13, 15).map(Number);
  return ((userTicks ?? 0) + (systemTicks ?? 0)) / 100;
}
