/**
 * The machinery of `npm test`, with stages made up for it: whatever fails in whichever way, the run fails; a second chance is given only to what runs
 * real executables, and is told.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "./tidy/tree.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-suite-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** As a person would start it, though a runner of tests has started this. */
const ENVIRONMENT = { ...process.env, NO_COLOR: "1", NODE_TEST_CONTEXT: undefined };

type Ran = { readonly code: number | null; readonly lines: readonly string[]; readonly text: string };

/** Runs `runSuite` over stages that are given as the text of an array; `node(SCRIPT)` in it makes a job. */
function suite(stages: string, options = "{ secondChance: true, cores: 2 }"): Ran {
  const script = `
    import { runSuite } from ${JSON.stringify(pathToFileURL(path.join(ROOT, "scripts/suite.mjs")).href)};
    const node = (script, more = {}) => ({ name: "job", file: process.execPath, args: ["-e", script], cores: 1, ...more });
    const counted = (script, more = {}) => node(script, { isCounted: true, ...more });
    const one = (...jobs) => [{ name: "one", what: "a stage", jobs: () => jobs }];
    process.exitCode = await runSuite(${stages}, ${options});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    cwd: folder,
    env: ENVIRONMENT,
  });
  const text = stdout + stderr;
  return { code: status, lines: stdout.trimEnd().split("\n"), text };
}

const closing = (ran: Ran): string => ran.lines.at(-1) ?? "";

test("numbers of all jobs are added up; what is left out is said", () => {
  const ran = suite(`[
    ...one(counted("console.log('skip b: no root'); console.log('2 passed, 0 failed, 1 skipped')"), node("")),
    { name: "two", what: "another", jobs: () => ({ leftOut: "no browser here" }) },
  ]`);
  assert.equal(ran.code, 0, ran.text);
  assert.equal(closing(ran), "3 passed, 0 failed, 2 skipped");
  assert.ok(ran.lines.includes("-- two: left out, no browser here"), ran.text);
  assert.ok(ran.lines.includes("   skip b: no root"), ran.text);
  assert.match(ran.text, /^slowest of one: [\d.]+ s job, [\d.]+ s job$/m);
});

test("every stage of ours has jobs, each with a program, its arguments and its cores, or says what is missing", {
  timeout: 300_000,
}, () => {
  const script = `
    const { STAGES } = await import(${JSON.stringify(path.join(ROOT, "scripts/stages.mjs"))});
    for (const { name, jobs } of STAGES) {
      const work = await jobs();
      const good = "leftOut" in work ? work.leftOut !== "" : work.length > 0 && work.every((job) => job.name && job.file && Array.isArray(job.args) && job.cores > 0);
      if (!good) throw new Error(name);
    }`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env: ENVIRONMENT });
  assert.equal(status, 0, stderr);
});

/** Ways to fail, each with what is shown of it. */
const FAILURES: readonly (readonly [what: string, job: string, shown: RegExp])[] = [
  ["a test fails", `counted("console.log('FAIL x'); console.log('1 passed, 1 failed, 0 skipped'); process.exitCode = 1")`, /FAIL x/],
  ["it says so and ends well", `counted("console.log('FAIL x'); console.log('1 passed, 1 failed, 0 skipped')")`, /FAIL x/],
  ["it is content and ends with an error", `counted("console.log('1 passed, 0 failed, 0 skipped'); process.exitCode = 3")`, /code 3/],
  ["it ends before it has counted", `counted("console.log('a'); process.exit(0)")`, /code 0 before it had counted/],
  ["it dies", `counted("process.kill(process.pid, 'SIGKILL')")`, /ended by SIGKILL/],
  ["it has no test", `counted("console.log('0 passed, 0 failed, 0 skipped')")`, /no test/],
  ["a tool ends with an error", `node("console.log('bad line'); process.exitCode = 2")`, /bad line[\s\S]*code 2/],
  ["it cannot be started", `{ name: "job", file: "/nonexistent/tool", args: [], cores: 1 }`, /ENOENT/],
  ["it takes too long", `node("setInterval(() => {}, 1000)", { timeoutS: 0.3 })`, /longer than 0.3 s/],
  [
    "it takes too long and says that all is well",
    `counted("setInterval(() => {}, 1000); process.on('SIGTERM', () => { console.log('1 passed, 0 failed, 0 skipped'); process.exit(0); })", { timeoutS: 0.3 })`,
    /longer than 0.3 s/,
  ],
  [
    "a warning of Node's",
    `counted("console.log('1 passed, 0 failed, 0 skipped'); process.emitWarning('leak', 'LeakWarning')")`,
    /LeakWarning: leak/,
  ],
];

for (const [what, job, shown] of FAILURES) {
  test(`a failure is a failure, and hides no other stage: ${what}`, () => {
    const ran = suite(`[...one(${job}), { name: "two", what: "another", jobs: () => [node("")] }]`, "{ secondChance: false, cores: 1 }");
    assert.equal(ran.code, 1, ran.text);
    assert.match(ran.text, shown);
    assert.match(closing(ran), /^\d passed, 1 failed, 0 skipped$/, ran.text);
    assert.match(ran.text, /^ok two: another \([\d.]+ s\)$/m);
  });
}

test("a stage that cannot begin, or has nothing to run, has failed", () => {
  for (const jobs of ["() => { throw new Error('cannot bundle'); }", "async () => { throw new Error('cannot bundle'); }", "() => []"]) {
    const ran = suite(`[{ name: "bad", what: "a stage", jobs: ${jobs} }, ...one(node(""))]`);
    assert.equal(ran.code, 1, ran.text);
    assert.match(ran.text, /^FAILED bad: a stage/m);
    assert.match(ran.text, /cannot bundle|nothing to run/);
    assert.equal(closing(ran), "1 passed, 1 failed, 0 skipped");
  }
});

test("a run of nothing but what was left out is no success", () => {
  assert.equal(suite(`[{ name: "two", what: "another", jobs: () => ({ leftOut: "no browser here" }) }]`).code, 1);
});

/** Fails the first time, and whenever it is not alone. */
const FLAKY = `"const fs = require('node:fs'); const first = !fs.existsSync('MARK'); fs.writeFileSync('MARK', ''); console.log(first ? 'FAIL x' : ''); console.log(first ? '1 passed, 1 failed, 0 skipped' : '2 passed, 0 failed, 0 skipped'); process.exitCode = first ? 1 : 0"`;
const flaky = (mark: string, more: string): string => `counted(${FLAKY.replaceAll("MARK", path.join(folder, mark))}, ${more})`;

test("what runs real executables and passes alone is flaky: the run passes and names it", () => {
  const ran = suite(`one(${flaky("a", `{ isReal: true, name: "e2e/x.test.ts" }`)}, node(""))`);
  assert.equal(ran.code, 0, ran.text);
  assert.equal(closing(ran), "3 passed, 0 failed, 0 skipped");
  assert.equal(ran.lines.at(-2), "flaky: e2e/x.test.ts: x failed once, passed alone");
});

test("what only computes has no second chance, and nothing has one where somebody can look", () => {
  assert.equal(suite(`one(${flaky("b", "{}")})`).code, 1);
  assert.ok(existsSync(path.join(folder, "b")));
  assert.equal(suite(`one(${flaky("c", "{ isReal: true }")})`, "{ secondChance: false }").code, 1);
});

test("what fails twice has failed, and both are shown", () => {
  const ran = suite(`one(counted("console.log('FAIL x'); console.log('0 passed, 1 failed, 0 skipped')", { isReal: true }))`);
  assert.equal(ran.code, 1);
  assert.equal(closing(ran), "0 passed, 1 failed, 0 skipped");
  assert.equal(ran.text.match(/FAIL x/g)?.length, 2, ran.text);
});

test("a harness runs only what failed once more, and its other numbers stay", () => {
  const job = `counted("console.log('FAIL a/x\\\\nFAIL b/y\\\\n7 passed, 2 failed, 1 skipped')", {
    isReal: true, again: (failed) => ["-e", "if (process.argv[1] !== 'a/x,b/y') process.exit(9); console.log('2 passed, 0 failed, 0 skipped')", failed.join()],
  })`;
  const ran = suite(`one(${job})`);
  assert.equal(ran.code, 0, ran.text);
  assert.equal(closing(ran), "9 passed, 0 failed, 1 skipped");
  assert.deepEqual(ran.lines.slice(-3, -1), ["flaky: job: a/x failed once, passed alone", "flaky: job: b/y failed once, passed alone"]);
});

test("a second run that finds nothing to run is no success", () => {
  const job = `counted("console.log('FAIL a/x\\\\n7 passed, 1 failed, 1 skipped')", { isReal: true, again: () => ["-e", "console.log('0 passed, 0 failed, 1 skipped')"] })`;
  assert.equal(suite(`one(${job})`).code, 1);
});

test("when many fail there is a reason, and nobody waits for their second runs", () => {
  const ran = suite(`one(...Array.from({ length: 9 }, () => node("process.exit(1)", { isReal: true })))`);
  assert.equal(ran.code, 1);
  assert.match(ran.text, /^No second chance: 9 files failed/m);
});

test("jobs fill the cores and never more; what needs more than there are runs alone", () => {
  const record = `"const fs = require('node:fs'); fs.appendFileSync('NAME', '+'); setTimeout(() => fs.appendFileSync('NAME', '-'), 300)"`;
  const job = (mark: string, cores: string): string => `node(${record.replaceAll("NAME", path.join(folder, mark))}, { cores: ${cores} })`;
  const order = (mark: string): string => spawnSync("cat", [path.join(folder, mark)], { encoding: "utf8" }).stdout;
  suite(`one(${Array.from({ length: 4 }, () => job("whole", "1")).join()})`);
  assert.doesNotMatch(order("whole"), /\+\+\+/);
  suite(`one(${job("alone", "Infinity")}, ${job("alone", "1 / 3")}, ${job("alone", "1 / 3")})`);
  assert.match(order("alone"), /^\+-/);
});

test("processes that a job leaves behind with its output do not keep the run", { timeout: 300_000 }, () => {
  const left = `require('node:child_process').spawn('sleep', ['100'], { stdio: 'inherit', detached: true }).unref()`;
  const ran = suite(
    `one(node(${JSON.stringify(`const child = ${left.replace(".unref()", "")}; console.log('left ' + child.pid); child.unref()`)}))`,
  );
  const pid = Number(/left (\d+)/.exec(ran.text)?.[1]);
  process.kill(pid, "SIGKILL");
  assert.equal(ran.code, 1, ran.text);
  assert.match(ran.text, /left behind hold its output open/);
});

/** Runs test files of a checkout of their own, as `npm test` does; gives what the stage says. */
function testFiles(sources: Readonly<Record<string, string>>): Ran {
  const root = mkdtempSync(path.join(folder, "checkout-"));
  for (const name of ["scripts", "test/seed.mjs"]) cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(root, "node_modules"));
  mkdirSync(path.join(root, "test/sim"));
  writeFileSync(path.join(root, "test/sim/cli.ts"), "export {};");
  for (const where of ["src", "web"]) mkdirSync(path.join(root, where));
  for (const [name, text] of Object.entries(sources)) writeFileSync(path.join(root, name), text);
  const script = `
    const { runSuite } = await import(${JSON.stringify(path.join(root, "scripts/suite.mjs"))});
    const { testJobs } = await import(${JSON.stringify(path.join(root, "scripts/testfiles.mjs"))});
    process.exitCode = await runSuite([{ name: "files", what: "tests", jobs: () => testJobs({ below: ["src"], cores: 1 }) }], { secondChance: false });`;
  const options = { encoding: "utf8", cwd: root, env: ENVIRONMENT } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
  return { code: status, lines: stdout.trimEnd().split("\n"), text: stdout + stderr };
}

const IMPORTS = 'import { after, describe, test } from "node:test"; import { readFileSync } from "node:fs";\n';

test("test files are bundled, find what lies beside their source, and say in which line they failed", { timeout: 300_000 }, () => {
  const good = `${IMPORTS}test("a", () => { readFileSync(new URL("a.test.ts", import.meta.url)); readFileSync(import.meta.dirname + "/b.test.ts"); });
    test("left out", { skip: "no root" }, () => {});`;
  const bad = `${IMPORTS}test("b", () => {\n  throw new Error("no good");\n});`;
  const ran = testFiles({ "src/a.test.ts": good, "src/b.test.ts": bad });
  assert.equal(ran.code, 1);
  assert.equal(closing(ran), "1 passed, 1 failed, 1 skipped", ran.text);
  assert.match(ran.text, /^ {3}src\/b\.test\.ts:\n {3}FAIL b\n +Error: no good\n[\s\S]*src\/b\.test\.ts:3:9/m, ran.text);
  assert.match(ran.text, /^ {3}skip left out: no root$/m);
});

/** Files that are no good as a whole. */
const BROKEN: Readonly<Record<string, string>> = {
  "it throws before its tests": `${IMPORTS}throw new Error("no good");`,
  "it ends in the middle of a test": `${IMPORTS}test("a", () => process.exit(0));`,
  "it has no test": "export {};",
  "a hook fails": `${IMPORTS}after(() => { throw new Error("no good"); }); test("a", () => {});`,
  "a hook of a suite fails": `${IMPORTS}describe("s", () => { after(() => { throw new Error("no good"); }); test("a", () => {}); });`,
  "a test waits for what never comes": `${IMPORTS}test("a", () => new Promise(() => {}));`,
  "what a test began fails after it": `${IMPORTS}test("a", () => { setTimeout(() => { throw new Error("no good"); }, 100); });`,
};

test("a file that is no good as a whole fails the run", { timeout: 300_000 }, () => {
  const names = Object.keys(BROKEN);
  const ran = testFiles(Object.fromEntries(names.map((name, at) => [`src/${at}.test.ts`, BROKEN[name] ?? ""])));
  assert.equal(ran.code, 1);
  for (const [at, name] of names.entries()) assert.ok(ran.lines.includes(`   src/${at}.test.ts:`), `${name}: ${ran.text}`);
});

test("what cannot be bundled, and a folder without tests, fail the stage with a sentence", { timeout: 300_000 }, () => {
  const broken = testFiles({ "src/a.test.ts": "const = 1;" });
  assert.equal(broken.code, 1);
  assert.match(broken.text, /FAILED files: tests\n {3}The tests could not be bundled:[\s\S]*src\/a\.test\.ts:1/);
  const none = testFiles({});
  assert.equal(none.code, 1);
  assert.match(none.text, /There is no test file in src/);
});
