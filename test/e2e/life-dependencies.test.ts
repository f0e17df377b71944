/** Goal: programs start when what they need is there, and go down before it, with real processes, over the death of the daemon. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

/** The db is up when the file is there: it waits for it with startsecs. */
const DB = `[program:db]\ncommand=sh -c "test -e %(here)s/disk && exec sleep 1000"\nstartsecs=1\nstartretries=0\n`;
const WEB = "[program:web]\ncommand=sleep 1000\ndepends_on=db, cache:started\nstartsecs=0\n";
const CACHE = "[program:cache]\ncommand=sleep 1000\nstartsecs=0\nautostart=false\n";

async function description(it: Instance, name: string): Promise<string> {
  return String((await info(it, name))["description"]);
}

function inState(it: Instance, name: string, state: string): Promise<unknown> {
  return until(`${name} is ${state}`, async () => (await info(it, name))["statename"] === state);
}

async function killDaemon(it: Instance): Promise<void> {
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("the next daemon", async () => it.daemonPid() !== daemon && (await call(it, "supervisor.getState").catch(() => false)));
}

/** The names in the lines of the activity log that match, in their order. */
function logged(it: Instance, pattern: RegExp): string[] {
  return [...it.read("supervisord.log").matchAll(pattern)].map((match) => match[1] ?? "");
}

describe("dependencies", { timeout: 300_000 }, () => {
  test("DEP-001..013, DEP-020: a FATAL dependency that recovers, a kill of the daemon while it waits, and down in reverse", async (t) => {
    const it = new Instance(t);
    it.configure(`${WEB}${DB}${CACHE}`);
    await it.start();
    await inState(it, "db", "FATAL");
    assert.equal(await description(it, "web"), "waiting for db (FATAL)");
    assert.equal((await info(it, "cache"))["statename"], "RUNNING", "it was started for web");
    assert.match(it.read("supervisord.log"), /INFO waiting: web for db \(ready\), cache \(started\)/);

    await killDaemon(it);
    assert.equal(await description(it, "web"), "waiting for db (FATAL)");
    const refused = await call(it, "supervisor.startProcess", "web").then(
      () => "started",
      (error: Error) => error.message,
    );
    assert.equal(refused, "FAULT 40 ABNORMAL_TERMINATION: web (waiting for db, which is FATAL)");

    writeFileSync(it.path("disk"), "");
    assert.equal((await it.ctl("start", "db")).stdout, "db: started\n");
    await inState(it, "web", "RUNNING");
    assert.deepEqual((await it.ctl("deps")).stdout, "web\n    db (ready)\n    cache (started)\n");

    const stopped = await it.ctl("stop", "all");
    assert.equal(stopped.code, 0);
    assert.deepEqual(
      logged(it, /stopped: (\w+)/g).filter((name) => name !== "cache"),
      ["web", "db"],
    );
    assert.deepEqual(logged(it, /stopped: (\w+)/g)[0], "web");
  });

  test("DEP-008, DEP-010, DEP-012, DEP-022: start --no-deps, stop --dependants, a stop that ends a wait", async (t) => {
    const it = new Instance(t);
    it.configure(`${WEB}${DB}${CACHE}`);
    writeFileSync(it.path("disk"), "");
    await it.start();
    await inState(it, "web", "RUNNING");
    const down = await it.ctl("stop", "--dependants", "db");
    assert.deepEqual(down.stdout.split("\n").filter(Boolean).sort(), ["db: stopped", "web: stopped"]);
    assert.deepEqual(logged(it, /stopped: (\w+)/g), ["web", "db"]);
    assert.equal((await it.ctl("start", "--no-deps", "web")).stdout, "web: started\n");
    assert.equal((await info(it, "db"))["statename"], "STOPPED");
    assert.deepEqual((await it.ctl("deps", "web")).stdout, "web\n  ! db (ready)\n    cache (started)\n");
    await it.ctl("stop", "web", "cache");
    const wait = it.ctl("start", "web");
    await until("web waits", async () => (await description(it, "web")).startsWith("waiting for db"));
    assert.equal((await it.ctl("stop", "web")).stdout, "web: stopped\n");
    assert.equal((await wait).code, 7);
    await inState(it, "db", "RUNNING");
    assert.equal((await info(it, "web"))["statename"], "STOPPED");
  });

  test("DEP-021, DEP-023: a shutdown stops dependants first, whatever the priorities, and does not wait for what waits", async (t) => {
    const it = new Instance(t);
    const late = "[program:late]\ncommand=sleep 1000\ndepends_on=web:exited_ok\n";
    it.configure(`${WEB}priority=1\n${DB}priority=900\n${CACHE}${late}`);
    writeFileSync(it.path("disk"), "");
    await it.start();
    await inState(it, "web", "RUNNING");
    assert.equal(await description(it, "late"), "waiting for web (RUNNING)");
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
    const order = logged(it, /stopped: (\w+)/g);
    assert.ok(order.indexOf("web") < order.indexOf("db") && order.indexOf("web") < order.indexOf("cache"), order.join(" "));
  });

  test("BND-001..003: what is bound goes down with its target and comes back with it, over a kill of the daemon", async (t) => {
    const it = new Instance(t);
    it.configure(`[program:web]\ncommand=sleep 1000\nbind_to=db\nstartsecs=0\n[program:db]\ncommand=sleep 1000\nstartsecs=0\n`);
    await it.start();
    await inState(it, "web", "RUNNING");
    assert.equal((await it.ctl("stop", "db")).stdout, "db: stopped\n");
    assert.deepEqual(logged(it, /stopped: (\w+)/g), ["web", "db"]);
    assert.equal(await description(it, "web"), "waiting for db (stopped by user)");
    await killDaemon(it);
    assert.equal(await description(it, "web"), "waiting for db (stopped by user)");
    await it.ctl("start", "db");
    await inState(it, "web", "RUNNING");
    await it.ctl("stop", "db");
    await it.ctl("stop", "web");
    await it.ctl("start", "db");
    assert.equal((await info(it, "web"))["statename"], "STOPPED");
  });
});

