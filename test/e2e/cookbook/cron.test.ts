/** The set-up of the cookbook with a container that has nothing but jobs in it. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, test } from "node:test";
import { Setup } from "./setup.ts";

const script = (name: string, more = "") => `echo "${name} runs for $CUSTOMER"; echo $SUPERVISOR_PROCESS_NAME runs >> $JOURNAL${more}`;
const SCRIPTS = {
  "/app/backup.sh": script("backup", "; test ! -e broken"),
  "/app/sync.sh": script("sync"),
  "/app/report.sh": script("report"),
  "/app/notify.sh": "echo somebody hears of $SUPERVISOR_PROCESS_NAME >> $JOURNAL",
};

async function started(t: { after(act: () => Promise<void>): void }, sooner: readonly (readonly [string, string])[] = []): Promise<Setup> {
  const it = new Setup(t);
  await it.prepare("cron", { standIns: [], scripts: SCRIPTS, sooner });
  it.env = { ...it.env, CUSTOMER: "acme" };
  await it.startContainer();
  return it;
}

describe("a container of jobs", { concurrency: true }, () => {
  test("nothing runs at the start; the schedules are shown; start runs one now; output is that of the container", async (t) => {
    const it = await started(t);
    assert.match(await it.said("jobs"), /^backup +30 2 \* \* \* \(Europe\/Berlin\)/m);
    assert.deepEqual(it.journal(), []);
    assert.equal(await it.said("start", "backup"), "backup: started\n");
    assert.equal(await it.said("wait", "backup", "--for=DONE"), "backup: DONE\n");
    // What a crontab does not have: the environment of the container.
    assert.match(it.output, /^backup runs for acme$/m);
    assert.match(await it.status("backup"), /^backup EXITED .*, next run /);
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
  });

  test("what fails is tried again after a while, then told; the next slot runs it all the same", async (t) => {
    const it = await started(t, [
      ["cron=30 2 * * *", "cron=*/5 * * * * *"],
      ["restart_delay=10m", "restart_delay=200ms"],
      ["command=/app/backup.sh", "directory=/srv/backup\ncommand=/app/backup.sh"],
    ]);
    it.put("/srv/backup/broken", "");
    await it.in("FATAL", "backup");
    await it.noted("somebody hears of backup");
    assert.ok(it.journal().filter((line) => line === "backup runs").length >= 3, "the first run, and two more tries");
    rmSync(it.at("/srv/backup/broken"));
    await it.in("EXITED", "backup");
  });
});
