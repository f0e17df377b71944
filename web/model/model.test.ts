import assert from "node:assert/strict";
import { test } from "node:test";
import { UNUSED } from "../../src/api/life.ts";
import { STEADY_MS } from "../../src/api/steadiness.ts";
import type { DependencyRow, ExitRow, Snapshot } from "../../src/api/types.ts";
import { colours, PLAIN } from "./ansi.ts";
import { callsOf, failuresOf } from "./deeds.ts";
import { type Dependant, dependantsOf, type Need, needsOf, related, stoppedWith } from "./dependencies.ts";
import { parseFilter, toggled } from "./filter.ts";
import { type Row, withRestarts } from "./flapping.ts";
import { bytes, duration, percent } from "./format.ts";
import { endText, healthLine, jobLine, lifeLine, marksOf, nextLine, readyLine, usesLife } from "./life.ts";
import { appended, firstByte, LINES_MAX, NO_LINES, prepended, restarted, search } from "./loglines.ts";
import { listing, nextSort } from "./order.ts";
import { reasonOf } from "./reasons.ts";
import { HOME, readRoute, writeRoute } from "./route.ts";
import { isTrouble } from "./states.ts";
import { preferredLanguage, TEXTS } from "./texts.ts";
import { applies, asksFirst, lifeOf, meant, settled, undoOf } from "./verbs.ts";
import { applyMessage, EMPTY_WORLD } from "./world.ts";

const NOW = 1_000_000;

function row(namespec: string, change: Partial<Row> = {}): Row {
  const [group = "", name = group] = namespec.split(":");
  return {
    ...{
      group,
      name,
      namespec,
      state: "RUNNING",
      description: "",
      pid: 7,
      startedAt: NOW - 5000,
      stoppedAt: null,
      restarts: 0,
      spawnError: null,
    },
    ...{ lastExit: null, lastWords: [], retryAt: null, priority: 999, autostart: true, stdoutLog: true, stderrLog: true, lostBytes: 0 },
    life: { wanted: "up", wantedBy: "autostart", next: { what: "runs", at: null, text: "runs" }, ...UNUSED },
    ...{ restartedAt: [], flapping: false },
    ...change,
  };
}

const FAILED = { at: NOW - 2000, exitCode: 1, signal: null, expected: false, coreDumped: false };

function worldOf(...rows: readonly Row[]) {
  const groups = [...new Set(rows.map(({ group }) => group))].map((name) => ({
    name,
    priority: 1,
    processes: rows.filter(({ group }) => group === name),
  }));
  const snapshot = { daemon: {}, groups, now: NOW } as unknown as Snapshot;
  return applyMessage(EMPTY_WORLD, { kind: "snapshot", snapshot }, NOW - 30);
}

test("a row that did not change keeps its identity; one that nobody knows waits for a snapshot", () => {
  const before = worldOf(row("a"), row("b"));
  const after = applyMessage(before, { kind: "processes", processes: [row("a", { restarts: 1 }), row("x")], now: NOW }, NOW);
  assert.equal(after.rows.get("b"), before.rows.get("b"));
  assert.equal(after.rows.get("a")?.restarts, 1);
  assert.equal(after.rows.has("x"), false);
  assert.equal(before.clockAheadMs, 30);
});

test("filters: words, groups, states, trouble, and what is excluded", () => {
  const rows = [row("web:api"), row("web:cron", { state: "FATAL", pid: 0 }), row("db", { state: "EXITED", pid: 0, lastExit: FAILED })];
  const found = (text: string) => rows.filter(parseFilter(text)).map(({ namespec }) => namespec);
  assert.deepEqual(found("API"), ["web:api"]);
  assert.deepEqual(found("group:web -cron"), ["web:api"]);
  assert.deepEqual(found("state:fatal,exited"), ["web:cron", "db"]);
  assert.deepEqual(found("is:trouble"), ["web:cron", "db"]);
  assert.equal(toggled("a state:fatal", "state:fatal"), "a");
});

