/** dist/launch.json, by which a running daemon knows what it would be replaced by, says what is there. (UPG, "The steps") */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROTOCOL_OLDEST, PROTOCOL_VERSION } from "../src/link/messages.ts";
import { RECORD_VERSIONS } from "../src/supervisor/records.ts";
import { HOLDFAST_VERSION } from "../src/version.ts";
import { ROOT } from "./tidy/tree.ts";

const data = JSON.parse(readFileSync(path.join(ROOT, "dist/launch.json"), "utf8")) as Readonly<Record<string, unknown>>;

test("UPG launch.json says what the daemon and the keeper beside it understand", () => {
  assert.equal(data["version"], HOLDFAST_VERSION);
  assert.deepEqual(data["protocol"], [PROTOCOL_OLDEST, PROTOCOL_VERSION]);
  assert.deepEqual(data["states"], [Number(RECORD_VERSIONS[0]), Number(RECORD_VERSIONS.at(-1))]);
  assert.deepEqual([data["daemon"], data["keeper"]], ["dist/daemon.cjs", "dist/holdfast-keeper"]);
});

test("UPG the keeper says of itself what launch.json says of it", () => {
  const said = spawnSync(path.join(ROOT, "dist/holdfast-keeper"), ["--formats"], { encoding: "utf8", env: {} });
  const [version, build] = [data["version"], data["build"]].map(String);
  const [protocol, table] = [data["protocol"], data["table"]].map((pair) => (pair as readonly number[]).join("-"));
  assert.equal(said.stdout, `holdfast-keeper ${version} ${build} protocol ${protocol} table ${table}\n`);
});

test("UPG launch.json starts the daemon as bin/supervisord does", () => {
  const launcher = readFileSync(path.join(ROOT, "bin/supervisord"), "latin1");
  for (const flag of data["node"] as readonly string[]) assert.ok(launcher.includes(`${flag}\0`), flag);
});
