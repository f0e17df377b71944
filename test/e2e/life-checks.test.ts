/** Goal: a program is RUNNING when it can be used, and one that hangs is started again; a daemon that was killed or slept harms nobody. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { type TestContext, test } from "node:test";
import { freePort, Instance, until } from "./instance.ts";

/** What stands for the program's port: the test says when it is there, and how it answers. */
class Service {
  status = 200;
  asked = 0;
  readonly port: number;
  #server: Server | null = null;

  constructor(port: number) {
    this.port = port;
  }

  async listen(t: TestContext): Promise<void> {
    const server = createServer((_, response) => {
      this.asked += 1;
      response.writeHead(this.status).end("state of the service");
    });
    this.#server = server;
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, "127.0.0.1", resolve));
  }
}

async function rowOf(it: Instance, name: string): Promise<string> {
  return (await it.ctl("status", name)).stdout;
}

async function pidOf(it: Instance, name: string): Promise<number> {
  return Number((await it.ctl("pid", name)).stdout);
}

test("RDY-002 RDY-014 STARTING until the port is there, also for the next daemon; then RUNNING, with one line about it", async (t) => {
  const it = new Instance(t);
  const service = new Service(await freePort());
  it.configure(`[program:db]\ncommand=sleep 1000\nready_when=tcp:${service.port}\nready_interval=100ms\n`);
  await it.start();
  await until("it was spawned", () => it.read("supervisord.log").includes("spawned: 'db'"));
  assert.match(await rowOf(it, "db"), /^db +STARTING/);
  const pid = await pidOf(it, "db");
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => (it.daemonPid() ?? daemon) !== daemon);
  assert.match(await rowOf(it, "db"), /^db +STARTING/);
  await service.listen(t);
  await until("it is ready", async () => /RUNNING/.test(await rowOf(it, "db")));
  assert.equal(await pidOf(it, "db"), pid);
  const lines = it.read("supervisord.log").match(/ready: db \(tcp \d+, \d+\.\d s\)/g);
  assert.equal(lines?.length, 1);
});

test("RDY-003 RDY-004 not ready in time, and an end before it is ready, are failed starts that say so", async (t) => {
  const it = new Instance(t);
  const port = await freePort();
  const rest = `ready_when=tcp:127.0.0.1:${port}\nstartretries=0\n`;
  it.configure(`[program:slow]\ncommand=sleep 1000\nready_timeout=300ms\n${rest}\n[program:brief]\ncommand=sh -c "exit 0"\n${rest}`);
  await it.start();
  await until("both have given up", async () => (await it.ctl("status")).stdout.match(/FATAL/g)?.length === 2);
  const { stdout } = await it.ctl("status");
  assert.match(stdout, /^slow +FATAL +not ready within 300 ms$/m);
  assert.match(stdout, /^brief +FATAL +Exited before it was ready \(process log may have details\)$/m);
});

test("HLT-003 HLT-004 a service that answers badly is started again, also with autorestart=false", async (t) => {
  const it = new Instance(t);
  const service = new Service(await freePort());
  await service.listen(t);
  it.configure(
    `[program:web]\ncommand=sleep 1000\nstartsecs=0\nautorestart=false\nhealthcheck=http://127.0.0.1:${service.port}/health\nhealthcheck_interval=1s\nhealthcheck_timeout=1s\nhealthcheck_failures=2\nhealthcheck_grace=0\n`,
  );
  await it.start();
  await until("it is healthy", () => it.read("supervisord.log").includes("healthy: web"));
  const pid = await pidOf(it, "web");
  service.status = 503;
  await until("it was found unhealthy", () => it.read("supervisord.log").includes("unhealthy: web (http 503, 2 failures)"));
  service.status = 200;
  await until("it runs again", async () => /RUNNING/.test(await rowOf(it, "web")) && (await pidOf(it, "web")) !== pid);
  assert.match(it.read("supervisord.log"), /stopped: web \(terminated by SIGTERM\)/);
});

test("HLT-006 a daemon that slept, and one that was killed, find nobody unhealthy for it", async (t) => {
  const it = new Instance(t);
  const service = new Service(await freePort());
  await service.listen(t);
  it.configure(
    `[program:web]\ncommand=sleep 1000\nstartsecs=0\nhealthcheck=http://127.0.0.1:${service.port}/\nhealthcheck_interval=1s\nhealthcheck_timeout=200ms\nhealthcheck_failures=1\nhealthcheck_grace=0\n`,
  );
  await it.start();
  await until("it is healthy", () => it.read("supervisord.log").includes("healthy: web"));
  const pid = await pidOf(it, "web");
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGSTOP");
  // The sleep is what is tried, so there is nothing to wait for but time.
  await new Promise((resolve) => setTimeout(resolve, 3500));
  process.kill(daemon, "SIGCONT");
  let { asked } = service;
  await until("it is checked again", () => service.asked > asked + 1);
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => (it.daemonPid() ?? daemon) !== daemon);
  asked = service.asked;
  await until("the next one checks it", () => service.asked > asked + 1);
  assert.equal(await pidOf(it, "web"), pid);
  assert.doesNotMatch(it.read("supervisord.log"), /unhealthy/);
});

test("RDY-006 a line of its output makes it ready, also one of which the last daemon saw the first half; the log has every byte", async (t) => {
  const it = new Instance(t);
  const go = it.path("go");
  it.configure(
    `[program:app]\ncommand=sh -c "printf 'warming up, now '; while ! test -e ${go}; do sleep 0.05; done; echo ready on 80; seq 1 2000; exec sleep 1000"\nstdout_logfile=${it.dir}/app.log\nready_when=log:now ready on \\d+$\n`,
  );
  await it.start();
  await until("the first half is logged", () => it.read("app.log") === "warming up, now ");
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => (it.daemonPid() ?? daemon) !== daemon);
  assert.match(await rowOf(it, "app"), /STARTING/);
  it.append("go", "");
  await until("it runs", async () => /RUNNING/.test(await rowOf(it, "app")));
  const whole = `warming up, now ready on 80\n${Array.from({ length: 2000 }, (_, at) => `${at + 1}\n`).join("")}`;
  await until("all of it is logged", () => it.read("app.log").length >= whole.length);
  assert.equal(it.read("app.log"), whole);
  assert.match(it.read("supervisord.log"), /ready: app \(log, \d/);
});
