import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChannelConfig, DaemonConfig, ProcessConfig } from "../config/model.ts";
import { CHANNEL_OURS, OURS } from "../config/ours.fixture.ts";
import { addedPerLine, isForOriginalSyslog, linePlan, shownName } from "./lineplan.ts";

const DAEMON = {
  nodaemon: true,
  console: "none",
  consoleFormat: "text",
  consoleTimestamp: "none",
  consolePrefix: "{process} | ",
} as DaemonConfig;
const plan = (channel: Partial<ChannelConfig>, daemon: Partial<DaemonConfig> = {}) =>
  linePlan(program({}, channel), "stdout", { ...DAEMON, ...daemon });
const program = (config: Partial<ProcessConfig>, channel: Partial<ChannelConfig> = {}): ProcessConfig => ({
  ...OURS,
  ...config,
  stdout: { ...CHANNEL_OURS, ...channel },
});

test("LOGX-001: nobody wants lines where no option says so; a time or a prefix makes raw text", () => {
  assert.equal(plan({}), null);
  assert.deepEqual(plan({ prefix: "x" })?.file, { format: "text", timestamp: "none", prefix: "x" });
  assert.equal(plan({ timestamp: "iso" })?.file?.format, "text");
  assert.equal(plan({ format: "json", prefix: "x" })?.file?.format, "json");
});

test("LOGX-004: the console is what the program says, else [supervisord]; the log beside it stays raw; in the background there is none", () => {
  const all = { console: "all" } as const;
  assert.deepEqual(plan({}, all)?.console, { format: "text", timestamp: "none", prefix: "{process} | " });
  assert.equal(plan({ console: false }, all), null);
  assert.notEqual(plan({ console: true }), null);
  assert.equal(plan({ console: true }, { ...all, nodaemon: false }), null);
});

test("names are as status shows them, and no line adds more than is counted for it", () => {
  assert.deepEqual([shownName({ group: "a", process: "a" }), shownName({ group: "g", process: "a" })], ["a", "g:a"]);
  const source = { group: "g".repeat(100), process: "p".repeat(100), channel: "stdout" } as const;
  const long = plan({ prefix: "{process}{process}" }, { console: "all" });
  assert.ok(long !== null && addedPerLine(long, source) >= 200 + 200);
});

test("LOGX-040, LOGX-041: syslog is the original's without our options; with one of them, another socket, a network or a rate it gets whole lines", () => {
  const form = (config: Partial<ProcessConfig>, channel: Partial<ChannelConfig>) =>
    linePlan(program(config, channel), "stdout", DAEMON)?.syslog?.form ??
    (isForOriginalSyslog(program(config, channel), "stdout") ? "as it was" : "no");
  const net = { kind: "udp", host: "h", port: 514 } as const;
  assert.equal(form({}, {}), "no");
  assert.equal(form({}, { syslog: true }), "as it was");
  assert.equal(form({}, { targets: ["syslog"] }), "as it was");
  assert.equal(form({ syslogFacility: "local0" }, { targets: ["syslog"] }), "rfc3164");
  assert.equal(form({ syslogLevels: ["info", "err"] }, { syslog: true }), "rfc3164");
  assert.equal(form({ syslogAddress: net }, { syslog: true }), "rfc5424");
  assert.equal(form({ syslogAddress: { kind: "unix", path: "/run/log" } }, { syslog: true }), "original");
  assert.equal(form({}, { syslog: true, rate: 5 }), "original");
  assert.deepEqual(plan({ targets: ["/a", "journal", "/b"] })?.paths, ["/a", "/b"]);
});
