/** Text to a standard input, events to listeners. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { supervisor } from "./calling.fixture.ts";
import { alone, FakeControl, group, running, view } from "./control.fixture.ts";

test("RPC-106: what is no text is refused, shown as Python shows it, even before the name", async () => {
  const control = new FakeControl();
  const shown = [
    [5, ": 5"],
    [["a"], ": ['a']"],
    [true, ": True"],
    [new Map([["k", 1]]), ": {'k': 1}"],
    [{ double: 1.5 }, ": 1.5"],
  ] as const;
  for (const [chars, text] of shown)
    assert.equal(await supervisor(control, "sendProcessStdin", "nope", chars), `fault 2 INCORRECT_PARAMETERS${text}`);
});

test("RPC-224: null has nothing to show", async () => {
  assert.equal(await supervisor(new FakeControl(), "sendProcessStdin", "nope", null), "fault 2 INCORRECT_PARAMETERS");
});

test("RPC-107, RPC-112: name, then whether there is a process that is not being stopped", async () => {
  const control = new FakeControl([
    ...alone(view("idle"), running("going", { stopping: true }), view("starting", { state: "STARTING", pid: 7 }), running("up")),
    group("g", running("m")),
  ]);
  assert.equal(await supervisor(control, "sendProcessStdin", "nope", "x"), "fault 10 BAD_NAME: nope");
  assert.equal(await supervisor(control, "sendProcessStdin", "g:*", "x"), "fault 10 BAD_NAME: g:*");
  assert.equal(await supervisor(control, "sendProcessStdin", "idle", "x"), "fault 70 NOT_RUNNING: idle");
  assert.equal(await supervisor(control, "sendProcessStdin", "going", "x"), "fault 70 NOT_RUNNING: going");
  assert.equal(await supervisor(control, "sendProcessStdin", "starting", "x"), true);
  assert.equal(await supervisor(control, "sendProcessStdin", "up", "x"), true);
});

test("RPC-108, RPC-110: the text goes out as UTF-8, also when there is none", async () => {
  const control = new FakeControl(alone(running("a")));
  assert.equal(await supervisor(control, "sendProcessStdin", "a", "é\r\n"), true);
  assert.equal(await supervisor(control, "sendProcessStdin", "a", ""), true);
  assert.deepEqual(control.done, ["stdin a:a c3a90d0a", "stdin a:a "]);
});

test("RPC-109: a standard input that is closed", async () => {
  const control = new FakeControl(alone(running("a")));
  control.stdins.set("a", "closed");
  assert.equal(await supervisor(control, "sendProcessStdin", "a", "x"), "fault 20 NO_FILE: a");
});

test("RPC-111: a standard input that is full takes nothing, and that is a fault, not status 500", async () => {
  const control = new FakeControl(alone(running("a")));
  control.stdins.set("a", "full");
  assert.equal(await supervisor(control, "sendProcessStdin", "a", "x"), "fault 30 FAILED: the standard input of a takes no more");
});

test("RPC-113, RPC-114, RPC-116: an event of any two values, as Python shows them, is always taken", async () => {
  const control = new FakeControl();
  assert.equal(await supervisor(control, "sendRemoteCommEvent", "type", "data"), true);
  assert.equal(await supervisor(control, "sendRemoteCommEvent", 1, [2]), true);
  assert.equal(await supervisor(control, "sendRemoteCommEvent", "a:b\nc", new Map([["k", "v"]])), true);
  assert.equal(await supervisor(control, "sendRemoteCommEvent", null, true), true);
  assert.deepEqual(control.done, ["event type|data", "event 1|[2]", "event a:b\nc|{'k': 'v'}", "event None|True"]);
});

test("sendRemoteCommEvent is answered when the event is safe, not before: a client that was told True need not send it again", async () => {
  const control = new FakeControl();
  let store: () => void = () => undefined;
  control.eventStored = new Promise((resolve) => {
    store = resolve;
  });
  let answered = false;
  const answer = supervisor(control, "sendRemoteCommEvent", "type", "data").finally(() => {
    answered = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([control.done, answered], [["event type|data"], false]);
  store();
  assert.equal(await answer, true);
});
