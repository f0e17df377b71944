import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { NetworkProbe, ProbeResult, ProbeTarget } from "../../doors.ts";
import { probeNetwork } from "./probing.ts";

const NEVER = new AbortController().signal;
const ENOUGH_MS = 60_000;

async function listening(
  t: TestContext,
  server: Server,
  at: { port: number; host: string } | { path: string } = { port: 0, host: "127.0.0.1" },
) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(at, resolve));
  return (server.address() as AddressInfo).port;
}

function page(port: number, uri = "/"): NetworkProbe {
  return { kind: "http", to: { kind: "tcp", host: "127.0.0.1", port }, uri };
}

async function answerOf(t: TestContext, answer: RequestListener): Promise<ProbeResult> {
  return probeNetwork(page(await listening(t, createHttp(answer))), ENOUGH_MS, NEVER);
}

test("RDY-005 a tcp probe is ok when the connection is made, and names what failed otherwise", async (t) => {
  const server = createServer();
  const port = await listening(t, server);
  assert.deepEqual(await probeNetwork({ kind: "tcp", host: "127.0.0.1", port }, ENOUGH_MS, NEVER), {
    result: "ok",
    text: "connected",
    output: "",
  });
  await new Promise((resolve) => server.close(resolve));
  const refused = await probeNetwork({ kind: "tcp", host: "127.0.0.1", port }, ENOUGH_MS, NEVER);
  assert.deepEqual(refused, { result: "failed", text: "ECONNREFUSED", output: "" });
});

test("localhost is ::1 where nothing listens on 127.0.0.1", async (t) => {
  const port = await listening(t, createServer(), { port: 0, host: "::1" }).catch(() => null);
  if (port === null) return t.skip("this host has no IPv6");
  assert.equal((await probeNetwork({ kind: "tcp", host: "localhost", port }, ENOUGH_MS, NEVER)).result, "ok");
});

test("RDY-005 a unix probe, and a page behind a unix socket", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "probing-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const at: ProbeTarget & { kind: "unix" } = { kind: "unix", path: path.join(folder, "s") };
  assert.deepEqual(await probeNetwork(at, ENOUGH_MS, NEVER), { result: "failed", text: "ENOENT", output: "" });
  const asked: unknown[] = [];
  await listening(
    t,
    createHttp((request, response) => {
      asked.push([request.method, request.url, request.headers.host, request.headers.connection]);
      response.end("fine");
    }),
    { path: at.path },
  );
  assert.equal((await probeNetwork(at, ENOUGH_MS, NEVER)).result, "ok");
  const answer = await probeNetwork({ kind: "http", to: at, uri: "/health?full=1" }, ENOUGH_MS, NEVER);
  assert.deepEqual(answer, { result: "ok", text: "http 200", output: "fine" });
  assert.deepEqual(asked, [["GET", "/health?full=1", "localhost", "close"]]);
});

test("RDY-005 200 to 399 is ok, a redirect is not followed, everything else has failed", async (t) => {
  const paths: (string | undefined)[] = [];
  for (const [status, result] of [
    [200, "ok"],
    [204, "ok"],
    [302, "ok"],
    [399, "ok"],
    [404, "failed"],
    [503, "failed"],
  ] as const) {
    const answer = await answerOf(t, (request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
    assert.deepEqual([answer.result, answer.text], [result, `http ${status}`]);
  }
  assert.deepEqual(new Set(paths), new Set(["/"]));
});

test("RDY-005 64 KiB are read of an answer without an end, and a kibibyte is kept", async (t) => {
  const answer = await answerOf(t, (_, response) => {
    const more = (): void => {
      while (response.write("x".repeat(16 * 1024)));
      response.once("drain", more);
    };
    more();
  });
  assert.deepEqual([answer.result, answer.text, answer.output.length], ["ok", "http 200", 1024]);
});

test("a server that takes the connection and says nothing has failed when the time is over; what is called off ends at once", async (t) => {
  const port = await listening(t, createServer());
  assert.deepEqual(await probeNetwork(page(port), 50, NEVER), { result: "failed", text: "timed out", output: "" });
  const caller = new AbortController();
  const asked = probeNetwork(page(port), ENOUGH_MS, caller.signal);
  caller.abort();
  assert.equal((await asked).text, "timed out");
});

test("what is no HTTP, and a connection that is cut, have failed", async (t) => {
  const talker = createServer((socket) => socket.end("220 smtp.example ready\r\n"));
  assert.deepEqual(await probeNetwork(page(await listening(t, talker)), ENOUGH_MS, NEVER), {
    result: "failed",
    text: "no HTTP answer",
    output: "",
  });
  const cutter = createServer((socket) => socket.destroy());
  assert.equal((await probeNetwork(page(await listening(t, cutter)), ENOUGH_MS, NEVER)).result, "failed");
});
