import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hostHeader, looksLikeUrl, parseServerUrl } from "./address.ts";

const parse = (url: string) => {
  const address = parseServerUrl(url);
  return address.ok ? address.value : address.error;
};

test("CTL-009, CLI-059, CLI-060: only http and unix, in lower case", () => {
  for (const url of ["https://x", "ftp://x", "localhost:9001", "http:x", "HTTP://x", "foo", ""]) {
    assert.deepEqual(parse(url), { kind: "url", text: `Unknown protocol for serverurl ${url}` });
  }
});

test("CTL-032, CLI-061: port 80 without a port; what follows the host is not looked at", () => {
  assert.deepEqual(parse("http://host"), { kind: "tcp", host: "host", port: 80 });
  assert.deepEqual(parse("http://host:9001/foo?x#y"), { kind: "tcp", host: "host", port: 9001 });
  assert.deepEqual(parse("http://user:pass@host:1"), { kind: "tcp", host: "host", port: 1 });
  assert.deepEqual(parse("http://[::1]:9001"), { kind: "tcp", host: "::1", port: 9001 });
});

test("paths of sockets stay as they are", () => {
  assert.deepEqual(parse("unix:///run/a b.sock"), { kind: "unix", path: "/run/a b.sock" });
  assert.deepEqual(parse("unix://rel.sock"), { kind: "unix", path: "rel.sock" });
});

test("what cannot be a port or a host", () => {
  assert.deepEqual(parse("http://host:abc"), { kind: "url", text: "Port could not be cast to integer value as 'abc'" });
  assert.deepEqual(parse("http://host:70000"), { kind: "url", text: "Port out of range 0-65535" });
  assert.equal(parse("http://").kind, "url");
});

test("the Host header", () => {
  assert.equal(hostHeader({ kind: "unix", path: "/x" }), "localhost");
  assert.equal(hostHeader({ kind: "tcp", host: "a", port: 9001 }), "a:9001");
  assert.equal(hostHeader({ kind: "tcp", host: "a", port: 80 }), "a");
  assert.equal(hostHeader({ kind: "tcp", host: "::1", port: 1 }), "[::1]:1");
});

test("any text is read without a crash", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
      parseServerUrl(text);
      parseServerUrl(`http://${text}`);
      looksLikeUrl(text);
    }),
  );
});
