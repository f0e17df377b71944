import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Question, readAnswer, readQuestion, writeAnswer, writeQuestion } from "./question.ts";

const question: fc.Arbitrary<Question> = fc.record({
  birth: fc.record({
    argv0: fc.string(),
    args: fc.array(fc.string()),
    cwd: fc.string(),
    // Bytes that are not UTF-8 are lone surrogates inside.
    environment: fc.dictionary(fc.string({ unit: "binary", minLength: 1 }), fc.string({ unit: "binary" })),
  }),
  keeperPid: fc.nat(),
  store: fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.uint8Array())).map((entries) => new Map(entries)),
});

test("UPG what is asked comes back as it was, and none of it when it is cut off anywhere", () => {
  fc.assert(
    fc.property(question, fc.nat(), (asked, cut) => {
      const text = writeQuestion(asked);
      const read = readQuestion(text);
      assert.ok(read.ok, read.ok ? "" : read.error);
      const { birth, keeperPid, store } = read.value;
      assert.deepEqual(
        [birth.argv0, birth.args, birth.cwd, keeperPid],
        [asked.birth.argv0, asked.birth.args, asked.birth.cwd, asked.keeperPid],
      );
      assert.deepEqual(Object.entries(birth.environment), Object.entries(asked.birth.environment));
      assert.deepEqual(
        [...store],
        [...asked.store].map(([key, bytes]) => [key, new Uint8Array(bytes)]),
      );
      assert.equal(readQuestion(text.slice(0, cut % text.length)).ok, false);
    }),
  );
});

test("UPG the answer is ok with names, or a line for each problem", () => {
  const names = { version: "0.3.0", node: "20.20.2" };
  assert.deepEqual(readAnswer(writeAnswer([], names)), { ok: true, value: { node: "20.20.2" } });
  assert.deepEqual(readAnswer(writeAnswer(["process/a:a: it is cut off", "daemon: version 9"], names)), {
    ok: false,
    error: "process/a:a: it is cut off\ndaemon: version 9",
  });
  assert.deepEqual(readAnswer("ok\nlater 1\n"), { ok: true, value: { node: "" } });
});
