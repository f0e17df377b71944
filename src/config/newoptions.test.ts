import assert from "node:assert/strict";
import { test } from "node:test";
import { processes, program } from "./load.fixture.ts";
import type { ProcessConfig } from "./model.ts";
import { completed, withoutNewDefaults } from "./newoptions.ts";
import { OURS } from "./ours.fixture.ts";

test("CMN-021: a program without the options of ours that have their defaults is the same again, to the order of its fields", async () => {
  for (const lines of [
    "",
    "cron=@daily\nstopsignal=HUP",
    "directory=/tmp",
    "stderr_logfile_format=json\nstderr_logfile_compress=gzip\nstdout_syslog=true",
  ]) {
    const whole = await program(lines);
    const stored = withoutNewDefaults(whole) as ProcessConfig;
    assert.ok(Object.keys(stored).length < Object.keys(whole).length);
    assert.equal(JSON.stringify(completed(stored)), JSON.stringify(whole), lines);
    assert.equal(completed(whole), whole);
  }
});

test("CMN-001: programs that use none of our options share the values of all of them", async () => {
  const [a, b] = await processes("[program:a]\ncommand=a\npriority=1\n[program:b]\ncommand=b\n");
  assert.ok(a !== undefined && b !== undefined);
  const own = (Object.keys(OURS) as (keyof ProcessConfig)[]).filter((field) => a[field] !== b[field]);
  assert.deepEqual(own, []);
});
