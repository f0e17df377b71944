// One of the faults that outsiders found, ../shared/cases/NAME/run.sh, against bin/. One that cannot pass yet stands in not-yet.json with its reason.
//   node test/compat/run-case.mjs NAME
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../../scripts/command.mjs";
import { inRoot, SHARED } from "../../scripts/places.mjs";
import { notYet } from "./judge.mjs";

const TIMEOUT_S = 600;
const SHOWN_LINES = 40;

const [name = ""] = process.argv.slice(2);
const { folder, script } = adapted(name);
const { code, output } = await run("bash", [script, inRoot("bin")], { timeoutS: TIMEOUT_S });
rmSync(folder, { recursive: true });
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

/**
 * A copy of the case, with the attacks' library. They look for the daemon by the name of its bundle in its command line, and for the keeper by that of its
 * executable; the case found-by-its-command-line wants both gone from there. Here they look for what stands there now.
 * @param {string} name
 */
function adapted(name) {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-case-"));
  for (const part of new Set([name, "attack-lib"])) {
    const copy = path.join(folder, part);
    cpSync(path.join(SHARED, "cases", part), copy, { recursive: true });
    chmodSync(copy, 0o755);
    for (const file of readdirSync(copy).filter((each) => each.endsWith(".py"))) {
      const text = readFileSync(path.join(copy, file), "utf8");
      const now = text
        .replaceAll("'supervisord.cjs' in cmdline(p)", "'holdfast: daemon' in cmdline(p)")
        .replaceAll("'holdfast-keeper' in cmdline(p)", "'bin/supervisord' in cmdline(p)");
      rmSync(path.join(copy, file));
      writeFileSync(path.join(copy, file), now);
    }
  }
  return { folder, script: path.join(folder, name, "run.sh") };
}
