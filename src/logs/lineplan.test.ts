import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChannelConfig, DaemonConfig } from "../config/model.ts";
import { CHANNEL_OURS } from "../config/ours.fixture.ts";
import { addedPerLine, linePlan, shownName } from "./lineplan.ts";

const DAEMON = {
  nodaemon: true,
  console: "none",
  consoleFormat: "text",
  consoleTimestamp: "none",
  consolePrefix: "{process} | ",
} as DaemonConfig;
const plan = (channel: Partial<ChannelConfig>, daemon: Partial<DaemonConfig> = {}) =>
  linePlan({ ...CHANNEL_OURS, ...channel }, { ...DAEMON, ...daemon });

test("LOGX-001: nobody wants lines where no option says so; a time or a prefix makes raw text", () => {
  assert.equal(plan({}), null);
  assert.deepEqual(plan({ prefix: "x" })?.file, { format: "text", timestamp: "none", prefix: "x" });
  assert.equal(plan({ timestamp: "iso" })?.file?.format, "text");
  assert.equal(plan({ format: "json", prefix: "x" })?.file?.format, "json");
});

test("LOGX-004: the console is what the program says, else [supervisord]; the log beside it stays raw; in the background there is none", () => {
  const all = { console: "all" } as const;
  assert.deepEqual(plan({}, all), { file: null, console: { format: "text", timestamp: "none", prefix: "{process} | " } });
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
