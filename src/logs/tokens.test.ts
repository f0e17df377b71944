import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BEGIN_TOKEN, END_TOKEN, findTokens, NO_TOKEN, type TokenState } from "./tokens.ts";

const BEGIN = "<!--XSUPERVISOR:BEGIN-->";
const END = "<!--XSUPERVISOR:END-->";

/** The pieces as text, captured ones in braces, tokens as their words; neighbours of a kind are joined. What is held back at the end comes last. */
function cut(...blocks: string[]): string {
  let state: TokenState = NO_TOKEN;
  let shown = "";
  for (const block of blocks) {
    const step = findTokens(state, Buffer.from(block, "latin1"));
    state = step.state;
    for (const piece of step.pieces) {
      const text = piece.type === "text" ? Buffer.from(piece.bytes).toString("latin1") : "";
      shown += piece.type === "text" ? (piece.captured ? `{${text}}` : text) : `<${piece.type}>`;
    }
  }
  const held = Buffer.from(state.held).toString("latin1");
  return (shown + (held === "" ? "" : state.capturing ? `{${held}}` : held)).replaceAll("}{", "");
}

test("LOG-082: the tokens, 24 and 22 bytes", () => {
  assert.equal(Buffer.from(BEGIN_TOKEN).toString(), BEGIN);
  assert.equal(Buffer.from(END_TOKEN).toString(), END);
  assert.deepEqual([BEGIN_TOKEN.length, END_TOKEN.length], [24, 22]);
});

test("LOG-083: short output is not held back, only what may be the beginning of a token", () => {
  const held = (text: string) => Buffer.from(findTokens(NO_TOKEN, Buffer.from(text)).state.held).toString();
  assert.equal(held("short"), "");
  assert.equal(held("line\n"), "");
  assert.equal(held("a <"), "<");
  assert.equal(held(`a ${BEGIN.slice(0, 23)}`), BEGIN.slice(0, 23));
  assert.equal(held("<<!--X"), "<!--X");
  assert.equal(held("<!--XML"), "");
});

test("LOG-085, LOG-087: tokens are found over any split and are no text", () => {
  assert.equal(cut(`a${BEGIN}b${END}c`), "a<begin>{b}<end>c");
  assert.equal(cut(`a${BEGIN.slice(0, 5)}`, `${BEGIN.slice(5)}b${END.slice(0, 21)}`, `${END.slice(21)}c`), "a<begin>{b}<end>c");
  assert.equal(cut(`a${BEGIN.slice(0, 5)}`, "no token"), `a${BEGIN.slice(0, 5)}no token`);
});

test("LOG-088: BEGIN in a capture and END outside of one are text", () => {
  assert.equal(cut(`${BEGIN}${BEGIN}x${END}${END}`), `<begin>{${BEGIN}x}<end>${END}`);
  assert.equal(cut(`${END}x`), `${END}x`);
});

test("LOG-091: BEGIN and END with nothing between", () => {
  assert.equal(cut(`${BEGIN}${END}`), "<begin><end>");
});

test("however the bytes are split, the pieces are the same, and held back is less than a token", () => {
  const piece = fc.constantFrom("a", "<", "<!--", "<!--XSUPERVISOR:", "BEGIN-->", "END-->", BEGIN, END, "\n");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 6 }), (pieces, cuts) => {
      const text = pieces.join("");
      const marks = [0, ...cuts.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length];
      const blocks = marks.slice(1).map((mark, at) => text.slice(marks[at], mark));
      assert.equal(cut(...blocks), cut(text));
      const { state } = findTokens(NO_TOKEN, Buffer.from(text));
      assert.ok(state.held.length < (state.capturing ? END_TOKEN : BEGIN_TOKEN).length);
    }),
  );
});
