/** A build with a compiler that lacks something ends with one sentence that says what to install. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "./tidy/tree.ts";

/** What findCompiler finds with this CC. */
function find(compiler: string): string {
  const script = `
    import { findCompiler } from ${JSON.stringify(pathToFileURL(path.join(ROOT, "scripts/keeper.mjs")).href)};
    try { console.log("found " + findCompiler()); } catch (error) { console.log(error.message); }`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env: { ...process.env, CC: compiler } })
    .stdout;
}

test("a compiler without the headers of the C library gets the names of their packages, one that is whole is taken, none at all is told", () => {
  assert.match(
    find("cc -nostdinc"),
    /^The C compiler cc works, but not with the headers .*stdio\.h.*: install them, .*"apt-get install libc6-dev"/,
  );
  assert.equal(find("cc -O1"), "found cc -O1\n");
  assert.match(find("no-such-compiler"), /^No C compiler was found \(looked for no-such-compiler on PATH\): install one/);
});
