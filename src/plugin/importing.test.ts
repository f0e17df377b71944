import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { importFunction } from "./importing.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-importing-"));
after(() => rmSync(folder, { recursive: true }));

function put(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

const found = async (module: string, exported = "make") => {
  const result = await importFunction({ module, exported }, path.join(folder, "etc"));
  return result.ok ? result.value() : result.error;
};

test("RPC-235: a module is a path from the configuration's folder, or a package that is found from there, of either kind", async () => {
  put("etc/esm.mjs", "export const make = () => 'esm';");
  put("lib/common.cjs", "exports.make = () => 'cjs';");
  put("etc/default.mjs", "export default { make: () => 'default' };");
  put("node_modules/common/index.js", "exports.make = () => 'common';");
  put("node_modules/@scope/only/package.json", JSON.stringify({ type: "module", exports: { "./sub": { import: "./sub.js" } } }));
  put("node_modules/@scope/only/sub.js", "export const make = () => 'for import only';");
  assert.equal(await found("./esm.mjs"), "esm");
  assert.equal(await found("../lib/common.cjs"), "cjs");
  assert.equal(await found(path.join(folder, "lib/common.cjs")), "cjs");
  assert.equal(await found("./default.mjs"), "default");
  assert.equal(await found("common"), "common");
  assert.equal(await found("@scope/only/sub"), "for import only");
});

test("RPC-240: why there is no such function", async () => {
  put("etc/throws.mjs", "throw new TypeError('no\\nluck');");
  put("etc/asks.mjs", "import 'nowhere'; export const make = 1;");
  put("etc/number.mjs", "export const make = 1;");
  assert.equal(await found("./nothere.mjs"), `there is no ${folder}/etc/nothere.mjs`);
  assert.equal(await found("nothere"), "no such plug-in");
  assert.equal(await found("@scope/only"), "no such plug-in");
  assert.equal(await found("./throws.mjs"), "loading './throws.mjs' failed: TypeError: no");
  assert.match(String(await found("./asks.mjs")), /^loading '\.\/asks\.mjs' failed: .*nowhere/);
  assert.equal(await found("./number.mjs"), "module './number.mjs' has no function 'make'");
});
