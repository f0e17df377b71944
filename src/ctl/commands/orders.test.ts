import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { failing, fault, info, resultRow, scene } from "../scene.fixture.ts";

const done = async () => ok(true as const);
const rows =
  (...given: ReturnType<typeof resultRow>[]) =>
  async () =>
    ok(given);
const run = (line: string, methods: Partial<Supervisor>) => scene({ methods }).run(line);

test("CTL-084: start without a name: help, 2", async () => {
  const { text, exit } = await run("start", {});
  assert.ok(text.startsWith("Error: start requires a process name\nstart <name>\t\tStart a process\n"));
  assert.equal(exit, 2);
});

test("CTL-085: started, with the short name", async () => {
  assert.deepEqual(await run("start cat:cat", { startProcess: done }), { text: "cat: started\n", exit: 0 });
});

test("CTL-086: what cannot be started", async () => {
  const errors = {
    BAD_NAME: "no such process",
    NO_FILE: "no such file",
    NOT_EXECUTABLE: "file is not executable",
    ALREADY_STARTED: "already started",
    SPAWN_ERROR: "spawn error",
    ABNORMAL_TERMINATION: "abnormal termination",
  } as const;
  for (const [name, words] of Object.entries(errors)) {
    const { text } = await run("start cat", { startProcess: () => fault(name as keyof typeof errors) });
    assert.equal(text, `cat: ERROR (${words})\n`);
  }
});

test("CTL-087: a group: a line per result, nothing when there is none; unknown is 2", async () => {
  const startProcessGroup = rows(resultRow("g:a", 80), resultRow("g:b", FAULTS.SPAWN_ERROR));
  assert.deepEqual(await run("start g:*", { startProcessGroup }), { text: "g:a: started\ng:b: ERROR (spawn error)\n", exit: 7 });
  assert.deepEqual(await run("start g:", { startProcessGroup: rows() }), { text: "", exit: 0 });
  assert.deepEqual(await run("start x:*", { startProcessGroup: () => fault("BAD_NAME") }), { text: "x: ERROR (no such group)\n", exit: 2 });
});

test("CTL-088: all takes over; all:* is a group", async () => {
  const world = scene({ methods: { startAllProcesses: rows(resultRow("a", 80)), startProcessGroup: rows() } });
  assert.equal((await world.run("start nothere all x")).text, "a: started\n");
  assert.deepEqual(world.calls, ["getVersion", "startAllProcesses"]);
  await world.run("start all:*");
  assert.equal(world.calls.at(-1), "startProcessGroup all");
});

test("CTL-089: names one after the other, each waited for", async () => {
  const seen: string[] = [];
  const startProcess = async (name: string) => {
    seen.push(`begin ${name}`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`end ${name}`);
    return ok(true as const);
  };
  await run("start a b", { startProcess });
  assert.deepEqual(seen, ["begin a", "end a", "begin b", "end b"]);
});

test("CTL-090: the exit status of each result; the last failure decides, success leaves it", async () => {
  const exits = { ALREADY_STARTED: 0, SPAWN_ERROR: 7, ABNORMAL_TERMINATION: 7, BAD_NAME: 1, NO_FILE: 1, NOT_EXECUTABLE: 1 } as const;
  for (const [name, exit] of Object.entries(exits)) {
    assert.equal((await run("start a", { startProcess: () => fault(name as keyof typeof exits) })).exit, exit, name);
  }
  const answers = { a: "BAD_NAME", b: "SPAWN_ERROR" } as const;
  const startProcess = async (name: string) => (name === "c" ? ok(true as const) : fault(answers[name as "a" | "b"]));
  assert.equal((await run("start a b c", { startProcess })).exit, 7);
  assert.equal((await run("start b a c", { startProcess })).exit, 1);
});

test("CTL-091: another fault is an unknown result code, and ends the command", async () => {
  const world = scene({ methods: { startProcess: () => fault("FAILED") } });
  const { text, exit } = await world.run("start a b");
  assert.equal(text, "error: <class 'ValueError'>, Unknown result code 30 for a\n");
  assert.equal(exit, 1);
  assert.equal(world.calls.filter((call) => call.startsWith("startProcess ")).length, 1);
});

test("CTL-092: a command line that cannot be parsed shows as not executable", async () => {
  const startProcess = () => fault("NOT_EXECUTABLE", "NOT_EXECUTABLE: can't parse command 'a \"': No closing quotation");
  assert.equal((await run("start a", { startProcess })).text, "a: ERROR (file is not executable)\n");
});

test("CTL-093: stop without a name: help, 1", async () => {
  const { text, exit } = await run("stop", {});
  assert.ok(text.startsWith("Error: stop requires a process name\nstop <name>\t\tStop a process\n"));
  assert.equal(exit, 1);
});

test("CTL-094: stopped", async () => {
  assert.deepEqual(await run("stop cat", { stopProcess: done }), { text: "cat: stopped\n", exit: 0 });
});

