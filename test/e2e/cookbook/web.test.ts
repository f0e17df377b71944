/** The set-up of the cookbook with a web server, a database and a migration. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, test } from "node:test";
import { get } from "./http.ts";
import { Setup } from "./setup.ts";

const PROGRAMS = { standIns: ["postgres", "python", "gunicorn"], ports: [8000] };

describe("a web application, its database and its migration", { concurrency: true }, () => {
  test("the database first, then the migration once, then the web server; down in reverse", async (t) => {
    const it = new Setup(t);
    await it.prepare("web", PROGRAMS);
    it.put("/etc/shop.env", "DJANGO_SETTINGS_MODULE=shop.settings\n");
    await it.start();
    await it.in("RUNNING", "web");
    assert.deepEqual(it.journal(), ["db listens", "db ready", "migrate begins", "migrate done", "web ready with 1"]);
    assert.deepEqual(await get(it.port(8000), "/"), [200, "1 web\n"]);
    assert.match(await it.status("web"), /^web RUNNING pid \d+, uptime 0:\d\d:\d\d$/);
    assert.match(await it.status("migrate"), /^migrate EXITED /);
    // A redeployment: the migration runs while the old code serves.
    it.put("/srv/shop/version", "2");
    assert.equal(await it.said("start", "migrate"), "migrate: started\n");
    assert.equal(await it.said("wait", "migrate", "--for=DONE"), "migrate: DONE\n");
    assert.deepEqual(await get(it.port(8000), "/"), [200, "1 web\n"]);
    const slow = get(it.port(8000), "/slow");
    await it.noted("web a slow request begins");
    assert.equal(await it.said("restart", "web"), "web: stopped\nweb: started\n");
    assert.deepEqual(await slow, [200, "1 web\n"]);
    assert.deepEqual(await get(it.port(8000), "/"), [200, "2 web\n"]);
    assert.equal(await it.said("shutdown"), "Shut down\n");
    assert.equal(await it.exitCode(), 0);
    const said = it.journal();
    assert.ok(said.lastIndexOf("web stopped") < said.indexOf("db stopped by SIGINT"), said.join("\n"));
    assert.equal(said.filter((line) => line === "migrate done").length, 2);
  });

  test("when the database is killed the web server goes on, and is not started again for what is not its fault", async (t) => {
    const it = new Setup(t);
    await it.prepare("web", {
      ...PROGRAMS,
      sooner: [["healthcheck=", "healthcheck_interval=1s\nhealthcheck_timeout=1s\nhealthcheck_grace=0\nhealthcheck="]],
    });
    it.put("/etc/shop.env", "");
    await it.start();
    const { pid } = await it.in("RUNNING", "web");
    process.kill(Number((await it.in("RUNNING", "db"))["pid"]), "SIGKILL");
    await it.noted("db ready", (await it.noted("db ready")) + 1);
    await it.in("RUNNING", "db");
    assert.equal(await it.said("wait", "web", "--for=HEALTHY"), "web: HEALTHY\n");
    assert.deepEqual([(await it.in("RUNNING", "web"))["pid"], (await get(it.port(8000), "/"))[0]], [pid, 200]);
  });

  test("a migration that fails keeps the web server back, and says so; once it succeeds the web server starts by itself", async (t) => {
    const it = new Setup(t);
    await it.prepare("web", PROGRAMS);
    it.put("/etc/shop.env", "");
    it.put("/srv/shop/broken-migration", "");
    await it.start();
    await it.in("FATAL", "migrate");
    assert.match(await it.status("migrate"), /^migrate FATAL Bad exit code 1$/);
    assert.match(await it.status("web"), /^web STOPPED waiting for migrate \(FATAL\)$/);
    assert.match(await it.said("why", "web"), /^ {2}next +starts when migrate is done$/m);
    rmSync(it.at("/srv/shop/broken-migration"));
    assert.equal(await it.said("start", "migrate"), "migrate: started\n");
    await it.in("RUNNING", "web");
    assert.deepEqual(it.journal().slice(-3), ["migrate begins", "migrate done", "web ready with 1"]);
  });
});
