import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configText, ENVIRONMENT } from "./arbitrary.fixture.ts";
import { differences, diffGroups } from "./diff.ts";
import { good, read } from "./load.fixture.ts";

const one = (name: string, lines = "") => `[program:${name}]\ncommand=${name}\n${lines}\n`;

/** What a reread finds between two texts. */
async function diff(before: string, after: string) {
  const [from, to] = [await good(before), await good(after)];
  return diffGroups(from.groups, to);
}

/** `option: from -> to` for every difference of the only group. */
async function changes(before: string, after: string): Promise<string[]> {
  const [from] = (await good(before)).groups;
  const [to] = (await good(after)).groups;
  assert.ok(from !== undefined && to !== undefined);
  const found = differences(from, to);
  assert.equal(found.length > 0, (await diff(before, after)).changed.length > 0);
  return found.map((change) => `${change.process ?? change.group} ${change.option}: ${change.from} -> ${change.to}`);
}

const ofProgram = (before: string, after: string) => changes(one("x", before), one("x", after));

test("CONF-398, RPC-148: added and changed by priority, then name; removed in the order of the running groups", async () => {
  const added = `${one("z", "priority=5")}${one("b")}${one("a", "priority=7")}[group:m]\nprograms=q\npriority=6\n${one("q")}`;
  assert.deepEqual((await diff("", added)).added, ["z", "m", "a", "b"]);
  assert.deepEqual((await diff(added, "")).removed, ["z", "m", "a", "b"]);
  const changed = await diff(`${one("b")}${one("a")}`, `${one("b", "startsecs=2")}${one("a", "startsecs=2")}`);
  assert.deepEqual(changed, { added: [], changed: ["a", "b"], removed: [] });
});

test("CONF-399: a program that moves into a group: the group is added, the program removed", async () => {
  assert.deepEqual(await diff(one("a"), `[group:g]\nprograms=a\n${one("a")}`), { added: ["g"], changed: [], removed: ["a"] });
});

test("CONF-400: a group changes with its priority, its processes, and any value of a process", async () => {
  assert.deepEqual(await changes("[group:g]\npriority=1\n", "[group:g]\npriority=2\n"), ["g priority: 1 -> 2"]);
  const numbered = (count: number) => one("x", `numprocs=${count}\nprocess_name=x%(process_num)d`);
  assert.deepEqual(await changes(numbered(2), numbered(3)), ["x processes: x0, x1 -> x0, x1, x2"]);
});

test("CONF-401: every value of a process is compared, and told by the name of its option", async () => {
  const lines: Readonly<Record<string, readonly [string, string]>> = {
    directory: ["/tmp", "/tmp"],
    umask: ["077", "077"],
    priority: ["5", "5"],
    autostart: ["false", "false"],
    autorestart: ["true", "always"],
    startsecs: ["7", "7"],
    startretries: ["7", "7"],
    stopsignal: ["INT", "2"],
    stopwaitsecs: ["7", "7"],
    stopasgroup: ["true", "true"],
    killasgroup: ["true", "true"],
    exitcodes: ["0,2", "0,2"],
    redirect_stderr: ["true", "true"],
    environment: ["A=1", "A"],
    serverurl: ["u", "'u'"],
    user: ["web", "33"],
    stdout_logfile: ["/tmp/x", "/tmp/x"],
    stdout_logfile_maxbytes: ["1KB", "1024"],
    stdout_logfile_backups: ["1", "1"],
    stdout_capture_maxbytes: ["1KB", "1024"],
    stdout_events_enabled: ["true", "true"],
    stdout_syslog: ["true", "true"],
    stderr_logfile: ["/tmp/x", "/tmp/x"],
    stderr_logfile_maxbytes: ["1KB", "1024"],
    stderr_logfile_backups: ["1", "1"],
    stderr_capture_maxbytes: ["1KB", "1024"],
    stderr_events_enabled: ["true", "true"],
    stderr_syslog: ["true", "true"],
  };
  for (const [name, [value, shown]] of Object.entries(lines)) {
    const found = await ofProgram("", `${name}=${value}`);
    const line = found.find((text) => text.startsWith(`x ${name}: `) && text.endsWith(` -> ${shown}`));
    assert.ok(line !== undefined, `${name}: ${found.join("; ")}`);
  }
  assert.deepEqual(await changes("[program:x]\ncommand=a\n", "[program:x]\ncommand=b\n"), ["x command: a -> b"]);
});

test("CONF-402: values are compared after conversion", async () => {
  const same: readonly (readonly [string, string])[] = [
    ["stopsignal=TERM", "stopsignal=15"],
    ["user=root", "user=0"],
    ["stdout_logfile_maxbytes=1024", "stdout_logfile_maxbytes=1KB"],
    ["umask=022", "umask=22"],
    ["environment=A=1", 'environment=A="1"'],
    ["environment=A=1,B=2", "environment=B=2,A=1"],
  ];
  for (const [before, after] of same) assert.deepEqual(await ofProgram(before, after), [], before);
});

