import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good, type World } from "./load.fixture.ts";
import type { SocketConfig } from "./model.ts";

const text = (lines: string) => `[fcgi-program:f]\ncommand=f\n${/^socket=/m.test(lines) ? "" : "socket=unix:///tmp/f\n"}${lines}\n`;

async function socket(lines: string, given: World = {}): Promise<SocketConfig> {
  const [group] = (await good(text(lines), given)).groups;
  assert.ok(group?.kind === "fastcgi");
  return group.socket;
}

/** Mode and owner of a unix socket. */
async function access(lines: string, given: World = {}): Promise<readonly (number | null)[]> {
  const one = await socket(lines, given);
  assert.ok(one.kind === "unix");
  return [one.mode, one.uid, one.gid];
}

const refused = (lines: string) => fault(text(lines));

test("CONF-285: a FastCGI program takes every option of a program", async () => {
  const [group] = (await good(text("startsecs=7\nnumprocs=2\nprocess_name=f%(process_num)d"))).groups;
  assert.deepEqual(
    group?.processes.map(({ name, startSecs }) => [name, startSecs]),
    [
      ["f0", 7],
      ["f1", 7],
    ],
  );
});

test("CONF-286: the order of the checks", async () => {
  const lines = "startsecs=x\nsocket=x\nsocket_mode=x\nsocket_owner=nosuch\nsocket_backlog=x\nuser=nosuch\npriority=x";
  const places = (await faults(text(lines))).map(({ excerpt }) => excerpt?.split("=")[0]);
  assert.deepEqual(places, ["priority", "user", "socket_backlog", "socket_owner", "socket_mode", "socket", "startsecs"]);
});

test("CONF-287: a socket is needed", async () => {
  const message = '[fcgi-program:f] section requires a "socket" line';
  assert.equal(await fault("[fcgi-program:f]\ncommand=f\n"), message);
  assert.equal(await refused("socket="), message);
});

test("CONF-288: unix sockets are absolute and made plain; the message has the path (where the original shows a tuple)", async () => {
  const one = await socket("socket=unix:///tmp/../tmp//a");
  assert.deepEqual([one.url, one.kind === "unix" && one.path], ["unix:///tmp/a", "/tmp/a"]);
  assert.equal(await refused("socket=unix://a.sock"), "Unix socket path a.sock is not an absolute path in [fcgi-program:f] socket");
  assert.equal(await refused("socket=unix://~/a"), "Unix socket path ~/a is not an absolute path in [fcgi-program:f] socket");
});

test("CONF-289: tcp sockets: the host in lower case, the port in its range", async () => {
  assert.deepEqual(await socket("socket=tcp://HOST:9000"), {
    kind: "tcp",
    url: "tcp://host:9000",
    host: "host",
    port: 9000,
    backlog: null,
  });
  assert.equal(await refused("socket=tcp://h:0"), "0 is below lower bound (1) in [fcgi-program:f] socket");
  assert.equal(await refused("socket=tcp://h:70000"), "70000 is above upper bound (65535) in [fcgi-program:f] socket");
});

test("CONF-290: every other form is refused", async () => {
  for (const form of ["TCP://h:1", "tcp://:1", "tcp://h:1/x", "tcp://[::1]:1", "tcp://a b:1", "h:1"]) {
    assert.equal(await refused(`socket=${form}`), `Bad socket format ${form} in [fcgi-program:f] socket`);
  }
});

test("CONF-291: socket_owner", async () => {
  assert.deepEqual(await access("socket_owner=web"), [0o700, 33, null]);
  assert.deepEqual(await access("socket_owner=web:webbers"), [0o700, 33, 44]);
  assert.equal(await refused("socket_owner=nosuch"), "Invalid socket_owner value nosuch");
});

test("CONF-292, PROC-233: by default the program's user and its group, when that is another one", async () => {
  assert.deepEqual(await access("user=web"), [0o700, 33, 44]);
  assert.deepEqual(await access("user=web", { uid: 33 }), [0o700, null, null]);
  assert.deepEqual(await access(""), [0o700, null, null]);
});

test("CONF-293: socket_mode", async () => {
  assert.deepEqual(await access("socket_mode=0770"), [0o770, null, null]);
  assert.equal(await refused("socket_mode=9z"), "Invalid socket_mode value 9z");
});

test("CONF-294: owner and mode are for unix sockets only", async () => {
  for (const line of ["socket_mode=0700", "socket_owner=web"]) {
    assert.equal(
      await refused(`socket=tcp://h:1\n${line}`),
      "socket_owner and socket_mode params should only be used with a Unix domain socket in [fcgi-program:f] socket",
    );
  }
});

test("CONF-295: socket_backlog from 1 to 65535", async () => {
  assert.deepEqual([(await socket("")).backlog, (await socket("socket_backlog=65535")).backlog], [null, 65535]);
  for (const value of ["0", "65536"]) assert.equal(await refused(`socket_backlog=${value}`), `Invalid socket_backlog value ${value}`);
  assert.equal(await refused("socket_backlog=x"), "invalid literal for int() with base 10: 'x'");
});

test("CONF-296: a bad user is told without a section", async () => assert.equal(await refused("user=nope"), "Invalid user name nope"));