test("what is wrong comes first, the worst at its head; a column sorts over all groups", () => {
  const world = worldOf(
    row("web:a", { restarts: 2 }),
    row("web:b", { state: "BACKOFF", pid: 0 }),
    row("c", { state: "FATAL", pid: 0, restarts: 9 }),
  );
  assert.deepEqual(listing(world, "", null).trouble, ["c", "web:b"]);
  assert.deepEqual(listing(world, "", { column: "restarts", descending: true }).sections[0]?.members, ["c", "web:a", "web:b"]);
  assert.deepEqual(listing(world, "nothing", null).sections, []);
  assert.equal(nextSort(nextSort(nextSort(null, "cpu"), "cpu"), "cpu"), null);
});

test("an address says all that is shown, and is read as it was written", () => {
  const route = {
    ...HOME,
    chosen: "web:a/ä%",
    tab: "timeline",
    channel: "stderr",
    query: "state:fatal x",
    folded: ["a", "b"],
    logs: ["p:q"],
  } as const;
  const sorted = { ...route, sort: { column: "cpu", descending: true } } as const;
  assert.deepEqual(readRoute(writeRoute(sorted)), sorted);
  assert.deepEqual(readRoute("#/nonsense/%E0%A4%A?sort=x"), { ...HOME });
});

