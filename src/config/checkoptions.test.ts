import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, good, MAIN, program, programFault, warnings } from "./load.fixture.ts";

test("ready_when and healthcheck: defaults, values, and what is wrong with a place and a remedy", async () => {
  const plain = await program("");
  assert.deepEqual([plain.readyWhen, plain.readyTimeout, plain.readyInterval], [{ kind: "startsecs" }, 90_000, 1000]);
  assert.deepEqual(
    [plain.healthcheck, plain.healthcheckInterval, plain.healthcheckTimeout, plain.healthcheckGrace, plain.healthcheckAction],
    [null, 30_000, 5000, 10_000, "restart"],
  );
  const db = await program("ready_when=tcp:5432\nhealthcheck=http://127.0.0.1:80%(process_num)s/x\nhealthcheck_action=EVENT");
  assert.deepEqual(db.readyWhen, { kind: "tcp", host: "localhost", port: 5432 });
  assert.deepEqual(db.healthcheck, { kind: "http", to: { kind: "tcp", host: "127.0.0.1", port: 800 }, uri: "/x" });
  assert.equal(db.healthcheckAction, "event");
  const [wrong] = await faults("[program:x]\ncommand=a\nready_when=tpc:80\n");
  assert.deepEqual(
    [wrong?.message, wrong?.file, wrong?.line, wrong?.hint],
    [`not a valid check: 'tpc:80' in section 'program:x' (file: '${MAIN}')`, MAIN, 4, "did you mean tcp:80?"],
  );
});

test("RDY-002 startsecs that is not written counts as 0 beside another kind of readiness", async () => {
  assert.equal((await program("ready_when=tcp:80")).startSecs, 0);
  assert.equal((await program("ready_when=tcp:80\nstartsecs=3")).startSecs, 3);
  assert.equal((await program("ready_when=startsecs")).startSecs, 1);
});

test("healthcheck: what goes together, and what has no effect", async () => {
  assert.match(
    await programFault("healthcheck=tcp:80\nhealthcheck_interval=2s"),
    /^healthcheck_timeout is longer than healthcheck_interval/,
  );
  const [late] = await faults("[program:x]\ncommand=a\nhealthcheck=tcp:80\nhealthcheck_interval=2s\n");
  assert.deepEqual([late?.line, late?.hint], [5, "add a healthcheck_timeout that is not longer: it is 5s unless it is written"]);
  const [long] = await faults("[program:x]\ncommand=a\nhealthcheck=tcp:80\nhealthcheck_interval=2s\nhealthcheck_timeout=3s\n");
  assert.deepEqual([long?.line, long?.hint], [6, "make the interval longer, or the timeout shorter"]);
  assert.deepEqual(await warnings("[program:x]\ncommand=a\nhealthcheck_interval=2s\n"), [
    "For [program:x], healthcheck_interval without healthcheck has no effect.",
  ]);
  assert.match(await programFault("healthcheck=tcp:80\nhealthcheck_interval=500ms"), /^not a valid duration: '500ms' \(at least 1s\)/);
  assert.match(await programFault("healthcheck_action=script\nhealthcheck=tcp:80"), /^not a valid action: 'script' \(restart or event\)/);
  assert.deepEqual(await warnings("[program:x]\ncommand=a\nhealthcheck_grace=5s\n"), [
    "For [program:x], healthcheck_grace without healthcheck has no effect.",
  ]);
  assert.deepEqual((await good("[program:x]\ncommand=a\nhealthcheck=tcp:80\nhealthcheck_grace=5s\n")).remarks, []);
});

test("RDY-007 fd:N, with N from 3 to 255", async () => {
  assert.deepEqual((await program("ready_when=fd:3")).readyWhen, { kind: "fd", number: 3 });
  assert.deepEqual((await program("ready_when=FD:25%(process_num)s")).readyWhen, { kind: "fd", number: 250 });
  assert.match(await programFault("ready_when=fd:2"), /^fd:2 is taken \(3 to 255\)/);
  assert.match(await programFault("ready_when=fd:256"), /^not a valid check: 'fd:256'/);
  assert.match(await programFault("ready_when=fd"), /^not a valid check: 'fd'/);
  assert.match(await programFault("healthcheck=fd:3"), /^not a valid check: 'fd:3'/);
});

test("HLT-010 healthcheck=watchdog has no timeout of its own, and one silence suffices", async () => {
  assert.deepEqual((await program("healthcheck=watchdog\nhealthcheck_interval=1s")).healthcheck, { kind: "watchdog" });
  assert.deepEqual(await warnings("[program:x]\ncommand=a\nhealthcheck=watchdog\nhealthcheck_timeout=9s\nhealthcheck_failures=2\n"), [
    "For [program:x], healthcheck_timeout with healthcheck=watchdog has no effect.",
    "For [program:x], healthcheck_failures with healthcheck=watchdog has no effect.",
  ]);
  assert.match(await programFault("healthcheck=notify"), /^not a valid check: 'notify'/);
  assert.match(await programFault("ready_when=watchdog"), /^not a valid check: 'watchdog'/);
  assert.match(await programFault("ready_when=notify:1"), /^not a valid check: 'notify:1'/);
  assert.match(await programFault("type=oneshot\nready_when=notify"), /^ready_when cannot be used with type=oneshot/);
});

test("RDY-005 HLT-011 exec: is a command line, also under the name that the program written in Go has for it", async () => {
  const it = await program("ready_when=exec:pg_isready -q -p 54%(process_num)s\nhealthcheck=exec:sh -c 'exit 0'");
  assert.deepEqual(
    [it.readyWhen, it.healthcheck],
    [
      { kind: "exec", command: "pg_isready -q -p 540" },
      { kind: "exec", command: "sh -c 'exit 0'" },
    ],
  );
  assert.match(await programFault("ready_when=exec:"), /^not a valid check: 'exec:'/);
  assert.match(await programFault("healthcheck=exec:sh -c 'x"), /No closing quotation/);
  const go = await program(
    "liveness_check_script=/app/alive -q\nliveness_check_initial_delay=60\nliveness_check_period=20\nliveness_check_timeout=10\nliveness_check_failure_threshold=4\nliveness_check_success_threshold=2\nliveness_check_failure_action=restart",
  );
  assert.deepEqual(go.healthcheck, { kind: "exec", command: "/app/alive -q" });
  assert.deepEqual(
    [go.healthcheckGrace, go.healthcheckInterval, go.healthcheckTimeout, go.healthcheckFailures, go.healthcheckSuccesses],
    [60_000, 20_000, 10_000, 4, 2],
  );
});
