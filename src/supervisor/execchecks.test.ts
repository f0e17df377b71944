/** Checks that are commands: what their ends say, and that none goes on whose result nobody awaits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { runsOf } from "../process/auxiliary.ts";
import { checkedBy } from "../process/checkruns.ts";
import { Host, single } from "./host.fixture.ts";

const EXEC = { kind: "exec", command: "/bin/ask" } as const;
const checked = (over: Partial<ProcessConfig> = {}) =>
  single("web", { healthcheck: EXEC, healthcheckInterval: 10_000, healthcheckGrace: 0, ...over });
const life = (host: Host) => host.member("web").state.life;
const left = (host: Host) => runsOf(host.member("web").state).filter(({ ending }) => ending === undefined).length;

test("HLT-011 a command is run for each check, one at a time; failures in a row make it unhealthy", () => {
  const host = new Host(checked({ healthcheckFailures: 2 })).run("web");
  host.pass(0);
  assert.equal(host.runOf("web", "check").timeoutMs, host.member("web").config.healthcheckTimeout);
  host.runs("web", "check", 0);
  assert.equal(life(host).health?.verdict, "healthy");
  host.pass(11_000);
  host.runs("web", "check", 1);
  assert.deepEqual([life(host).health?.verdict, life(host).health?.last?.text], ["healthy", "exit 1"]);
  host.pass(11_000);
  const words = host.runs("web", "check", 1);
  assert.ok(
    words.some((word) => word.includes("unhealthy: web (exit 1, 2 failures)")),
    words.join(),
  );
});

test("HLT-011 at its timeout a check has failed, and is ended", () => {
  const host = new Host(checked({ healthcheckFailures: 1, healthcheckTimeout: 1000, healthcheckAction: "event" })).run("web");
  host.pass(0);
  host.runBegins("web", "check");
  const words = host.pass(1000);
  assert.ok(
    words.some((word) => word.includes("unhealthy: web (timed out, 1 failure)")),
    words.join(),
  );
  assert.deepEqual(
    runsOf(host.member("web").state).map(({ ending }) => ending),
    ["asked"],
  );
});

test("HLT-005 a command that is not there, or that a shell could not run, says nothing", () => {
  const about = { type: "run-ended", what: "check", number: 1, output: "", ranMs: 5, timeoutMs: 1000 } as const;
  const result = (outcome: Parameters<typeof checkedBy>[0]["outcome"], ranMs = 5) => checkedBy({ ...about, ranMs, outcome }).result;
  assert.deepEqual(
    [0, 1, 125, 126, 127, 128].map((code) => result({ kind: "exit", code })),
    ["ok", "failed", "failed", "error", "error", "failed"],
  );
  assert.equal(result({ kind: "signal", signal: "SIGSEGV" }), "failed");
  assert.equal(result({ kind: "not-run", text: "exec: ENOENT" }), "error");
  assert.equal(result({ kind: "timeout" }, 1000), "failed");
  assert.equal(result({ kind: "timeout" }, 3001), "error", "this host has slept (HLT-006)");
  const host = new Host(checked({ healthcheckFailures: 1 })).run("web");
  host.pass(0);
  const words = host.happens("web", {
    type: "run-unprepared",
    number: host.runOf("web", "check").number,
    outcome: { kind: "not-run", text: "no such file" },
  });
  assert.ok(words.includes("warn: the check of web could not be made (no such file): it says nothing about web"), words.join());
  assert.equal(life(host).health?.verdict, "unknown");
});

test("HLT-006 HLT-009 a check whose result nobody awaits is ended, and a late result says nothing", () => {
  const begun = (): Host => {
    const host = new Host(checked({ healthcheckFailures: 1 })).run("web");
    host.pass(0);
    host.runBegins("web", "check");
    assert.equal(left(host), 1);
    return host;
  };
  const gap = begun();
  gap.take("web", { type: "recheck", counts: "kept" });
  assert.deepEqual([left(gap), life(gap).health?.verdict], [0, "unknown"]);
  const stopped = begun();
  stopped.take("web", { type: "stop" });
  assert.equal(left(stopped), 0);
  const ended = begun();
  ended.exits("web", 3);
  assert.equal(left(ended), 0);
  const reloading = begun();
  const { child } = reloading.member("web").state;
  reloading.take("web", { type: "said", child, sender: { pid: 1, uid: 0 }, uid: 0, words: [{ kind: "reloading" }] });
  assert.equal(left(reloading), 0);
});

test("RDY-005 a command is asked until it ends with 0, an interval after the end of the last", () => {
  const host = new Host(single("web", { readyWhen: EXEC, startSecs: 0, readyInterval: 1000, readyTimeout: 90_000 }));
  host.start("web");
  host.pass(0);
  assert.equal(host.runOf("web", "check").timeoutMs, 10_000);
  host.runs("web", "check", 1);
  assert.deepEqual([host.state("web"), left(host)], ["STARTING", 0]);
  host.pass(999);
  assert.equal(left(host), 0);
  host.pass(1);
  host.runs("web", "check", 127);
  assert.equal(host.state("web"), "STARTING", "a command that is not there is asked again");
  host.pass(1000);
  const words = host.runs("web", "check", 0);
  assert.equal(host.state("web"), "RUNNING");
  assert.ok(
    words.some((word) => word.startsWith("info: ready: web (exec, ")),
    words.join(),
  );
  host.pass(1e6);
  assert.equal(left(host), 0, "nothing is asked any more");
});

test("RDY-014 with the next daemon attempts begin anew: the one under way is ended, and no two run at once", () => {
  const host = new Host(single("web", { readyWhen: EXEC, startSecs: 0, readyTimeout: 90_000 }));
  host.start("web");
  host.pass(0);
  host.runBegins("web", "check");
  host.take("web", { type: "recheck", counts: "kept" });
  host.pass(0);
  const runs = runsOf(host.member("web").state);
  assert.deepEqual(
    runs.map(({ ending, isQueued }) => [ending, isQueued]),
    [
      ["asked", undefined],
      [undefined, true],
    ],
  );
});
