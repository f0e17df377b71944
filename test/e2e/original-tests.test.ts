/**
 * Supervisor's own end-to-end tests, as Debian's package has them, against our executables: what they start as `python -m supervisor.X` is `bin/X`.
 * They talk to terminals by pexpect, as its users' scripts do.
 */
import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { BIN, run } from "./instance.ts";

const PYTHON = "/usr/bin/python3";
const PACKAGE = "/usr/lib/python3/dist-packages/supervisor";
/** They wait most of the time. */
const AT_ONCE = 4;

const RUNNER = `
import os, sys, unittest
sys.executable = sys.argv[1]
os.environ['END_TO_END'] = '1'
from supervisor.tests import test_end_to_end
every = [test for suite in unittest.defaultTestLoader.loadTestsFromModule(test_end_to_end) for test in suite]
mine = unittest.TestSuite(every[int(sys.argv[2])::int(sys.argv[3])])
result = unittest.TextTestRunner(verbosity=2).run(mine)
print(result.testsRun)
sys.exit(not result.wasSuccessful())
`;

/** What python is for them: our executables instead of the modules of that name. */
const SHIM = `#!/bin/sh
case "$1 $2" in
  "-m supervisor."*) name=\${2#supervisor.}; shift 2; exec "${BIN}/$name" "$@";;
esac
exec ${PYTHON} "$@"
`;

/** Debian has left it out of the package. */
const HELLO = `#!/bin/bash
n=0
while [ $n -lt 10 ]; do n=$((n + 1)); echo "The Øresund bridge ends in Malmö - $n"; sleep 1; done
`;

test("Supervisor's own end-to-end tests", { timeout: 600_000 }, async (t) => {
  if (!existsSync(path.join(PACKAGE, "tests/test_end_to_end.py"))) return t.skip("Debian's supervisor with its tests is not installed");
  if ((await run(PYTHON, ["-c", "import pexpect"])).code !== 0) return t.skip("python3-pexpect is not installed");
  const done = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, part) => {
      // A folder of its own for each: some of them use the same socket, and a supervisord that starts clears the logs of those of its name.
      const folder = prepared(t);
      const env = { PYTHONPATH: folder, PATH: `${folder}:${process.env["PATH"]}`, TMPDIR: `${folder}/tmp`, LANG: "C.UTF-8", TERM: "xterm" };
      const args = [path.join(folder, "python"), String(part), String(AT_ONCE)];
      return run(PYTHON, ["-c", RUNNER, ...args], { env: { ...process.env, ...env }, cwd: folder });
    }),
  );
  for (const { code, stderr } of done) assert.equal(code, 0, stderr);
  assert.ok(done.reduce((sum, { stdout }) => sum + Number(stdout.trim()), 0) >= 25);
});

/** A copy of the package in which the tests write nowhere but in the copy. */
function prepared(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-original-"));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(PACKAGE, path.join(folder, "supervisor"), { recursive: true });
  mkdirSync(path.join(folder, "tmp"));
  const fixtures = path.join(folder, "supervisor/tests/fixtures");
  const named = readdirSync(fixtures).filter((name) => name.endsWith(".conf"));
  for (const file of [...named.map((name) => path.join(fixtures, name)), path.join(folder, "supervisor/tests/test_end_to_end.py")]) {
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("/tmp/", `${folder}/tmp/`));
  }
  writeFileSync(path.join(fixtures, "hello.sh"), HELLO);
  writeFileSync(path.join(folder, "python"), SHIM);
  chmodSync(path.join(folder, "python"), 0o755);
  return folder;
}
