import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good } from "./load.fixture.ts";

const unix = (lines = "") => `[unix_http_server]\nfile=/tmp/s.sock\n${lines}\n`;
const inet = (lines = "") => `[inet_http_server]\nport=9001\n${lines}\n`;

async function server(text: string) {
  const { servers } = await good(text);
  assert.equal(servers.length, 1);
  return servers[0];
}

test("CONF-165: every section that starts with the name is a server", async () => {
  const { servers } = await good(
    "[inet_http_server]\nport=1\n[inet_http_server2]\nport=2\n[inet_http_servers:x]\nport=3\n[unix_http_server:y]\nfile=/tmp/s\n",
  );
  assert.deepEqual(
    servers.map(({ section }) => section),
    ["inet_http_server", "inet_http_server2", "inet_http_servers:x", "unix_http_server:y"],
  );
});

test("CONF-166: inet servers first, then unix ones, each in file order", async () => {
  const { servers } = await good(
    "[unix_http_server:b]\nfile=/tmp/b\n[inet_http_server:z]\nport=1\n[unix_http_server:a]\nfile=/tmp/a\n[inet_http_server:y]\nport=2\n",
  );
  assert.deepEqual(
    servers.map(({ section }) => section),
    ["inet_http_server:z", "inet_http_server:y", "unix_http_server:b", "unix_http_server:a"],
  );
});

test("CONF-167: no server section is no error", async () => assert.deepEqual((await good("")).servers, []));

test("CONF-168: user name and password go together", async () => {
  const message = (section: string) =>
    `Section [${section}] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified`;
  assert.equal(await fault(unix("username=a")), message("unix_http_server"));
  assert.equal(await fault(inet("password=a")), message("inet_http_server"));
  const both = await server(inet("username=a\npassword=b"));
  assert.deepEqual([both?.username, both?.password], ["a", "b"]);
});

test("CONF-169: both empty is accepted", async () => {
  const empty = await server(unix("username=\npassword="));
  assert.deepEqual([empty?.username, empty?.password], ["", ""]);
});

test("CONF-172: an inet server needs a port", async () =>
  assert.equal(await fault("[inet_http_server:a]\n"), "section [inet_http_server:a] has no port value"));

test("CONF-173: credentials are checked before the port; the file before everything", async () => {
  assert.match(await fault("[inet_http_server]\nusername=a\n"), /incomplete authentication/);
  const order = (await faults("[unix_http_server]\nusername=a\nchmod=9\nchown=nosuch\n")).map(({ message }) => message.split(/[ :]/)[0]);
  assert.deepEqual(order, ["section", "Section", "Invalid", "Invalid"]);
});

test("CONF-175: faults of a port are told in the words of the type", async () => {
  assert.equal(await fault("[inet_http_server]\nport=localhost\n"), "not a valid port number: 'localhost' ");
  assert.equal(await fault("[inet_http_server]\nport=h:\n"), "no port number specified in ''");
  assert.equal(await fault("[inet_http_server]\nport=h:0\n"), "0 is below lower bound (1)");
});

test("CONF-179: a unix server needs a file", async () =>
  assert.equal(await fault("[unix_http_server]\n"), "section [unix_http_server] has no file value"));

test("HTTP-021, CONF-180: file is trimmed, expanded, ~ as well, made absolute and plain; its folder is not checked", async () => {
  const file = async (text: string) => {
    const one = await server(`[unix_http_server]\nfile=${text}\n`);
    return one?.kind === "unix" ? one.file : null;
  };
  assert.equal(await file("s.sock"), "/work/s.sock");
  assert.equal(await file("~/../x//s"), "/x/s");
  assert.equal(await file("%(here)s/s"), "/etc/s");
  assert.match((await file("/x%(ENV_HOME)s/s")) ?? "", /^\/x\/.*\/s$/);
  assert.equal(await file("/nope/s"), "/nope/s");
  assert.equal(await file(""), "/work");
});

test("CONF-181: chmod, 0700 by default, without a range", async () => {
  const mode = async (lines: string) => {
    const one = await server(unix(lines));
    return one?.kind === "unix" ? one.mode : null;
  };
  assert.deepEqual([await mode(""), await mode("chmod=0770"), await mode("chmod=-1")], [0o700, 0o770, -1]);
  assert.equal(await fault(unix("chmod=999")), "Invalid chmod value 999");
});

test("CONF-182: chown, and its old word in the message", async () => {
  const owner = async (lines: string) => {
    const one = await server(unix(lines));
    return one?.kind === "unix" ? [one.uid, one.gid] : null;
  };
  assert.deepEqual(
    [await owner(""), await owner("chown=web"), await owner("chown=web:webbers")],
    [
      [null, null],
      [33, null],
      [33, 44],
    ],
  );
  assert.equal(await fault(unix("chown=nosuch:root")), "Invalid sockchown value nosuch:root");
});

test("HTTP-036, CONF-183: children get the first unix server, else the last inet one", async () => {
  const url = async (text: string) => (await good(text)).daemon.serverUrl;
  assert.equal(
    await url("[unix_http_server:a]\nfile=/tmp/a\n[unix_http_server:b]\nfile=/tmp/b\n[inet_http_server]\nport=1\n"),
    "unix:///tmp/a",
  );
  assert.equal(await url("[inet_http_server:a]\nport=h:1\n[inet_http_server:b]\nport=2\n"), "http://localhost:2");
  assert.equal(await url(""), null);
});

test("CONF-184: an odd host gives an odd URL", async () =>
  assert.equal((await good("[inet_http_server]\nport=::1:9001\n")).daemon.serverUrl, "http://::1:9001"));
