import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../../result.ts";
import { httpAnswer, serve } from "../client/server.fixture.ts";
import { connectTo } from "../connector.ts";
import { scene } from "../scene.fixture.ts";

const page = (status: number, text: string) => ok({ status, reason: "", body: Buffer.from(text) });

test("CONT: health prints what the server says; 0 when it is well, 1 when it is not", async () => {
  const world = scene({ pages: { "/healthz": page(200, "ok\n"), "/readyz": page(503, "a is STARTING\nb is STARTING\n") } });
  assert.deepEqual(await world.run("health"), { text: "ok\n", exit: 0 });
  assert.deepEqual(await world.run("health --ready"), { text: "a is STARTING\nb is STARTING\n", exit: 1 });
  assert.deepEqual(world.calls, ["GET /healthz", "GET /readyz"]);
  assert.equal((await world.run("health --json --ready")).text, '{"ok":false,"why":["a is STARTING","b is STARTING"]}\n');
  assert.equal((await world.run("health --json")).text, '{"ok":true,"why":[]}\n');
});

test("CONT: health ends with 4 when nobody answers, whatever the reason", async () => {
  const failures = [
    { kind: "connect", code: "ECONNREFUSED" },
    { kind: "connect", code: "ENOENT" },
    { kind: "connect", code: "EACCES" },
    { kind: "deadline", seconds: 30 },
    { kind: "broken", code: null, answerBegun: false },
  ] as const;
  for (const failure of failures) {
    const { text, exit } = await scene({ pages: { "/healthz": refuse(failure) } }).run("health");
    assert.equal(exit, 4, failure.kind);
    assert.match(text, /^unix:\/\/\/run\/supervisor\.sock/);
  }
});

test("CONT: a server without health checks, and one that wants a password, are 1 and never 2, which is Docker's own", async () => {
  const without = await scene().run("health");
  assert.equal(without.exit, 1);
  assert.match(without.text, /health=false/);
  assert.equal((await scene({ pages: { "/healthz": page(401, "") } }).run("health")).exit, 1);
  assert.deepEqual(await scene().run("health x"), {
    text: "Error: health accepts no arguments\nhealth\t\t\tTell whether supervisord is well: exit status 0 or 1, 4 if it cannot be reached\n",
    exit: 1,
  });
});

test("CONT: a connection that a dying daemon takes with it is asked for again", async (t) => {
  const server = await serve((_, count) => (count === 1 ? "break" : httpAnswer("ok\n")));
  t.after(() => server.close());
  const answer = await connectTo({ monoMs: () => 0, sleep: async () => undefined })({
    serverUrl: server.url,
    credentials: null,
    answerMs: 5000,
  }).get("/healthz");
  assert.equal(answer.ok && answer.value.body.toString(), "ok\n");
  assert.match(server.requests[1]?.head ?? "", /^GET \/healthz HTTP\/1\.1\r\nHost: localhost\r\n/);
});
