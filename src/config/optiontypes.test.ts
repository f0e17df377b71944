import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Result } from "../result.ts";
import { good, program, programFault, world } from "./load.fixture.ts";
import { parseByteSize, parseInteger, parseOctal } from "./numbers.ts";
import { parseAddress, parseBoolean, parseExitCodes, parseGroup, parseList, parseLogLevel, parseOwner, parseUser } from "./optiontypes.ts";
import { parseSignal, SIGNALS } from "./signalnames.ts";

function outcome<T>(result: Result<T, string>): T | string {
  return result.ok ? result.value : result.error;
}

const { accounts } = world({});

test("CONF-067: whole numbers with spaces, sign, underscores and digits of any script", () => {
  const good: Readonly<Record<string, number>> = {
    "7": 7,
    " 7 ": 7,
    "+7": 7,
    "-7": -7,
    "1_000": 1000,
    "٣": 3,
    "१२": 12,
    "𝟙𝟘": 10,
    "007": 7,
    "-0": 0,
  };
  for (const [text, value] of Object.entries(good)) assert.equal(outcome(parseInteger(text)), value, text);
  for (const text of ["", "1.5", "1e3", "0x10", "_1", "1__0", "1_", "+", "- 1", "a", "\x1c1", "½", "9".repeat(4301)]) {
    assert.match(String(outcome(parseInteger(text))), /^invalid literal for int\(\) with base 10: '/, text);
  }
  assert.equal(outcome(parseInteger("x y")), "invalid literal for int() with base 10: 'x y'");
});

test("numbers beyond what can be counted exactly become the largest that can", () => {
  assert.equal(outcome(parseInteger("9".repeat(30))), Number.MAX_SAFE_INTEGER);
  assert.equal(outcome(parseInteger(`-${"9".repeat(30)}`)), -Number.MAX_SAFE_INTEGER);
  assert.equal(outcome(parseByteSize("9007199254740991GB")), Number.MAX_SAFE_INTEGER);
});

test("CONF-068: no range is checked where no row says so", async () => {
  const { daemon } = await good("[supervisord]\nminfds=-5\nlogfile_backups=-1\n");
  assert.deepEqual([daemon.minFds, daemon.logfileBackups], [-5, -1]);
  const process = await program("startsecs=-1\nstopwaitsecs=-5\npriority=-1");
  assert.deepEqual([process.startSecs, process.stopWaitSecs, process.priority], [-1, -5, -1]);
});

test("CONF-069: booleans are eight words in any case", () => {
  for (const text of ["yes", "TRUE", "On", "1"]) assert.equal(outcome(parseBoolean(text)), true, text);
  for (const text of ["no", "False", "OFF", "0"]) assert.equal(outcome(parseBoolean(text)), false, text);
  for (const text of ["", "y", "t", "2", "none", " true", "Maybe"])
    assert.equal(outcome(parseBoolean(text)), `not a valid boolean value: '${text}'`);
});

test("CONF-070, LOG-033: byte sizes with KB, MB, GB", () => {
  const good: Readonly<Record<string, number>> = {
    "0": 0,
    "512": 512,
    "1KB": 1024,
    "1 kb": 1024,
    "10mB": 10485760,
    "4GB": 4294967296,
    "-1KB": -1024,
    " 5 ": 5,
  };
  for (const [text, value] of Object.entries(good)) assert.equal(outcome(parseByteSize(text)), value, text);
  const bad: Readonly<Record<string, string>> = { "1K": "1k", "1B": "1b", "1.5MB": "1.5", KB: "", "1TB": "1tb", "": "" };
  for (const [text, shown] of Object.entries(bad))
    assert.equal(outcome(parseByteSize(text)), `invalid literal for int() with base 10: '${shown}'`, text);
});

test("CONF-071: octal numbers", () => {
  const good: Readonly<Record<string, number>> = {
    "022": 0o22,
    "22": 0o22,
    "0o22": 0o22,
    "0O7": 7,
    "-1": -1,
    "1777": 0o1777,
    "0o_7": 7,
    "1_0": 8,
  };
  for (const [text, value] of Object.entries(good)) assert.equal(outcome(parseOctal(text)), value, text);
  for (const text of ["8", "", "x", "0x1", "0o"]) assert.equal(outcome(parseOctal(text)), `${text} can not be converted to an octal type`);
});

test("CONF-072: an existing directory: ~ is expanded, it must exist, it is not made absolute", async () => {
  const directory = async (text: string) =>
    (await good(`[supervisord]\ndirectory=${text}\n`, { folders: ["/work/sub", "/var/www", "/root"] })).daemon.directory;
  assert.equal(await directory("~"), "/root");
  assert.equal(await directory("~web/"), "/var/www/");
  assert.equal(await directory("sub"), "sub");
  const [error] = (await import("./load.fixture.ts").then(({ faults }) => faults("[supervisord]\ndirectory=~/nope\n"))) ?? [];
  assert.equal(error?.message, "~/nope is not an existing directory");
  assert.equal(error?.hint, "create the folder /root/nope, or name another one");
});

test("CONF-073, LOG-048: an existing dir path: only its folder must exist, relative to the working directory", async () => {
  const log = async (text: string) => (await program(`stdout_logfile=${text}`, { folders: ["/work/logs"] })).stdout.logfile;
  assert.deepEqual(await log("x.log"), { kind: "file", path: "x.log" });
  assert.deepEqual(await log("logs/x.log"), { kind: "file", path: "logs/x.log" });
  assert.deepEqual(await log("~/x.log"), { kind: "file", path: "/root/x.log" });
  assert.equal(await programFault("stdout_logfile=~/nope/x"), "The directory named as part of the path ~/nope/x does not exist");
  assert.equal(await programFault("stdout_logfile=logs/x.log"), "The directory named as part of the path logs/x.log does not exist");
});

test("CONF-074: an unknown user behind ~ stays literal", async () => {
  assert.equal(await programFault("stdout_logfile=~nouser/x"), "The directory named as part of the path ~nouser/x does not exist");
});

test("CONF-075: users by name or id, which must exist", () => {
  assert.equal(outcome(parseUser("web", accounts)), 33);
  assert.equal(outcome(parseUser("33", accounts)), 33);
  assert.equal(outcome(parseUser("nope", accounts)), "Invalid user name nope");
  assert.equal(outcome(parseUser("99", accounts)), "Invalid user id 99");
  assert.equal(outcome(parseUser("", accounts)), "Invalid user name ");
  assert.equal(outcome(parseUser("root:root", accounts)), "Invalid user name root:root");
});

test("CONF-076: groups likewise", () => {
  assert.equal(outcome(parseGroup("webbers", accounts)), 44);
  assert.equal(outcome(parseGroup("44", accounts)), 44);
  assert.equal(outcome(parseGroup("nope", accounts)), "Invalid group name nope");
  assert.equal(outcome(parseGroup("45", accounts)), "Invalid group id 45");
});

test("CONF-077: user:group is split at the first colon; a user alone leaves the group", () => {
  assert.deepEqual(outcome(parseOwner("web", accounts)), { uid: 33, gid: null });
  assert.deepEqual(outcome(parseOwner("web:webbers", accounts)), { uid: 33, gid: 44 });
  assert.deepEqual(outcome(parseOwner("33:0", accounts)), { uid: 33, gid: 0 });
  for (const text of ["web:", ":webbers", "web.webbers", "web:webbers:x"]) assert.equal(parseOwner(text, accounts).ok, false, text);
});

test("CONF-078: signals by name in any case, with or without SIG, and by number", () => {
  for (const text of ["TERM", "sigterm", "SIGTERM", " Term ", "15"]) assert.equal(outcome(parseSignal(text)), 15, text);
  assert.equal(outcome(parseSignal("NOPE")), "value 'NOPE' is not a valid signal name");
  assert.equal(outcome(parseSignal("")), "value '' is not a valid signal name");
  assert.equal(outcome(parseSignal("constructor")), "value 'constructor' is not a valid signal name");
  assert.equal(outcome(parseSignal("99")), "value '99' is not a valid signal number");
});

test("CONF-079, PROC-132: numbers 0 to 31, 34 and 64; names of both real-time ends", () => {
  const numbers = Array.from({ length: 70 }, (_, number) => number - 2).filter((number) => parseSignal(String(number)).ok);
  assert.deepEqual(numbers, [...Array.from({ length: 32 }, (_, number) => number), 34, 64]);
  for (const name of ["CLD", "POLL", "RTMIN", "RTMAX", "STKFLT", "PWR", "IOT"])
    assert.ok(Object.hasOwn(SIGNALS, `SIG${name}`) && parseSignal(name).ok, name);
  for (const name of ["RTMIN+1", "EMT"]) assert.equal(parseSignal(name).ok, false, name);
});

test("CONF-080: constants of Python's module that are no signals are refused, where the original takes them", () => {
  for (const name of ["_DFL", "SIG_DFL", "SIG_BLOCK", "_IGN"])
    assert.match(String(outcome(parseSignal(name))), /is not a valid signal name$/);
});

test("CONF-081: exit codes", () => {
  assert.deepEqual(outcome(parseExitCodes("0, 2 ,255")), [0, 2, 255]);
  assert.deepEqual(outcome(parseExitCodes("")), []);
  for (const text of ["0,", "256", "-1", "0 2", "a"])
    assert.equal(outcome(parseExitCodes(text)), `not a valid list of exit codes: '${text}'`);
});

test("CONF-082: lists are split at commas and trimmed", () => {
  assert.deepEqual(parseList(" a , b"), ["a", "b"]);
  assert.deepEqual(parseList(""), []);
  assert.deepEqual(parseList("a,"), ["a", ""]);
});

test("CONF-083, CONF-084: the seven log levels in any case, and nothing else", () => {
  for (const level of ["critical", "ERROR", "Warn", "info", "debug", "trace", "blather"])
    assert.equal(outcome(parseLogLevel(level)), level.toLowerCase());
  for (const text of ["warning", "20", "", "__module__", "constructor"])
    assert.equal(outcome(parseLogLevel(text)), `bad logging level name '${text}'`);
});

test("CONF-174: a port alone", () => {
  assert.deepEqual(outcome(parseAddress("9001")), { host: "", port: 9001 });
  for (const text of ["0", "65536", "x", ""]) assert.equal(outcome(parseAddress(text)), `not a valid port number: '${text}' `);
});

test("CONF-175: host:port is split at the last colon, and the host is in lower case", () => {
  assert.deepEqual(outcome(parseAddress("HOST:80")), { host: "host", port: 80 });
  assert.equal(outcome(parseAddress("host:")), "no port number specified in ''");
  assert.equal(outcome(parseAddress("host:x")), "invalid literal for int() with base 10: 'x'");
  assert.equal(outcome(parseAddress("a:0")), "0 is below lower bound (1)");
  assert.equal(outcome(parseAddress("a:70000")), "70000 is above upper bound (65535)");
});

test("CONF-176: an empty host or * stands for all interfaces", () => {
  for (const text of ["*:80", ":80"]) assert.deepEqual(outcome(parseAddress(text)), { host: "", port: 80 });
});

test("CONF-177: hosts are not looked at", () => {
  assert.deepEqual(outcome(parseAddress("http://localhost:9001")), { host: "http://localhost", port: 9001 });
  assert.deepEqual(outcome(parseAddress("[::1]:9001")), { host: "[::1]", port: 9001 });
});

test("numbers that are written down are read back", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (number) => assert.equal(outcome(parseInteger(String(number))), number)));
  fc.assert(fc.property(fc.nat(0o7777), (mode) => assert.equal(outcome(parseOctal(`0${mode.toString(8)}`)), mode)));
});
