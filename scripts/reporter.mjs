// What node --test tells, in the form that `npm test` shows: failures in full, left out tests with their reason, the numbers. A warning of Node's
// is a failure (unless it says "experimental"): it is either ours to repair or a promise that Node will break.
import { inspect } from "node:util";

const NODE_WARNING = /\(node:\d+\) (?!Experimental)\S*Warning: .*/;
/** So much of what a failed file wrote to stderr is shown. */
const STDERR_CHARACTERS = 4000;

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export default async function* report(source) {
  /** @type {Count} */
  const count = { passed: 0, failed: 0, skipped: 0 };
  /** @type {Map<string, string>} */
  const stderr = new Map();
  for await (const { type, data } of source) {
    if (type === "test:stderr") {
      stderr.set(data.file, ((stderr.get(data.file) ?? "") + data.message).slice(-STDERR_CHARACTERS));
      const warning = NODE_WARNING.exec(data.message)?.[0];
      if (warning !== undefined) {
        count.failed++;
        yield `FAIL ${data.file}: ${warning}\n`;
      }
    } else if ((type === "test:pass" || type === "test:fail") && data.details?.type !== "suite") {
      yield* line(type, data, count, stderr);
    }
  }
  yield `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
}

/**
 * @param {string} type
 * @param {any} data
 * @param {Count} count
 * @param {ReadonlyMap<string, string>} stderr by file
 */
function* line(type, data, count, stderr) {
  // Node reports a whole file in place of its tests when it has none or cannot be run.
  const isFile = data.name === data.file;
  if (data.skip !== undefined || data.todo !== undefined) {
    count.skipped++;
    yield `skip ${data.name}: ${reasonOf(data)}\n`;
  } else if (type === "test:pass") {
    if (!isFile) count.passed++;
  } else {
    count.failed++;
    const text = isFile ? (stderr.get(data.file) ?? "it ended with an error and wrote nothing") : causeOf(data.details?.error);
    yield `FAIL ${data.name}\n${isFile ? "" : `     in ${data.file}\n`}${indented(text)}\n`;
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
