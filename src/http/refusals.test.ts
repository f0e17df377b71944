/**
 * Whoever is refused reads why, however it sends: head and body in two writes, much in one, in chunks, slowly. A connection that was closed while the
 * client still writes is a broken pipe to it, and the answer is lost. Here every write must succeed, and the status must be there behind them.
 */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { CALL_BYTES_MAX, CONNECTIONS_MAX, FORM_BYTES_MAX, HEAD_BYTES_MAX, LINGER_BYTES_MAX, LINGER_MS_MAX } from "./bounds.ts";
import { callBody, type Served, serve } from "./serving.fixture.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const settled = async () => {
  for (let n = 0; n < 30; n++) await turn();
};

/** Writes each piece, the next one only when the server has had time to answer the one before, and reads behind the last one. */
async function send({ connect }: Served, pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect();
  const problems: string[] = [];
  socket.on("error", (error: NodeJS.ErrnoException) => problems.push(error.code ?? error.message));
  socket.pause();
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await settled();
  }
  let received = "";
  socket.on("data", (piece) => {
    received += String(piece);
  });
  await new Promise((resolve) => socket.resume().once("close", resolve));
  assert.deepEqual(problems, []);
  return received.split("\r\n", 1)[0] ?? "";
}

const SMALL = callBody("supervisor.getState");
const LARGE = "x".repeat(5 * 1024 * 1024);
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

type Kind = {
  readonly status: number;
  readonly line?: string;
  readonly headers?: string;
  readonly section?: { username: string; password: string };
};
const KEPT_OUT = { username: "u", password: "p" };
const KINDS: readonly Kind[] = [
  { status: 401, section: KEPT_OUT },
  { status: 401, section: KEPT_OUT, headers: "Authorization: Basic dTp4\r\n" },
  { status: 400, section: KEPT_OUT, headers: "Authorization: Basic YQ\r\n" },
  { status: 401, section: KEPT_OUT, line: "POST /RPC2 HTTP/1.0" },
  { status: 400, line: "POST /RPC2 HTTP/1.2" },
  { status: 400, line: "POST /RPC2 HTTP/9" },
  { status: 400, line: "NOPE /RPC2 HTTP/1.1" },
  { status: 400, line: "CONNECT h:1 HTTP/1.1" },
  { status: 403, headers: "Origin: http://evil.example\r\n" },
  { status: 400, line: "PUT /RPC2 HTTP/1.1", headers: "Connection: close\r\n" },
  { status: 404, line: "GET /nothere HTTP/1.0" },
  { status: 400, headers: "Content-Length: x\r\n" },
  { status: 431, headers: `X: ${"x".repeat(HEAD_BYTES_MAX)}\r\n` },
];

for (const { status, line = "POST /RPC2 HTTP/1.1", headers = "", section } of KINDS) {
  const announced = (body: string) => `${line}\r\nHost: localhost\r\n${headers}Content-Length: ${body.length}\r\n\r\n`;
  const inChunks = `${line}\r\nHost: localhost\r\n${headers}Transfer-Encoding: chunked\r\n\r\n`;
  const expecting = `${line}\r\nHost: localhost\r\n${headers}Expect: 100-continue\r\nContent-Length: ${SMALL.length}\r\n\r\n`;
  const ways: readonly [string, readonly string[]][] = [
    ["in one write", [announced(SMALL) + SMALL]],
    ["head and body in two", [announced(SMALL), SMALL]],
    ["slowly", [...(announced(SMALL).match(/[\s\S]{1,8000}/g) ?? []), ...(SMALL.match(/[\s\S]{1,10}/g) ?? [])]],
    ["5 MB in one call", [announced(LARGE) + LARGE]],
    ["5 MB behind the head", [announced(LARGE), LARGE]],
    ["in chunks", line.endsWith("1.0") ? [] : [inChunks, chunked(SMALL)]],
    ["5 MB in chunks", line.endsWith("1.0") ? [] : [inChunks, chunked(LARGE)]],
    ["waiting to be told to go on, and not waiting", [expecting, SMALL]],
    ["with another request behind it", [announced(SMALL), `${SMALL}${announced(SMALL)}`, SMALL]],
  ];
  test(`status ${status} is read by every client: ${line} ${headers.slice(0, 40).trim()}`, async (t) => {
    const served = await serve(t, section === undefined ? {} : { section });
    for (const [way, pieces] of ways) {
      if (pieces.length === 0 || (way.includes("waiting") && line.endsWith("1.0"))) continue;
      assert.match(await send(served, pieces), new RegExp(`^HTTP/1\\.[01] ${status} `), way);
    }
  });
}

