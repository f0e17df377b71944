import assert from "node:assert/strict";
import { test } from "node:test";
import { ownPid, parseStat, readSamples } from "./samples.ts";

test("a name with brackets and blanks moves no field", () => {
  const fields = Array.from({ length: 49 }, (_, at) => String(at + 100));
  fields[0] = "42";
  const sample = parseStat(`7 (a) b (c) S ${fields.join(" ")}\n`, 4096);
  assert.deepEqual(sample, { pid: 7, parent: 42, cpuMs: (110 + 111) * 10, memory: 120 * 4096, startTicks: 118 });
  assert.equal(parseStat("7 (a) S 1 2", 4096), null);
});

test("this process is seen, with its parent", async () => {
  const samples = await readSamples();
  const own = samples.ok ? samples.value.processes.find(({ pid }) => pid === ownPid) : undefined;
  assert.equal(own?.parent, process.ppid);
  assert.ok((own?.memory ?? 0) > 1024 * 1024);
});
