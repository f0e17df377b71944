import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SIGNALS } from "../config/signalnames.ts";
import { decodeWaitStatus, exitWith, signalName } from "./waitstatus.ts";

const CORE = 0x80;

test("PROC-047: a wait status in words", () => {
  const words = (status: number) => decodeWaitStatus(status).words;
  assert.equal(words(0), "exit status 0");
  assert.equal(words(exitWith(3)), "exit status 3");
  assert.equal(words(exitWith(255)), "exit status 255");
  assert.equal(words(9), "terminated by SIGKILL");
  assert.equal(words(11 | CORE), "terminated by SIGSEGV (core dumped)");
  assert.equal(words(33), "terminated by signal 33");
  assert.equal(words(0x007f), "unknown termination cause 0x007f");
  assert.equal(words(0x137f), "unknown termination cause 0x137f");
  assert.equal(words(0xffff), "unknown termination cause 0xffff");
});

test("PROC-048: the names of signals, aliases as Python resolves them; the rest by number", () => {
  assert.deepEqual([6, 16, 17, 29, 30, 31, 34, 64].map(signalName), [
    "SIGABRT",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGPOLL",
    "SIGPWR",
    "SIGSYS",
    "SIGRTMIN",
    "SIGRTMAX",
  ]);
  const nameless = [0, 32, 33, ...Array.from({ length: 29 }, (_, index) => 35 + index), 65];
  for (const number of nameless) assert.equal(signalName(number), `signal ${number}`);
});

test("every signal that a user can name has its name in the log", () => {
  const last = new Map(Object.entries(SIGNALS).map(([name, number]) => [number as number, name]));
  for (const [number, name] of last) assert.equal(signalName(number), name);
});

test("PROC-049: the exit status is the code, or -1 for everything else", () => {
  assert.equal(decodeWaitStatus(exitWith(0)).status, 0);
  assert.equal(decodeWaitStatus(exitWith(127)).status, 127);
  assert.equal(decodeWaitStatus(15).status, -1);
  assert.equal(decodeWaitStatus(6 | CORE).status, -1);
  assert.equal(decodeWaitStatus(0x137f).status, -1);
});

test("any 16 bits are decoded: a code from 0 to 255, or -1", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), (waitStatus) => {
      const { status, words } = decodeWaitStatus(waitStatus);
      assert.ok(Number.isInteger(status) && status >= -1 && status <= 255);
      assert.equal(words === `exit status ${status}`, status >= 0);
    }),
  );
  fc.assert(fc.property(fc.integer({ min: 0, max: 255 }), (code) => assert.equal(decodeWaitStatus(exitWith(code)).status, code)));
});
