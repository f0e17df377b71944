/** The set-up of the cookbook with Laravel: the migration, four workers of the queue, and the scheduler. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { describe, test } from "node:test";
import { call } from "../rpc.ts";
import { Setup } from "./setup.ts";

const WORKERS = [0, 1, 2, 3].map((n) => `queue_0${n}`);

async function started(t: { after(act: () => Promise<void>): void }, sooner: readonly (readonly [string, string])[] = []): Promise<Setup> {
  const it = new Setup(t);
  await it.prepare("laravel", { standIns: ["php"], sooner });
  for (const folder of ["queue", "taken"]) mkdirSync(it.at(`/srv/shop/${folder}`), { recursive: true });
  // One for each run of a worker: it is at that until it is to stop.
  for (let n = 0; n < 3 * WORKERS.length; n++) it.put(`/srv/shop/queue/job-${n}`, "");
  await it.start();
  await Promise.all(WORKERS.map((name) => it.in("RUNNING", `queue:${name}`)));
  return it;
}

describe("Laravel", { concurrency: true }, () => {
  test("workers wait for the migration; queue:restart and restart let each job end; all come back", async (t) => {
    const it = await started(t);
    assert.equal(it.journal()[0], "migrate migrate");
    for (const name of WORKERS) await it.noted(new RegExp(`^${name} begins`));
    const pids = await Promise.all(WORKERS.map(async (name) => (await it.in("RUNNING", `queue:${name}`))["pid"]));
    it.put("/srv/shop/restart", "");
    for (const name of WORKERS) await it.noted(new RegExp(`^${name} begins`), await it.noted(`${name} stopped`));
    for (const [at, name] of WORKERS.entries()) await it.another(`queue:${name}`, pids[at]);
    const begun = it.journal().filter((line) => / begins /.test(line));
    assert.equal(begun.length, 2 * WORKERS.length);
    await it.said("restart", "migrate", "queue:*");
    assert.equal(it.journal().filter((line) => line === "migrate migrate").length, 2);
    for (const line of begun) assert.ok(it.journal().includes(line.replace("begins", "ends")), it.journal().join("\n"));
    // No worker of the new release before its migration.
    const [again, first] = [it.journal().lastIndexOf("migrate migrate"), it.journal().findLastIndex((line) => line.endsWith(" stopped"))];
    assert.ok(first < again, it.journal().join("\n"));
    for (const name of WORKERS) await it.noted(`${name} ready`, again);
  });

  test("the scheduler runs every minute, and is no program that is always there", async (t) => {
    const it = await started(t);
    const [job] = (await call(it, "holdfast.jobs")) as { schedule: string; next: number }[];
    assert.deepEqual([job?.schedule, (job?.next ?? 1) % 60], ["* * * * *", 0]);
  });

  test("a database that is not there yet is tried again, and the workers wait", async (t) => {
    const it = new Setup(t);
    await it.prepare("laravel", { standIns: ["php"] });
    it.put("/srv/shop/no-database", "");
    await it.start();
    await it.noted("migrate failed");
    assert.match(await it.status("queue:queue_00"), /^queue:queue_00 STOPPED waiting for migrate \(/);
    rmSync(it.at("/srv/shop/no-database"));
    await it.noted("queue_00 ready", await it.noted("migrate migrate"));
  });

  test("each slot of the schedule is one run", async (t) => {
    const it = await started(t, [["cron=* * * * *", "cron=* * * * * *"]]);
    for (let runs = 0, at = 0; runs < 3; runs++) at = (await it.noted("scheduler schedule:run", at)) + 1;
    assert.match(await it.status("scheduler"), /^scheduler (EXITED|RUNNING) /);
  });
});
