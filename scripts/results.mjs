// What a job of `npm test` came to, read from its exit code and its output: the numbers, the names of what failed, how long its parts took.
import { Stop } from "./progress.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/**
 * A job is a program with its arguments. `cores` is what it computes on, a part of one for what mostly waits. One that `isCounted` has to end its
 * output with "N passed, N failed, N skipped"; any other is one test. `again` gives the arguments that run only what failed once more. One
 * that `isReal` runs real executables on a machine that may be busy, and may be tried again; what only computes may not.
 * @typedef {{
 *   name: string, file: string, args: readonly string[], cores: number, isCounted?: true, isReal?: true, timeoutS?: number,
 *   again?: (failed: readonly string[]) => readonly string[],
 * }} Job
 */
/** @typedef {{ job: Job, count: Count, failed: readonly string[], output: string, tookS: number }} Result */

const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
/** `took 1.2 NAME`: a job that runs many files says how long each took. */
const TOOK_LINE = /^took ([\d.]+) (.*)$/;
/** A warning of Node's is a failure: it is either ours to repair or a promise that Node will break. */
const NODE_WARNING = /^\(node:\d+\) (?!Experimental)\S*Warning: .*/m;

/**
 * A job that says it is content and ends with an error has failed; so has one that ends without counting its tests, or that has none.
 * @param {Job} job
 * @param {import("./command.mjs").Ended} ended
 * @param {number} tookS
 * @returns {Result}
 */
export function resultOf(job, { code, output, stdout }, tookS) {
  const lines = output.trimEnd().split("\n");
  // What it says of itself is the end of its stdout; what comes on stderr may overtake it.
  const numbers = CLOSING_LINE.exec(stdout.trimEnd().split("\n").at(-1) ?? "");
  const [passed = 0, failed = 0, skipped = 0] = numbers?.slice(1).map(Number) ?? (job.isCounted ? [] : [code === 0 ? 1 : 0]);
  const ran = passed + failed + skipped > 0;
  const wrong = [
    NODE_WARNING.exec(output)?.[0] ?? [],
    job.isCounted && numbers === null ? `it ended with code ${code} before it had counted its tests` : [],
    job.isCounted && numbers !== null && !ran ? "there is no test in it" : [],
    code !== 0 && failed === 0 && (numbers !== null || !job.isCounted) ? `it ended with code ${code}` : [],
  ].flat();
  const text = numbers === null ? lines : lines.filter((line) => line !== numbers[0]);
  return {
    job,
    count: { passed, failed: failed + wrong.length, skipped },
    failed: [...lines.flatMap((line) => /^FAIL (.*)$/.exec(line)?.[1] ?? []), ...wrong],
    output: [...text, ...wrong.map((each) => `(${each})`)].join("\n"),
    tookS,
  };
}

/**
 * What could not even be started.
 * @param {Job} job
 * @param {unknown} error
 * @returns {Result}
 */
export function failureOf(job, error) {
  const output =
    error instanceof Error && !(error instanceof Stop)
      ? (error.stack ?? error.message)
      : String(/** @type {any} */ (error)?.message ?? error);
  return { job, count: { passed: 0, failed: 1, skipped: 0 }, failed: [output.split("\n", 1)[0] ?? ""], output, tookS: 0 };
}

/** @param {readonly Count[]} counts @returns {Count} */
export function sum(counts) {
  const of = (/** @type {keyof Count} */ key) => counts.reduce((total, count) => total + count[key], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/**
 * What a person wants to see of it: all when something failed, else what was left out.
 * @param {Result} result
 */
export function linesToShow({ count, output }) {
  const lines = output.trimEnd().split("\n");
  return lines.filter((line) => (count.failed > 0 ? !TOOK_LINE.test(line) : /^(skip|note) /.test(line)));
}

/**
 * How long each file took: by the job's own word, or the job itself.
 * @param {Result} result
 */
export function timesOf({ job, output, tookS }) {
  const parts = output.split("\n").flatMap((line) => {
    const [, took, name = ""] = TOOK_LINE.exec(line) ?? [];
    return took === undefined ? [] : [{ name, tookS: Number(took) }];
  });
  return parts.length > 0 ? parts : [{ name: job.name, tookS }];
}
