// What node:test tells of one file, in the form that `npm test` shows: failures in full, left out tests with their reason, the numbers.
import { inspect } from "node:util";

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export default async function* report(source) {
  /** @type {Count} */
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if ((type === "test:pass" || type === "test:fail") && !isGroup(data)) yield* line(type, data, count);
  }
  yield `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
}

/** A suite whose tests are told by themselves; what is wrong with itself, a hook for example, is told. @param {any} data */
function isGroup({ details }) {
  return details?.type === "suite" && (details.error === undefined || details.error.failureType === "subtestsFailed");
}

/**
 * @param {string} type
 * @param {any} data
 * @param {Count} count
 */
function* line(type, data, count) {
  if (data.skip !== undefined || data.todo !== undefined) {
    count.skipped++;
    yield `skip ${data.name}: ${reasonOf(data)}\n`;
  } else if (type === "test:pass") {
    count.passed++;
  } else {
    count.failed++;
    yield `FAIL ${data.name}\n${indented(causeOf(data.details?.error))}\n`;
  }
}

/** @param {{ skip?: unknown, todo?: unknown }} data */
function reasonOf({ skip, todo }) {
  const reason = skip ?? todo;
  if (typeof reason === "string" && reason !== "") return reason;
  return skip === undefined ? "to be done" : "no reason given";
}

/** @param {any} error */
function causeOf(error) {
  const cause = error?.cause ?? error;
  if (typeof cause === "string") return cause;
  return typeof cause?.stack === "string" ? cause.stack : inspect(cause);
}

/** @param {string} text */
function indented(text) {
  return text
    .trimEnd()
    .split("\n")
    .map((each) => `     ${each}`)
    .join("\n");
}
