// What a person sees while the scripts work: one line a step, and one sentence when it cannot go on. Colours on a terminal only.
import * as util from "node:util";

const COLOURS = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;

/** A failure that a person can do something about: printed as it is, without a stack. */
export class Stop extends Error {}

/**
 * @param {Parameters<typeof util.styleText>[0]} format
 * @param {string} text
 */
export function styled(format, text) {
  return COLOURS ? util.styleText(format, text) : text;
}

/**
 * Says what is being done, does it, says how long it took.
 * @template T
 * @param {string} what
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const started = performance.now();
  console.log(`${styled("cyan", "..")} ${what}`);
  const result = await work();
  console.log(`${styled("green", "ok")} ${what} (${seconds(started)})`);
  return result;
}

/** @param {number} started a time of performance.now() */
export function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * Runs a script's main part; a Stop becomes its sentence and exit code 1.
 * @param {() => Promise<number | undefined | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(styled("red", error.message));
    process.exitCode = 1;
  }
}