test("status 413 is read by who sends too much: a call, a form, announced or in chunks", async (t) => {
  const served = await serve(t);
  for (const [target, most] of [
    ["/RPC2", CALL_BYTES_MAX],
    ["/", FORM_BYTES_MAX],
  ] as const) {
    const body = "x".repeat(most + 1024 * 1024);
    const head = `POST ${target} HTTP/1.1\r\n`;
    const length = `Content-Length: ${body.length}\r\n\r\n`;
    for (const pieces of [
      [head + length + body],
      [head + length, body],
      [`${head}Transfer-Encoding: chunked\r\n\r\n`, chunked(body)],
      [`${head}Expect: 100-continue\r\n${length}`, body],
    ])
      assert.match(await send(served, pieces), /^HTTP\/1\.1 413 /);
  }
});

async function refused(served: Served): Promise<Socket> {
  const socket = served.connect();
  socket.write("POST /RPC2 HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  await settled();
  return socket;
}

/** A client that does not close when the server has closed its side. */
const keepsOpen = (served: Served): Served => ({
  ...served,
  connect: () => Object.assign(served.connect(), { allowHalfOpen: true }),
});

test("who does not close behind a refusal is cut off after a while, and earlier when it sends without end", async (t) => {
  const served = keepsOpen(await serve(t, { section: KEPT_OUT }));
  const [silent, endless] = [await refused(served), await refused(served)];
  const gone = new Promise((resolve) => endless.once("close", resolve));
  const megabyte = Buffer.alloc(1024 * 1024);
  let sent = 0;
  while (!endless.destroyed && sent <= 4 * LINGER_BYTES_MAX) {
    sent += megabyte.length;
    await new Promise((resolve) => endless.write(megabyte, resolve));
  }
  await gone;
  assert.ok(sent >= LINGER_BYTES_MAX && sent < 2 * LINGER_BYTES_MAX, String(sent));
  silent.write("x");
  await settled();
  served.timers.pass(served.control, LINGER_MS_MAX - 1);
  await settled();
  assert.equal(await connectionsOf(served), 1);
  served.timers.pass(served.control, 1);
  await settled();
  assert.equal(await connectionsOf(served), 0);
});

test("those that were refused and do not close are the first to make room", async (t) => {
  const served = keepsOpen(await serve(t, { section: { ...KEPT_OUT } }));
  const idle = served.connect();
  await new Promise((resolve) => idle.once("connect", resolve));
  for (let n = 0; n < CONNECTIONS_MAX + 10; n++) (await refused(served)).resume();
  assert.equal(await connectionsOf(served), CONNECTIONS_MAX);
  idle.write("GET /ok.html HTTP/1.1\r\nAuthorization: Basic dTpw\r\n\r\n");
  assert.match(String(await new Promise((resolve) => idle.once("data", resolve))), / 200 /);
});

test("a client that resets the connection after a refused CONNECT harms nobody", async (t) => {
  const served = await serve(t);
  const socket = served.connect();
  socket.write("CONNECT h:1 HTTP/1.1\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
  await settled();
  assert.equal((await served.ask("GET", "/ok.html")).body, "OK");
});

function connectionsOf({ server }: Served): Promise<number> {
  return new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))));
}
