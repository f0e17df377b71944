import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { configInfo, failing, fault, info, resultRow, scene } from "../scene.fixture.ts";

const done = async () => ok(true as const);
const run = (line: string, methods: Partial<Supervisor> = {}) => scene({ methods }).run(line);

test("CTL-110: pid of the daemon", async () => {
  assert.deepEqual(await run("pid", { getPID: async () => ok(4711) }), { text: "4711\n", exit: 0 });
});

test("CTL-111: pids by name, 0 and 7 when down, unknown 1; the last failure decides", async () => {
  const getProcessInfo = async (name: string) =>
    name === "up" ? ok(info("up", "RUNNING", { pid: 7 })) : name === "down" ? ok(info("down", "STOPPED")) : fault("BAD_NAME");
  assert.deepEqual(await run("pid up", { getProcessInfo }), { text: "7\n", exit: 0 });
  assert.deepEqual(await run("pid up down", { getProcessInfo }), { text: "7\n0\n", exit: 7 });
  assert.deepEqual(await run("pid x", { getProcessInfo }), { text: "No such process x\n", exit: 1 });
  assert.deepEqual(await run("pid g:*", { getProcessInfo }), { text: "No such process g:*\n", exit: 1 });
  assert.equal((await run("pid x down", { getProcessInfo })).exit, 7);
  assert.equal((await run("pid down x up", { getProcessInfo })).exit, 1);
});

test("CTL-112: pid all: a line each, without names, always 0", async () => {
  const getAllProcessInfo = async () => ok([info("a", "RUNNING", { pid: 7 }), info("b", "STOPPED")]);
  assert.deepEqual(await run("pid x all", { getAllProcessInfo }), { text: "7\n0\n", exit: 0 });
});

test("CTL-141: clear without a name: help, 1", async () => {
  const { text, exit } = await run("clear");
  assert.ok(text.startsWith("Error: clear requires a process name\nclear <name>\t\tClear a process' log files.\n"));
  assert.equal(exit, 1);
});

test("CTL-142: cleared", async () => {
  assert.deepEqual(await run("clear a g:b", { clearProcessLogs: done }), { text: "a: cleared\ng:b: cleared\n", exit: 0 });
});

test("CTL-143: what cannot be cleared", async () => {
  assert.deepEqual(await run("clear a", { clearProcessLogs: () => fault("BAD_NAME") }), { text: "a: ERROR (no such process)\n", exit: 1 });
  assert.deepEqual(await run("clear a", { clearProcessLogs: () => fault("FAILED") }), { text: "a: ERROR (failed)\n", exit: 1 });
});

test("CTL-144: a group is no process, and is called as it was written", async () => {
  assert.deepEqual(await run("clear g:*", { clearProcessLogs: () => fault("BAD_NAME") }), {
    text: "g:*: ERROR (no such process)\n",
    exit: 1,
  });
});

test("CTL-145: clear all: a line per process in the order of the answer", async () => {
  const clearAllProcessLogs = async () => ok([resultRow("g:a", 80), resultRow("b", FAULTS.FAILED)]);
  assert.deepEqual(await run("clear x all", { clearAllProcessLogs }), { text: "g:a: cleared\nb: ERROR (failed)\n", exit: 1 });
});

test("CTL-146: avail in columns", async () => {
  const getAllConfigInfo = async () =>
    ok([configInfo("cat"), configInfo("g:a", { inuse: false, autostart: false, group_prio: 9, process_prio: 1 })]);
  assert.deepEqual(await run("avail", { getAllConfigInfo }), {
    text: "cat                              in use    auto      999:999\ng:a                              avail     manual    9:1\n",
    exit: 0,
  });
});

test("CTL-147: a long name moves the columns", async () => {
  const name = "a-program-with-a-very-long-name-indeed";
  const { text } = await run("avail", { getAllConfigInfo: async () => ok([configInfo(name)]) });
  assert.equal(text, `${name} in use    auto      999:999\n`);
});

test("CTL-148: avail takes no arguments, and says when the daemon goes down", async () => {
  const wrong = await run("avail x");
  assert.deepEqual(wrong, { text: "Error: avail accepts no arguments\navail\t\t\tDisplay all configured processes\n", exit: 1 });
  const down = await run("avail", { getAllConfigInfo: () => fault("SHUTDOWN_STATE") });
  assert.deepEqual(down, { text: "ERROR: supervisor shutting down\n", exit: 1 });
});

test("CTL-150: a server that stumbles over avail is an error line", async () => {
  const { text, exit } = await run("avail", {
    getAllConfigInfo: () => failing({ kind: "http", status: 500, reason: "Internal Server Error" }),
  });
  assert.ok(
    text.startsWith("error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1/RPC2: 500 Internal Server Error>: "),
  );
  assert.equal(exit, 1);
});

const reloadConfig = async () => ok({ added: ["e", "a"], changed: ["b"], removed: ["c"] });

test("CTL-151: reread sorts by name; nothing to tell is a sentence", async () => {
  assert.deepEqual(await run("reread", { reloadConfig }), {
    text: "a: available\nb: changed\nc: disappeared\ne: available\n",
    exit: 0,
  });
  const same = await run("reread", { reloadConfig: async () => ok({ added: [], changed: [], removed: [] }) });
  assert.deepEqual(same, { text: "No config updates to processes\n", exit: 0 });
});

