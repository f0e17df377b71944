import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeRpc, type Rpc } from "./rpc.ts";
import { type Answering, answerWith, httpAnswer, methodOf, serve, type TestServer } from "./server.fixture.ts";

const start = async (context: TestContext, answering: Answering, answerMs = 10_000): Promise<{ server: TestServer; rpc: Rpc }> => {
  const server = await serve(answering);
  const rpc = makeRpc(server.address, { username: "u", password: "p".repeat(80) }, answerMs);
  context.after(async () => {
    rpc.close();
    await server.close();
  });
  return { server, rpc };
};

test("CTL-033: a POST to /RPC2 as XML, with Host and credentials on one line", async (context) => {
  const { server, rpc } = await start(context, () => answerWith("3.0"));
  assert.deepEqual(await rpc.call("supervisor.getVersion", [], "read"), { ok: true, value: "3.0" });
  const lines = server.requests[0]?.head.split("\r\n") ?? [];
  assert.equal(lines[0], "POST /RPC2 HTTP/1.1");
  assert.ok(lines.includes("Host: localhost"));
  assert.ok(lines.includes("Content-Type: text/xml") && lines.includes("Accept: text/xml"));
  assert.ok(lines.includes(`Authorization: Basic ${Buffer.from(`u:${"p".repeat(80)}`).toString("base64")}`));
});

test("calls in a row share a connection, a close begins a new one, and so does an answer that closes", async (context) => {
  const { server, rpc } = await start(context, (_, count) => (count === 3 ? httpAnswer("x", "401 Unauthorized") : answerWith(count)));
  await rpc.call("a.b", [], "read");
  await rpc.call("a.b", [], "read");
  assert.equal(server.connections(), 1);
  assert.deepEqual(await rpc.call("a.b", [], "read"), { ok: false, error: { kind: "http", status: 401, reason: "Unauthorized" } });
  await rpc.call("a.b", [], "read");
  assert.equal(server.connections(), 2);
  rpc.close();
  await rpc.call("a.b", [], "read");
  assert.equal(server.connections(), 3);
});

test("a read is asked again once when the connection breaks", async (context) => {
  const { server, rpc } = await start(context, (_, count) => (count === 1 ? "break" : answerWith("good")));
  assert.deepEqual(await rpc.call("a.b", [], "read"), { ok: true, value: "good" });
  assert.equal(server.requests.length, 2);
});

test("twice broken is broken; an act is not sent again", async (context) => {
  const { server, rpc } = await start(context, () => "break");
  for (const kind of ["read", "act", "wait"] as const) {
    const answer = await rpc.call("a.b", [], kind);
    assert.ok(!answer.ok && answer.error.kind === "broken", JSON.stringify(answer));
  }
  assert.equal(server.requests.length, 2 + 1 + 1);
});

test("an answer that breaks off in the middle is broken", async (context) => {
  const { rpc } = await start(context, ({ socket }) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<?xml");
    return null;
  });
  const answer = await rpc.call("a.b", [], "act");
  assert.deepEqual(answer, { ok: false, error: { kind: "broken", code: null, answerBegun: true } });
});

test("every call has a deadline: silence ends a read and an act", async (context) => {
  const { rpc } = await start(context, () => null, 50);
  for (const kind of ["read", "act"] as const) {
    assert.deepEqual(await rpc.call("a.b", [], kind), { ok: false, error: { kind: "deadline", seconds: 0.05 } });
  }
});

test("a wait goes on while the daemon shows that it lives, and ends when it is silent there too", async (context) => {
  let looks = 0;
  let answer: () => void = () => undefined;
  let isSilent = false;
  const { server, rpc } = await start(
    context,
    (request) => {
      if (methodOf(request) !== "supervisor.getState") {
        const { socket } = request;
        if (!isSilent) answer = () => socket.write(answerWith(true));
        return null;
      }
      if (++looks === 2) answer();
      return isSilent ? null : answerWith({ statecode: 1 });
    },
    500,
  );
  assert.deepEqual(await rpc.call("supervisor.stopProcess", ["a"], "wait"), { ok: true, value: true });
  assert.ok(server.connections() >= 2);
  isSilent = true;
  const silence = await rpc.call("supervisor.stopProcess", ["a"], "wait");
  assert.ok(!silence.ok && silence.error.kind === "deadline");
});

test("no server, no permission, a path that no socket can have", async () => {
  const code = async (path: string) => {
    const answer = await makeRpc({ kind: "unix", path }, null).call("a.b", [], "read");
    return !answer.ok && answer.error.kind === "connect" ? answer.error.code : answer;
  };
  assert.equal(await code("/nowhere/s.sock"), "ENOENT");
  assert.equal(typeof (await code(`/tmp/${"x".repeat(200)}`)), "string");
  assert.equal(typeof (await code("/tmp/a\0b")), "string");
});

test("CTL-041: an unknown host", async () => {
  const answer = await makeRpc({ kind: "tcp", host: "no-such-host.invalid", port: 1 }, null).call("a.b", [], "read");
  assert.ok(
    !answer.ok && answer.error.kind === "connect" && ["ENOTFOUND", "EAI_AGAIN"].includes(answer.error.code),
    JSON.stringify(answer),
  );
});

test("CTL-045: an answer that is no HTTP, or no XML-RPC", async (context) => {
  const { rpc } = await start(context, (_, count) => (count === 1 ? "220 mail ready\r\n" : httpAnswer("<html/>")));
  assert.deepEqual(await rpc.call("a.b", [], "act"), { ok: false, error: { kind: "not-http", line: "220 mail ready" } });
  const second = await rpc.call("a.b", [], "act");
  assert.ok(!second.ok && second.error.kind === "not-xmlrpc");
});
