import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { failing, fault, info, type SceneOptions, scene } from "../scene.fixture.ts";

const HEAD = "==> Press Ctrl-C to exit <==\n";
const RUNNING = async () => ok(info("cat", "RUNNING"));
const done = async () => ok(true as const);
const streams = {
  "/logtail/cat/stdout": { pieces: ["started\n"], end: { kind: "left" } },
  "/logtail/cat/stderr": { pieces: ["oops\n"], end: { kind: "left" } },
} as const;
const fg = (options: SceneOptions) => scene({ streams, ...options });

test("CTL-132: no name: help; two names; 1", async () => {
  assert.deepEqual(await scene().run("fg"), {
    text: "ERROR: no process name supplied\nfg <process>\tConnect to a process in foreground mode\n\t\tCtrl-C to exit\n",
    exit: 1,
  });
  assert.deepEqual(await scene().run("fg a b"), { text: "ERROR: too many process names supplied\n", exit: 1 });
});

test("CTL-133: unknown 1, another fault 0, not running 1", async () => {
  const answer = (name: "BAD_NAME" | "FAILED") => scene({ methods: { getProcessInfo: () => fault(name) } }).run("fg a");
  assert.deepEqual(await answer("BAD_NAME"), { text: "ERROR: bad process name supplied\n", exit: 1 });
  assert.deepEqual(await answer("FAILED"), { text: "ERROR: <Fault 30: 'FAILED'>\n", exit: 0 });
  const stopped = scene({ methods: { getProcessInfo: async () => ok(info("a", "STOPPED")) } });
  assert.deepEqual(await stopped.run("fg a"), { text: "ERROR: process not running\n", exit: 1 });
});

test("CTL-134: both outputs are shown, each typed line goes in with its end", async () => {
  const world = fg({ methods: { getProcessInfo: RUNNING, sendProcessStdin: done }, typed: ["hello", ""] });
  const { text, exit } = await world.run("fg cat");
  assert.equal(text, `${HEAD}started\noops\nExiting foreground\n`);
  assert.equal(exit, 0);
  assert.deepEqual(
    world.calls.filter((call) => call.startsWith("sendProcessStdin")),
    ["sendProcessStdin cat hello\n", "sendProcessStdin cat \n"],
  );
});

test("CTL-135: the end of the process is noticed at the next line, or when the server says so", async () => {
  let looks = 0;
  const getProcessInfo = async () => ok(info("cat", looks++ === 0 ? "RUNNING" : "EXITED"));
  const ended = await fg({ methods: { getProcessInfo, sendProcessStdin: done }, typed: ["x", "y"] }).run("fg cat");
  assert.ok(ended.text.endsWith("Process got killed\nExiting foreground\n"), ended.text);
  const methods = { getProcessInfo: RUNNING, sendProcessStdin: () => fault("NOT_RUNNING") };
  const told = await fg({ methods, typed: ["x", "y"] }).run("fg cat");
  assert.ok(told.text.endsWith("Process got killed\nExiting foreground\n"), told.text);
});

test("the end of the process is noticed without a line, where the original waits for one", async () => {
  let looks = 0;
  const getProcessInfo = async () => ok(info("cat", looks++ < 3 ? "RUNNING" : "EXITED"));
  const { text, exit } = await fg({ methods: { getProcessInfo }, atSleep: () => false }).run("fg cat");
  assert.ok(text.endsWith("Process got killed\nExiting foreground\n"), text);
  assert.equal(exit, 0);
});

test("CTL-136: another fault of the input is said", async () => {
  const methods = { getProcessInfo: RUNNING, sendProcessStdin: () => fault("NO_FILE", "NO_FILE: cat") };
  const { text } = await fg({ methods, typed: ["x"] }).run("fg cat");
  assert.ok(text.endsWith("ERROR: <Fault 20: 'NO_FILE: cat'>\nExiting foreground\n"), text);
});

test("CTL-137, CTL-138: Ctrl-C and the end of the input leave at once, where the original hangs for half a minute", async () => {
  const left = await fg({ methods: { getProcessInfo: RUNNING }, atSleep: (count) => count === 2 }).run("fg cat");
  assert.deepEqual(left, { text: `${HEAD}started\noops\nExiting foreground\n`, exit: 0 });
  const ended = await fg({ methods: { getProcessInfo: RUNNING } }).run("fg cat");
  assert.deepEqual(ended, { text: `${HEAD}started\noops\nExiting foreground\n`, exit: 0 });
});

test("CTL-139: a channel without a log is said, the other works", async () => {
  const world = fg({
    methods: { getProcessInfo: RUNNING },
    streams: { "/logtail/cat/stdout": streams["/logtail/cat/stdout"] },
  });
  const { text } = await world.run("fg cat");
  assert.equal(text, `${HEAD}started\nExiting foreground\n`);
  assert.equal(world.noted(), "unix:///run/supervisor.sock/logtail/cat/stderr Cannot read, status code 404\n");
});

test("CTL-140: a line that the server cannot read is an error line, and the end", async () => {
  const methods = { getProcessInfo: RUNNING, sendProcessStdin: () => failing({ kind: "http", status: 400, reason: "Bad Request" }) };
  const { text, exit } = await fg({ methods, typed: ["\u001b[A", "more"] }).run("fg cat");
  assert.match(text, /error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1\/RPC2: 400 Bad Request>/);
  assert.equal(exit, 1);
});
