import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLogTargets, parseSyslogAddress, parseSyslogLevels, syslogAddressText } from "./logtargets.ts";

test("targets: syslog and journal in any case, absolute paths, each once", () => {
  assert.deepEqual(parseLogTargets(" Syslog, /var/log/all.log ,journal"), { ok: true, value: ["syslog", "/var/log/all.log", "journal"] });
  assert.deepEqual(parseLogTargets(""), { ok: true, value: [] });
  for (const text of ["x.log", "/", "/a/", "syslog,", "syslog,syslog", Array.from({ length: 9 }, (_, i) => `/${i}`).join()])
    assert.equal(parseLogTargets(text).ok, false, text);
});

test("LOGX-041: addresses of syslog", () => {
  for (const text of ["/dev/log", "udp://127.0.0.1:514", "tcp://logs.example.com:6514", "udp://[::1]:514"]) {
    const address = parseSyslogAddress(text);
    assert.ok(address.ok, text);
    assert.equal(syslogAddressText(address.value), text);
  }
  for (const text of ["", "log", "udp://h", "udp://h:0", "udp://h:70000", "http://h:1", "tcp://:1", "tcp://::1:1", "/dev/"])
    assert.equal(parseSyslogAddress(text).ok, false, text);
});

test("LOGX-040: one level for both channels, or one each", () => {
  assert.deepEqual(parseSyslogLevels("info"), { ok: true, value: ["info", "info"] });
  assert.deepEqual(parseSyslogLevels("Info, ERR"), { ok: true, value: ["info", "err"] });
  for (const text of ["", "informational", "info,err,crit", "info,", "7"]) assert.equal(parseSyslogLevels(text).ok, false, text);
});
