import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { alone, FakeControl, view } from "../rpc/control.fixture.ts";
import { exposition } from "./exposition.ts";
import { metricsText } from "./metrics.ts";
import { FakeWatch, LIFE } from "./watch.fixture.ts";

test("labels are escaped, families without samples left out", () => {
  const text = exposition([
    { name: "a_total", type: "counter", help: "A.", samples: [{ labels: { x: 'q"\\\n' }, value: 1.5 }] },
    { name: "b", type: "gauge", help: "B.", samples: [] },
  ]);
  assert.equal(text, '# HELP a_total A.\n# TYPE a_total counter\na_total{x="q\\"\\\\\\n"} 1.5\n');
});

test("where processes cannot be seen the rest is told all the same", async () => {
  const control = new FakeControl(alone(view("db", { state: "EXITED" })));
  control.write("/log/db.out", "12345");
  const watch = new FakeWatch();
  watch.samples = refuse("EACCES");
  watch.pools = [{ pool: "p", length: 3, capacity: 10 }];
  watch.dropped.set("console", 12);
  const exit = { at: 0, exitCode: null, signal: "SIGKILL", expected: false, coreDumped: false };
  watch.details.set("db", { restarts: 4, lastExit: exit });
  const text = await metricsText({ control, watch });
  for (const line of [
    'holdfast_process_state{group="db",name="db",state="EXITED"} 1',
    'holdfast_process_state{group="db",name="db",state="RUNNING"} 0',
    'holdfast_process_up{group="db",name="db"} 0',
    'holdfast_process_restarts_total{group="db",name="db"} 4',
    'holdfast_process_last_exit_code{group="db",name="db"} -1',
    'holdfast_process_log_bytes{group="db",name="db",stream="stdout"} 5',
    'holdfast_event_queue_length{pool="p"} 3',
    'holdfast_log_dropped_lines_total{target="console"} 12',
  ])
    assert.ok(text.includes(`${line}\n`), line);
  assert.ok(!text.includes("cpu_seconds"), "nothing is made up");
});

test("HIS-010 what is beyond Supervisor is told of processes that use it alone", async () => {
  const control = new FakeControl(alone(view("db"), view("web")));
  const watch = new FakeWatch();
  assert.doesNotMatch(await metricsText({ control, watch }), /_by_reason_|_hook_|_oom_|_ready|_healthy|_waiting|_job_/);
  const health = { state: "unhealthy", since: 0, failures: 3, lastAt: null, lastResult: null } as const;
  const job = { next: 5000, last: null, paused: false, queued: false, skipped: 0 };
  watch.details.set("db", {
    restartsByReason: { retry: 2, unhealthy: 1 },
    failedHooks: { pre_stop: 1 },
    oomKills: 4,
    life: { ...LIFE, ready: true, health, waitsFor: [], job },
  });
  const text = await metricsText({ control, watch });
  const lines = text.split("\n").filter((line) => /^holdfast\w*(?:_by_reason_|_hook_|_oom_|_ready|_healthy|_waiting|_job_)/.test(line));
  assert.deepEqual(lines, [
    'holdfast_process_restarts_by_reason_total{group="db",name="db",reason="retry"} 2',
    'holdfast_process_restarts_by_reason_total{group="db",name="db",reason="unhealthy"} 1',
    'holdfast_process_hook_failures_total{group="db",name="db",hook="pre_stop"} 1',
    'holdfast_process_oom_kills_total{group="db",name="db"} 4',
    'holdfast_process_ready{group="db",name="db"} 1',
    'holdfast_process_healthy{group="db",name="db"} 0',
    'holdfast_process_waiting{group="db",name="db"} 0',
    'holdfast_job_next_run_timestamp_seconds{group="db",name="db"} 5',
  ]);
});
