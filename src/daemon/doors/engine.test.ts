import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ENGINE = fileURLToPath(new URL("engine.ts", import.meta.url));

/** What node says when a program of that engine is told to compile later. */
function saidBy(engine: string): string {
  const program = `import { compileLater } from ${JSON.stringify(ENGINE)}; compileLater(${engine});`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(status, 0);
  return stderr;
}

test("the engine at hand takes what it is told, or is told nothing: not a word on stderr", () => {
  assert.equal(saidBy(""), "");
});

test("an engine that counts calls is told nothing", () => {
  assert.equal(saidBy('"12.4.254.21-node.33"'), "");
  assert.equal(saidBy('"14.1.0"'), "");
});
