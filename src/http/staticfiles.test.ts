/** The files that are built in, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { header, names, serve } from "./serving.fixture.ts";

const MISSING = "HTTP/1.1 404 Not Found";

test("HTTP-125, HTTP-126, WEB-076, WEB-077: the style sheet and the pictures under the addresses of the original", async (t) => {
  const { ask } = await serve(t);
  const types = {
    "/stylesheets/supervisor.css": "text/css",
    "/images/icon.png": "image/png",
    "/images/rule.gif": "image/gif",
    "/images/supervisor.gif": "image/gif",
    "/images/state0.gif": "image/gif",
    "/images/state1.gif": "image/gif",
    "/images/state2.gif": "image/gif",
    "/images/state3.gif": "image/gif",
  };
  for (const [target, type] of Object.entries(types)) {
    const reply = await ask("GET", target);
    assert.equal(reply.status, "HTTP/1.1 200 OK", target);
    assert.deepEqual(names(reply).slice(0, 5), ["Server", "Date", "Last-Modified", "Content-Length", "Content-Type"]);
    assert.equal(header(reply, "Content-Type"), type);
    assert.ok(Number(header(reply, "Content-Length")) > 30, "each is something, of a size of its own");
    if (type === "text/css") assert.equal(header(reply, "Content-Length"), String(Buffer.byteLength(reply.body)));
  }
});

test("HTTP-045: GET and HEAD only", async (t) => {
  const { ask } = await serve(t);
  for (const method of ["POST", "PUT", "DELETE"])
    assert.equal((await ask(method, "/stylesheets/supervisor.css", {}, "")).status, "HTTP/1.1 400 Bad Request");
  assert.equal((await ask("HEAD", "/stylesheets/supervisor.css")).status, "HTTP/1.1 200 OK");
});

test("HTTP-128: a folder without its slash is sent there, under no name but the path", async (t) => {
  const { ask } = await serve(t);
  const reply = await ask("GET", "/images", { Host: "evil.example" });
  assert.deepEqual([reply.status, header(reply, "Location")], ["HTTP/1.1 301 Moved Permanently", "/images/"]);
  assert.equal((await ask("GET", "/images/")).status, MISSING);
});

test("HTTP-129, HTTP-131: nothing but the list, however the path is written", async (t) => {
  const { ask } = await serve(t);
  for (const target of [
    "/../../../../etc/passwd",
    "/stylesheets/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/images/..%5c..%5cetc%5cpasswd",
    "/images/icon.png%00",
    "/stylesheets/./supervisor.css",
    "//stylesheets/supervisor.css",
    "/images/%2e/icon.png",
    "/etc/passwd",
    "//etc/passwd",
    "/%252e%252e/etc/passwd",
    "/constructor",
    "/__proto__",
    "/status.html",
    "/favicon.ico",
    "/robots.txt",
    "/logtail/../../etc/passwd",
    "/logtail/%2fetc%2fpasswd",
    "/logtail//etc/passwd",
  ])
    assert.equal((await ask("GET", target)).status, MISSING, target);
});

test("HTTP-127: a slash behind a file's name makes it the name of nothing, unlike in the original", async (t) => {
  assert.equal((await (await serve(t)).ask("GET", "/stylesheets/supervisor.css/")).status, MISSING);
});

test("HTTP-085: no compression and no ranges, but, unlike in the original, a tag and the word to ask again", async (t) => {
  const { ask } = await serve(t);
  const reply = await ask("GET", "/images/icon.png", { Range: "bytes=0-1", "Accept-Encoding": "gzip, br" });
  assert.equal(reply.status, "HTTP/1.1 200 OK");
  assert.deepEqual(
    [header(reply, "Content-Encoding"), header(reply, "Content-Range"), header(reply, "Cache-Control")],
    [undefined, undefined, "no-cache"],
  );
  assert.match(header(reply, "ETag") ?? "", /^"[\w-]+"$/);
});

test("HTTP-084, HTTP-130: who has the newest gets 304, without a body", async (t) => {
  const { ask, raw } = await serve(t);
  const target = "/stylesheets/supervisor.css";
  const first = await ask("GET", target);
  const [modified = "", etag = ""] = [header(first, "Last-Modified"), header(first, "ETag")];
  const length = header(first, "Content-Length");
  const status = async (headers: Record<string, string>) => Number((await ask("GET", target, headers)).status.split(" ")[1]);
  assert.equal(await status({ "If-Modified-Since": modified }), 304);
  assert.equal(await status({ "If-Modified-Since": `${modified}; length=${length}` }), 304);
  assert.equal(await status({ "If-Modified-Since": `${modified}; length=1` }), 200);
  assert.equal(await status({ "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT" }), 200);
  assert.equal(await status({ "If-Modified-Since": "nonsense" }), 200);
  assert.equal(await status({ "If-None-Match": etag }), 304);
  assert.equal(await status({ "If-None-Match": '"other"', "If-Modified-Since": modified }), 200);
  const request = `GET ${target} HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${etag}\r\n\r\n`;
  const [known, next] = await raw(`${request}GET /ok.html HTTP/1.1\r\nHost: x\r\n\r\n`, 2);
  assert.match(known?.status ?? "", / 304 /);
  assert.equal(known && header(known, "Transfer-Encoding"), undefined);
  assert.equal(next?.body, "OK");
});
