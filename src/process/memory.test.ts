import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "./life.fixture.ts";
import { NEVER_STARTED, type ProcessState } from "./state.ts";
import { stepProcess } from "./table.ts";

const MB = 1024 * 1024;
const RUNNING: ProcessState = { ...NEVER_STARTED, state: "RUNNING", pid: 42, child: 7 };
const NOW = { monoMs: 0, wallMs: 0 };
const tell = (state: ProcessState, child: number, maxMemoryRestart: number | null) =>
  stepProcess(program({ maxMemoryRestart }), state, { type: "too-large", child, bytes: 2 * MB }, NOW);

test("LIM-006 a process above its limit is due for a restart, and the log says how large it is", () => {
  const { process, effects } = tell(RUNNING, 7, MB);
  assert.equal(process.life.due, "memory");
  assert.deepEqual(effects, [{ type: "log", level: "warn", text: "memory: cat takes 2MB, max_memory_restart is 1MB" }]);
});

test("LIM-006 nothing happens to another run, without the option, while it is due already, or in any other state", () => {
  for (const { process, effects } of [
    tell(RUNNING, 8, MB),
    tell(RUNNING, 7, null),
    tell({ ...RUNNING, life: { due: "unhealthy" } }, 7, MB),
    tell({ ...RUNNING, state: "STOPPING" }, 7, MB),
    tell({ ...RUNNING, state: "STARTING" }, 7, MB),
    tell(NEVER_STARTED, 0, MB),
  ]) {
    assert.notEqual(process.life.due, "memory");
    assert.deepEqual(effects, []);
  }
});
