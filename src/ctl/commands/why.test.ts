import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import type { Explained, Life, Why } from "../client/infos.ts";
import { info, scene } from "../scene.fixture.ts";

const NOW = Date.UTC(2026, 10, 28, 22, 31, 12);
const PLAIN: Life = {
  ...{ wanted: "up", wantedBy: "autostart", waitsFor: null, next: { what: "runs", at: null, text: "runs" }, ready: null, readyAt: null },
  ...{ statusText: null, health: null, hook: null, row: null, limits: null, job: null, tree: null },
};
const END = {
  ...{ startedAt: NOW - 15_000, endedAt: NOW - 12_000, seconds: 3.4, code: 1, signal: null, core: false, expected: false, reason: "exit" },
  ...{ oom: "no", cpuMs: 1, memory: 1, survivors: 0 },
};

function whyOf(life: Partial<Life>, more: Partial<Why> = {}): Why {
  return {
    ...{ group: "web", name: "web", state: "STOPPED", pid: 0, since: NOW - 12_000, now: NOW, zone: 0, reason: "", starts: 1 },
    ...{ restarts: {}, failedHooks: {}, exits: [], lastWords: [], lastWordsOf: "stderr", life: { ...PLAIN, ...life } },
    ...more,
  };
}

const ask = (why: Why, line = "why web") =>
  scene({ methods: { getAllProcessInfo: async () => ok([info("web", "STOPPED")]), why: async () => ok(why) } }).run(line);

test("HIS-004 every line, in its order; the newest end first", async () => {
  const life: Partial<Life> = {
    waitsFor: [{ target: "db", condition: "ready", now: "BACKOFF", since: NOW }],
    next: { what: "starts", at: NOW + 48_000, text: "starts when db is ready" },
    hook: { name: "pre_start", pid: 812, since: NOW - 4000, deadline: NOW + 26_000 },
    health: {
      ...{ state: "unhealthy", since: NOW, failures: 3, lastAt: NOW - 2000 },
      lastResult: { result: "failed", text: "http 503", ms: 3 },
    },
    statusText: "warming the cache",
    row: 4,
    limits: [{ option: "memory_max", wanted: "512MB", effective: "not enforced: cgroup v2 is read-only here" }],
  };
  const killed = { ...END, endedAt: NOW - 60_000, seconds: 7805, code: null, signal: "SIGKILL", oom: "likely", survivors: 2 };
  const { text, exit } = await ask(
    whyOf(life, {
      exits: [killed, END],
      restarts: { restart: 4, unhealthy: 1 },
      reason: "exit code 1 after 3 s",
      lastWords: ["Error: connect ECONNREFUSED 127.0.0.1:5432"],
    }),
  );
  assert.equal(exit, 0);
  assert.equal(
    text,
    `web: STOPPED since Nov 28 10:31 PM, 12 s ago (wanted: up, by autostart)
  waits for    db: BACKOFF, wanted ready
  next         starts when db is ready; gives up in 48 s
  now          pre_start since 4 s (pid 812, at most 30 s)
  health       unhealthy: http 503, 3 failures, last 2 s ago
  status       "warming the cache"
  last exits   10:31 PM  exit 1 after 3 s, not expected
               10:30 PM  SIGKILL after 2:10:05, out of memory (likely), 2 processes left behind
  restarts     4 in a row; 4 restart, 1 unhealthy
  limits       memory_max 512MB: not enforced: cgroup v2 is read-only here
  stderr       | Error: connect ECONNREFUSED 127.0.0.1:5432
`,
  );
});

test("HIS-004 lines without content are left out", async () => {
  assert.equal((await ask(whyOf({}, { since: null }))).text, "web: STOPPED (wanted: up, by autostart)\n  next         runs\n");
});

