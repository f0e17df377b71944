/** What clients are told about processes, and that what is kept of it is never old. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessInfo } from "./answerrows.ts";
import { call, supervisor } from "./calling.fixture.ts";
import { makeCalls } from "./calls.ts";
import { alone, FakeControl, group, NOW_MS, running, view } from "./control.fixture.ts";
import type { ProcessView } from "./control.ts";
import { writeAnswer } from "./xmlwrite.ts";

async function infoOf(process: ProcessView, change: (control: FakeControl) => void = () => undefined): Promise<ProcessInfo> {
  const control = new FakeControl(alone(process));
  change(control);
  return (await supervisor(control, "getProcessInfo", process.name)) as ProcessInfo;
}

const describe = async (process: ProcessView, change?: (control: FakeControl) => void) => (await infoOf(process, change)).description;

const MEMBERS = [
  "name",
  "group",
  "start",
  "stop",
  "now",
  "state",
  "statename",
  "spawnerr",
  "exitstatus",
  "logfile",
  "stdout_logfile",
  "stderr_logfile",
  "pid",
  "description",
];

test("RPC-038, RPC-039: the members in their order", async () => {
  const control = new FakeControl([group("g", running("a"))]);
  const info = (await supervisor(control, "getProcessInfo", "g:a")) as ProcessInfo;
  assert.deepEqual(Object.keys(info), MEMBERS);
  assert.deepEqual([info.name, info.group], ["a", "g"]);
});

test("RPC-026: a whole group is no process", async () => {
  const control = new FakeControl([group("grp", view("a"))]);
  for (const name of ["grp:*", "grp:"]) assert.equal(await supervisor(control, "getProcessInfo", name), `fault 10 BAD_NAME: ${name}`);
});

test("RPC-040, RPC-041, RPC-042: times in whole seconds, within 32 bits", async () => {
  const info = await infoOf(view("a", { startSeconds: 1700000000, stopSeconds: 1700000001 }));
  assert.deepEqual([info.start, info.stop, info.now], [1700000000, 1700000001, NOW_MS / 1000]);
  const late = await infoOf(view("a", { startSeconds: 2 ** 40, stopSeconds: -(2 ** 40) }), (control) => {
    control.wallMs = 2 ** 50;
  });
  assert.deepEqual([late.start, late.stop, late.now], [2147483647, -2147483648, 2147483647]);
});

test("RPC-043: numbers and names of the states", async () => {
  const numbers = { STOPPED: 0, STARTING: 10, RUNNING: 20, BACKOFF: 30, STOPPING: 40, EXITED: 100, FATAL: 200, UNKNOWN: 1000 } as const;
  for (const [state, number] of Object.entries(numbers)) {
    const info = await infoOf(view("a", { state: state as keyof typeof numbers }));
    assert.deepEqual([info.state, info.statename], [number, state]);
  }
});

test("RPC-044, RPC-046, RPC-049: error, exit status and pid as the daemon has them; no status is 0", async () => {
  const info = await infoOf(view("a", { spawnError: "Bad exit code 4", exitStatus: 4, pid: 7 }));
  assert.deepEqual([info.spawnerr, info.exitstatus, info.pid], ["Bad exit code 4", 4, 7]);
  const none = await infoOf(view("a"));
  assert.deepEqual([none.spawnerr, none.exitstatus, none.pid], ["", 0, 0]);
  assert.equal((await infoOf(view("a", { exitStatus: -1 }))).exitstatus, -1);
});

test("RPC-047, RPC-048: paths of the logs, the empty text for none", async () => {
  const info = await infoOf(view("a", { stdoutLogfile: "/x/out", stderrLogfile: null }));
  assert.deepEqual([info.logfile, info.stdout_logfile, info.stderr_logfile], ["/x/out", "/x/out", ""]);
});

test("RPC-050, PROC-204: pid and uptime", async () => {
  const up = (seconds: number) => describe(running("a", { startSeconds: NOW_MS / 1000 - seconds }));
  const texts = {
    0: "0:00:00",
    59: "0:00:59",
    61: "0:01:01",
    3600: "1:00:00",
    86399: "23:59:59",
    86400: "1 day, 0:00:00",
    180000: "2 days, 2:00:00",
    8640000: "100 days, 0:00:00",
    [-5]: "0:00:00",
  };
  for (const [seconds, text] of Object.entries(texts)) assert.equal(await up(Number(seconds)), `pid 4711, uptime ${text}`);
});

test("RPC-051, PROC-206: what went wrong, or the advice to look at the log", async () => {
  for (const state of ["FATAL", "BACKOFF"] as const) {
    assert.equal(await describe(view("a", { state, spawnError: "can't find command '/x'" })), "can't find command '/x'");
    assert.equal(await describe(view("a", { state })), 'unknown error (try "tail a")');
  }
});

test("RPC-052, PROC-207: when it stopped, in local time, or that it never ran", async () => {
  const at = (iso: string) => Date.parse(iso) / 1000;
  for (const state of ["STOPPED", "EXITED"] as const) {
    assert.equal(await describe(view("a", { state })), "Not started");
    const stopped = (stopSeconds: number, zone = 0) =>
      describe(view("a", { state, startSeconds: 1, stopSeconds }), (control) => {
        control.zoneMinutes = zone;
      });
    assert.equal(await stopped(at("2026-11-24T05:32:00Z")), "Nov 24 05:32 AM");
    assert.equal(await stopped(at("2026-11-04T00:05:59Z")), "Nov 04 12:05 AM");
    assert.equal(await stopped(at("2026-11-24T12:00:00Z")), "Nov 24 12:00 PM");
    assert.equal(await stopped(at("2026-12-31T23:30:00Z"), 60), "Jan 01 12:30 AM");
    assert.equal(await stopped(at("2026-01-01T02:00:00Z"), -330), "Dec 31 08:30 PM");
  }
});

test("RPC-053, PROC-209: nothing for what is on its way", async () => {
  for (const state of ["STARTING", "STOPPING", "UNKNOWN"] as const) assert.equal(await describe(view("a", { state, startSeconds: 5 })), "");
});

test("CMN-012: what it waits for takes the place of the description", async () => {
  const waits = view("a", { state: "STOPPED", startSeconds: 5, dueText: "restart due (unhealthy)" });
  assert.equal(await describe(waits), "restart due (unhealthy)");
});

test("RPC-054, PROC-208: stopped without ever having exited shows the epoch", async () => {
  assert.equal(await describe(view("a", { startSeconds: 5, stopSeconds: 0 })), "Jan 01 12:00 AM");
});

test("RPC-055: all processes by group and name, in the order of code points; none is an empty array", async () => {
  const control = new FakeControl([
    ...alone(view("b"), view("a2"), view("B"), view("\u{1f600}"), view("\uffe5")),
    group("a", view("z"), view("y")),
  ]);
  const names = ((await supervisor(control, "getAllProcessInfo")) as ProcessInfo[]).map((info) => `${info.group}:${info.name}`);
  assert.deepEqual(names, ["B:B", "a:y", "a:z", "a2:a2", "b:b", "\uffe5:\uffe5", "\u{1f600}:\u{1f600}"]);
  assert.deepEqual(await supervisor(new FakeControl(), "getAllProcessInfo"), []);
});

/** The answer as it is sent, and as it would be if nothing were kept. */
async function sentAndFresh(control: FakeControl): Promise<readonly [string, string]> {
  const answer = await makeCalls(control, ["supervisor"]).call("supervisor.getAllProcessInfo", []);
  assert.ok(answer.ok);
  const fresh = (await supervisor(control, "getAllProcessInfo")) as ProcessInfo[];
  const sent = writeAnswer(answer.value);
  return [typeof sent === "string" ? sent : Buffer.concat(sent).toString(), String(writeAnswer(fresh))];
}

test("what is kept of a process's XML is what would be written anew, after every change and every second", async () => {
  const control = new FakeControl(alone(running("a"), view("b", { spawnError: "<&>\u0001", state: "FATAL" })));
  const seen = new Set<string>();
  const check = async () => {
    const [sent, fresh] = await sentAndFresh(control);
    assert.equal(sent, fresh);
    seen.add(sent);
  };
  await check();
  await check();
  assert.equal(seen.size, 1);
  control.wallMs += 1000;
  await check();
  control.wallMs += 999;
  await check();
  assert.equal(seen.size, 2);
  control.active = [...alone(running("a", { pid: 5 })), ...control.active.slice(1)];
  await check();
  control.active = control.active.slice(1);
  await check();
  control.wallMs -= 3_600_000;
  await check();
  assert.equal(seen.size, 5);
});

test("RPC-055: in a multicall it is the same array", async () => {
  const control = new FakeControl(alone(running("a")));
  const single = await supervisor(control, "getAllProcessInfo");
  assert.deepEqual(await call(control, "system.multicall", [new Map([["methodName", "supervisor.getAllProcessInfo"]])]), [single]);
});
