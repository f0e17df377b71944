/** The wrappers around the harnesses beside the project, with harnesses that find what a test wants: the list of what is not reached only shrinks. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ROOT } from "../tidy/tree.ts";

const base = mkdtempSync(path.join(tmpdir(), "holdfast-wrappers-"));
after(() => rmSync(base, { recursive: true, force: true }));
for (const folder of ["scripts", "test/compat"]) cpSync(path.join(ROOT, folder), path.join(base, "main", folder), { recursive: true });
for (const folder of ["conformance", "corpus"]) mkdirSync(path.join(base, "shared", folder), { recursive: true });

type Outcome = "pass" | "fail" | "skip";

/** Runs the wrapper of the scenarios over a harness that finds `outcomes`. */
function conformance(
  outcomes: Readonly<Record<string, Outcome>>,
  listed: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): { code: number | null; lines: string[] } {
  const results = Object.entries(outcomes).map(([name, outcome]) => ({
    name,
    outcome,
    report: outcome === "pass" ? [] : [`why ${name}`],
    seconds: 0,
  }));
  writeFileSync(
    path.join(base, "shared/conformance/run.mjs"),
    `import { writeFileSync } from "node:fs"; writeFileSync(process.argv[process.argv.indexOf("--json") + 1], ${JSON.stringify(JSON.stringify(results))});`,
  );
  return wrapper("run-conformance.mjs", { conformance: listed }, args);
}

function wrapper(
  file: string,
  list: object,
  args: readonly string[],
  shared = path.join(base, "shared"),
): { code: number | null; lines: string[] } {
  writeFileSync(path.join(base, "main/test/compat/not-yet.json"), JSON.stringify(list));
  const { status, stdout } = spawnSync(process.execPath, [path.join(base, "main/test/compat", file), ...args], {
    encoding: "utf8",
    env: { ...process.env, HOLDFAST_SHARED: shared },
  });
  return { code: status, lines: stdout.trimEnd().split("\n") };
}

test("all pass, or are left out with a reason", () => {
  assert.deepEqual(conformance({ "a/one": "pass", "a/two": "skip" }, {}), {
    code: 0,
    lines: ["skip a/two: why a/two", "1 passed, 0 failed, 1 skipped"],
  });
});

test("a failure that is not listed fails the run; a listed one is left out with its reason", () => {
  assert.deepEqual(conformance({ "a/one": "fail", "a/two": "fail" }, { "a/two": "needs the web page" }), {
    code: 1,
    lines: ["FAIL a/one", "     why a/one", "skip a/two: not yet: needs the web page", "0 passed, 1 failed, 1 skipped"],
  });
});

test("a listed scenario that passes, or that does not exist, has to be taken off the list", () => {
  assert.deepEqual(conformance({ "a/one": "pass" }, { "a/one": "was hard", "a/gone": "was hard" }), {
    code: 1,
    lines: [
      "FAIL a/one passes now: remove it from test/compat/not-yet.json",
      "FAIL a/gone is in test/compat/not-yet.json and does not exist: remove it",
      "0 passed, 2 failed, 0 skipped",
    ],
  });
  assert.equal(conformance({ "a/one": "pass" }, { "b/two": "was hard" }, ["--only", "a/*"]).code, 0);
});

test("a harness that finds nothing or breaks is a failure", () => {
  assert.equal(conformance({}, {}).code, 1);
  writeFileSync(path.join(base, "shared/conformance/run.mjs"), 'throw new Error("broken");');
  const { code, lines } = wrapper("run-conformance.mjs", {}, []);
  assert.equal(code, 1);
  assert.equal(lines.at(-1), "0 passed, 1 failed, 0 skipped");
});

test("the corpus checker's lines are understood", () => {
  writeFileSync(
    path.join(base, "shared/corpus/diff.mjs"),
    'console.log("001-a.conf ok: starts, 3 processes\\n002-b.conf skip: unsafe\\n003-c.conf FAIL\\n    a: 1, b: 2\\n    … 3 more\\n004-d.conf FAIL: hangs");',
  );
  assert.deepEqual(wrapper("run-corpus.mjs", { corpus: { "004-d.conf": "slow" } }, []), {
    code: 1,
    lines: [
      "skip 002-b.conf: unsafe",
      "FAIL 003-c.conf",
      "     a: 1, b: 2",
      "     … 3 more",
      "skip 004-d.conf: not yet: slow",
      "1 passed, 1 failed, 2 skipped",
    ],
  });
});

test("without the folder beside the project they say what they leave out, and that is no failure", () => {
  for (const file of ["run-conformance.mjs", "run-corpus.mjs"]) {
    const { code, lines } = wrapper(file, {}, [], path.join(base, "nowhere"));
    assert.equal(code, 0);
    assert.match(lines[0] ?? "", /^skip .* is not beside the project/);
    assert.equal(lines[1], "0 passed, 0 failed, 1 skipped");
  }
});
