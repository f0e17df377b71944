import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_LIFE } from "../process/life.ts";
import { NEVER_STARTED, type ProcessState } from "../process/state.ts";
import {
  decodeProcess,
  decodeRecord,
  encodeLife,
  encodeProcess,
  encodeRecord,
  isOldProcess,
  recordKeys,
  withStoredLife,
} from "./records.ts";

/** Plain data as records hold it: what JSON can say, any text in it. */
const value = fc.jsonValue({ noUnicodeString: false }).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
const refused = (bytes: Uint8Array): string => {
  const decoded = decodeRecord(bytes);
  assert.ok(!decoded.ok, `believed: ${new TextDecoder().decode(bytes)}`);
  return decoded.error;
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a record comes back as it went", () => {
  fc.assert(fc.property(value, (one) => assert.deepEqual(decodeRecord(encodeRecord(one)), { ok: true, value: one })));
  const process = {
    ...NEVER_STARTED,
    state: "BACKOFF",
    deadlines: { restart: 1234.567891 },
    spawnError: "can't find command '\ud800\u2028é'",
  };
  assert.deepEqual(decodeRecord(encodeRecord(process)), { ok: true, value: process });
});

test("any single changed byte is noticed", () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, mask) => {
      const bytes = encodeRecord(one);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ mask;
      refused(bytes);
    }),
    { numRuns: 3000 },
  );
});

test("every single changed bit of one record is noticed", () => {
  const good = encodeRecord({ ...NEVER_STARTED, spawnError: "é\ufffd\u{1f600}" });
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bytes = Uint8Array.from(good);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    refused(bytes);
  }
});

test("every cut, and anything before or after, is noticed", () => {
  const good = encodeRecord({ mood: "RUNNING", goingDown: null });
  for (let length = 0; length < good.length; length++) refused(good.subarray(0, length));
  for (let from = 1; from < good.length; from++) refused(good.subarray(from));
  for (const more of [[0], [0x20], [0x0a], [0xef, 0xbb, 0xbf]]) {
    refused(Uint8Array.from([...more, ...good]));
    refused(Uint8Array.from([...good, ...more]));
  }
});

test("any bytes are refused, and none of them is thrown at", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void refused(bytes)));
});

test("what is wrong is said", () => {
  assert.match(refused(bytesOf("")), /^version {2}is none of 1, 2 and 3$/);
  assert.match(refused(bytesOf("4 811c9dc5 {}")), /^version 4 is none of 1, 2 and 3$/);
  assert.match(refused(bytesOf(`${"x".repeat(1000)} 0 {}`)), /^version x{8} is none of 1, 2 and 3$/, "no more than a few characters of it");
  assert.equal(refused(bytesOf("1")), "it is cut off");
  assert.equal(refused(bytesOf("1 0 {}")), "the checksum is wrong");
  assert.equal(refused(bytesOf("1 811c9dc5 ")), "it is not JSON");
  assert.equal(refused(Uint8Array.from([0x31, 0x20, 0xff])), "it is not UTF-8");
});

