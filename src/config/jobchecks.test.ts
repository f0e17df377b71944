import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, good, program, programFault } from "./load.fixture.ts";

const MAIN = "[supervisord]\n";

async function mistake(lines: string) {
  const [first] = await faults(`${MAIN}[program:cat]\ncommand=/bin/cat\n${lines}`);
  assert.ok(first !== undefined, lines);
  return first;
}

test("CRON: a schedule with its options, and what it means for the others", async () => {
  const job = await program("cron=30 2 * * *\ncron_timezone=Europe/Berlin\ncron_overlap=Queue\ncron_missed=once");
  assert.deepEqual(
    [job.cron?.kind, job.cron?.text, job.cronTimezone, job.cronOverlap, job.cronMissed],
    ["calendar", "30 2 * * *", "Europe/Berlin", "queue", "once"],
  );
  assert.deepEqual([job.startSecs, job.startRetries, job.autorestart], [0, 0, "never"]);
  assert.equal((await program("cron=@daily\nstartretries=2\nstartsecs=5")).startRetries, 2);
  const plain = await program("startsecs=5");
  assert.deepEqual(
    [plain.cron, plain.cronTimezone, plain.cronOverlap, plain.cronMissed, plain.startSecs, plain.startRetries],
    [null, null, "skip", "skip", 5, 3],
  );
});

test("CRON: mistakes with their remedies", async () => {
  const schedule = await mistake("cron=61 * * * *");
  assert.match(schedule.message, /^not a valid schedule: '61 \* \* \* \*': minute 61 is not 0 to 59 in section 'program:cat' \(file: /);
  assert.equal(schedule.line, 4);
  const zone = await mistake("cron=@daily\ncron_timezone=Europe/Berln");
  assert.equal(zone.hint, "did you mean Europe/Berlin?");
  const overlap = await mistake("cron=@daily\ncron_overlap=kil");
  assert.deepEqual(
    [overlap.message.split(" in ")[0], overlap.hint],
    ["not a valid overlap: 'kil' (skip, queue or kill)", "did you mean kill?"],
  );
  const restart = await mistake("cron=@daily\nautorestart=true");
  assert.deepEqual(
    [restart.message.split(" in ")[0], restart.hint],
    ["autorestart=true cannot be used with cron", "remove this line, or use cron=@every 10s"],
  );
});

test("CRON: a listener has no schedule; options that need one are warned of", async () => {
  const [error] = await faults(`${MAIN}[eventlistener:l]\ncommand=x\nevents=EVENT\ncron=@daily`);
  assert.match(error?.message ?? "", /^cron is not possible for an event listener in section 'eventlistener:l'/);
  const { remarks } = await good(`${MAIN}[program:a]\ncommand=x\ncron_overlap=kill`);
  assert.deepEqual(
    remarks.filter(({ text }) => text.includes("cron")).map(({ level, text }) => `${level} ${text}`),
    ["warn For [program:a], cron_overlap without cron has no effect"],
  );
});

test("ONE-001 a one-shot is RUNNING from the fork, is not restarted, and has no retries unless they are written", async () => {
  const plain = await program("");
  assert.deepEqual([plain.type, plain.startSecs, plain.autorestart, plain.startRetries], ["simple", 1, "unexpected", 3]);
  const job = await program("type=oneshot\nstartsecs=5");
  assert.deepEqual([job.type, job.startSecs, job.autorestart, job.startRetries], ["oneshot", 0, "never", 0]);
  assert.equal((await program("type=OneShot\nstartretries=2")).startRetries, 2);
  assert.equal((await program("cron=@daily")).type, "oneshot");
});

test("ONE-001 what a one-shot cannot have", async () => {
  assert.match(await programFault("type=once"), /^not a valid type: 'once' \(simple or oneshot\)/);
  assert.match(await programFault("type=oneshot\nautorestart=true"), /^autorestart=true cannot be used with type=oneshot/);
  assert.match(await programFault("type=oneshot\nready_when=tcp:80"), /^ready_when cannot be used with type=oneshot/);
  assert.match(await programFault("type=oneshot\nhealthcheck=tcp:80"), /^a one-shot has no health: use max_age/);
  assert.match(await programFault("cron=@daily\nhealthcheck=tcp:80"), /^a one-shot has no health: use max_age/);
});
