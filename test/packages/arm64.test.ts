/**
 * What is shipped for arm64: the scenarios of the keeper, and the launchers, under qemu's user-mode emulation. The daemon itself is not tried there, for want
 * of a Node.js of that processor. (PKG-010..012)
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ROOT, text } from "../tidy/tree.ts";
import { keeperScenarios, SCENARIOS } from "./keeper.ts";

type Keepers = { readonly buildBinaries: (platform: string) => Promise<string | null>; readonly binariesOf: (platform: string) => string };
const { buildBinaries, binariesOf } = (await import(path.join(ROOT, "scripts/keepers.mjs"))) as Keepers;

/** What emulation cannot do: a clone that shares its memory until exec becomes a fork; and the kernel executes nothing of arm64 by itself. */
function notEmulated(name: string): string | false {
  if (name === "failures") return "emulation makes a vfork a fork, so a failed exec is not seen";
  return name.startsWith("upgrade") && "the kernel cannot execute the keeper that takes over";
}

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-arm64-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const missing = await buildBinaries("linux-arm64");
const skip = missing ?? false;
const binaries = binariesOf("linux-arm64");

/** An executable that runs one of arm64. */
function emulated(name: string): string {
  const file = path.join(folder, path.basename(name));
  writeFileSync(file, `#!/bin/sh\nexec qemu-aarch64-static "${path.join(binaries, name)}" "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

test("PKG-011: the keeper for arm64 is one static file that says what it is", { skip }, () => {
  const { stdout } = spawnSync(emulated("holdfast-keeper"), ["--formats"], { encoding: "utf8" });
  const { version } = JSON.parse(text("package.json")) as { readonly version: string };
  assert.match(stdout, new RegExp(`^holdfast-keeper ${version.replaceAll(".", "\\.")} [0-9a-f]{12} protocol \\d+-\\d+ table \\d+-\\d+\n$`));
});

test("PKG-011: the launchers for arm64 find their installation, and the environment behind a shell", { skip }, () => {
  const proxy = emulated("bin/pidproxy");
  assert.match(spawnSync(proxy, [], { encoding: "utf8" }).stdout, /^pidproxy: runs a command/);
  const ctl = spawnSync(emulated("bin/supervisorctl"), ["status"], { encoding: "utf8" });
  assert.equal(ctl.status, 1);
  assert.match(ctl.stderr, /^supervisorctl: .*\.cjs is missing: /);
});

test("PKG-011: the scenarios of the keeper pass under emulation", { skip, timeout: 300_000 }, async (t) => {
  const driver = keeperScenarios();
  const keeper = emulated("holdfast-keeper");
  for (const name of SCENARIOS) {
    await t.test(name, { skip: notEmulated(name) }, () => {
      const { status, stdout, stderr } = spawnSync(driver, ["run", keeper, name], { encoding: "utf8" });
      assert.equal(status, 0, `${stdout}${stderr}`);
    });
  }
});
