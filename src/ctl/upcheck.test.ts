import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import { failing, fault, info, scene } from "./scene.fixture.ts";

const CHECKING = ["status", "start a", "stop a", "restart a", "signal HUP a", "tail a", "maintail", "clear a", "version", "fg a", "pid"];
const NOT_CHECKING = ["avail", "reread", "update", "add a", "remove a", "shutdown", "reload", "help"];

const down = (failure: Failure) => scene({ methods: { getVersion: () => failing(failure) } });
const refused: Failure = { kind: "connect", code: "ECONNREFUSED" };
const missing: Failure = { kind: "connect", code: "ENOENT" };

test("CTL-034, CLI-077: most commands ask for the version of the methods first, the others do not", async () => {
  for (const line of CHECKING) {
    const world = scene();
    await world.run(line);
    assert.equal(world.calls[0], "getVersion", line);
  }
  for (const line of NOT_CHECKING) {
    const world = scene();
    await world.run(line);
    assert.notEqual(world.calls[0], "getVersion", line);
  }
});

test("CTL-035: refused connection, 4", async () => {
  for (const line of CHECKING) {
    assert.deepEqual(await down(refused).run(line), { text: "unix:///run/supervisor.sock refused connection\n", exit: 4 }, line);
  }
});

test("CTL-036: no such file, 7", async () => {
  for (const line of CHECKING.filter((each) => each !== "status")) {
    assert.deepEqual(await down(missing).run(line), { text: "unix:///run/supervisor.sock no such file\n", exit: 7 }, line);
  }
});

test("CTL-037, CLI-078: status ends with 4 whatever the reason", async () => {
  for (const failure of [refused, missing, { kind: "fault", code: 1, text: "UNKNOWN_METHOD" } as const]) {
    assert.equal((await down(failure).run("status")).exit, 4);
  }
  assert.equal((await scene({ methods: { getVersion: async () => ok("9.9") } }).run("status")).exit, 4);
});

test("CTL-038, CLI-080: without the check the raw words come, 1", async () => {
  const broken = (failure: Failure) =>
    scene({ methods: { reloadConfig: () => failing(failure), getAllConfigInfo: () => failing(failure), restart: () => failing(failure) } });
  for (const line of ["reread", "update", "avail", "reload"]) {
    const afterRefusal = await broken(refused).run(line);
    assert.ok(afterRefusal.text.startsWith("error: <class 'ConnectionRefusedError'>, [Errno 111] Connection refused: "), afterRefusal.text);
    assert.equal(afterRefusal.exit, 1);
    const withoutFile = await broken(missing).run(line);
    assert.ok(withoutFile.text.startsWith("error: <class 'FileNotFoundError'>, [Errno 2] No such file or directory: "), withoutFile.text);
    assert.equal(withoutFile.exit, 1);
  }
});

test("CTL-040, CLI-081: permission denied is an error line, also for status, 1", async () => {
  for (const line of ["status", "version"]) {
    const { text, exit } = await down({ kind: "connect", code: "EACCES" }).run(line);
    assert.ok(text.startsWith("error: <class 'PermissionError'>, [Errno 13] Permission denied: "), text);
    assert.equal(exit, 1);
  }
});

test("CTL-042, CLI-085: another version of the methods, 5", async () => {
  const { text, exit } = await scene({ methods: { getVersion: async () => ok("9.9") } }).run("version");
  assert.equal(
    text,
    "Sorry, this version of supervisorctl expects to talk to a server with API version 3.0, but the remote version is 9.9.\n",
  );
  assert.equal(exit, 5);
});

test("CTL-043, CLI-084, CLI-086: no supervisor namespace, 3; without the check a raw fault, 1", async () => {
  const { text, exit } = await down({ kind: "fault", code: 1, text: "UNKNOWN_METHOD" }).run("version");
  assert.equal(
    text,
    "Sorry, supervisord responded but did not recognize the supervisor namespace commands that supervisorctl uses to control it.  " +
      "Please check that the [rpcinterface:supervisor] section is enabled in the configuration file (see sample.conf).\n",
  );
  assert.equal(exit, 3);
  const raw = await scene().run("reread");
  assert.ok(raw.text.startsWith("error: <class 'xmlrpc.client.Fault'>, <Fault 1: 'UNKNOWN_METHOD'>: "), raw.text);
  assert.equal(raw.exit, 1);
});

test("CTL-044: a daemon that goes down, 1", async () => {
  const { text, exit } = await scene({ methods: { getVersion: () => fault("SHUTDOWN_STATE") } }).run("status");
  assert.equal(text, "error: <class 'xmlrpc.client.Fault'>, <Fault 6: 'SHUTDOWN_STATE'>: supervisord is shutting down or restarting\n");
  assert.equal(exit, 1);
});

test("advice goes to a terminal only, and to standard error", async () => {
  const piped = down(refused);
  await piped.run("status");
  assert.equal(piped.noted(), "");
  const seen = scene({ methods: { getVersion: () => failing(refused) }, isTerminal: true });
  const { text } = await seen.run("status");
  assert.equal(text, "unix:///run/supervisor.sock refused connection\n");
  assert.match(seen.noted(), /the socket is stale/);
  assert.match(seen.noted(), /configuration \/etc\/supervisord\.conf/);
});

test("with --json a server that is not there is an error in the document", async () => {
  const { text, exit } = await down(missing).run("status --json");
  assert.deepEqual(JSON.parse(text), [{ error: "unix:///run/supervisor.sock no such file" }]);
  assert.equal(exit, 4);
  assert.deepEqual(
    JSON.parse((await scene({ methods: { getAllProcessInfo: async () => ok([info("a", "RUNNING")]) } }).run("status --json")).text).length,
    1,
  );
});