test("CTL-095: unknown 1, not running 0, unknown group 1", async () => {
  assert.deepEqual(await run("stop a", { stopProcess: () => fault("BAD_NAME") }), { text: "a: ERROR (no such process)\n", exit: 1 });
  assert.deepEqual(await run("stop a", { stopProcess: () => fault("NOT_RUNNING") }), { text: "a: ERROR (not running)\n", exit: 0 });
  assert.deepEqual(await run("stop g:*", { stopProcessGroup: () => fault("BAD_NAME") }), { text: "g: ERROR (no such group)\n", exit: 1 });
});

test("CTL-096: FAILED is the fault's own text", async () => {
  const stopProcess = () => fault("FAILED", "FAILED: unknown problem killing a (7)");
  assert.deepEqual(await run("stop a", { stopProcess }), { text: "FAILED: unknown problem killing a (7)\n", exit: 1 });
});

test("CTL-097: stop of a group and of all: a line per result", async () => {
  const methods = { stopProcessGroup: rows(resultRow("g:a", 80)), stopAllProcesses: rows(resultRow("g:a", 80), resultRow("b", 80)) };
  assert.deepEqual(await run("stop g:*", methods), { text: "g:a: stopped\n", exit: 0 });
  assert.deepEqual(await run("stop all", methods), { text: "g:a: stopped\nb: stopped\n", exit: 0 });
  assert.deepEqual(await run("stop all", { stopAllProcesses: rows() }), { text: "", exit: 0 });
});

test("CTL-098: what is being stopped already is not running, and not waited for", async () => {
  const world = scene({ methods: { stopProcess: () => fault("NOT_RUNNING") } });
  assert.deepEqual(await world.run("stop a"), { text: "a: ERROR (not running)\n", exit: 0 });
  assert.deepEqual(world.calls, ["getVersion", "stopProcess a"]);
});

test("CTL-099: stop is over when the process is down, not before", async () => {
  let isDown = false;
  const stopProcess = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    isDown = true;
    return ok(true as const);
  };
  const world = scene({ methods: { stopProcess } });
  const running = world.run("stop a").then((answer) => ({ ...answer, isDown }));
  assert.deepEqual(await running, { text: "a: stopped\n", exit: 0, isDown: true });
  assert.equal(world.calls.at(-1), "stopProcess a", "without a word about not waiting");
});

test("CTL-100: restart without a name: help, 1", async () => {
  const { text, exit } = await run("restart", {});
  assert.ok(text.startsWith("Error: restart requires a process name\nrestart <name>\t\tRestart a process\n"));
  assert.equal(exit, 1);
});

test("CTL-101: restart is stop and then start", async () => {
  assert.deepEqual(await run("restart cat", { stopProcess: done, startProcess: done }), { text: "cat: stopped\ncat: started\n", exit: 0 });
});

test("CTL-102: what was not running is started", async () => {
  const methods = { stopProcess: () => fault("NOT_RUNNING"), startProcess: done };
  assert.deepEqual(await run("restart a", methods), { text: "a: ERROR (not running)\na: started\n", exit: 0 });
});

test("CTL-103: unknown names are said twice: 1, a group 2", async () => {
  const bad = () => fault("BAD_NAME");
  const methods = { stopProcess: bad, startProcess: bad, stopProcessGroup: bad, startProcessGroup: bad };
  assert.deepEqual(await run("restart a", methods), { text: "a: ERROR (no such process)\n".repeat(2), exit: 1 });
  assert.deepEqual(await run("restart g:*", methods), { text: "g: ERROR (no such group)\n".repeat(2), exit: 2 });
});

test("CTL-104: all are stopped before the first is started", async () => {
  const world = scene({ methods: { stopProcess: done, startProcess: done } });
  await world.run("restart a b");
  const orders = world.calls.filter((call) => call !== "getVersion" && !call.includes("Processes"));
  assert.deepEqual(orders, ["stopProcess a", "stopProcess b", "startProcess a", "startProcess b"]);
});

test("CTL-105: without a server one line; if it goes away later, a line for each half", async () => {
  const gone = { kind: "connect", code: "ECONNREFUSED" } as const;
  const line = "unix:///run/supervisor.sock refused connection\n";
  assert.deepEqual(await run("restart a", { getVersion: () => failing(gone) }), { text: line, exit: 4 });
  let asked = 0;
  const getVersion = async () => (asked++ === 0 ? ok("3.0") : failing(gone));
  assert.deepEqual(await run("restart a", { getVersion }), { text: line.repeat(2), exit: 4 });
});

test("CTL-106: signal needs a signal and a name: help, 1", async () => {
  for (const line of ["signal", "signal HUP"]) {
    const { text, exit } = await run(line, {});
    assert.ok(
      text.startsWith("Error: signal requires a signal name and a process name\nsignal <signal name> <name>\t\tSignal a process\n"),
    );
    assert.equal(exit, 1);
  }
});

test("CTL-107: signalled; unknown and bad signal 1, not running 7", async () => {
  assert.deepEqual(await run("signal HUP a", { signalProcess: done }), { text: "a: signalled\n", exit: 0 });
  const exits = { BAD_NAME: ["no such process", 1], BAD_SIGNAL: ["bad signal name", 1], NOT_RUNNING: ["not running", 7] } as const;
  for (const [name, [words, exit]] of Object.entries(exits)) {
    const answer = await run("signal HUP a", { signalProcess: () => fault(name as keyof typeof exits) });
    assert.deepEqual(answer, { text: `a: ERROR (${words})\n`, exit });
  }
});

