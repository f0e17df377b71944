// Compares what a harness of ../shared found with not-yet.json, the one list of what we do not reach yet, each name with its reason. The list only
// shrinks: an entry that passes, or that names nothing, fails the run as much as a scenario that fails without being listed.
import { readFileSync } from "node:fs";

/** @typedef {{ name: string, outcome: "pass" | "fail" | "skip", report: readonly string[] }} Found */

const LIST = "test/compat/not-yet.json";

/**
 * The part of the list for one harness.
 * @param {"conformance" | "corpus" | "corpus-probe" | "cases"} harness
 * @returns {Readonly<Record<string, string>>}
 */
export function notYet(harness) {
  return JSON.parse(readFileSync(new URL("not-yet.json", import.meta.url), "utf8"))[harness] ?? {};
}

/**
 * Prints a line for all that is not as it should be, then the numbers.
 * @param {readonly Found[]} found
 * @param {Readonly<Record<string, string>>} listed
 * @param {{ complete: boolean }} run whether everything was run, so that a listed name which was not found is wrong
 * @returns {number} the exit code
 */
export function judge(found, listed, { complete }) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const wrong = (/** @type {string} */ text) => {
    count.failed++;
    console.log(`FAIL ${text}`);
  };
  for (const { name, outcome, report } of found) {
    const reason = listed[name];
    if (outcome === "skip") skip(name, report[0] ?? "");
    else if (outcome === "pass" && reason === undefined) count.passed++;
    else if (outcome === "pass") wrong(`${name} passes now: remove it from ${LIST}`);
    else if (reason !== undefined) skip(name, `not yet: ${reason}`);
    else wrong([name, ...report.map((line) => `     ${line}`)].join("\n"));
  }
  if (complete) {
    const names = new Set(found.map(({ name }) => name));
    for (const name of Object.keys(listed)) if (!names.has(name)) wrong(`${name} is in ${LIST} and does not exist: remove it`);
  }
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return count.failed > 0 || found.length === 0 ? 1 : 0;

  function skip(/** @type {string} */ name, /** @type {string} */ reason) {
    count.skipped++;
    console.log(`skip ${name}: ${reason}`);
  }
}
