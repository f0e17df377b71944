/** The classic pages: what scrapers and people of the original find on them, and what the links do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { alone, FakePort, group, running, view } from "../rpc/port.fixture.ts";
import type { WaitOutcome } from "../rpc/port.ts";
import { TAIL_PAGE_BYTES_MAX } from "./limits.ts";
import { header, names, type Served, serve } from "./serving.fixture.ts";

const OK = "HTTP/1.1 200 OK";
const MOVED = "HTTP/1.1 301 Moved Permanently";
const CTIME = "Tue Nov 24 05:40:27 2026";

/** The message of the page after an action. */
async function message({ ask }: Served, query: string, method = "GET"): Promise<string> {
  const reply = method === "GET" ? await ask("GET", `/index.html?${query}`) : await ask("POST", "/", {}, query);
  assert.equal(reply.status, MOVED, `${query}: ${reply.body}`);
  const [, text = ""] = (header(reply, "Location") ?? "").split("?message=");
  return decodeURIComponent(text);
}

const rows = (page: string) =>
  [...page.matchAll(/<tr class="([^"]*)">([\s\S]*?)<\/tr>/g)].map(([, shade, cells = ""]) => ({ shade, cells }));
const items = (cells: string) => [...cells.matchAll(/<li>(<a [\s\S]*?)<\/li>/g)].map(([, item = ""]) => item);

test("WEB-001, WEB-002: the pages, their headers in order, and the length in bytes", async (t) => {
  const { ask } = await serve(t, { port: new FakePort(alone(running("café"))) });
  for (const target of ["/", "/index.html", "//index.html", "/tail.html?processname=café"]) {
    const reply = await ask("GET", encodeURI(target));
    assert.equal(reply.status, OK);
    assert.deepEqual(names(reply).slice(0, 7), ["Server", "Date", "Content-Type", "Pragma", "Cache-Control", "Expires", "Content-Length"]);
    const values = ["Content-Type", "Pragma", "Cache-Control", "Expires", "Content-Length"].map((name) => header(reply, name));
    assert.deepEqual(values, [
      "text/html;charset=utf-8",
      "no-cache",
      "no-cache",
      "Thu, 01 Jan 1970 00:00:00 GMT",
      String(Buffer.byteLength(reply.body)),
    ]);
  }
  assert.equal((await ask("POST", "/", {}, "a=b")).status, OK);
});

test("WEB-003: /ok.html", async (t) => {
  const { ask } = await serve(t);
  const reply = await ask("GET", "/ok.html");
  assert.deepEqual([reply.body, names(reply)], ["OK", ["Server", "Date", "Content-Type", "Content-Length"]]);
});

test("HTTP-086: the pages allow no script, no frame around them and nothing from elsewhere", async (t) => {
  const { ask } = await serve(t);
  const reply = await ask("GET", "/");
  assert.match(header(reply, "Content-Security-Policy") ?? "", /default-src 'none';.*frame-ancestors 'none'/);
  assert.deepEqual(
    ["X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"].map((name) => header(reply, name)),
    ["DENY", "nosniff", "same-origin"],
  );
});