test("CTL-152: reread's errors", async () => {
  const wrong = await run("reread x");
  assert.ok(wrong.text.startsWith("Error: reread accepts no arguments\nreread \t\t\t"));
  assert.equal(wrong.exit, 1);
  const down = await run("reread", { reloadConfig: () => fault("SHUTDOWN_STATE") });
  assert.deepEqual(down, { text: "ERROR: supervisor shutting down\n", exit: 1 });
  const bad = await run("reread", { reloadConfig: () => fault("CANT_REREAD", "CANT_REREAD: no such thing") });
  assert.deepEqual(bad, { text: "ERROR: CANT_REREAD: no such thing\n", exit: 1 });
});

test("CTL-162: add", async () => {
  assert.deepEqual(await run("add a b", { addProcessGroup: done }), { text: "a: added process group\nb: added process group\n", exit: 0 });
  const errors = [
    ["ALREADY_ADDED", "ERROR: process group already active\n", 0],
    ["BAD_NAME", "ERROR: no such process/group: a\n", 1],
    ["SHUTDOWN_STATE", "ERROR: shutting down\n", 1],
  ] as const;
  for (const [name, text, exit] of errors) assert.deepEqual(await run("add a", { addProcessGroup: () => fault(name) }), { text, exit });
  assert.deepEqual(await run("add"), { text: "", exit: 0 });
});

test("CTL-163: remove", async () => {
  assert.deepEqual(await run("remove a", { removeProcessGroup: done }), { text: "a: removed process group\n", exit: 0 });
  const errors = [
    ["STILL_RUNNING", "ERROR: process/group still running: a\n"],
    ["BAD_NAME", "ERROR: no such process/group: a\n"],
  ] as const;
  for (const [name, text] of errors) assert.deepEqual(await run("remove a", { removeProcessGroup: () => fault(name) }), { text, exit: 1 });
  assert.deepEqual(await run("remove"), { text: "", exit: 0 });
});

test("CTL-164: shutdown", async () => {
  assert.deepEqual(await run("shutdown", { shutdown: done }), { text: "Shut down\n", exit: 0 });
  const wrong = await run("shutdown x");
  assert.deepEqual(wrong, { text: "Error: shutdown accepts no arguments\nshutdown \tShut the remote supervisord down.\n", exit: 1 });
});

test("CTL-165: shutdown twice is no error", async () => {
  assert.deepEqual(await run("shutdown", { shutdown: () => fault("SHUTDOWN_STATE") }), { text: "ERROR: already shutting down\n", exit: 0 });
});

test("CTL-039, CLI-079: shutdown of what is not there, 1", async () => {
  const gone = (code: string) => run("shutdown", { shutdown: () => failing({ kind: "connect", code }) });
  assert.deepEqual(await gone("ECONNREFUSED"), {
    text: "ERROR: unix:///run/supervisor.sock refused connection (already shut down?)\n",
    exit: 1,
  });
  assert.deepEqual(await gone("ENOENT"), { text: "ERROR: unix:///run/supervisor.sock no such file (already shut down?)\n", exit: 1 });
});

test("CTL-166, CTL-168: who can be asked is asked; only y goes on", async () => {
  const asking = async (line: string, answer: string) => {
    const world = scene({ methods: { shutdown: done, restart: done }, isInteractive: true, typed: [answer] });
    const { text, exit } = await world.run(line);
    return { text, exit, called: world.calls };
  };
  const question = "Really shut the remote supervisord process down y/N? ";
  assert.deepEqual(await asking("shutdown", "n"), { text: question, exit: 0, called: [] });
  assert.deepEqual(await asking("shutdown", ""), { text: question, exit: 0, called: [] });
  assert.deepEqual(await asking("shutdown", "Yes"), { text: `${question}Shut down\n`, exit: 0, called: ["shutdown"] });
  const other = "Really restart the remote supervisord process y/N? ";
  assert.deepEqual(await asking("reload", "x"), { text: other, exit: 0, called: [] });
  assert.deepEqual(await asking("reload", "y"), { text: `${other}Restarted supervisord\n`, exit: 0, called: ["restart"] });
});

test("CTL-167: reload", async () => {
  assert.deepEqual(await run("reload", { restart: done }), { text: "Restarted supervisord\n", exit: 0 });
  assert.deepEqual(await run("reload", { restart: () => fault("SHUTDOWN_STATE") }), { text: "ERROR: already shutting down\n", exit: 1 });
  const wrong = await run("reload x");
  assert.deepEqual(wrong, { text: "Error: reload accepts no arguments\nreload \t\tRestart the remote supervisord.\n", exit: 1 });
});

test("CTL-169: open shows the status of the new server and leaves the exit status alone; CTL-170: with the credentials as they were", async () => {
  const methods = { getAllProcessInfo: async () => ok([info("a", "STOPPED")]) };
  const world = scene({ methods, settings: { username: "u", password: "p" } });
  const { text, exit } = await world.run("open http://other:9001");
  assert.match(text, /^a +STOPPED/);
  assert.equal(exit, 0);
  assert.deepEqual(world.targets.at(-1), {
    serverUrl: "http://other:9001",
    credentials: { username: "u", password: "p" },
    answerMs: 30_000,
  });
  const bad = { text: "ERROR: url must be http:// or unix://\n", exit: 1 };
  assert.deepEqual(await scene().run("open ftp://x"), bad);
  assert.deepEqual(await scene().run("open"), bad);
});

test("CTL-171: version", async () => {
  assert.deepEqual(await run("version", { getSupervisorVersion: async () => ok("4.3.0") }), { text: "4.3.0\n", exit: 0 });
  const wrong = await run("version x");
  assert.deepEqual(wrong, {
    text: "Error: version accepts no arguments\nversion\t\t\tShow the version of the remote supervisord process\n",
    exit: 1,
  });
  assert.deepEqual(JSON.parse((await run("version --json", { getSupervisorVersion: async () => ok("4.3.0") })).text), { version: "4.3.0" });
});
