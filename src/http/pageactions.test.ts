/** What the links of the status page do, and what the next page says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { alone, FakeControl, group, running, view } from "../rpc/control.fixture.ts";
import type { WaitOutcome } from "../rpc/control.ts";
import { header, pageMessage as message, names, serve } from "./serving.fixture.ts";

const OK = "HTTP/1.1 200 OK";
const MOVED = "HTTP/1.1 301 Moved Permanently";
const CTIME = "Tue Nov 24 05:40:27 2026";

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
  const control = new FakeControl(alone(running("a"), view("b")));
  const served = await serve(t, { control });
  assert.equal(await message(served, "action=stopall"), `All stopped at ${CTIME}`);
  assert.deepEqual(control.done, ["stop a:a stopped"]);
  assert.equal(await message(served, "action=restartall"), `All restarted at ${CTIME}`);
  assert.deepEqual(control.done.slice(1), ["stop a:a stopped", "start b:b running"]);
  control.starts.set("b", "spawn-error");
  assert.equal(await message(served, "action=restartall"), `ERROR: not all restarted at ${CTIME}: b (SPAWN_ERROR: b)`);
  control.stops.set("a", refuse("no"));
  assert.equal(await message(served, "action=stopall"), `ERROR: not all stopped at ${CTIME}: a (FAILED: no)`);
});

test("WEB-045: who is not there, and whole groups", async (t) => {
  const served = await serve(t, { control: new FakeControl([group("g", running("a"))]) });
  for (const name of ["nope", "g:*", "g:", "g", "a"]) {
    for (const action of ["start", "stop", "restart", "clearlog"])
      assert.equal(await message(served, `processname=${name}&action=${action}`), `No such process named ${name}`);
  }
});

test("WEB-046, WEB-047: start, and what can go wrong", async (t) => {
  const control = new FakeControl(alone(view("a"), running("up"), view("unknown", { state: "UNKNOWN" })));
  const served = await serve(t, { control });
  const start = (name = "a") => message(served, `processname=${name}&action=start`);
  assert.equal(await start(), "Process a started");
  assert.equal(await start("a:a"), "Process a:a started");
  assert.equal(await start("up"), "ERROR: Process up: already started");
  assert.equal(await start("unknown"), "ERROR: Process unknown: unexpected rpc fault [30] FAILED: unknown is in an unknown process state");
  control.starts.set("a", "spawn-error");
  assert.equal(await start(), "ERROR: Process a: spawn error");
  control.starts.set("a", "abnormal-termination");
  assert.equal(await start(), "ERROR: Process a: abnormal termination");
  control.commands.set("a", { kind: "no-file", text: "x" });
  assert.equal(await start(), "ERROR: Process a: no such file");
  control.commands.set("a", { kind: "not-executable", text: "x" });
  assert.equal(await start(), "ERROR: Process a: file not executable");
});

test("WEB-048, WEB-049: stop, and what can go wrong", async (t) => {
  const served = await serve(t, { control: new FakeControl(alone(running("a"), view("idle"))) });
  assert.equal(await message(served, "processname=a&action=stop"), "Process a stopped");
  assert.equal(await message(served, "processname=idle&action=stop"), "unexpected rpc fault [70] NOT_RUNNING: idle");
});

test("WEB-050: restart stops what runs and starts; the page says when the start failed", async (t) => {
  const control = new FakeControl(alone(running("a"), view("idle")));
  control.stop = async (ref) => {
    control.done.push(`stop ${ref.process}`);
    control.active = alone(view("a"), view("idle"));
    return { ok: true, value: "done" };
  };
  const served = await serve(t, { control });
  assert.equal(await message(served, "processname=a&action=restart"), "Process a restarted");
  assert.equal(await message(served, "processname=idle&action=restart"), "Process idle restarted");
  assert.deepEqual(control.done, ["stop a", "start a:a running", "start idle:idle running"]);
  control.starts.set("idle", "spawn-error");
  assert.equal(await message(served, "processname=idle&action=restart"), "ERROR: Process idle: spawn error");
});

test("WEB-051: clear log", async (t) => {
  const control = new FakeControl(alone(running("a"), view("idle")));
  control.unclearable.add("idle");
  const served = await serve(t, { control });
  assert.equal(await message(served, "processname=a&action=clearlog"), "Log for a cleared");
  assert.equal(await message(served, "processname=idle&action=clearlog"), "unexpected rpc fault [30] FAILED: idle");
});

test("WEB-052: no such action, or one that needs a process", async (t) => {
  const { ask } = await serve(t, { control: new FakeControl(alone(running("a"))) });
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
  const nobody = await ask("GET", "/?processname=nobody&action=nothere");
  assert.match(header(nobody, "Location") ?? "", /message=No%20such%20process%20named%20nobody$/);
});

test("HEAD does nothing", async (t) => {
  const control = new FakeControl(alone(running("a")));
  const { ask } = await serve(t, { control });
  assert.equal((await ask("HEAD", "/?action=stopall")).status, OK);
  assert.deepEqual(control.done, []);
});

test("WEB-054, WEB-055: the browser waits on its connection until the action is done, better: and not a moment longer; the page for others does not wait", async (t) => {
  const control = new FakeControl(alone(running("a")));
  let stopped: () => void = () => undefined;
  control.stops.set(
    "a",
    new Promise((resolve) => {
      stopped = () => resolve({ ok: true, value: "done" as WaitOutcome });
    }),
  );
  const { ask } = await serve(t, { control });
  let answered = false;
  const answer = ask("GET", "/?action=stop&processname=a").then((reply) => {
    answered = true;
    return reply;
  });
  while (control.done.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await ask("GET", "/")).status, OK);
  assert.equal(answered, false);
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  stopped();
  assert.equal((await answer).status, MOVED, "with no timer that could make it later");
});

test("WEB-056: the action goes to its end when the browser has gone", async (t) => {
  const control = new FakeControl(alone(running("a")));
  let stopped: () => void = () => undefined;
  control.stops.set(
    "a",
    new Promise((resolve) => {
      stopped = () => resolve({ ok: true, value: "done" as WaitOutcome });
    }),
  );
  const { connect } = await serve(t, { control });
  const socket = connect();
  socket.write("GET /?action=restartall HTTP/1.1\r\nHost: x\r\n\r\n");
  while (control.done.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await closed;
  control.active = alone(view("a"));
  stopped();
  while (control.done.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(control.done, ["stop a:a stopped", "start a:a running"]);
});
