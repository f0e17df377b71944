import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, journalLine, type SyslogSettings, syslogLine } from "./linerecords.ts";
import { childRecords } from "./syslog.ts";

const MOMENT = { wallMs: Date.UTC(2026, 10, 4, 21, 33, 35, 750), offsetMinutes: 60 };
const SOURCE = { group: "web", process: "web_00", pid: 7, channel: "stderr" } as const;
const SETTINGS: SyslogSettings = { facility: "local3", tag: "shop.{process}", levels: ["info", "err"] };
const line = Buffer.from("GET /");
const text = (records: readonly Uint8Array[]) => records.map((record) => Buffer.from(record).toString());

test("LOGX-040: facility, level by channel, tag and pid; without any option the original's record to the byte", () => {
  assert.deepEqual(text(syslogLine("rfc3164", line, SETTINGS, SOURCE, MOMENT, "h")), ["<155>Nov  4 22:33:35 shop.web_00[7]: GET /"]);
  assert.deepEqual(text(syslogLine("rfc3164", line, { ...SETTINGS, tag: null }, { ...SOURCE, channel: "stdout" }, MOMENT, "h")), [
    "<158>Nov  4 22:33:35 web_00[7]: GET /",
  ]);
  assert.deepEqual(syslogLine("original", line, SETTINGS, SOURCE, MOMENT, "h"), childRecords("web_00", line, MOMENT.wallMs, 60));
  assert.equal(syslogLine("rfc3164", Buffer.alloc(130_000, 120), SETTINGS, SOURCE, MOMENT, "h").length, 3);
});

test("LOGX-041: RFC 5424: priority, version, time, host, tag, pid, channel; names without blanks; octets are counted for TCP", () => {
  const [record] = syslogLine("rfc5424", line, { ...SETTINGS, tag: "é x" }, SOURCE, MOMENT, "");
  assert.equal(String(Buffer.from(record ?? [])), "<155>1 2026-11-04T21:33:35.750Z - __x 7 stderr - GET /");
  assert.equal(String(Buffer.from(counted(Buffer.from("abc")))), "3 abc");
});

test("LOGX-042: the journal gets fields, a value with line breaks in the form with its length", () => {
  const fields =
    "PRIORITY=3\nSYSLOG_FACILITY=19\nSYSLOG_IDENTIFIER=shop.web_00\nHOLDFAST_GROUP=web\nHOLDFAST_PROCESS=web_00\nHOLDFAST_CHANNEL=stderr\n";
  assert.deepEqual(text(journalLine(line, SETTINGS, SOURCE)), [`MESSAGE=GET /\n${fields}OBJECT_PID=7\n`]);
  const [strange] = journalLine(Buffer.from("a\nb"), SETTINGS, { ...SOURCE, pid: 0 });
  assert.equal(Buffer.from(strange ?? []).toString("latin1"), `MESSAGE\n\x03${"\0".repeat(7)}a\nb\n${fields}`);
  assert.equal(journalLine(Buffer.alloc(61 * 1024, 120), SETTINGS, SOURCE).length, 2);
});
