import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { info, resultRow } from "../scene.fixture.ts";
import type { Failure } from "./failure.ts";
import type { ProcessInfo } from "./infos.ts";
import { resuming } from "./resume.ts";
import type { Supervisor } from "./supervisor.ts";

const BROKEN: Failure = { kind: "broken", code: "ECONNRESET", answerBegun: false };
const broken = async () => refuse(BROKEN);

/** Answers of a method, one after the other; the last one stays. */
const sequence = <T>(...answers: readonly Result<T, Failure>[]) => {
  let count = 0;
  return async () => answers[Math.min(count++, answers.length - 1)] ?? refuse(BROKEN);
};
const world = (methods: Partial<Supervisor>) => {
  const calls: string[] = [];
  let nowMs = 0;
  const counted = Object.fromEntries(
    Object.entries({ getVersion: async () => ok("3.0"), ...methods }).map(([name, method]) => [
      name,
      (...args: readonly unknown[]) => {
        calls.push(name);
        return (method as (...given: readonly unknown[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Supervisor;
  const sleep = async (ms: number): Promise<void> => {
    nowMs += ms;
  };
  const pace = { monoMs: () => nowMs, sleep };
  return { supervisor: resuming(counted, pace), calls, elapsed: () => nowMs };
};
const look = (...states: readonly ProcessInfo[]) => sequence<ProcessInfo>(...states.map((state) => ok(state)));

test("nothing is done without a break", async () => {
  const { supervisor, calls } = world({ stopProcess: async () => ok(true) });
  assert.deepEqual(await supervisor.stopProcess("a"), ok(true));
  assert.deepEqual(calls, ["stopProcess"]);
});

test("stop: it had come through, and is waited for", async () => {
  const getProcessInfo = look(info("a", "STOPPING"), info("a", "STOPPING"), info("a", "STOPPED"));
  const notRunning: Failure = { kind: "fault", code: FAULTS.NOT_RUNNING, text: "NOT_RUNNING: a" };
  const { supervisor, calls } = world({ stopProcess: sequence<true>(refuse(BROKEN), refuse(notRunning)), getProcessInfo });
  assert.deepEqual(await supervisor.stopProcess("a"), ok(true));
  assert.deepEqual(calls.slice(-2), ["getProcessInfo", "stopProcess"]);
});

test("stop: it had been lost, and is given again", async () => {
  const { supervisor } = world({ stopProcess: sequence<true>(refuse(BROKEN), ok(true)), getProcessInfo: look(info("a", "RUNNING")) });
  assert.deepEqual(await supervisor.stopProcess("a"), ok(true));
});

test("stop: it ended between the look and the second order", async () => {
  const notRunning: Failure = { kind: "fault", code: FAULTS.NOT_RUNNING, text: "NOT_RUNNING: a" };
  const { supervisor } = world({
    stopProcess: sequence<true>(refuse(BROKEN), refuse(notRunning)),
    getProcessInfo: look(info("a", "RUNNING")),
  });
  assert.deepEqual(await supervisor.stopProcess("a"), ok(true));
});

test("a look that an order begins with survives more than one break", async () => {
  const infos = [info("a", "RUNNING")];
  const { supervisor } = world({ getAllProcessInfo: sequence(refuse(BROKEN), refuse(BROKEN), ok(infos)) });
  assert.deepEqual(await supervisor.getAllProcessInfo(), ok(infos));
});

test("HOOK-007 CRON-002 stop: one that is down is told again, since what follows its end may go on, or its schedule", async () => {
  const { supervisor, calls } = world({
    stopProcess: sequence<true>(refuse(BROKEN), ok(true)),
    getProcessInfo: look(info("a", "STOPPED")),
  });
  assert.deepEqual(await supervisor.stopProcess("a"), ok(true));
  assert.equal(calls.filter((call) => call === "stopProcess").length, 2);
  const down = info("g:a", "STOPPED", { stop: 1000 });
  const group = world({
    stopProcessGroup: sequence(refuse(BROKEN), ok([resultRow("g:a", SUCCESS)])),
    getAllProcessInfo: async () => ok([down, info("g:b", "STOPPED", { stop: 1000 })]),
  });
  assert.deepEqual(await group.supervisor.stopProcessGroup("g"), ok([resultRow("g:b", SUCCESS), resultRow("g:a", SUCCESS)]));
});

test("start: it had come through: RUNNING, or why not", async () => {
  const outcome = async (end: ProcessInfo) => {
    const { supervisor, calls } = world({ startProcess: broken, getProcessInfo: look(info("a", "STARTING", { start: 1000 }), end) });
    const answer = await supervisor.startProcess("a");
    assert.equal(calls.filter((call) => call === "startProcess").length, 1);
    return answer.ok ? "started" : answer.error.kind === "fault" ? answer.error.code : answer.error.kind;
  };
  assert.equal(await outcome(info("a", "RUNNING", { start: 1000 })), "started");
  assert.equal(await outcome(info("a", "BACKOFF", { start: 1000, spawnerr: "Exited too quickly" })), FAULTS.SPAWN_ERROR);
  assert.equal(await outcome(info("a", "STOPPED", { start: 1000 })), FAULTS.ABNORMAL_TERMINATION);
});

test("start: it had been lost, and is given again; one that ran all along is told so", async () => {
  const already: Failure = { kind: "fault", code: FAULTS.ALREADY_STARTED, text: "ALREADY_STARTED: a" };
  const lost = world({
    startProcess: sequence<true>(refuse(BROKEN), ok(true)),
    getProcessInfo: look(info("a", "STOPPED", { start: 500 })),
  });
  assert.deepEqual(await lost.supervisor.startProcess("a"), ok(true));
  const ran = world({
    startProcess: sequence<true>(refuse(BROKEN), refuse(already)),
    getProcessInfo: look(info("a", "RUNNING", { start: 500 })),
  });
  assert.deepEqual(await ran.supervisor.startProcess("a"), refuse(already));
});

test("a group that was stopped in part: what is down since, and the rest again", async () => {
  const before = info("g:old", "STOPPED", { stop: 10 });
  const infos = [info("g:a", "STOPPED", { stop: 1000 }), info("g:b", "RUNNING"), before, info("x", "RUNNING")];
  const { supervisor } = world({
    stopProcessGroup: sequence(refuse(BROKEN), ok([resultRow("g:b", SUCCESS)])),
    getAllProcessInfo: async () => ok(infos),
  });
  assert.deepEqual(await supervisor.stopProcessGroup("g"), ok([resultRow("g:a", SUCCESS), resultRow("g:b", SUCCESS)]));
});

test("all that were started since are told, and nothing is started twice", async () => {
  const infos = [
    info("a", "RUNNING", { start: 1000 }),
    info("once", "EXITED", { start: 1000 }),
    info("old", "RUNNING", { start: 10 }),
    info("bad", "FATAL", { start: 1000, spawnerr: "no" }),
  ];
  const { supervisor, calls } = world({ startAllProcesses: broken, getAllProcessInfo: async () => ok(infos) });
  const rows = await supervisor.startAllProcesses();
  assert.ok(rows.ok);
  assert.deepEqual(
    rows.value.map((row) => [row.name, row.status]),
    [
      ["a", SUCCESS],
      ["once", FAULTS.ABNORMAL_TERMINATION],
      ["bad", FAULTS.SPAWN_ERROR],
    ],
  );
  assert.equal(calls.filter((call) => call === "startAllProcesses").length, 1);
});

test("DEP-011 all: what waits for its dependencies after a break is waited for, by joining its wait", async () => {
  const waiting = { description: "waiting for db (STARTING), cache (FATAL)" };
  const infos = [
    info("db", "RUNNING", { start: 1000 }),
    info("web", "STOPPED", waiting),
    info("api", "EXITED", { ...waiting, start: 1000 }),
  ];
  const failed: Failure = { kind: "fault", code: FAULTS.ABNORMAL_TERMINATION, text: "" };
  const asked: string[] = [];
  const { supervisor, calls } = world({
    startAllProcesses: broken,
    getAllProcessInfo: async () => ok(infos),
    startProcess: async (name) => (asked.push(name) === 1 ? ok(true) : refuse(failed)),
  });
  const rows = await supervisor.startAllProcesses();
  assert.deepEqual(rows.ok && rows.value.map(({ name, status }) => [name, status]), [
    ["db", SUCCESS],
    ["web", SUCCESS],
    ["api", FAULTS.ABNORMAL_TERMINATION],
  ]);
  assert.deepEqual(asked, ["web", "api"]);
  assert.equal(calls.filter((call) => call === "startAllProcesses").length, 1);
});

test("all: an order that was lost is given again", async () => {
  const { supervisor } = world({
    startAllProcesses: sequence(refuse(BROKEN), ok([resultRow("a", SUCCESS)])),
    getAllProcessInfo: async () => ok([info("a", "STOPPED", { start: 10 })]),
  });
  assert.deepEqual(await supervisor.startAllProcesses(), ok([resultRow("a", SUCCESS)]));
});

test("add and remove: the fault that means that it had been done", async () => {
  const fault = (code: number): Result<true, Failure> => refuse({ kind: "fault", code, text: "" });
  const added = world({ addProcessGroup: sequence(refuse(BROKEN), fault(FAULTS.ALREADY_ADDED)) });
  assert.deepEqual(await added.supervisor.addProcessGroup("a"), ok(true));
  const removed = world({ removeProcessGroup: sequence(refuse(BROKEN), fault(FAULTS.BAD_NAME)) });
  assert.deepEqual(await removed.supervisor.removeProcessGroup("a"), ok(true));
  const unknown = world({ removeProcessGroup: sequence(fault(FAULTS.BAD_NAME)) });
  assert.deepEqual(await unknown.supervisor.removeProcessGroup("a"), fault(FAULTS.BAD_NAME));
});

test("a signal, standard input and reload are never repeated", async () => {
  const { supervisor, calls } = world({ signalProcess: broken, sendProcessStdin: broken, restart: broken });
  await supervisor.signalProcess("a", "HUP");
  await supervisor.sendProcessStdin("a", "x");
  await supervisor.restart();
  assert.deepEqual(calls, ["signalProcess", "sendProcessStdin", "restart"]);
});

test("a daemon that does not come back within seconds is given up", async () => {
  const away: Failure = { kind: "connect", code: "ECONNREFUSED" };
  const { supervisor, elapsed } = world({ stopProcess: broken, getVersion: async () => refuse(away) });
  assert.deepEqual(await supervisor.stopProcess("a"), refuse(BROKEN));
  assert.ok(elapsed() >= 5_000 && elapsed() < 6_000);
});

test("a daemon that breaks off again and again is given up, too", async () => {
  const { supervisor, calls } = world({ clearProcessLogs: broken });
  assert.deepEqual(await supervisor.clearProcessLogs("a"), refuse(BROKEN));
  assert.equal(calls.filter((call) => call === "clearProcessLogs").length, 6);
});

test("start, as the second half of a restart: what was started just before the stop is started again", async () => {
  const stopped = info("a", "STOPPED", { start: 1000, stop: 1001, now: 1001 });
  const { supervisor, calls } = world({ startProcess: sequence<true>(refuse(BROKEN), ok(true)), getProcessInfo: look(stopped) });
  assert.deepEqual(await supervisor.startProcess("a"), ok(true));
  assert.equal(calls.filter((call) => call === "startProcess").length, 2);
});

test("start of a group and of all, as the second half of a restart", async () => {
  const stopped = [
    info("g:a", "STOPPED", { start: 1000, stop: 1001, now: 1001 }),
    info("g:b", "STOPPED", { start: 1001, stop: 1001, now: 1001 }),
  ];
  const rows = [resultRow("g:a", SUCCESS)];
  const methods = {
    startProcessGroup: sequence<typeof rows>(refuse(BROKEN), ok(rows)),
    startAllProcesses: sequence<typeof rows>(refuse(BROKEN), ok(rows)),
    getAllProcessInfo: sequence<ProcessInfo[]>(ok(stopped)),
  };
  const { supervisor } = world(methods);
  assert.deepEqual(await supervisor.startProcessGroup("g"), ok(rows));
  assert.deepEqual(await supervisor.startAllProcesses(), ok(rows));
});

test("DEP-007 several by name: an order that was lost is given again, whatever it answers; one that came through is waited for", async () => {
  const down = [info("db", "STOPPED", { start: 10 }), info("web", "STOPPED", { start: 10 }), info("other", "RUNNING", { start: 1000 })];
  for (const answer of [false as const, [resultRow("db", SUCCESS), resultRow("web", SUCCESS)]]) {
    const { supervisor } = world({
      startProcesses: sequence<typeof answer>(refuse(BROKEN), ok(answer)),
      getAllProcessInfo: async () => ok(down),
    });
    assert.deepEqual(await supervisor.startProcesses(["db", "web"]), ok(answer));
  }
  const already: Failure = { kind: "fault", code: FAULTS.ALREADY_STARTED, text: "ALREADY_STARTED: old" };
  const waiting = info("g:web", "STOPPED", { description: "waiting for db (STARTING)" });
  const { supervisor, calls } = world({
    startProcesses: broken,
    getAllProcessInfo: async () => ok([waiting, info("db", "RUNNING", { start: 1000 }), info("old", "RUNNING", { start: 10 })]),
    startProcess: async (name) => (name === "old" ? refuse(already) : ok(true)),
  });
  assert.deepEqual(
    await supervisor.startProcesses(["g:web", "old", "db:db"]),
    ok([
      resultRow("g:web", SUCCESS),
      { ...resultRow("old", FAULTS.ALREADY_STARTED), description: "ALREADY_STARTED: old" },
      resultRow("db", SUCCESS),
    ]),
  );
  assert.equal(calls.filter((call) => call === "startProcesses").length, 1);
});

test("DEP-020 several by name are told to stop again, and what is down by then was stopped", async () => {
  const rows = [resultRow("web", FAULTS.NOT_RUNNING), resultRow("db", SUCCESS), resultRow("nope", FAULTS.BAD_NAME)];
  const { supervisor } = world({
    stopProcesses: sequence<typeof rows>(refuse(BROKEN), ok(rows)),
    getAllProcessInfo: async () => ok([info("web", "STOPPED"), info("db", "RUNNING")]),
  });
  const answer = await supervisor.stopProcesses(["web", "db", "nope"]);
  assert.deepEqual(answer.ok && answer.value !== false && answer.value.map(({ status }) => status), [SUCCESS, SUCCESS, FAULTS.BAD_NAME]);
});
