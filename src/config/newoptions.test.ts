import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "./load.fixture.ts";
import type { ProcessConfig } from "./model.ts";
import { completed, withoutNewDefaults } from "./newoptions.ts";

test("CMN-021: a program without the options of ours that have their defaults is the same again, to the order of its fields", async () => {
  for (const lines of ["", "cron=@daily\nstopsignal=HUP", "directory=/tmp"]) {
    const whole = await program(lines);
    const stored = withoutNewDefaults(whole) as ProcessConfig;
    assert.ok(Object.keys(stored).length < Object.keys(whole).length);
    assert.equal(JSON.stringify(completed(stored)), JSON.stringify(whole), lines);
    assert.equal(completed(whole), whole);
  }
});