test("DEP-007, DEP-020: several by name are one order: nobody passes on what is about to run anew, and what is needed goes down last", async (t) => {
  const it = new Instance(t);
  const says = (name: string, then: string) =>
    `sh -c "trap 'echo ${name} down >> ${it.dir}/order; exit 0' TERM; echo ${name} up >> ${it.dir}/order; ${then}"`;
  const stays = "while :; do sleep 0.05; done";
  it.configure(
    `[program:job]\ncommand=${says("job", "sleep 0.5; echo job done >> order")}\ndirectory=${it.dir}\ntype=oneshot\n` +
      `[program:db]\ncommand=${says("db", stays)}\nstartsecs=0\n[program:web]\ncommand=${says("web", stays)}\nstartsecs=0\ndepends_on=job, db\n` +
      `[program:plain]\ncommand=sleep 1000\nstartsecs=0\n[program:other]\ncommand=sleep 1000\nstartsecs=0\n`,
  );
  await it.start();
  const order = () => it.read("order").split("\n").filter(Boolean);
  await until("web is up", () => order().includes("web up"));
  const since = order().length;
  assert.deepEqual(await it.ctl("restart", "web", "job", "db", "nope"), {
    code: 1,
    stdout:
      "web: stopped\njob: ERROR (not running)\ndb: stopped\nnope: ERROR (no such process)\n" +
      "web: started\njob: started\ndb: started\nnope: ERROR (no such process)\n",
    stderr: "",
  });
  await until("web is up again", () => order().lastIndexOf("web up") > since);
  const seen = order().slice(since);
  assert.deepEqual(seen.slice(0, 2), ["web down", "db down"]);
  assert.ok(seen.indexOf("web up") > seen.indexOf("job done"), seen.join(", "));
  assert.deepEqual((await it.ctl("stop", "db", "web")).stdout, "db: stopped\nweb: stopped\n");
  assert.deepEqual(order().slice(-2), ["web down", "db down"]);
  assert.equal((await it.ctl("restart", "plain", "other")).stdout, "plain: stopped\nother: stopped\nplain: started\nother: started\n");
});
