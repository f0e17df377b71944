/** The set-up of the cookbook with a job of CI: a database, a cache, the application, and tests whose exit code is that of the container. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Setup } from "./setup.ts";

const PROGRAMS = { standIns: ["postgres", "redis-server", "gunicorn"], ports: [8000, 6379] };

describe("a job of CI", { concurrency: true }, () => {
  for (const [code, exits] of [
    [0, 0],
    [3, 3],
  ] as const) {
    test(`tests that end with ${code} begin when all is ready, and end the container with ${exits}; their output is all that there is`, async (t) => {
      const it = new Setup(t);
      await it.prepare("ci", { ...PROGRAMS, scripts: { pytest: `echo tests begin >> $JOURNAL; echo 12 passed; exit ${code}` } });
      it.spawnDaemon([]);
      assert.equal(await it.exitCode(), exits);
      assert.equal(it.output, "12 passed\n");
      const said = it.journal();
      assert.deepEqual(said.slice(3, 5), ["app ready with 1", "tests begin"], said.join("\n"));
      assert.ok(said.indexOf("app stopped") < said.indexOf("db stopped by SIGINT"), said.join("\n"));
    });
  }

  test("what cannot start ends the job, and tests that hang do so too", async (t) => {
    const never = new Setup(t);
    await never.prepare("ci", { ...PROGRAMS, scripts: { gunicorn: "exit 4", pytest: "echo tests begin >> $JOURNAL" } });
    never.spawnDaemon([]);
    const hangs = new Setup(t);
    await hangs.prepare("ci", { ...PROGRAMS, scripts: { pytest: "exec sleep 1000" }, sooner: [["max_age=20m", "max_age=1s"]] });
    hangs.spawnDaemon([]);
    assert.deepEqual(await Promise.all([never.exitCode(), hangs.exitCode()]), [4, 1]);
    assert.ok(!never.journal().includes("tests begin"));
  });
});
