import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { formatsText, isSameKeeper, readFormats, readLaunchData } from "./launchdata.ts";

const GOOD = {
  ...{ version: "0.3.0", node: ["--expose-gc"], daemon: "dist/daemon.cjs", keeper: "dist/holdfast-keeper", build: "0123456789ab" },
  ...{ daemonBuild: "ba9876543210", protocol: [1, 2], table: [1, 1], states: [1, 3] },
};

test("UPG what this build says of itself is read, and members of a later version are passed over", () => {
  const built = readLaunchData(readFileSync(new URL("../../../dist/launch.json", import.meta.url), "utf8"));
  assert.ok(built.ok, built.ok ? "" : built.error);
  const later = readLaunchData(JSON.stringify({ ...GOOD, later: { more: 1 } }));
  assert.deepEqual(later, { ok: true, value: GOOD });
});

test("UPG a file that says too little, or what cannot be, is refused, whatever lies there", () => {
  for (const name of Object.keys(GOOD)) {
    const { [name as keyof typeof GOOD]: _, ...less } = GOOD;
    assert.equal(readLaunchData(JSON.stringify(less)).ok, name === "daemonBuild", name);
    assert.equal(readLaunchData(JSON.stringify({ ...GOOD, [name]: 7 })).ok, name === "daemonBuild", name);
  }
  for (const text of ["", "[]", "null", "{", '"x"']) assert.equal(readLaunchData(text).ok, false, text);
  fc.assert(fc.property(fc.json(), (text) => typeof readLaunchData(text).ok === "boolean"));
});

test("UPG the line of --formats is read, and anything else is no keeper's", () => {
  const formats = readFormats("holdfast-keeper 0.3.0 0123456789ab protocol 1-2 table 1-1\n");
  assert.deepEqual(formats, { version: "0.3.0", build: "0123456789ab", protocol: [1, 2], table: [1, 1] });
  assert.ok(formats !== null && isSameKeeper(formats, { ...GOOD, protocol: [1, 2], table: [1, 1] }));
  assert.equal(formatsText(formats), "0.3.0 0123456789ab protocol 1-2 table 1-1");
  for (const text of ["", "usage: holdfast-keeper PROGRAM", "holdfast-keeper 0.3.0 x protocol 1 table 1-1", "v20.20.2"])
    assert.equal(readFormats(text), null, text);
});