test("WEB-006, WEB-007: no script, no refresh, links relative to the page", async (t) => {
  const { ask } = await serve(t, { port: new FakePort(alone(running("a"))) });
  for (const target of ["/", "/tail.html?processname=a"]) {
    const { body } = await ask("GET", target);
    assert.doesNotMatch(body, /<script|http-equiv|javascript:| on\w+=/i);
    for (const [, address = ""] of body.matchAll(/(?:href|src|action)="([^"]*)"/g))
      assert.match(address, /^(?:index\.html|tail\.html|logtail\/|stylesheets\/|images\/|#)/);
  }
});

test("WEB-008, WEB-009: fields of query and form", async (t) => {
  const served = await serve(t, { port: new FakePort(alone(running("a b"))) });
  const { ask } = served;
  const shown = async (target: string, body?: string) =>
    /<div class="status_msg">(.*?)<\/div>/s.exec((await ask(body === undefined ? "GET" : "POST", target, {}, body)).body)?.[1];
  assert.equal(await shown("/?message=one&message=two"), "one");
  assert.equal(await shown("/?message=query", "message=one&message=two"), "two");
  assert.equal(await shown("/?message=query", "x=y"), "query");
  assert.equal(await shown("/?message="), undefined);
  assert.equal(await shown("/?message=a+b%20c;d"), "a b c;d");
  assert.equal(await shown("/?message=%ff%zz"), "\ufffd%zz");
  assert.equal(await message(served, "processname=a+b&action=stop"), "Process a b stopped");
});

test("WEB-010: fields change nothing but what they are for", async (t) => {
  const { ask } = await serve(t);
  assert.match((await ask("GET", "/index.html?PATH_INFO=/tail.html")).body, /<title>Supervisor Status</);
});

test("WEB-012: the pages need no [rpcinterface:supervisor]", async (t) => {
  const served = await serve(t, {
    port: new FakePort(alone(running("a"))),
    calls: { methods: new Map(), call: () => refuse({ fault: "UNKNOWN_METHOD", detail: null }) },
  });
  assert.equal(await message(served, "processname=a&action=stop"), "Process a stopped");
});

test("WEB-013: while the daemon goes down the page says so, and actions are refused", async (t) => {
  const port = new FakePort(alone(running("a")));
  port.moodNow = "SHUTDOWN";
  const served = await serve(t, { port });
  assert.match((await served.ask("GET", "/")).body, /<div class="status_msg">The daemon is going down \(SHUTDOWN\)\.<\/div>/);
  assert.equal(await message(served, "action=stopall"), "unexpected rpc fault [6] SHUTDOWN_STATE");
  assert.equal(await message(served, "processname=a&action=start"), "ERROR: Process a: unexpected rpc fault [6] SHUTDOWN_STATE");
  assert.equal(await message(served, "processname=a&action=clearlog"), "unexpected rpc fault [6] SHUTDOWN_STATE");
  assert.match((await served.ask("GET", "/tail.html?processname=a")).body, /ERROR: unexpected rpc fault \[6\] SHUTDOWN_STATE/);
  assert.deepEqual(port.done, []);
});

test("WEB-015: a mistake of ours while a page is built is status 500 and a line at ERRO", async (t) => {
  const port = new FakePort();
  port.groups = () => {
    throw new Error("oops");
  };
  const { ask, activity, bugs } = await serve(t, { port });
  assert.equal((await ask("GET", "/")).status, "HTTP/1.1 500 Internal Server Error");
  assert.ok(activity.lines.some((line) => line.startsWith("error ") && line.includes("oops")));
  assert.equal(bugs.length, 1);
});

test("WEB-016, WEB-017, WEB-018, WEB-075: title, style sheet, icon, and the names that other style sheets know", async (t) => {
  const { ask } = await serve(t, { port: new FakePort(alone(running("a"), view("b"))) });
  const { body } = await ask("GET", "/");
  for (const part of [
    "<title>Supervisor Status</title>",
    'href="stylesheets/supervisor.css"',
    'href="images/icon.png"',
    'id="wrapper"',
    'id="header"',
    'alt="Supervisor status" src="images/supervisor.gif"',
    '<div class="hidden">#</div>',
    'id="buttons"',
    'class="action-button"',
    'class="push"',
    'id="footer"',
    'class="left"',
    'class="right"',
    'class="clr"',
    'class="state"',
    'class="desc"',
    'class="name"',
    'class="action"',
    'class="status"',
    'class="shade"',
  ])
    assert.ok(body.includes(part), part);
});

test("WEB-019, WEB-020, WEB-021: a form around the three buttons, which are links", async (t) => {
  const { body } = await (await serve(t)).ask("GET", "/");
  assert.match(body, /<form action="index\.html" method="post">/);
  for (const [action, label] of [
    ["refresh", "Refresh"],
    ["restartall", "Restart All"],
    ["stopall", "Stop All"],
  ])
    assert.ok(body.includes(`<a href="index.html?action=${action}">${label}</a>`));
  assert.equal([...body.matchAll(/action-button/g)].length, 3);
});

test("WEB-022, WEB-023, WEB-025: a row per process by group and name, every second one shaded", async (t) => {
  const port = new FakePort([...alone(view("b"), running("a")), group("A", view("z", { state: "FATAL", spawnError: "can't <find> it" }))]);
  const { body } = await (await serve(t, { port })).ask("GET", "/");
  assert.deepEqual(
    [...body.matchAll(/<th class="\w+">(\w+)/g)].map(([, head]) => head),
    ["State", "Description", "Name", "Action"],
  );
  const found = rows(body).map(({ shade, cells }) => [
    shade,
    ...[...cells.matchAll(/<span[^>]*>([^<]*)<\/span>/g)].map(([, text]) => text),
    />([^<]*)<\/a><\/td>/.exec(cells)?.[1],
  ]);
  assert.deepEqual(found, [
    ["", "fatal", "can't &lt;find> it", "A:z"],
    ["shade", "running", "pid 4711, uptime 0:01:01", "a"],
    ["", "stopped", "Not started", "b"],
  ]);
});

test("WEB-024: the class tells the kind of state", async (t) => {
  const states = {
    RUNNING: "statusrunning",
    FATAL: "statuserror",
    BACKOFF: "statuserror",
    STOPPED: "statusnominal",
    STARTING: "statusnominal",
    STOPPING: "statusnominal",
    EXITED: "statusnominal",
    UNKNOWN: "statusnominal",
  } as const;
  for (const [state, name] of Object.entries(states)) {
    const { body } = await (await serve(t, { port: new FakePort(alone(view("a", { state: state as keyof typeof states }))) })).ask(
      "GET",
      "/",
    );
    assert.ok(body.includes(`<td class="status"><span class="${name}">${state.toLowerCase()}</span></td>`), state);
  }
});

test("WEB-026, WEB-031, WEB-032: links carry the name percent-encoded", async (t) => {
  const port = new FakePort([group("g", running('a"&é', { name: 'a"&é' }))]);
  const { body } = await (await serve(t, { port })).ask("GET", "/");
  const name = "g%3Aa%22%26%C3%A9";
  assert.ok(body.includes(`<a href="tail.html?processname=${name}" target="_blank">g:a"&amp;é</a>`));
  assert.ok(body.includes(`<a href="index.html?processname=${name}&amp;action=restart" name="Restart">Restart</a>`));
  assert.ok(body.includes(`<a href="index.html?processname=${name}&amp;action=clearlog" name="Clear Log">Clear Log</a>`));
  assert.ok(body.includes(`<a href="logtail/${name}" name="Tail -f Stdout" target="_blank">`));
  assert.ok(body.includes(`<a href="logtail/${name}/stderr" name="Tail -f Stderr" target="_blank">`));
});

test("WEB-027, WEB-028, WEB-029, WEB-030: five items always; what starts or waits can be stopped too", async (t) => {
  const offered = {
    RUNNING: ["Restart", "Stop"],
    STOPPED: ["Start", "#"],
    EXITED: ["Start", "#"],
    FATAL: ["Start", "#"],
    STARTING: ["#", "Stop"],
    BACKOFF: ["#", "Stop"],
    STOPPING: ["#", "#"],
    UNKNOWN: ["#", "#"],
  } as const;
  for (const [state, labels] of Object.entries(offered)) {
    const { body } = await (await serve(t, { port: new FakePort(alone(view("a", { state: state as keyof typeof offered }))) })).ask(
      "GET",
      "/",
    );
    const found = items(rows(body)[0]?.cells ?? "");
    assert.deepEqual(
      found.map((item) => / name="([^"]*)"/.exec(item)?.[1]),
      [...labels, "Clear Log", "Tail -f Stdout", "Tail -f Stderr"],
      state,
    );
    for (const item of found) if (item.includes('name="#"')) assert.equal(item, '<a class="hidden" href="#" name="#">Action</a>');
  }
});

test("WEB-033: without programs there is no table", async (t) => {
  const { body } = await (await serve(t)).ask("GET", "/");
  assert.match(body, /No programs to manage/);
  assert.doesNotMatch(body, /<table/);
});

test("WEB-035: the identifier is shown, unlike in the original", async (t) => {
  assert.match((await (await serve(t)).ask("GET", "/")).body, /<span>supervisor<\/span>/);
});

test("WEB-036: an action is answered with a redirect, its headers in order", async (t) => {
  const reply = await (await serve(t)).ask("GET", "/?action=refresh");
  assert.equal(reply.status, MOVED);
  assert.deepEqual(names(reply), ["Server", "Date", "Location", "Content-Type", "Pragma", "Cache-Control", "Expires", "Content-Length"]);
  assert.equal(header(reply, "Location"), `http://localhost/?message=Page%20refreshed%20at%20Tue%20Nov%2024%2005%3A40%3A27%202026`);
  assert.match(reply.body, /Error code 301/);
});

test("WEB-037, WEB-038, WEB-039: back to the host that was asked; behind a proxy, or without a sound host, relative to the page", async (t) => {
  const { ask, raw } = await serve(t);
  const base = async (headers: Record<string, string>) =>
    (header(await ask("GET", "/?action=refresh", headers), "Location") ?? "").split("?")[0];
  assert.equal(await base({ Host: "localhost:99" }), "http://localhost:99/");
  assert.equal(await base({ Host: "web01:80" }), "http://web01/");
  assert.equal(await base({ Host: "[::1]:9001" }), "http://[::1]:9001/");
  for (const host of ["evil.example/x", "a b", "user@evil.example", "", "<script>"]) assert.equal(await base({ Host: host }), "./", host);
  for (const name of ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Via", "Forwarded", "X-Real-IP"])
    assert.equal(await base({ [name]: "x" }), "./", name);
  const [reply] = await raw("GET /?action=refresh HTTP/1.0\r\n\r\n");
  assert.match((reply && header(reply, "Location")) ?? "", /^\.\/\?message=Page/);
});

test("WEB-040: names in messages are encoded, slashes stay", async (t) => {
  const { ask } = await serve(t);
  const reply = await ask("GET", "/?processname=a/b%0d%0aX:%20y&action=stop");
  assert.match(header(reply, "Location") ?? "", /\?message=No%20such%20process%20named%20a\/b%0D%0AX%3A%20y$/);
});

test("WEB-041, WEB-044: refresh, whatever process is named", async (t) => {
  assert.equal(await message(await serve(t), "action=refresh&processname=nope"), `Page refreshed at ${CTIME}`);
});

test("WEB-042, WEB-043: all are stopped, or stopped and all started; the page says when some were not", async (t) => {
  const port = new FakePort(alone(running("a"), view("b")));
  const served = await serve(t, { port });
  assert.equal(await message(served, "action=stopall"), `All stopped at ${CTIME}`);
  assert.deepEqual(port.done, ["stop a:a stopped"]);
  assert.equal(await message(served, "action=restartall"), `All restarted at ${CTIME}`);
  assert.deepEqual(port.done.slice(1), ["stop a:a stopped", "start b:b running"]);
  port.starts.set("b", "spawn-error");
  assert.equal(await message(served, "action=restartall"), `ERROR: not all restarted at ${CTIME}: b (SPAWN_ERROR: b)`);
  port.stops.set("a", refuse("no"));
  assert.equal(await message(served, "action=stopall"), `ERROR: not all stopped at ${CTIME}: a (FAILED: no)`);
});

test("WEB-045: who is not there, and whole groups", async (t) => {
  const served = await serve(t, { port: new FakePort([group("g", running("a"))]) });
  for (const name of ["nope", "g:*", "g:", "g", "a"]) {
    for (const action of ["start", "stop", "restart", "clearlog"])
      assert.equal(await message(served, `processname=${name}&action=${action}`), `No such process named ${name}`);
  }
});

test("WEB-046, WEB-047: start, and what can go wrong", async (t) => {
  const port = new FakePort(alone(view("a"), running("up"), view("unknown", { state: "UNKNOWN" })));
  const served = await serve(t, { port });
  const start = (name = "a") => message(served, `processname=${name}&action=start`);
  assert.equal(await start(), "Process a started");
  assert.equal(await start("a:a"), "Process a:a started");
  assert.equal(await start("up"), "ERROR: Process up: already started");
  assert.equal(await start("unknown"), "ERROR: Process unknown: unexpected rpc fault [30] FAILED: unknown is in an unknown process state");
  port.starts.set("a", "spawn-error");
  assert.equal(await start(), "ERROR: Process a: spawn error");
  port.starts.set("a", "abnormal-termination");
  assert.equal(await start(), "ERROR: Process a: abnormal termination");
  port.commands.set("a", { kind: "no-file", text: "x" });
  assert.equal(await start(), "ERROR: Process a: no such file");
  port.commands.set("a", { kind: "not-executable", text: "x" });
  assert.equal(await start(), "ERROR: Process a: file not executable");
});

test("WEB-048, WEB-049: stop, and what can go wrong", async (t) => {
  const served = await serve(t, { port: new FakePort(alone(running("a"), view("idle"))) });
  assert.equal(await message(served, "processname=a&action=stop"), "Process a stopped");
  assert.equal(await message(served, "processname=idle&action=stop"), "unexpected rpc fault [70] NOT_RUNNING: idle");
});

test("WEB-050: restart stops what runs and starts; the page says when the start failed", async (t) => {
  const port = new FakePort(alone(running("a"), view("idle")));
  port.stop = async (ref) => {
    port.done.push(`stop ${ref.process}`);
    port.active = alone(view("a"), view("idle"));
    return { ok: true, value: "done" };
  };
  const served = await serve(t, { port });
  assert.equal(await message(served, "processname=a&action=restart"), "Process a restarted");
  assert.equal(await message(served, "processname=idle&action=restart"), "Process idle restarted");
  assert.deepEqual(port.done, ["stop a", "start a:a running", "start idle:idle running"]);
  port.starts.set("idle", "spawn-error");
  assert.equal(await message(served, "processname=idle&action=restart"), "ERROR: Process idle: spawn error");
});

test("WEB-051: clear log", async (t) => {
  const port = new FakePort(alone(running("a"), view("idle")));
  port.unclearable.add("idle");
  const served = await serve(t, { port });
  assert.equal(await message(served, "processname=a&action=clearlog"), "Log for a cleared");
  assert.equal(await message(served, "processname=idle&action=clearlog"), "unexpected rpc fault [30] FAILED: idle");
});

test("WEB-052: no such action, or one that needs a process", async (t) => {
  const { ask } = await serve(t, { port: new FakePort(alone(running("a"))) });
  for (const query of [
    "action=nothere",
    "processname=a&action=nothere",
    "processname=a&action=Stop",
    "action=start",
    "action=stop",
    "action=constructor",
  ]) {
    assert.equal((await ask("GET", `/?${query}`)).status, "HTTP/1.1 500 Internal Server Error", query);
  }
  assert.equal((await ask("GET", "/?processname=a")).status, OK);
});

test("HEAD does nothing", async (t) => {
  const port = new FakePort(alone(running("a")));
  const { ask } = await serve(t, { port });
  assert.equal((await ask("HEAD", "/?action=stopall")).status, OK);
  assert.deepEqual(port.done, []);
});

test("WEB-056: the action goes to its end when the browser has gone", async (t) => {
  const port = new FakePort(alone(running("a")));
  let stopped: () => void = () => undefined;
  port.stops.set(
    "a",
    new Promise((resolve) => {
      stopped = () => resolve({ ok: true, value: "done" as WaitOutcome });
    }),
  );
  const { connect } = await serve(t, { port });
  const socket = connect();
  socket.write("GET /?action=restartall HTTP/1.1\r\nHost: x\r\n\r\n");
  while (port.done.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await closed;
  port.active = alone(view("a"));
  stopped();
  while (port.done.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(port.done, ["stop a:a stopped", "start a:a running"]);
});

test("WEB-057, WEB-058, WEB-060, WEB-061, WEB-062, WEB-063, WEB-064: a message is shown as the text that it is", async (t) => {
  const { ask } = await serve(t);
  const shown = async (text: string) =>
    /<div class="status_msg">(.*?)<\/div>/s.exec((await ask("GET", `/?message=${encodeURIComponent(text)}`)).body)?.[1];
  assert.equal(await shown("hello <b>"), "hello &lt;b>");
  assert.equal(await shown("&lt;b&gt; &copy; a&b"), "&amp;lt;b&amp;gt; &amp;copy; a&amp;b");
  assert.equal(await shown(`"it's" é €`), `"it's" é €`);
  assert.equal(await shown("a\u0000\u001bb"), "a\ufffd\ufffdb");
  assert.equal(await shown(""), undefined);
});

test("WEB-065, WEB-066, WEB-068: the end of a process's output, escaped, with a link to see it again", async (t) => {
  const port = new FakePort([group("g", running("p"))]);
  port.write("/log/p.out", "a <b> & c\n");
  const { body } = await (await serve(t, { port })).ask("GET", "/tail.html?processname=g%3Ap&limit=2000");
  assert.match(body, /<title>Supervisor tail of process g:p<\/title>/);
  assert.match(body, /<pre>\na &lt;b> &amp; c\n<\/pre>/);
  assert.match(body, /<a href="tail\.html\?processname=g%3Ap&amp;limit=2000">/);
});

test("WEB-067, WEB-073: digits only, 1024 at least, and not without end", async (t) => {
  const port = new FakePort(alone(running("p")));
  const { ask } = await serve(t, { port });
  port.write("/log/p.out", `${"x".repeat(4000)}y`);
  const shown = async (limit: string) =>
    (/<pre>\n(.*)<\/pre>/s.exec((await ask("GET", `/tail.html?processname=p${limit}`)).body)?.[1] ?? "").length;
  for (const limit of ["", "&limit=0", "&limit=100", "&limit=abc", "&limit=-5", "&limit=", "&limit=1.5", "&limit=1024"])
    assert.equal(await shown(limit), 1024, limit);
  assert.equal(await shown("&limit=3000"), 3000);
  assert.equal(await shown("&limit=99999999999"), 4001);
  port.write("/log/p.out", "z".repeat(TAIL_PAGE_BYTES_MAX + 5));
  assert.equal(await shown("&limit=99999999999"), TAIL_PAGE_BYTES_MAX);
});

test("WEB-069, WEB-070, WEB-071: what there is instead of a log", async (t) => {
  const port = new FakePort(alone(view("none", { stdoutLogfile: null }), view("gone")));
  const { ask } = await serve(t, { port });
  const nobody = await ask("GET", "/tail.html");
  assert.match(nobody.body, /<title>Supervisor tail of process None<\/title>[\s\S]*No process name found/);
  assert.doesNotMatch(nobody.body, /Refresh/);
  assert.match((await ask("GET", "/tail.html?processname=")).body, /No process name found/);
  for (const name of ["none", "gone"])
    assert.match((await ask("GET", `/tail.html?processname=${name}`)).body, new RegExp(`No file for ${name}`));
  const unknown = await ask("GET", "/tail.html?processname=nope");
  assert.equal(unknown.status, OK);
  assert.match(unknown.body, /ERROR: unexpected rpc fault \[10\] BAD_NAME: nope/);
});

test("WEB-072: output that is not UTF-8 is shown as well as can be", async (t) => {
  const port = new FakePort(alone(running("p")));
  port.write("/log/p.out", Buffer.from([0x6f, 0xff, 0x6b, 0x00]));
  assert.match((await (await serve(t, { port })).ask("GET", "/tail.html?processname=p")).body, /<pre>\no\ufffdk\ufffd<\/pre>/);
});