test("reasons: exit codes and signals, the next try, a failed spawn, lost output", () => {
  const said = (change: Partial<Row>) => reasonOf(row("a", { pid: 0, ...change }), TEXTS.en, NOW);
  assert.equal(said({ state: "FATAL", lastExit: FAILED, spawnError: "Exited too quickly (x)" }), "exit code 1 · 2s ago · gave up");
  assert.equal(
    said({ state: "BACKOFF", lastExit: FAILED, retryAt: NOW + 3000, restarts: 1 }),
    "exit code 1 · 2s ago · next try in 3s · restarted once",
  );
  assert.match(
    said({ state: "EXITED", lastExit: { ...FAILED, exitCode: null, signal: "SIGSEGV", coreDumped: true } }),
    /^ended by SIGSEGV, core dumped/,
  );
  assert.match(said({ state: "FATAL", spawnError: "can't find command" }), /^could not be started: can't find command/);
  assert.equal(said({ state: "EXITED", lastExit: FAILED, spawnError: "Bad exit code 1" }), "exit code 1 · 2s ago");
  assert.equal(said({ state: "FATAL", lastExit: FAILED, spawnError: "older than 10 m" }), "older than 10 m · 2s ago · gave up");
  assert.ok(isTrouble(row("a", { lostBytes: 4096 })));
});

test("deeds: to whom they apply, which are asked for first, and when they are done", () => {
  const up = row("a");
  const down = row("a", { state: "STOPPED", pid: 0 });
  assert.deepEqual(
    [applies("start", up), applies("start", down), applies("stop", up), applies("signal", down)],
    [false, true, true, false],
  );
  assert.deepEqual([asksFirst("stop", 1), asksFirst("stop", 2), asksFirst("start", 9), asksFirst("clear", 1)], [false, true, false, true]);
  const outcome = { verb: "start", progress: "pending", at: 0, accepted: true, before: lifeOf(down) } as const;
  assert.equal(
    settled(outcome, down, () => ""),
    "pending",
  );
  assert.equal(
    settled(outcome, up, () => ""),
    "done",
  );
  assert.deepEqual(
    settled(outcome, row("a", { state: "FATAL", pid: 0, lastExit: FAILED }), () => "why"),
    { failed: "why" },
  );
});

test("colours become classes, everything else that a terminal would obey is dropped", () => {
  const { pieces, end } = colours("a\x1b[1;31mb\x1b]0;title\x07\x1b[0m<b>\x1b[38;2;250;10;10mc\x1b[2K\x07", PLAIN);
  assert.deepEqual(pieces, [
    { text: "a", classes: "" },
    { text: "b", classes: "fg-1 bold" },
    { text: "<b>", classes: "" },
    { text: "c", classes: "fg-9" },
  ]);
  assert.equal(end.fg, "9");
});

test("a log keeps so many lines and no more; half a line waits for its end; older ones go before", () => {
  const piece = (from: number, text: string) => ({ from, next: from + text.length, size: 9e9, text });
  let log = appended(NO_LINES, "stdout", piece(50, "half of one\nfirst\nsec"), String);
  log = appended(log, "stdout", piece(71, "ond\n"), String);
  assert.deepEqual(
    log.blocks.flatMap(({ lines }) => lines.map(({ text }) => text)),
    ["first", "second"],
  );
  assert.equal(firstByte(log), 62);
  const older = prepended(log, "stdout", piece(40, "x\nbefore\nhalf of one\n"));
  assert.equal(older.blocks[0]?.lines[0]?.text, "before");
  assert.equal(search(older, "SEC").length, 1);
  for (let at = 0; at < 40; at++) log = appended(log, "stdout", piece(75 + at * 5000, "line\n".repeat(1000)), String);
  assert.ok(log.count <= LINES_MAX && log.count > LINES_MAX - 200, String(log.count));
});

test("figures are short", () => {
  assert.deepEqual([0, 65_000, 7_500_000, 100_000_000].map(duration), ["0s", "1m 05s", "2h 05m", "1d 3h"]);
  assert.deepEqual([0, 999, 1000, 1536, 50e6].map(bytes), ["0 B", "999 B", "1.0 K", "1.5 K", "48 M"]);
  assert.deepEqual([0, 9.96, 150.4].map(percent), ["0.0 %", "10.0 %", "150 %"]);
});

test("the browser's first language that we have", () => {
  assert.deepEqual([["zh-TW", "en"], ["de", "en-GB"], ["fr"]].map(preferredLanguage), ["zh", "en", "en"]);
});

test("a log in pieces: what was dropped is marked, what is older goes before without gap or overlap, whatever the bytes", () => {
  const file = Array.from({ length: 3000 }, (_, at) => `\x1b[3${at % 8}mzeile ${at} ä\x1b[0m\n`).join("");
  const whole = Buffer.from(file);
  const piece = (from: number, next: number) => ({ from, next, size: whole.length, text: whole.subarray(from, next).toString() });
  const texts = (log: typeof NO_LINES) => log.blocks.flatMap(({ lines }) => lines.map(({ text }) => text));
  const half = whole.indexOf("zeile 1500 ");
  let log = appended(NO_LINES, "stdout", piece(half, half + 5000), String);
  const first = firstByte(log) ?? 0;
  log = prepended(log, "stdout", piece(first - 4000, first));
  const seen = texts(log).map((text) => Number(/\d+/.exec(text)?.[0]));
  assert.deepEqual(
    seen,
    seen.map((_, at) => (seen[0] ?? 0) + at),
  );
  const gap = appended(log, "stdout", piece(whole.indexOf("zeile 2000 "), whole.length), (left) => `left out ${left}`);
  assert.match(texts(gap).join("\n"), /left out \d+\nzeile 2001/);
  const next = appended(restarted(gap, "stdout"), "stdout", { from: 0, next: 4, size: 4, text: "new\n" }, String);
  assert.equal(texts(next).at(-1), "new");
  assert.equal(firstByte(next), 0);
});

test("what keeps restarting is trouble until it has been up for a while; an accident is not", () => {
  const died = (at: number) => ({ ...FAILED, at, exitCode: null, signal: "SIGSEGV" });
  const once = withRestarts(row("a", { restarts: 1, lastExit: died(NOW), startedAt: NOW }), row("a"), NOW);
  assert.equal(isTrouble(once), false);
  const twice = withRestarts(row("a", { restarts: 2, lastExit: died(NOW + 2000), startedAt: NOW + 2000 }), once, NOW + 2000);
  assert.equal(isTrouble(twice), true);
  assert.equal(reasonOf(twice, TEXTS.en, NOW + 4000), "keeps restarting: 2 times in 4s · ended by SIGSEGV · 2s ago");
  assert.equal(withRestarts({ ...twice, state: "STARTING" }, twice, NOW + 2000).flapping, true);
  assert.equal(withRestarts({ ...twice, state: "STOPPED", pid: 0 }, twice, NOW + 2000).flapping, false);
  const world = worldOf(row("a", { restarts: 7, lastExit: died(NOW), startedAt: NOW }));
  assert.deepEqual(listing(world, "is:trouble", null).trouble, ["a"]);
  const usage = { kind: "usage", usage: [], daemon: { cpu: 0, memory: 0 } } as const;
  assert.equal(applyMessage(world, { ...usage, now: NOW + 2000 }, NOW).rows, world.rows);
  assert.equal(applyMessage(world, { ...usage, now: NOW + STEADY_MS }, NOW).rows.get("a")?.flapping, false);
});

test("a deed on all of a group, or on everything, is one call; on others one each, by priority", () => {
  const world = worldOf(row("g:a", { priority: 2 }), row("g:b", { priority: 1 }), row("g:c", { state: "STOPPED", pid: 0 }), row("d"));
  const methods = (...args: Parameters<typeof callsOf>) =>
    callsOf(...args).map(({ method, params }) => `${method} ${String(params["name"] ?? "")}`);
  assert.deepEqual(methods("stop", ["g:a", "g:b", "d"], world), ["supervisor.stopAllProcesses "]);
  assert.deepEqual(methods("stop", ["g:a", "g:b"], world), ["supervisor.stopProcessGroup g"]);
  assert.deepEqual(methods("restart", ["g:a", "g:b"], world), ["holdfast.restartProcess g:b", "holdfast.restartProcess g:a"]);
  assert.deepEqual(methods("restart", ["g:a", "g:b", "g:c"], world), ["holdfast.restartProcess g:*"]);
  assert.deepEqual(methods("stop", ["d"], world), ["supervisor.stopProcess d"]);
  const told = [
    { name: "a", group: "g", status: 30, description: "FAILED: why" },
    { name: "d", group: "d", status: 80, description: "OK" },
  ];
  assert.deepEqual([...failuresOf(told)], [["g:a", "why"]]);
  assert.equal(failuresOf(true).size, 0);
});

const WAITS = [{ target: "db", condition: "ready", now: "BACKOFF", since: NOW }];
const JOB = { next: NOW + 60_000, last: null, paused: false, queued: false, skipped: 0 };
const DOWN = { state: "STOPPED", pid: 0, startedAt: null } as const;

test("CMN-009, CRON-002: a wait and a due start can be stopped; a job is run by name alone, and neither started nor restarted with others", () => {
  const { life } = row("a");
  const waits = row("w", { ...DOWN, life: { ...life, waitsFor: WAITS } });
  const due = row("d", { ...DOWN, state: "FATAL", retryAt: NOW + 1000 });
  const job = row("j", { ...DOWN, life: { ...life, job: JOB } });
  const paused = row("p", { ...DOWN, life: { ...life, job: { ...JOB, paused: true } } });
  const verbs = ["start", "stop", "restart", "run", "pause", "resume", "alone"] as const;
  const which = (of: Row) => verbs.filter((verb) => applies(verb, of)).join(" ");
  assert.equal(which(waits), "start stop restart alone");
  assert.equal(which(due), "start stop restart");
  assert.equal(which(job), "run pause");
  assert.equal(which(paused), "start run resume");
  assert.equal(which(row("a", { life: { ...life, job: JOB } })), "stop restart pause");
  assert.deepEqual([meant("start", [job]), meant("start", [job, waits]), meant("start", [waits])], ["run", "start", "start"]);
  const world = worldOf(job, paused, row("x", DOWN), row("y"));
  assert.deepEqual(
    callsOf("start", ["p", "x"], world).map(({ method }) => method),
    ["supervisor.startAllProcesses"],
  );
  assert.deepEqual(callsOf("start", ["p"], world), [{ method: "holdfast.resumeJob", params: { name: "p" }, targets: ["p"] }]);
  assert.deepEqual(callsOf("run", ["j"], world), [
    { method: "supervisor.startProcess", params: { name: "j", wait: false }, targets: ["j"] },
  ]);
  assert.deepEqual(undoOf("run"), null);
});

test("DEP-010, DEP-022: a start that waits for nothing, a stop with all that need it: one call, asked for first", () => {
  const world = worldOf(row("db"), row("web"), row("api"));
  assert.deepEqual(callsOf("alone", ["web"], world), [
    { method: "holdfast.startProcess", params: { name: "web", options: { deps: false, wait: false } }, targets: ["web"] },
  ]);
  assert.deepEqual(callsOf("dependants", ["api", "web", "db"], world), [
    { method: "holdfast.stopWithDependants", params: { name: "db" }, targets: ["api", "web", "db"] },
  ]);
  const outcome = { verb: "start", progress: "pending", at: 0, accepted: true, before: lifeOf(row("w", DOWN)) } as const;
  const waits = row("w", { ...DOWN, life: { ...row("w").life, waitsFor: WAITS } });
  assert.equal(
    settled(outcome, waits, () => ""),
    "done",
    "it is ordered, and the row says what it waits for",
  );
});

test("DEP, a: what a process needs and what needs it, each part unfolded once; what a stop with dependants takes with it", () => {
  const edge = (from: string, to: string, condition = "ready", processes = [to], holds = true): DependencyRow => ({
    ...{ from, to, condition, processes, holds },
  });
  const webs = ["web:0", "web:1"];
  const edges = [
    ...webs.flatMap((each) => [edge(each, "db"), edge(each, "migrate", "exited_ok")]),
    edge("migrate", "db"),
    edge("api", "web", "ready", webs, false),
    edge("api", "db"),
  ];
  const rows = worldOf(...["web:0", "web:1", "db", "migrate", "api"].map((each) => row(each))).rows;
  const shape = (needs: readonly Need[]): unknown => needs.map(({ to, holds, needs: below }) => [to, holds, shape(below)]);
  assert.deepEqual(shape(needsOf(edges, "api")), [
    [
      "web",
      false,
      [
        ["db", true, []],
        ["migrate", true, [["db", true, []]]],
      ],
    ],
    ["db", true, []],
  ]);
  const names = (dependants: readonly Dependant[]): unknown =>
    dependants.map(({ processes, dependants: above }) => [processes.join(), names(above)]);
  assert.deepEqual(names(dependantsOf(edges, rows, "db")), [
    ["web:0,web:1", [["api", []]]],
    ["migrate", [["web:0,web:1", []]]],
    ["api", []],
  ]);
  assert.deepEqual([...stoppedWith(edges, "migrate")], [], "what only had to be done once may be gone");
  assert.deepEqual([...stoppedWith(edges, "db")].sort(), ["api", "migrate", "web:0", "web:1"]);
  assert.deepEqual([...related(edges, rows, "migrate")].sort(), ["api", "db", "migrate", "web:0", "web:1"]);
});

test("HIS-009: the lines of the panel about what comes next, readiness, health and the schedule, in both languages", () => {
  const { life } = row("a");
  const { en, zh } = TEXTS;
  const waits = row("w", { ...DOWN, life: { ...life, waitsFor: WAITS, next: { what: "starts", at: null, text: "" } } });
  assert.deepEqual([nextLine(waits, en, NOW), nextLine(waits, zh, NOW)], ["starts when db is ready", "满足以下条件时启动：db 就绪"]);
  const unready = row("u", { state: "STARTING", life: { ...life, ready: false, next: { what: "runs", at: NOW + 5000, text: "" } } });
  assert.equal(nextLine(unready, en, NOW), "runs when it is ready");
  assert.match(readyLine(unready, en, NOW), /^not ready; fails at .* \(in 5s\)$/);
  assert.match(readyLine(row("r", { life: { ...life, ready: true, readyAt: NOW } }), en, NOW), /^ready since .* · after 5s$/);
  const health = { state: "healthy", since: NOW, failures: 0, lastAt: NOW, lastResult: { result: "ok", text: "http 200", ms: 2 } } as const;
  assert.match(healthLine(health, en, NOW + 60_000), /^healthy since [^·]* · last check: http 200 \(2 ms\)$/);
  const bad = { ...health, state: "unhealthy", failures: 3, lastResult: { result: "failed", text: "http 503", ms: 2 } } as const;
  assert.match(healthLine(bad, en, NOW + 60_000), /^unhealthy since .* · last check failed: http 503 \(2 ms\) · 1m 00s ago · 3 failures$/);
  assert.match(
    jobLine({ ...JOB, queued: true, skipped: 2 }, en, NOW),
    /^next run .* \(in 1m 00s\) · it has not run yet · another run follows this one · 2 runs skipped$/,
  );
  assert.deepEqual([usesLife(life), usesLife({ ...life, job: JOB })], [false, true]);
  const sick = row("s", { life: { ...life, health: bad } });
  assert.equal(reasonOf(sick, en, NOW), "unhealthy: http 503, 3 failures");
  assert.equal(isTrouble(sick), true);
});

test("HIS-009: marks, the wait and the next run; nothing for who uses none of it", () => {
  const plain = row("web").life;
  assert.deepEqual([marksOf(row("web"), TEXTS.en), lifeLine(plain, TEXTS.en, NOW)], [[], ""]);
  const health = {
    state: "unhealthy",
    since: NOW,
    failures: 3,
    lastAt: NOW,
    lastResult: { result: "failed", text: "http 503", ms: 1 },
  } as const;
  const limits = [
    { option: "nice", wanted: "5", effective: "5" },
    { option: "memory_max", wanted: "1GB", effective: "not enforced: read-only" },
  ];
  assert.deepEqual(
    marksOf(row("web", { state: "STARTING", life: { ...plain, ready: false, health, limits } }), TEXTS.en).map(({ text, tone, title }) => [
      text,
      tone,
      title,
    ]),
    [
      ["not ready", "warn", ""],
      ["unhealthy", "bad", "http 503"],
      ["memory_max not enforced", "warn", "memory_max: not enforced: read-only"],
    ],
  );
  const reloads = row("web", { life: { ...plain, ready: false } });
  assert.deepEqual([marksOf(reloads, TEXTS.zh)[0]?.text, readyLine(reloads, TEXTS.en, NOW)], ["重新载入中", "reloading"]);
  const waitsFor = [{ target: "db", condition: "ready", now: "BACKOFF", since: NOW }];
  const job = { next: null, last: null, paused: true, queued: false, skipped: 0 };
  assert.equal(
    lifeLine({ ...plain, waitsFor, job, statusText: "warm" }, TEXTS.en, NOW),
    "waits for db (BACKOFF) · schedule paused · “warm”",
  );
  assert.equal(lifeLine({ ...plain, waitsFor }, TEXTS.zh, NOW), "等待 db (BACKOFF)");
});

test("HIS-009: how a run ended, in both languages", () => {
  const end: ExitRow = {
    ...{ startedAt: 0, endedAt: 0, seconds: 3, code: null, signal: "SIGKILL", core: false, expected: false, reason: "exit" },
    oom: "likely",
    ...{ cpuMs: 0, memory: 0, survivors: 2 },
  };
  assert.equal(endText(end, TEXTS.en), "ended by SIGKILL · out of memory (likely) · 2 processes left behind");
  assert.equal(endText({ ...end, oom: "no", survivors: 0, reason: "unhealthy" }, TEXTS.zh), "被 SIGKILL 终止 · 不健康");
  assert.equal(endText({ ...end, code: 1, oom: "no", survivors: null }, TEXTS.en), "exit code 1 · unexpected");
});
