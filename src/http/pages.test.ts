/** The classic pages: what scrapers and people of the original find on them. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { alone, FakeControl, group, running, view } from "../rpc/control.fixture.ts";
import { HOLDFAST_VERSION } from "../version.ts";
import { header, pageMessage as message, names, serve } from "./serving.fixture.ts";

const OK = "HTTP/1.1 200 OK";

const rows = (page: string) =>
  [...page.matchAll(/<tr class="([^"]*)">([\s\S]*?)<\/tr>/g)].map(([, shade, cells = ""]) => ({ shade, cells }));
const items = (cells: string) => [...cells.matchAll(/<li>(<a [\s\S]*?)<\/li>/g)].map(([, item = ""]) => item);

test("WEB-055, WEB-001, WEB-002: the pages, their headers in order, and the length in bytes", async (t) => {
  const { ask } = await serve(t, { control: new FakeControl(alone(running("café"))) });
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
  const { ask } = await serve(t, { control: new FakeControl(alone(running("a"))) });
  for (const target of ["/", "/tail.html?processname=a"]) {
    const { body } = await ask("GET", target);
    assert.doesNotMatch(body, /<script|http-equiv|javascript:| on\w+=/i);
    for (const [, address = ""] of body.matchAll(/(?:href|src|action)="([^"]*)"/g))
      assert.match(address, /^(?:index\.html|tail\.html|logtail\/|stylesheets\/|images\/|#)/);
  }
});

test("WEB-008, WEB-009: fields of query and form", async (t) => {
  const served = await serve(t, { control: new FakeControl(alone(running("a b"))) });
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
    control: new FakeControl(alone(running("a"))),
    calls: { methods: new Map(), call: () => refuse({ fault: "UNKNOWN_METHOD", detail: null }) },
  });
  assert.equal(await message(served, "processname=a&action=stop"), "Process a stopped");
});

test("WEB-013: while the daemon goes down the page says so, and actions are refused", async (t) => {
  const control = new FakeControl(alone(running("a")));
  control.moodNow = "SHUTDOWN";
  const served = await serve(t, { control });
  assert.match((await served.ask("GET", "/")).body, /<div class="status_msg">The daemon is going down \(SHUTDOWN\)\.<\/div>/);
  assert.equal(await message(served, "action=stopall"), "unexpected rpc fault [6] SHUTDOWN_STATE");
  assert.equal(await message(served, "processname=a&action=start"), "ERROR: Process a: unexpected rpc fault [6] SHUTDOWN_STATE");
  assert.equal(await message(served, "processname=a&action=clearlog"), "unexpected rpc fault [6] SHUTDOWN_STATE");
  assert.match((await served.ask("GET", "/tail.html?processname=a")).body, /ERROR: unexpected rpc fault \[6\] SHUTDOWN_STATE/);
  assert.deepEqual(control.done, []);
});

test("WEB-015: a mistake of ours while a page is built is status 500 and a line at ERRO", async (t) => {
  const control = new FakeControl();
  control.groups = () => {
    throw new Error("oops");
  };
  const { ask, activity, bugs } = await serve(t, { control });
  assert.equal((await ask("GET", "/")).status, "HTTP/1.1 500 Internal Server Error");
  assert.ok(activity.lines.some((line) => line.startsWith("error ") && line.includes("oops")));
  assert.equal(bugs.length, 1);
});

test("WEB-016, WEB-017, WEB-018, WEB-075: title, style sheet, icon, and the names that other style sheets know", async (t) => {
  const { ask } = await serve(t, { control: new FakeControl(alone(running("a"), view("b"))) });
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
  const control = new FakeControl([
    ...alone(view("b"), running("a")),
    group("A", view("z", { state: "FATAL", spawnError: "can't <find> it" })),
  ]);
  const { body } = await (await serve(t, { control })).ask("GET", "/");
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
    const { body } = await (await serve(t, { control: new FakeControl(alone(view("a", { state: state as keyof typeof states }))) })).ask(
      "GET",
      "/",
    );
    assert.ok(body.includes(`<td class="status"><span class="${name}">${state.toLowerCase()}</span></td>`), state);
  }
});

test("WEB-026, WEB-031, WEB-032: links carry the name percent-encoded", async (t) => {
  const control = new FakeControl([group("g", running('a"&é', { name: 'a"&é' }))]);
  const { body } = await (await serve(t, { control })).ask("GET", "/");
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
    const { body } = await (await serve(t, { control: new FakeControl(alone(view("a", { state: state as keyof typeof offered }))) })).ask(
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

test("WEB-004, WEB-005, WEB-034: attributes by name, empty elements as the original closes them; the type of the document and the foot are ours", async (t) => {
  const control = new FakeControl(alone(running("a"), view("b", { stdoutLogfile: null })));
  control.write("/log/a.out", "");
  const { ask } = await serve(t, { control });
  for (const target of ["/", "/?message=x", "/tail.html?processname=a", "/tail.html?processname=b"]) {
    const { body } = await ask("GET", target);
    assert.match(body, /^<!DOCTYPE html>\n<html lang="en">\n/);
    const tags = [...body.matchAll(/<([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)( \/)?>/g)];
    for (const [tag, name = "", attributes = "", slash] of tags) {
      const names = [...attributes.matchAll(/ ([a-z-]+)="/g)].map(([, one = ""]) => one);
      assert.deepEqual(names, [...names].sort(), tag);
      assert.equal(slash !== undefined, ["meta", "link", "img", "input", "br"].includes(name), tag);
    }
    assert.equal(tags.length, [...body.matchAll(/<[a-z]/g)].length, "each tag is of this form");
  }
  const { body } = await ask("GET", "/");
  assert.ok(body.includes(`<div class="left">Holdfast <span>${HOLDFAST_VERSION}</span></div><div class="right"></div>`));
});

test("WEB-014: better: no page is read from a disk", async (t) => {
  const control = new FakeControl(alone(running("a")));
  const { ask } = await serve(t, { control });
  const first = await ask("GET", "/");
  const read = ["open", "openSync", "readFile", "readFileSync"] as const;
  const calls = [
    ...read.map((name) => t.mock.method(fs, name)),
    t.mock.method(fs.promises, "readFile"),
    t.mock.method(fs.promises, "open"),
  ];
  assert.equal((await ask("GET", "/")).body, first.body);
  assert.equal((await ask("GET", "/tail.html?processname=a")).status, OK);
  assert.deepEqual(
    calls.map((one) => one.mock.callCount()),
    calls.map(() => 0),
  );
});

test("WEB-059: a message stays in the address, so who loads the page again sees it again", async (t) => {
  const { ask } = await serve(t);
  for (let time = 0; time < 2; time++)
    assert.match((await ask("GET", "/index.html?message=Process%20a%20started")).body, /"status_msg">Process a started</);
  assert.doesNotMatch((await ask("GET", "/")).body, /Process a started/);
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
