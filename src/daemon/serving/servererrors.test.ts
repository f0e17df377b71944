import assert from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import type { ServerConfig } from "../../config/model.ts";
import { bindProblem, hostProblem, inUse } from "./servererrors.ts";

const OFFERS = { username: null, password: null, ui: "classic", api: false, metrics: false, health: false } as const;
const UNIX: ServerConfig = {
  ...OFFERS,
  kind: "unix",
  section: "unix_http_server",
  file: "/run/s.sock",
  mode: 0o700,
  uid: 0,
  gid: null,
};
const INET: ServerConfig = { ...OFFERS, kind: "inet", section: "inet_http_server:a", host: "10.0.0.1", port: 9001 };
const { EADDRINUSE, EADDRNOTAVAIL, EACCES, ENOENT, ENAMETOOLONG, EEXIST, EPERM } = constants.errno;

const problem = (server: ServerConfig, step: Parameters<typeof bindProblem>[1]["step"], errno: number) =>
  bindProblem(server, { step, errno }, "nobody");

test("HTTP-006, CONF-178: only IPv4, which is said", () => {
  assert.equal(
    hostProblem("::1", "inet_http_server"),
    "Cannot open an HTTP server: socket.error reported -9: servers have IPv4 addresses, and '::1' in [inet_http_server] is none",
  );
});

test("HTTP-011, CONF-346: other errors by their name and number", () => {
  const begins = "Cannot open an HTTP server: socket.error reported errno.";
  assert.equal(
    problem(INET, "bind", EADDRNOTAVAIL),
    `${begins}EADDRNOTAVAIL (99) for 10.0.0.1:9001 in [inet_http_server:a]: no interface of this machine has this address; give one that it has, 127.0.0.1, or * for all`,
  );
  assert.equal(
    problem(INET, "bind", EACCES),
    `${begins}EACCES (13) for 10.0.0.1:9001 in [inet_http_server:a]: ports below 1024 are for root; give another port`,
  );
  assert.equal(
    problem(UNIX, "bind", ENOENT),
    `${begins}ENOENT (2) for /run/s.sock in [unix_http_server]: its folder does not exist; make it, or give another file`,
  );
});

test("HTTP-012, HTTP-032, CONF-346: an unknown host and a path that is too long have no name of an error", () => {
  assert.match(
    hostProblem("no.such", "s"),
    /^Cannot open an HTTP server: socket\.error reported -2: no IPv4 address is known for host 'no\.such'/,
  );
  assert.match(
    problem(UNIX, "bind", ENAMETOOLONG),
    /^Cannot open an HTTP server: socket\.error reported AF_UNIX path too long: \/run\/s\.sock/,
  );
});

test("HTTP-010, CONF-345: what is in use", () => {
  for (const server of [INET, UNIX])
    assert.match(
      problem(server, "in-use", EADDRINUSE),
      /^Another program is already listening on a port that one of our HTTP servers .*\.\n/,
    );
  assert.match(inUse(INET, null), /\n10\.0\.0\.1:9001 in \[inet_http_server:a\] is in use\.$/);
  const named = inUse(UNIX, { pid: 77, pidfile: "/run/s.pid" });
  assert.match(named, /\n\/run\/s\.sock in \[unix_http_server\] is in use; a supervisord runs with pid 77, as \/run\/s\.pid/);
});

test("HTTP-026, CONF-347: an owner that may not be given, with who asked", () => {
  assert.equal(
    problem(UNIX, "chown", EPERM),
    'Not permitted to chown /run/s.sock to uid/gid (0, -1); adjust "sockchown" value in config file or on command line to values that the current user (nobody) can successfully chown',
  );
});

test("HTTP-030, CONF-352: better: what is no socket is left alone, and named", () => {
  assert.match(
    problem(UNIX, "in-use", EEXIST),
    /errno\.EEXIST \(17\) for \/run\/s\.sock in \[unix_http_server\]: what is there is no socket; remove it/,
  );
});
