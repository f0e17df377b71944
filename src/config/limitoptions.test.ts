import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, good } from "./load.fixture.ts";

const section = (options: string): string => `[program:x]\ncommand=/x\n${options}\n`;

async function processOf(options: string) {
  const process = (await good(section(options))).groups[0]?.processes[0];
  assert.ok(process !== undefined);
  return process;
}

test("LIM-003 limits, soft alone or both; without the option there is none", async () => {
  const plain = await processOf("");
  assert.deepEqual(
    [plain.rlimitCore, plain.nice, plain.oomScoreAdj, plain.group, plain.supplementaryGroups],
    [null, null, null, null, null],
  );
  assert.deepEqual([plain.session, plain.noNewPrivs], [false, false]);
  const limited = await processOf(
    "rlimit_core=unlimited\nrlimit_nofile=1024:4096\nrlimit_as=1GB\nnice=-5\noom_score_adj=-1000\nsession=yes",
  );
  assert.deepEqual(limited.rlimitCore, { soft: "unlimited", hard: null });
  assert.deepEqual(limited.rlimitNofile, { soft: 1024, hard: 4096 });
  assert.deepEqual(limited.rlimitAs, { soft: 1024 ** 3, hard: null });
  assert.deepEqual([limited.nice, limited.oomScoreAdj, limited.session], [-5, -1000, true]);
});

test("LIM-001 groups by name or number, a list of them, or none", async () => {
  const { group, supplementaryGroups } = await processOf("group=root\nsupplementary_groups=root, 0");
  assert.deepEqual([group, supplementaryGroups], [0, [0, 0]]);
  assert.deepEqual((await processOf("supplementary_groups=NONE")).supplementaryGroups, []);
});

test("LIM-002 a value that cannot be is an error with its place and what to write", async () => {
  const rows = [
    ["rlimit_core=x", "not a valid limit: 'x'", "write 4096, 4096:8192, 1GB or unlimited"],
    ["rlimit_stack=2:1", "not a valid limit: '2:1'", "write 4096, 4096:8192, 1GB or unlimited"],
    ["nice=20", "not a whole number from -20 to 19: '20'", undefined],
    ["oom_score_adj=1001", "not a whole number from -1000 to 1000: '1001'", undefined],
    ["group=nosuch", "Invalid group name nosuch", "name a group of this system, or give a group id"],
    ["supplementary_groups=root,nosuch", "Invalid group name nosuch", "name groups of this system, separated by commas, or write none"],
  ] as const;
  for (const [line, text, remedy] of rows) {
    const [error] = await faults(section(line));
    assert.ok(error?.message.includes(text), `${line}: ${error?.message}`);
    assert.equal(error?.excerpt, line);
    if (remedy !== undefined) assert.ok(JSON.stringify(error).includes(remedy), `${line}: ${JSON.stringify(error)}`);
  }
});
