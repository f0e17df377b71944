// The real configuration files of ../shared/corpus, read by bin/supervisord and compared with the stored answers of the original: how each file is
// understood, and with --probe what its programs are given.
//   node test/compat/run-corpus.mjs [--probe] [--only N[,N...]] [--jobs N]
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { run } from "../../scripts/command.mjs";
import { inRoot, SHARED } from "../../scripts/places.mjs";
import { judge, notYet } from "./judge.mjs";

const { values } = parseArgs({
  options: { only: { type: "string" }, jobs: { type: "string", default: "2" }, probe: { type: "boolean", default: false } },
});
const checker = path.join(SHARED, "corpus", "diff.mjs");

process.exitCode = existsSync(checker) ? await main() : leftOut();

function leftOut() {
  console.log("skip the real configurations: the folder shared/corpus is not beside the project (HOLDFAST_SHARED names another place)");
  console.log("0 passed, 0 failed, 1 skipped");
  return 0;
}

async function main() {
  const answers = path.join(SHARED, "corpus", values.probe ? "expected-probe.json" : "expected.json");
  const args = [checker, "--bin-b", inRoot("bin"), "--against", answers, "--jobs", values.jobs];
  if (values.probe) args.push("--probe");
  if (values.only !== undefined) args.push("--only", values.only);
  const { output } = await run(process.execPath, args);
  const found = readLines(output);
  if (found.length === 0) console.log(`FAIL the checker itself:\n${output}`);
  return judge(found, notYet(values.probe ? "corpus-probe" : "corpus"), { complete: values.only === undefined });
}

/**
 * One line a file, `NAME ok: …`, `NAME skip: …` or `NAME FAIL…`, with the differences indented below it.
 * @param {string} output
 */
function readLines(output) {
  /** @type {{ name: string, outcome: "pass" | "fail" | "skip", report: string[] }[]} */
  const found = [];
  for (const line of output.split("\n")) {
    const head = /^(\S+) (ok|skip|FAIL)(?::? ?)(.*)$/.exec(line);
    if (head !== null) {
      const [, name = "", word, rest = ""] = head;
      found.push({ name, outcome: word === "ok" ? "pass" : word === "skip" ? "skip" : "fail", report: rest === "" ? [] : [rest] });
    } else if (line.startsWith("    ")) {
      found.at(-1)?.report.push(line.trim());
    }
  }
  return found;
}
