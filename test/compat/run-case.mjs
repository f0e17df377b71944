// One of the faults that outsiders found, ../shared/cases/NAME/run.sh, against bin/. One that cannot pass yet stands in not-yet.json with its reason.
//   node test/compat/run-case.mjs NAME
import path from "node:path";
import { run } from "../../scripts/command.mjs";
import { inRoot, SHARED } from "../../scripts/places.mjs";
import { notYet } from "./judge.mjs";

const TIMEOUT_S = 600;
const SHOWN_LINES = 40;

const [name = ""] = process.argv.slice(2);
const script = path.join(SHARED, "cases", name, "run.sh");
const { code, output } = await run("bash", [script, inRoot("bin")], { timeoutS: TIMEOUT_S });
const reason = notYet("cases")[name];
const leftOut = /^skipped: (.*)$/m.exec(output)?.[1];

if (code !== 0 && reason === undefined) {
  console.log(`FAIL ${name}`);
  for (const line of output.trimEnd().split("\n").slice(-SHOWN_LINES)) console.log(`     ${line}`);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
} else if (code !== 0 || leftOut !== undefined) {
  console.log(`skip ${name}: ${code === 0 ? leftOut : `not yet: ${reason}`}`);
  console.log("0 passed, 0 failed, 1 skipped");
} else {
  if (reason !== undefined) console.log(`note ${name} passes now: remove it from test/compat/not-yet.json`);
  console.log("1 passed, 0 failed, 0 skipped");
}
