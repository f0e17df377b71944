/** What stands behind the line of an order that failed, for a person at a terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { fault, info, resultRow, scene } from "../scene.fixture.ts";
import { whatWasMeant } from "./explain.ts";

const INFOS = [
  info("nginx", "RUNNING"),
  info("celery:celery_00", "RUNNING"),
  info("celery:celery_01", "RUNNING"),
  info("shop:web_00", "RUNNING"),
];
const getAllProcessInfo = async () => ok(INFOS);
const WHY = {
  group: "importer",
  name: "importer",
  reason: "exit code 3 after 0.1 s",
  exitstatus: 3,
  signal: null,
  restarts: 0,
  life: null,
};

test("a name that there is not: what was probably meant", () => {
  for (const [name, meant] of [
    ["celery", "celery is a group: write celery:*"],
    ["ngnix", "did you mean nginx?"],
    ["ngin", "did you mean nginx?"],
    ["celery_00", "did you mean celery:celery_00?"],
    ["celery:celery_0", "did you mean celery:celery_00?"],
    ["celary:*", "did you mean celery:*?"],
    ["web*", "web* matches no whole name; did you mean '*:web*'?"],
    ["eb_0?", "eb_0? matches no whole name; did you mean '*eb_0?*'?"],
    ["zzz*", "zzz* matches nothing"],
    ["something-else", null],
  ] as const) {
    assert.equal(whatWasMeant(name, INFOS), meant, name);
  }
});

test("restart of a group's name names the remedy once, behind the first line; scripts see the original's bytes alone", async () => {
  const methods = { stopProcess: () => fault("BAD_NAME"), startProcess: () => fault("BAD_NAME"), getAllProcessInfo };
  const text = "celery: ERROR (no such process)\n".repeat(2);
  const terminal = scene({ methods, isTerminal: true });
  assert.equal((await terminal.run("restart celery")).text, text);
  assert.equal(terminal.noted(), "celery is a group: write celery:*\n");
  const pipe = scene({ methods });
  assert.equal((await pipe.run("restart celery")).text, text);
  assert.equal(pipe.noted(), "");
  assert.ok(!pipe.calls.includes("getAllProcessInfo"));
});

test("signal with its words in the wrong order", async () => {
  const world = scene({ methods: { signalProcess: () => fault("BAD_NAME"), getAllProcessInfo }, isTerminal: true });
  await world.run("signal nginx HUP");
  assert.equal(world.noted(), "the signal comes first: signal HUP nginx\n");
  await world.run("signal HUP ngnix");
  assert.equal(world.noted(), "did you mean nginx?\n");
});

test("a program that does not come up: the reason, its last words without colours and control characters, and where there is more", async () => {
  const explainProcess = async () => ok({ ...WHY, lastWords: ["Traceback", "\u001b[31mKeyError:\u001b[0m\u0007'X'"] });
  const methods = { startProcess: () => fault("SPAWN_ERROR"), explainProcess };
  const world = scene({ methods, isTerminal: true });
  assert.equal((await world.run("start importer")).text, "importer: ERROR (spawn error)\n");
  assert.equal(world.noted(), "exit code 3 after 0.1 s; last words: KeyError: 'X'; more: supervisorctl logs importer\n");
  const pipe = scene({ methods });
  await pipe.run("start importer");
  assert.deepEqual([pipe.noted(), pipe.calls.some((call) => call.startsWith("explain"))], ["", false]);
});

test("what it said may come a moment later; a program that never was has no words of its own", async () => {
  let asked = 0;
  const explainProcess = async () => ok({ ...WHY, lastWords: asked++ === 0 ? [] : ["late"] });
  const late = scene({ methods: { startProcess: () => fault("ABNORMAL_TERMINATION"), explainProcess }, isTerminal: true });
  await late.run("start importer");
  assert.match(late.noted(), /last words: late; more/);
  const lastWords = ["supervisor: couldn't chdir to /no: ENOENT", "supervisor: child process was not spawned"];
  const never = async () => ok({ ...WHY, reason: "couldn't chdir to /no: no such file or directory", lastWords });
  const unspawned = scene({ methods: { startProcess: () => fault("SPAWN_ERROR"), explainProcess: never }, isTerminal: true });
  await unspawned.run("start importer");
  assert.equal(unspawned.noted(), "couldn't chdir to /no: no such file or directory; more: supervisorctl logs importer\n");
});

test("a command that is missing is told by the fault; the original's daemon knows no reasons", async () => {
  const missing = scene({ methods: { startProcess: () => fault("NO_FILE", "NO_FILE: can't find command '/x'") }, isTerminal: true });
  await missing.run("start importer");
  assert.equal(missing.noted(), "can't find command '/x'\n");
  const old = scene({ methods: { startProcess: () => fault("SPAWN_ERROR") }, isTerminal: true });
  await old.run("start importer");
  assert.equal(old.noted(), "");
});

test("results of a group are told one by one, each with its reason behind it", async () => {
  const rows = [resultRow("celery:celery_00", 80), resultRow("celery:celery_01", FAULTS.SPAWN_ERROR, "SPAWN_ERROR: celery:celery_01")];
  const explainProcess = async () => ok({ ...WHY, lastWords: ["no"] });
  const world = scene({ methods: { startProcessGroup: async () => ok(rows), explainProcess }, isTerminal: true });
  assert.equal((await world.run("start celery:*")).text, "celery:celery_00: started\ncelery:celery_01: ERROR (spawn error)\n");
  assert.match(world.noted(), /^exit code 3 after 0\.1 s; last words: no; more: supervisorctl logs celery:celery_01\n$/);
});

test("status --json has the exit status, the signal, the reason and the restarts", async () => {
  const explainAllProcesses = async () => ok([{ ...WHY, restarts: 2, lastWords: [] }]);
  const methods = { getAllProcessInfo: async () => ok([info("importer", "FATAL")]), explainAllProcesses };
  const [row] = JSON.parse((await scene({ methods }).run("status --json")).text) as Record<string, unknown>[];
  assert.deepEqual([row?.["exitstatus"], row?.["signal"], row?.["reason"], row?.["restarts"]], [3, null, "exit code 3 after 0.1 s", 2]);
});

test("columns are right with Chinese names on a terminal, and the original's in a pipe", async () => {
  const methods = { getAllProcessInfo: async () => ok([info("订单服务", "RUNNING"), info("web", "RUNNING")]) };
  assert.equal((await scene({ methods }).run("status")).text, `${"订单服务".padEnd(33)}RUNNING   \n${"web".padEnd(33)}RUNNING   \n`);
  const { text } = await scene({ methods, isTerminal: true }).run("status");
  assert.equal(text, `订单服务${" ".repeat(25)}RUNNING   \n${"web".padEnd(33)}RUNNING   \n`);
});