test("each record has a key of its own", () => {
  const keys = [
    recordKeys.daemon,
    recordKeys.config,
    recordKeys.available,
    recordKeys.numbers,
    recordKeys.group("daemon"),
    recordKeys.process({ group: "daemon", process: "daemon" }),
    recordKeys.process({ group: "a", process: "b:c" }),
    recordKeys.stream(7),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(recordKeys.process({ group: "g", process: "p" }), "process/g:p");
});

/** As a daemon of the version before has written them: a start, a stop, a retry, a restart under way, a program that runs, one that failed. */
const VERSION_1 = [
  `1 28c2cb1f {"state":"STARTING","pid":4242,"child":7,"attempt":1,"startWallMs":1764000000100.25,"stopWallMs":0,"startMonoMs":100.25,"tries":0,"deadlineMs":1100.25,"exitStatus":null,"spawnError":"","stopping":false,"kills":0,"shortRuns":0}`,
  `1 32e89479 {"state":"STOPPING","pid":4242,"child":7,"attempt":1,"startWallMs":1764000000000,"stopWallMs":0,"startMonoMs":0,"tries":0,"deadlineMs":15000,"exitStatus":null,"spawnError":"","stopping":true,"kills":0,"shortRuns":0}`,
  `1 656f4ae7 {"state":"BACKOFF","pid":0,"child":0,"attempt":1,"startWallMs":1764000000000,"stopWallMs":0,"startMonoMs":0,"tries":1,"deadlineMs":1000,"exitStatus":null,"spawnError":"can't find command '/bin/cat'","stopping":false,"kills":0,"shortRuns":0}`,
  `1 e0490d5 {"state":"EXITED","pid":0,"child":0,"attempt":1,"startWallMs":1764000000000,"stopWallMs":1764000001000,"startMonoMs":0,"tries":0,"deadlineMs":1000,"exitStatus":0,"spawnError":"","stopping":false,"kills":0,"shortRuns":0}`,
  `1 4fe77654 {"state":"RUNNING","pid":4242,"child":7,"attempt":1,"startWallMs":1764000000000,"stopWallMs":0,"startMonoMs":0,"tries":0,"deadlineMs":null,"exitStatus":null,"spawnError":"","stopping":false,"kills":0,"shortRuns":0}`,
  `1 c1d98fdc {"state":"FATAL","pid":0,"child":0,"attempt":1,"startWallMs":1764000000000,"stopWallMs":0,"startMonoMs":0,"tries":0,"deadlineMs":null,"exitStatus":null,"spawnError":"can't find command '/bin/cat'","stopping":false,"kills":0,"shortRuns":0}`,
];

test("a process as the version before has written it goes on: what its deadline meant has its name", () => {
  const read = VERSION_1.map((record) => {
    const decoded = decodeProcess(bytesOf(record));
    assert.ok(decoded.ok, record);
    assert.ok(isOldProcess(bytesOf(record)));
    assert.deepEqual(Object.keys(decoded.value).sort(), Object.keys(NEVER_STARTED).sort());
    return [decoded.value.state, decoded.value.deadlines];
  });
  assert.deepEqual(read, [
    ["STARTING", { startup: 1100.25 }],
    ["STOPPING", { kill: 15_000 }],
    ["BACKOFF", { restart: 1000 }],
    ["EXITED", { restart: 1000 }],
    ["RUNNING", {}],
    ["FATAL", {}],
  ]);
  const { deadlines: _, life: __, ...starting } = (decodeProcess(bytesOf(VERSION_1[0] ?? "")) as { value: ProcessState }).value;
  assert.deepEqual({ ...starting, deadlineMs: 1100.25 }, JSON.parse(VERSION_1[0]?.slice("1 28c2cb1f ".length) ?? ""));
});

test("a process comes back as it went, with every deadline, and takes less room than in the version before", () => {
  const lives: ProcessState[] = VERSION_1.map((record) => (decodeProcess(bytesOf(record)) as { value: ProcessState }).value);
  for (const [index, life] of lives.entries()) {
    assert.deepEqual(decodeProcess(encodeProcess(life)), { ok: true, value: life });
    assert.ok(!isOldProcess(encodeProcess(life)));
    assert.ok(encodeProcess(life).length < 0.7 * (VERSION_1[index] ?? "").length, `${encodeProcess(life).length} bytes`);
  }
  const several: ProcessState = { ...NEVER_STARTED, state: "STARTING", deadlines: { startup: 1, ready: 2.5, health: 3, again: 4 } };
  assert.deepEqual(restored(several), several);
});

/** As a successor reads what a daemon has written. */
function restored(state: ProcessState): ProcessState {
  const process = decodeProcess(encodeProcess(state));
  assert.ok(process.ok);
  const life = encodeLife(state);
  const whole = life === null ? process : withStoredLife(process.value, life);
  assert.ok(whole.ok);
  return whole.value;
}

test("CMN-021: what further features know lies in a record of its own; an earlier release reads the process as ever, with the deadlines it knows", () => {
  const waiting = { cause: "retry", sinceMs: 5 } as const;
  const state: ProcessState = { ...NEVER_STARTED, attempt: 3, life: { waiting, again: "memory" }, deadlines: { restart: 1, again: 2 } };
  assert.deepEqual(restored(state), state);
  assert.deepEqual(decodeProcess(encodeProcess(state)), { ok: true, value: { ...NEVER_STARTED, attempt: 3, deadlines: { restart: 1 } } });
  for (const plain of [NEVER_STARTED, { ...NEVER_STARTED, deadlines: { startup: 1, kill: 2 } }]) assert.equal(encodeLife(plain), null);
  const timed = restored({ ...NEVER_STARTED, deadlines: { again: 2 } });
  assert.equal(timed.life, NO_LIFE, "the shared one, by which a process that uses nothing is known");
});

test("CMN-027: a life that is damaged, or of a process that has been started or stopped since, is refused", () => {
  const state: ProcessState = { ...NEVER_STARTED, attempt: 3, life: { again: "age" } };
  const record = encodeLife(state);
  assert.ok(record !== null);
  for (const other of [
    { ...state, attempt: 4 },
    { ...state, state: "RUNNING" as const },
  ])
    assert.equal(withStoredLife(other, record).ok, false);
  assert.equal(withStoredLife(state, record.with(record.length - 1, 0)).ok, false);
});
