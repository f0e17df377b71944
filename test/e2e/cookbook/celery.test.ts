/** The set-up of the cookbook with Celery: its broker, two workers and the beat. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { childrenOf, commandOf, isAlive, until } from "../instance.ts";
import { Setup } from "./setup.ts";

async function started(t: { after(act: () => Promise<void>): void }): Promise<Setup> {
  const it = new Setup(t);
  await it.prepare("celery", { standIns: ["redis-server", "celery"], ports: [6379] });
  it.put("/etc/shop.env", `CELERY_BROKER_URL=redis://127.0.0.1:${it.port(6379)}/0\n`);
  await it.start();
  return it;
}

describe("Celery", { concurrency: true }, () => {
  test("nobody starts before the broker takes connections; a restart lets the tasks under way end", async (t) => {
    const it = await started(t);
    await Promise.all(["worker:worker0", "worker:worker1", "beat"].map((name) => it.in("RUNNING", name)));
    assert.equal(it.journal()[0], "broker ready");
    assert.ok(!it.journal().some((line) => line.endsWith("has no broker")));
    await it.noted(/^worker0 begins/);
    assert.match(await it.said("restart", "worker:*"), /^(worker:worker[01]: stopped\n){2}(worker:worker[01]: started\n){2}$/);
    nothingLost(it);
  });

  test("a worker that is killed leaves nothing of its pool to the next one", async (t) => {
    const it = await started(t);
    const { pid } = await it.in("RUNNING", "worker:worker0");
    const pool = await until("it has a pool", () => childrenOf(Number(pid)).find((child) => commandOf(child) === "sleep 1000"));
    process.kill(Number(pid), "SIGKILL");
    await it.another("worker:worker0", pid);
    assert.ok(!isAlive(pool));
  });

  test("a shutdown ends workers and beat first, and the broker when nobody needs it any more", async (t) => {
    const it = await started(t);
    await it.noted(/^worker[01] begins/);
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
    nothingLost(it);
    assert.equal(it.journal().at(-1), "broker stopped by SIGTERM");
  });
});

/** Each task that a worker had begun when it was told to stop has ended before the worker did. */
function nothingLost(it: Setup): void {
  const said = it.journal();
  const begun = said.filter((line, at) => / begins /.test(line) && at < said.lastIndexOf(line.replace(/ begins .*/, " stopped")));
  assert.ok(begun.length > 0);
  for (const line of begun) assert.ok(said.includes(line.replace("begins", "ends")), said.join("\n"));
}
