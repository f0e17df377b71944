import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Api } from "../api/api.ts";
import { BODY_BYTES_MAX, GATHER_MS } from "../api/bounds.ts";
import { FakeWatch } from "../api/watch.fixture.ts";
import { alone, FakeControl, running } from "../rpc/control.fixture.ts";
import { plainResult } from "../rpc/plainvalues.ts";
import { STALL_MS_MAX } from "./bounds.ts";
import type { Readiness } from "./healthroutes.ts";
import { FakeFollow, FakeTimers, header, type OFFERS, serve } from "./serving.fixture.ts";

type Options = { readonly tcp?: string; readonly username?: string; readonly offers?: Partial<typeof OFFERS>; readonly health?: Readiness };

async function served(t: TestContext, { tcp, username, offers = {}, health = { alive: true, ready: true, why: [] } }: Options = {}) {
  const control = new FakeControl(alone(running("web")));
  const [watch, apiTimers] = [new FakeWatch(), new FakeTimers()];
  let loads = 0;
  const loadApi = async () => {
    loads += 1;
    return new Api({ control, watch, follow: new FakeFollow(), timers: apiTimers, plain: plainResult });
  };
  const login = username === undefined ? {} : { username, password: "secret" };
  const section = { ...(tcp === undefined ? {} : { tcp }), ...login, ...offers };
  const it = await serve(t, { control, loadApi, readiness: () => health, section });
  return { ...it, control, watch, apiTimers, loads: () => loads };
}

test("the code is loaded when the first request comes, and not for health checks or what is refused", async (t) => {
  const { ask, loads } = await served(t);
  await ask("GET", "/index.html");
  await ask("GET", "/healthz");
  await ask("POST", "/api/v1/call/supervisor.getState", { Origin: "http://evil.example" }, "");
  assert.equal(loads(), 0);
  assert.match((await ask("GET", "/api/v1/state")).status, / 200 /);
  assert.equal(loads(), 1);
});

test("what is switched off is not there; the rest is", async (t) => {
  const paths = { api: "/api/v1/state", metrics: "/metrics", health: "/readyz" } as const;
  for (const off of ["api", "metrics", "health"] as const) {
    const { ask } = await served(t, { offers: { [off]: false } });
    for (const [name, path] of Object.entries(paths))
      assert.match((await ask("GET", path)).status, name === off ? / 404 / : / 200 /, `${path} without ${off}`);
  }
});

test("a name that was pointed at an open server reads nothing; with a password, and without a browser, names do not matter", async (t) => {
  const rebound = { Host: "evil.example:9001", Referer: "http://evil.example:9001/" };
  const open = await served(t, { tcp: "127.0.0.1" });
  for (const path of ["/api/v1/state", "/api/v1/stream", "/metrics", "/healthz"]) {
    assert.match((await open.ask("GET", path, rebound)).status, / 403 /, path);
    if (path !== "/api/v1/stream") assert.match((await open.ask("GET", path, { Host: "evil.example:9001" })).status, / 200 /, path);
  }
  const guarded = await served(t, { tcp: "127.0.0.1", username: "u" });
  const login = { Authorization: `Basic ${Buffer.from("u:secret").toString("base64")}` };
  assert.match((await guarded.ask("GET", "/api/v1/state", { ...rebound, ...login })).status, / 200 /);
});

test("a page of another origin may link here, and neither fetch nor order", async (t) => {
  const { ask, control } = await served(t);
  const cross = (mode: string) => ({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode });
  assert.match((await ask("GET", "/api/v1/state", cross("navigate"))).status, / 200 /);
  assert.match((await ask("GET", "/api/v1/stream", cross("no-cors"))).status, / 403 /);
  const order = await ask("POST", "/api/v1/call/supervisor.stopProcess", cross("no-cors"), '["web"]');
  assert.match(order.status, / 403 /);
  assert.deepEqual(control.done, []);
});

test("a body that is too large, has no length, or is no JSON is refused; so is another method", async (t) => {
  const { ask, raw } = await served(t);
  const path = "/api/v1/call/supervisor.getState";
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`;
  assert.match((await raw(head))[0]?.status ?? "", / 413 /);
  assert.match((await ask("POST", path)).status, / 411 /);
  assert.match((await ask("POST", path, {}, "{")).body, /the body is not JSON/);
  assert.match((await ask("DELETE", path)).status, / 405 /);
  assert.match((await ask("POST", "/healthz", {}, "")).status, / 405 /);
});

test("a download is the file as it was; HEAD has its length alone; a name cannot break out of the header", async (t) => {
  const { ask, control } = await served(t);
  control.active = alone(running("web", { stdoutLogfile: '/log/it\'s "x".out' }));
  control.write('/log/it\'s "x".out', "x".repeat(200_000));
  const path = "/api/v1/processes/web/web/log/stdout/download";
  const got = await ask("GET", path);
  assert.equal(got.body.length, 200_000);
  assert.equal(header(got, "Content-Disposition"), "attachment; filename*=UTF-8''it%27s%20%22x%22.out");
  const head = await ask("HEAD", path);
  assert.deepEqual([head.body, header(head, "Content-Length")], ["", "200000"]);
});

test("a viewer who takes nothing at all is cut off, and forgotten", async (t) => {
  const { connect, control, watch, apiTimers, timers } = await served(t);
  const socket = connect();
  socket.pause();
  socket.write("GET /api/v1/stream?events=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await condition(() => watch.eventWatchers.size === 1);
  const event = { serial: 1, at: 0, type: "REMOTE_COMMUNICATION", payload: "x".repeat(4096) };
  for (let round = 0; round < 40; round++) {
    for (let count = 0; count < 50; count++) watch.happened(event);
    apiTimers.pass(control, GATHER_MS);
  }
  timers.pass(control, STALL_MS_MAX);
  await condition(() => watch.eventWatchers.size === 0);
  assert.equal(watch.changeWatchers.size, 0);
});

/** With a deadline, as everything that waits. */
async function condition(holds: () => boolean): Promise<void> {
  const end = performance.now() + 120_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("it never came true");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("health: 200 or 503, and why", async (t) => {
  const { ask } = await served(t, {
    health: { alive: true, ready: false, why: Array.from({ length: 25 }, (_, at) => `p${at} is STARTING`) },
  });
  assert.match((await ask("GET", "/healthz")).body, /^ok\n$/);
  const readyz = await ask("GET", "/readyz");
  assert.match(readyz.status, / 503 /);
  assert.match(readyz.body, /^p0 is STARTING\n.*p19 is STARTING\nand 5 more\n$/s);
});
