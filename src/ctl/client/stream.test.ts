import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Answering, httpAnswer, serve } from "./server.fixture.ts";
import { followLog, logPath, type StreamEnd } from "./stream.ts";

const PASSWORD = "p".repeat(80);
const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const follow = async (context: TestContext, answering: Answering, controller = new AbortController()) => {
  const server = await serve(answering);
  context.after(() => server.close());
  const pieces: string[] = [];
  const source = { address: server.address, credentials: { username: "u", password: PASSWORD }, connectMs: 5_000 };
  const end: StreamEnd = await followLog(source, "/logtail/cat/stdout", (bytes) => pieces.push(bytes.toString()), controller.signal);
  return { server, end, text: pieces.join("") };
};

test("CTL-127, CTL-128: a GET with one empty line at the end and the credentials on one line", async (context) => {
  const { server, end, text } = await follow(context, () => `${HEAD}${chunk("a\n")}${chunk("b\n")}0\r\n\r\n`);
  assert.deepEqual([end, text], [{ kind: "closed" }, "a\nb\n"]);
  const [request] = server.requests;
  assert.equal(server.requests.length, 1, "nothing is left that a server would take for another request");
  const lines = request?.head.split("\r\n") ?? [];
  assert.equal(lines[0], "GET /logtail/cat/stdout HTTP/1.1");
  assert.ok(lines.includes("Accept: */*") && lines.some((line) => line.startsWith("Host: ")));
  assert.ok(lines.includes(`Authorization: Basic ${Buffer.from(`u:${PASSWORD}`).toString("base64")}`));
});

test("CTL-122: another status is refused", async (context) => {
  const { end, text } = await follow(context, () => httpAnswer("no", "404 Not Found"));
  assert.deepEqual([end, text], [{ kind: "refused", status: 404, reason: "Not Found" }, ""]);
});

test("a stream that breaks off is broken, after what came is shown", async (context) => {
  const { end, text } = await follow(context, ({ socket }) => {
    socket.end(`${HEAD}${chunk("a\n")}`);
    return null;
  });
  assert.deepEqual([end, text], [{ kind: "broken" }, "a\n"]);
});

test("leaving ends it", async (context) => {
  const controller = new AbortController();
  const { end } = await follow(
    context,
    () => {
      setImmediate(() => controller.abort());
      return `${HEAD}${chunk("a\n")}`;
    },
    controller,
  );
  assert.deepEqual(end, { kind: "left" });
});

test("CTL-123: no connection", async () => {
  const source = { address: { kind: "unix", path: "/nowhere/s.sock" }, credentials: null, connectMs: 1_000 } as const;
  const end = await followLog(source, "/x", () => undefined, new AbortController().signal);
  assert.deepEqual(end, { kind: "failed", failure: { kind: "connect", code: "ENOENT" } });
});

test("names in paths", () => {
  assert.equal(logPath("g:a", "stdout"), "/logtail/g:a/stdout");
  assert.equal(logPath("a b/\u00e9", "stderr"), "/logtail/a%20b%2F%C3%A9/stderr");
});
