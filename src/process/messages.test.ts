import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EXTEND_MS_MAX, readMessage, STATUS_MAX } from "./messages.ts";

const read = (text: string) => readMessage(Buffer.from(text));

test("RDY-008 RDY-010 lines of KEY=VALUE, in their order; what is not known is passed over", () => {
  assert.deepEqual(read("READY=1"), [{ kind: "ready" }]);
  assert.deepEqual(read("RELOADING=1\nMONOTONIC_USEC=77\n\nREADY=1\n"), [{ kind: "reloading" }, { kind: "ready" }]);
  assert.deepEqual(read("STATUS=a=b\nSTOPPING=1\nERRNO=2\nBUSERROR=x\nFDSTORE=1\nBARRIER=1\nX_MINE=1"), [
    { kind: "status", text: "a=b" },
    { kind: "stopping" },
  ]);
  assert.deepEqual(read("WATCHDOG=1\nWATCHDOG=trigger\nWATCHDOG=2\nWATCHDOG_USEC=5"), [{ kind: "ping" }, { kind: "trigger" }]);
  assert.deepEqual(read("MAINPID=42\nMAINPID=-1\nMAINPID="), [{ kind: "main-pid", pid: 42 }]);
});

test("RDY-008 a message that is no text, or says nothing, says nothing", () => {
  for (const text of ["", "\n", "=", "=1", "READY", "READY=", "READY=0", "READY=1 ", " READY=1", "ready=1", "READY=1\r", "READY=\x001"]) {
    assert.deepEqual(read(text), [], JSON.stringify(text));
  }
  assert.deepEqual(read("READY=1\0"), [{ kind: "ready" }], "the end of a string of C");
  assert.deepEqual(readMessage(Buffer.from([0xff, 0xfe, 0x0a, ...Buffer.from("READY=1")])), [{ kind: "ready" }]);
});

test("RDY-010 a status is 256 characters at most, and nothing of it moves a cursor", () => {
  assert.deepEqual(read(`STATUS=a\tb\u001b[31m\u0085\u2028c`), [{ kind: "status", text: "a?b?[31m??c" }]);
  assert.deepEqual(read(`STATUS=${"\u{1f600}".repeat(300)}`), [{ kind: "status", text: "\u{1f600}".repeat(STATUS_MAX) }]);
  assert.deepEqual(readMessage(Buffer.from([...Buffer.from("STATUS="), 0xff])), [{ kind: "status", text: "\ufffd" }]);
  assert.deepEqual(read("STATUS="), [{ kind: "status", text: "" }]);
});

test("RDY-010 one message extends by an hour at most", () => {
  assert.deepEqual(read("EXTEND_TIMEOUT_USEC=1500"), [{ kind: "extend", ms: 1.5 }]);
  assert.deepEqual(read(`EXTEND_TIMEOUT_USEC=${"9".repeat(400)}`), [{ kind: "extend", ms: EXTEND_MS_MAX }]);
  for (const wrong of ["", "-1", "1e9", "0x10", "1.5", " 5"]) assert.deepEqual(read(`EXTEND_TIMEOUT_USEC=${wrong}`), []);
});

test("garbage of any kind is read, and gives no more words than it has lines", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc
      .constantFrom("READY=1", "STATUS=", "WATCHDOG=", "EXTEND_TIMEOUT_USEC=", "MAINPID=", "\n", "=", "\0", "1")
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const bytes = Buffer.concat(parts);
      const words = readMessage(bytes);
      assert.ok(words.length <= bytes.filter((byte) => byte === 0x0a).length + 1);
      for (const word of words) if (word.kind === "status") assert.doesNotMatch(word.text, /[\x00-\x1f\x7f-\x9f]/);
    }),
  );
});
