import assert from "node:assert/strict";
import { test } from "node:test";
import { notifySocket, phaseMessage, watchdogMs, withoutSystemd } from "./systemd.ts";

const NOW = { monoMs: 1234.5678, wallMs: 0 };

test("BOOT-001: the messages of the phases", () => {
  assert.equal(phaseMessage("ready", "1 of 2 programs run", NOW), "READY=1\nSTATUS=1 of 2 programs run");
  assert.equal(phaseMessage("reloading", "x", NOW), "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=x");
  assert.equal(phaseMessage("stopping", "x", NOW), "STOPPING=1\nSTATUS=x");
});

test("BOOT-001: the socket is a path or an abstract name; others, which sd_notify(3) refuses as well, are none", () => {
  assert.equal(notifySocket({ NOTIFY_SOCKET: "/run/systemd/notify" }), "/run/systemd/notify");
  assert.equal(notifySocket({ NOTIFY_SOCKET: "@a/b" }), "@a/b");
  for (const text of ["", "@", "/", "relative", "vsock:2:3"]) assert.equal(notifySocket({ NOTIFY_SOCKET: text }), null, text);
  assert.equal(notifySocket({}), null);
});

test("BOOT-002: what is about supervisord itself is taken out, and nothing else", () => {
  assert.deepEqual(withoutSystemd({ A: "1", NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "1", WATCHDOG_PID: "1", NOTIFY_SOCKETS: "2" }), {
    A: "1",
    NOTIFY_SOCKETS: "2",
  });
});

test("BOOT-003: half the time of the watchdog, of this process alone", () => {
  assert.equal(watchdogMs({ WATCHDOG_USEC: "30000000" }, 7), 15_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, 7), 15_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, 7), null);
  for (const text of ["", "0", "-1", "x", "1e9", "99999999999999999999"]) assert.equal(watchdogMs({ WATCHDOG_USEC: text }, 7), null, text);
  assert.equal(watchdogMs({ WATCHDOG_USEC: "1" }, 7), 1);
});
