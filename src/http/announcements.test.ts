/** What the log is told when a server opens. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerConfig } from "../config/model.ts";
import { FakeControl } from "../rpc/control.fixture.ts";
import { announceServer } from "./announcements.ts";
import { OFFERS } from "./serving.fixture.ts";

const unix: ServerConfig = {
  kind: "unix",
  ...OFFERS,
  section: "unix_http_server",
  file: "/run/s.sock",
  mode: 0o700,
  uid: null,
  gid: null,
  username: null,
  password: null,
};
const tcp = (host: string, username: string | null = null): ServerConfig => ({
  ...OFFERS,
  kind: "inet",
  section: "inet_http_server:a",
  host,
  port: 9001,
  username,
  password: username,
});
const { clock } = new FakeControl();
const lines = (server: ServerConfig, namespaces: readonly string[] = []) =>
  announceServer(server, namespaces, clock).map(({ level, text }) => `${level} ${text}`);

test("RPC-238, CONF-308, LOG-129, LOG-148, HTTP-018: interfaces first, then the password, then the server", () => {
  assert.deepEqual(lines(unix, ["supervisor", "it's"]), [
    "info RPC interface 'supervisor' initialized",
    `info RPC interface "it's" initialized`,
    "critical Server 'unix_http_server' running without any HTTP authentication checking",
    "trace /run/s.sock:Medusa (V1.12) started at Tue Nov 24 05:40:27 2026\n\tHostname: <unix domain socket>\n\tPort:/run/s.sock",
  ]);
});

test("HTTP-019, CONF-171, LOG-108: a server without a user name is told at CRIT", () => {
  const critical = "critical Server 'inet_http_server:a' running without any HTTP authentication checking";
  assert.equal(lines(tcp("127.0.0.1")).includes(critical), true);
  assert.equal(lines(tcp("127.0.0.1", "user")).includes(critical), false);
  assert.equal(lines(tcp("127.0.0.1", "")).includes(critical), true);
  assert.ok(lines(unix).includes("critical Server 'unix_http_server' running without any HTTP authentication checking"));
});

test("a TCP server without a password that others can reach is warned of, with the remedy", () => {
  const warned = (server: ServerConfig) => lines(server).filter((line) => line.startsWith("warn "));
  for (const host of ["0.0.0.0", "", "10.0.0.5", "web01", "1.2.7.0"]) {
    assert.equal(warned(tcp(host)).length, 1, host);
    assert.match(warned(tcp(host))[0] ?? "", /without a password: .*Set username and password, or port=127\.0\.0\.1:9001$/);
  }
  for (const server of [tcp("127.0.0.1"), tcp("127.8.9.1"), tcp("localhost"), tcp("0.0.0.0", "user"), unix])
    assert.deepEqual(warned(server), []);
});

test("a {SCRYPT} password that cannot be used is told", () => {
  const broken = { ...tcp("127.0.0.1", "user"), password: "{SCRYPT}x" };
  assert.match(lines(broken).join("\n"), /critical Server 'inet_http_server:a' lets nobody in: a \{SCRYPT\} password has the form/);
});
