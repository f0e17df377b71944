import assert from "node:assert/strict";
import { test } from "node:test";
import { programColours } from "./colours.ts";

test("colours come back from what XML has made of them, or go where nobody wants them; other text stays", () => {
  for (const begin of ["\u001b", "\ufffd"]) {
    assert.equal(programColours(`${begin}[1;32mTask${begin}[0m ${begin}[K${begin}[m`, true), "\u001b[1;32mTask\u001b[0m \u001b[K\u001b[m");
    assert.equal(programColours(`${begin}[38:2::1:2:3mTask${begin}[0m`, false), "Task");
  }
  for (const text of ["a [32m b", "\ufffd[", "\ufffdx\ufffd", "\ufffd[32", "\u001b]0;title\u0007"]) {
    assert.equal(programColours(text, true), text);
    assert.equal(programColours(text, false), text);
  }
});
