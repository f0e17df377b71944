import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { fault, info, resultRow, scene } from "../scene.fixture.ts";

const run = (line: string, methods: Partial<Supervisor>) => scene({ methods }).run(line);

const dependency = (from: string, to: string, holds = true, condition = "ready") => ({ from, to, processes: [to], condition, holds });
const all = [
  dependency("web", "api"),
  dependency("web", "job", false, "exited_ok"),
  dependency("api", "db", false),
  dependency("job", "db", false),
];
const methods: Partial<Supervisor> = {
  dependencies: async () => ok(all),
  getAllProcessInfo: async () => ok(["web", "api", "job", "db"].map((name) => info(name, "RUNNING"))),
};

test("DEP: deps prints a tree for what nothing depends on; what does not hold is marked, what was told is not told again", async () => {
  assert.deepEqual(await run("deps", methods), {
    text: "web\n    api (ready)\n    ! db (ready)\n  ! job (exited_ok)\n    ! db (ready)\n",
    exit: 0,
  });
  assert.deepEqual(await run("deps job", methods), { text: "job\n  ! db (ready)\n", exit: 0 });
  assert.deepEqual(await run("deps db nope", methods), { text: "db\nnope: ERROR (no such process)\n", exit: 1 });
});

test("deps of a supervisord that knows no dependencies", async () => {
  assert.deepEqual(await run("deps", { dependencies: () => fault("UNKNOWN_METHOD") }), {
    text: "ERROR (this supervisord has no deps)\n",
    exit: 1,
  });
});

test("DEP-010: start --no-deps asks for each process alone; groups are refused", async () => {
  const world = scene({ methods: { startProcessAlone: async () => ok(true as const) } });
  assert.equal((await world.run("start --no-deps web g:a")).text, "web: started\ng:a: started\n");
  assert.deepEqual(world.calls.slice(1), ["startProcessAlone web", "startProcessAlone g:a"]);
  const { text, exit } = await run("start --no-deps g:*", {});
  assert.match(text, /^Error: --no-deps takes names of processes, not g:\*\n/);
  assert.equal(exit, 2);
  assert.match((await run("start --no-deps web", { startProcessAlone: () => fault("UNKNOWN_METHOD") })).text, /no --no-deps/);
});

test("DEP-022: stop --dependants tells each that was stopped", async () => {
  const stopWithDependants = async () => ok([resultRow("web", 80), resultRow("db", 80)]);
  assert.deepEqual(await run("stop --dependants db", { stopWithDependants }), { text: "web: stopped\ndb: stopped\n", exit: 0 });
  assert.deepEqual(await run("stop --dependants nope", { stopWithDependants: () => fault("BAD_NAME") }), {
    text: "nope: ERROR (no such process)\n",
    exit: 1,
  });
  assert.match((await run("stop --dependants all", {})).text, /^Error: --dependants takes names of processes, not all\n/);
});
