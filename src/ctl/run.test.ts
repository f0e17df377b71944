import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import { EXIT, exitOfResult } from "./exit.ts";
import { failing, fault, info, scene } from "./scene.fixture.ts";

const UNAUTHORIZED: Failure = { kind: "http", status: 401, reason: "Unauthorized" };
const LINE_401 = "error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1/RPC2: 401 Unauthorized>: ";

test("CTL-014, CLI-074: unknown commands; no abbreviations, case matters; 1", async () => {
  for (const line of ["nothere", "nothere with arguments", "st", "STATUS", "!ls", ";"]) {
    assert.deepEqual(await scene().run(line), { text: `*** Unknown syntax: ${line}\n`, exit: 1 });
  }
});

test("a misspelt command is helped out of at a terminal", async () => {
  const world = scene({ isTerminal: true });
  await world.run("statsu");
  assert.equal(world.noted(), "did you mean status? The action help lists all.\n");
});

test("CTL-015: EOF, quit and exit print an empty line and leave, with any arguments", async () => {
  for (const line of ["EOF", "quit", "exit", "quit now"]) {
    const world = scene();
    assert.deepEqual(await world.run(line), { text: "\n", exit: 0 });
    assert.ok(world.session.isLeaving);
  }
});

test("CLI-075: ? is help", async () => {
  assert.deepEqual(await scene().run("? start"), await scene().run("help start"));
  assert.deepEqual(await scene().run("?"), await scene().run("help"));
});

test("CLI-073: an empty line does nothing", async () => {
  assert.deepEqual(await scene().run("  "), { text: "", exit: 0 });
});

test("CLI-068, CTL-004: what follows the action is the action's, whatever it looks like", async () => {
  const world = scene({ methods: { getAllProcessInfo: async () => ok([]) } });
  assert.deepEqual(await world.run("status -h"), { text: "-h: ERROR (no such process)\n", exit: 4 });
});

test("CTL-046: a failure that a command does not know is an error line, 1, and the next command works", async () => {
  const world = scene({ methods: { getSupervisorVersion: () => failing({ kind: "deadline", seconds: 30 }), getPID: async () => ok(7) } });
  const { text, exit } = await world.run("version");
  assert.ok(text.startsWith("error: <class 'TimeoutError'>, timed out: supervisord did not answer within 30 seconds"), text);
  assert.equal(exit, 1);
  assert.equal((await world.run("pid")).text, "7\n");
});

test("CTL-047, CLI-082: without credentials: said once, with the raw words and a remedy; the command is not run again", async () => {
  const world = scene({ methods: { getVersion: () => failing(UNAUTHORIZED) } });
  const { text, exit } = await world.run("status");
  const [first, second = "", ...rest] = text.split("\n");
  assert.equal(first, "Server requires authentication");
  assert.ok(second.startsWith(LINE_401), second);
  assert.match(second, /-u and -p/);
  assert.deepEqual(rest, [""]);
  assert.equal(exit, 1);
  assert.deepEqual(world.calls, ["getVersion"]);
});

test("a wrong password is called wrong", async () => {
  const settings = { username: "user", password: "no" };
  const { text } = await scene({ methods: { getVersion: () => failing(UNAUTHORIZED) }, settings }).run("version");
  assert.match(text, /the user name or the password is wrong/);
});

/** A server that knows one user. */
const guarded = (typed: readonly string[], methods = {}) => {
  const world = scene({
    isInteractive: true,
    typed,
    methods: {
      getVersion: async () => (world.targets.at(-1)?.credentials?.password === "123" ? ok("3.0") : failing(UNAUTHORIZED)),
      getPID: async () => ok(7),
      ...methods,
    },
  });
  return world;
};

test("CTL-048, CLI-070, CLI-083: who can be asked is asked, again and again, and the command is repeated", async () => {
  const world = guarded(["user", "wrong", "user", "123"]);
  const { text } = await world.run("pid");
  const asked = "Server requires authentication\nUsername:Password:\n";
  assert.equal(text, `${asked}${asked}7\n`);
});

test("CTL-050: what was entered is kept for the session", async () => {
  const world = guarded(["user", "123"]);
  await world.run("pid");
  assert.equal((await world.run("pid")).text, "7\n");
  assert.deepEqual(world.targets.at(-1)?.credentials, { username: "user", password: "123" });
});

test("CTL-049: the end of the input at a question is an error line", async () => {
  const { text, exit } = await guarded([]).run("pid");
  assert.equal(text, "Server requires authentication\nUsername:error: <class 'EOFError'>, EOF when reading a line\n");
  assert.equal(exit, 1);
});

test("CLI-063, CTL-033: credentials only with both; empty ones count", () => {
  const sent = (username: string | null, password: string | null) => {
    const world = scene({ settings: { username, password } });
    void world.session.connector;
    return world.targets[0]?.credentials;
  };
  assert.equal(sent("user", null), null);
  assert.equal(sent(null, "123"), null);
  assert.deepEqual(sent("", ""), { username: "", password: "" });
});

test("CTL-172, CLI-089: the table of exit statuses", () => {
  assert.deepEqual(EXIT, {
    SUCCESS: 0,
    GENERIC: 1,
    INVALID_ARGS: 2,
    UNIMPLEMENTED_FEATURE: 3,
    INSUFFICIENT_PRIVILEGES: 4,
    NOT_INSTALLED: 5,
    NOT_RUNNING: 7,
  });
  assert.deepEqual(
    [80, 60, 50, 40, 70, 10, 30].map((code) => exitOfResult(code, 60)),
    [null, null, 7, 7, 7, 1, 1],
  );
});

test("CLI-076: results and errors go to standard output", async () => {
  for (const line of ["nothere", "start", "status"]) {
    const world = scene({ methods: { getVersion: () => failing({ kind: "connect", code: "EACCES" }) } });
    assert.notEqual((await world.run(line)).text, "");
    assert.equal(world.noted(), "");
  }
});

test("every command that prints data has --json, and its failure is JSON too", async () => {
  const world = scene({ methods: { getVersion: () => fault("SHUTDOWN_STATE") } });
  for (const row of world.session.commands.filter((command) => command.json !== null)) {
    const line = `${row.name}${{ tail: " a", fg: " a", wait: " a", start: " a", stop: " a", restart: " a", clear: " a", signal: " HUP a" }[row.name] ?? ""}`;
    const { text } = await world.run(`${line} --json`);
    const answer = text === "" ? null : (JSON.parse(text) as unknown);
    assert.equal(Array.isArray(answer), row.json === "list", line);
  }
});

test("options are only what a command declares, in full; after -- everything is a name", async () => {
  const getAllProcessInfo = async () => ok([info("--json", "RUNNING")]);
  const world = scene({ methods: { getAllProcessInfo } });
  assert.match((await world.run("status -- --json")).text, /^--json +RUNNING/);
  assert.match((await world.run("status --jso")).text, /--jso: ERROR \(no such process\)/);
  assert.deepEqual(await scene().run("status --json=x"), {
    text: `Error: --json takes no value\n${(await scene().run("help status")).text.split("\n").slice(0, 4).join("\n")}\n`,
    exit: 2,
  });
});