test("HIS-004 why it never became a program is told, too", async () => {
  const { text } = await ask(whyOf({}, { reason: "can't find command '/x'", state: "FATAL" }));
  assert.match(text, /^ {2}reason {7}can't find command '\/x'$/m);
});

test("HIS-005 next says exactly one thing, with its time", async () => {
  const HOUR = 3_600_000;
  for (const [next, told] of [
    [{ what: "runs", at: null, text: "runs" }, "runs"],
    [{ what: "runs", at: NOW + 900, text: "runs" }, "runs (RUNNING in 1 s)"],
    [{ what: "retries", at: NOW + 8000, text: "retries" }, "retries in 8 s"],
    [{ what: "retries", at: NOW + HOUR, text: "retries" }, "retries at 11:31 PM"],
    [{ what: "run", at: NOW + 4 * HOUR, text: "run" }, "run at Nov 29 02:31 AM"],
    [{ what: "stops", at: NOW + 6000, text: "is stopped" }, "is stopped (SIGKILL in 6 s)"],
    [{ what: "stays-down", at: null, text: "stays down until it is started" }, "stays down until it is started"],
    [{ what: "paused", at: null, text: "schedule paused" }, "schedule paused"],
    [{ what: "removed", at: null, text: "is removed" }, "is removed"],
  ] as const) {
    const lines = (await ask(whyOf({ next }))).text.split("\n").filter((line) => line.startsWith("  next"));
    assert.deepEqual(lines, [`  next         ${told}`]);
  }
});

test("HIS-005 what is not ready yet is told when it gives up, not when it runs", async () => {
  const next = { what: "runs", at: NOW + 90_000, text: "runs when it is ready" } as const;
  const { text } = await ask(whyOf({ next, ready: false }));
  assert.match(text, /^ {2}next {9}runs when it is ready; gives up in 0:01:30$/m);
});

test("HIS-004 that a program which does not run is not ready is no line", async () => {
  assert.doesNotMatch((await ask(whyOf({ ready: false }))).text, /not ready/);
  assert.match((await ask({ ...whyOf({ ready: false }), state: "STARTING" })).text, /^ {2}health {7}not ready$/m);
});

test("HIS-004 an unknown name ends with 1; --json has an item for each", async () => {
  const methods = { getAllProcessInfo: async () => ok([info("web", "STOPPED")]), why: async () => ok(whyOf({})) };
  assert.deepEqual(await scene({ methods }).run("why nope:x"), { text: "nope:x: ERROR (no such process)\n", exit: 1 });
  const { text, exit } = await scene({ methods }).run("why web nope:x --json");
  assert.equal(exit, 1);
  assert.deepEqual(JSON.parse(text), [JSON.parse(JSON.stringify(whyOf({}))), { name: "nope:x", error: "no such process" }]);
});

test("HIS-008 a supervisord that has no why", async () => {
  const unknown = refuse({ kind: "fault", code: FAULTS.UNKNOWN_METHOD, text: "UNKNOWN_METHOD" } as const);
  const it = scene({ methods: { getAllProcessInfo: async () => ok([info("web", "STOPPED")]), why: async () => unknown } });
  assert.deepEqual(await it.run("why web"), { text: "web: ERROR (this supervisord has no why)\n", exit: 1 });
});

const known = (name: string, more: Partial<Explained>): Explained => ({
  ...{ group: name, name, reason: "", exitstatus: null, signal: null, restarts: 0, lastWords: [], life: PLAIN },
  ...more,
});

test("HIS-006 status --wide: a column for each, - where there is nothing, wide characters in their cells", async () => {
  const life: Life = {
    ...PLAIN,
    ...{ ready: true, health: { state: "healthy", since: 0, failures: 0, lastAt: null, lastResult: null } },
  };
  const retries: Life = { ...PLAIN, next: { what: "retries", at: 105_000, text: "retries" } };
  const infos = [info("web", "RUNNING", { pid: 7, start: 39, now: 100 }), info("数据库", "BACKOFF", { now: 100 })];
  const explained = [known("web", { life, restarts: 3, signal: "SIGKILL" }), known("数据库", { life: retries, exitstatus: 1 })];
  const it = scene({
    methods: { getAllProcessInfo: async () => ok(infos), explainAllProcesses: async () => ok(explained) },
    isTerminal: true,
  });
  const { text, exit } = await it.run("status --wide");
  assert.equal(exit, 0);
  assert.equal(
    text,
    `NAME    STATE    PID  UPTIME   RESTARTS  EXIT     READY  HEALTH   NEXT
web     RUNNING  7    0:01:01  3         SIGKILL  yes    healthy  -
数据库  BACKOFF  -    -        -         1        -      -        retries in 5 s
`,
  );
});

test("HIS-006 status --wide of a supervisord that tells nothing more: what there is", async () => {
  const it = scene({ methods: { getAllProcessInfo: async () => ok([info("web", "STOPPED")]) } });
  const { text, exit } = await it.run("status --wide");
  assert.equal(exit, 3);
  assert.match(text, /^web +STOPPED +- +- +- +- +- +- +-$/m);
});