test("CONF-403: the order of exitcodes counts", async () => {
  assert.deepEqual(await ofProgram("exitcodes=0,2", "exitcodes=2,0"), ["x exitcodes: 0,2 -> 2,0"]);
});

test("CONF-404: the order of programs in a group counts", async () => {
  const group = (list: string) => `[group:g]\nprograms=${list}\n${one("a")}${one("b")}`;
  assert.deepEqual(await changes(group("a,b"), group("b,a")), ["g processes: a, b -> b, a"]);
});

test("CONF-405: numprocs_start alone is no change unless values change with it", async () => {
  assert.deepEqual(await ofProgram("numprocs_start=0", "numprocs_start=5"), []);
  assert.equal((await ofProgram("process_name=x%(process_num)d", "process_name=x%(process_num)d\nnumprocs_start=5")).length, 1);
});

test("CONF-406: a log file that becomes AUTO is a change (the original does not see it)", async () => {
  assert.deepEqual(await ofProgram("stdout_logfile=/tmp/x", ""), ["x stdout_logfile: /tmp/x -> AUTO"]);
  assert.deepEqual(await ofProgram("", "stdout_logfile=NONE"), ["x stdout_logfile: AUTO -> NONE"]);
  assert.deepEqual(await ofProgram("", "stdout_logfile=AUTO"), []);
});

test("CONF-407: listeners: buffer, events as a set, result handler", async () => {
  const listener = (lines: string) => `[eventlistener:e]\ncommand=e\n${lines}\n`;
  assert.deepEqual(await changes(listener("events=TICK_5,TICK_60"), listener("events=TICK_60,TICK_5")), []);
  assert.deepEqual(
    await changes(listener("events=TICK_5"), listener("events=TICK_60\nbuffer_size=5\nresult_handler=supervisor_stdout:event_handler")),
    [
      "e buffer_size: 10 -> 5",
      "e events: TICK_5 -> TICK_60",
      "e result_handler: supervisor.dispatchers:default_handler -> supervisor_stdout:event_handler",
    ],
  );
});

test("CONF-408: FastCGI: the socket, and its mode, owner and backlog (which the original does not see)", async () => {
  const fcgi = (lines: string) => `[fcgi-program:f]\ncommand=f\n${lines}\n`;
  assert.deepEqual(await changes(fcgi("socket=tcp://h:1"), fcgi("socket=tcp://h:2")), ["f socket: tcp://h:1 -> tcp://h:2"]);
  const unix = "socket=unix:///tmp/f";
  assert.deepEqual(await changes(fcgi(unix), fcgi(`${unix}\nsocket_mode=0770\nsocket_owner=web:webbers\nsocket_backlog=5`)), [
    "f socket_backlog: (unset) -> 5",
    "f socket_mode: 0700 -> 0770",
    "f socket_owner: (unset) -> 33:44",
  ]);
});

test("CONF-409: another kind of section with the same name is a change", async () => {
  assert.deepEqual((await diff(one("x"), "[eventlistener:x]\ncommand=x\nevents=EVENT\n")).changed, ["x"]);
});

test("CONF-410, CONF-411: servers, interfaces, comments, unknown options and layout are no change", async () => {
  const before = `${one("x")}[unix_http_server]\nfile=/tmp/a\n`;
  const after = `; comment\n[unix_http_server]\nfile=/tmp/b\n[program:x]\n   unknown : 1\n   command:x ; why\n`;
  assert.deepEqual(await diff(before, after), { added: [], changed: [], removed: [] });
});

test("of an environment only the names of variables are told", async () => {
  assert.deepEqual(await ofProgram('environment=A="secret",B="1"', 'environment=A="other",B="1",C="2"'), ["x environment: A -> A, C"]);
});

test("the daemon's own options are no part of it", async () => {
  assert.deepEqual(await diff(`[supervisord]\nloglevel=info\n${one("x")}`, `[supervisord]\nloglevel=debug\n${one("x")}`), {
    added: [],
    changed: [],
    removed: [],
  });
});

test("a configuration differs from itself in nothing", async () => {
  await fc.assert(
    fc.asyncProperty(configText, async (text) => {
      const [a, b] = [await read(text, { environment: ENVIRONMENT }), await read(text, { environment: ENVIRONMENT })];
      if (a.ok && b.ok) assert.deepEqual(diffGroups(a.value.groups, b.value), { added: [], changed: [], removed: [] });
    }),
    { numRuns: 100 },
  );
});