test("CTL-108: a group in its order, unknown 1; all among the names", async () => {
  const group = rows(resultRow("g:b", 80), resultRow("g:a", 80));
  assert.deepEqual(await run("signal HUP g:*", { signalProcessGroup: group }), { text: "g:b: signalled\ng:a: signalled\n", exit: 0 });
  assert.deepEqual(await run("signal HUP x:*", { signalProcessGroup: () => fault("BAD_NAME") }), {
    text: "x: ERROR (no such group)\n",
    exit: 1,
  });
  const world = scene({ methods: { signalAllProcesses: rows() } });
  await world.run("signal HUP x all");
  assert.equal(world.calls.at(-1), "signalAllProcesses HUP");
});

test("CTL-109: the signal goes as it was written", async () => {
  for (const signal of ["HUP", "SIGHUP", "hup", "1", "no-signal"]) {
    const world = scene({ methods: { signalProcess: done } });
    await world.run(`signal ${signal} a`);
    assert.equal(world.calls.at(-1), `signalProcess a ${signal}`);
  }
});

const INFOS = [info("web-1", "RUNNING"), info("web-2", "STOPPED"), info("g:web", "RUNNING"), info("db", "RUNNING")];
const getAllProcessInfo = async () => ok(INFOS);

test("a pattern: those that it concerns, as in a group, each named; several are waited for at a time", async () => {
  const world = scene({ methods: { getAllProcessInfo, startProcess: done, stopProcess: done } });
  assert.deepEqual(await world.run("stop web-*"), { text: "web-1: stopped\n", exit: 0 });
  assert.deepEqual(await world.run("start web-?"), { text: "web-2: started\n", exit: 0 });
  assert.deepEqual(await world.run("stop *web*"), { text: "web-1: stopped\ng:web: stopped\n", exit: 0 });
});

test("a pattern without a match is an unknown process", async () => {
  assert.deepEqual(await run("start x*", { getAllProcessInfo }), { text: "x*: ERROR (no such process)\n", exit: 1 });
  assert.deepEqual(await run("stop x*", { getAllProcessInfo }), { text: "x*: ERROR (no such process)\n", exit: 1 });
});

test("a pattern never has more than sixteen orders under way", async () => {
  const many = Array.from({ length: 50 }, (_, at) => info(`p${String(at).padStart(2, "0")}`, "STOPPED"));
  let under = 0;
  let most = 0;
  const startProcess = async () => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    under--;
    return ok(true as const);
  };
  const { text } = await run("start p*", { getAllProcessInfo: async () => ok(many), startProcess });
  assert.equal(text, many.map((each) => `${each.name}: started\n`).join(""));
  assert.ok(most > 1 && most <= 16, String(most));
});

test("--json: an item per result", async () => {
  const { text, exit } = await run("start a b --json", {
    startProcess: async (name) => (name === "a" ? ok(true as const) : fault("SPAWN_ERROR")),
  });
  assert.deepEqual(JSON.parse(text), [
    { name: "a", group: "a", process: "a", result: "started" },
    { name: "b", group: "b", process: "b", error: "spawn error", code: 50 },
  ]);
  assert.equal(exit, 7);
});

test("DEP-007, DEP-020: several by name are one order where they depend on something; else, and elsewhere, one after the other", async () => {
  const many = rows(resultRow("db", 80), resultRow("g:web", FAULTS.ALREADY_STARTED), resultRow("nope", FAULTS.BAD_NAME));
  const world = scene({ methods: { startProcesses: many, stopProcesses: rows(resultRow("db", 80), resultRow("g:web", 80)) } });
  assert.deepEqual(await world.run("start db g:web nope"), {
    text: "db: started\ng:web: ERROR (already started)\nnope: ERROR (no such process)\n",
    exit: 1,
  });
  assert.equal((await world.run("stop db g:web")).text, "db: stopped\ng:web: stopped\n");
  assert.deepEqual(
    world.calls.filter((each) => each !== "getVersion"),
    ["startProcesses db,g:web,nope", "stopProcesses db,g:web"],
  );
  for (const startProcesses of [async () => ok(false as const), () => fault("UNKNOWN_METHOD"), () => fault("SHUTDOWN_STATE")]) {
    const plain = scene({ methods: { startProcesses, startProcess: done } });
    assert.deepEqual(await plain.run("start a b"), { text: "a: started\nb: started\n", exit: 0 });
    assert.deepEqual(plain.calls.slice(1), ["startProcesses a,b", "startProcess a", "startProcess b"]);
  }
  for (const line of ["start a", "start a a", "start a b*", "start a g:*", "start --no-deps a b"]) {
    const other = scene({ methods: { startProcesses: many, startProcess: done, startProcessAlone: done } });
    await other.run(line);
    assert.ok(!other.calls.some((each) => each.startsWith("startProcesses")), line);
  }
});
