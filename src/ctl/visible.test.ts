import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ok } from "../result.ts";
import { failing, info, scene } from "./scene.fixture.ts";
import { visible } from "./visible.ts";

const HOSTILE = "1\u001b]0;x\u0007\u009b2J\r\u007f";
const SHOWN = "1\\x1b]0;x\\x07\\x9b2J\\x0d\\x7f";

test("control characters are shown; line feeds, tabs and all other characters stay", () => {
  assert.equal(visible(HOSTILE), SHOWN);
  assert.equal(visible("a\tb\nc né 漢字 🙂"), "a\tb\nc né 漢字 🙂");
  assert.equal(visible("\u001b[32mX\u001b[0m \u001b[2J", true), "\u001b[32mX\u001b[0m \\x1b[2J");
  assert.equal(visible("\u001b[32mX"), "\\x1b[32mX");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/[^\P{Cc}\n\t]/u.test(visible(text))));
});

test("whatever a server says reaches a terminal without control characters, and a pipe as it is", async () => {
  const hostile = info("a", "RUNNING", { description: HOSTILE });
  const methods = {
    getVersion: async () => ok("3.0"),
    getSupervisorVersion: async () => ok(HOSTILE),
    getAllProcessInfo: async () => ok([hostile]),
    readLog: () => failing({ kind: "http", status: 500, reason: HOSTILE }),
    readProcessLog: async () => ok("\u001b[32mgreen\u001b[0m"),
  };
  const terminal = scene({ methods, isTerminal: true });
  for (const line of ["version", "status", "maintail"]) {
    const { text } = await terminal.run(line);
    assert.doesNotMatch(text, /[^\P{Cc}\n\t]/u, line);
    assert.ok(text.includes("]0;x"), line);
  }
  const other = scene({ methods: { ...methods, getVersion: async () => ok(HOSTILE) }, isTerminal: true });
  assert.ok((await other.run("status")).text.includes(SHOWN));
  assert.equal((await scene({ methods, isTerminal: true, hasColours: true }).run("tail a")).text, "\u001b[32mgreen\u001b[0m\n");
  assert.equal((await scene({ methods }).run("version")).text, `${HOSTILE}\n`);
});
