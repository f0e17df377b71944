/** Cells and characters. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { characters, displayWidth, padded } from "./width.ts";

test("wide characters take two cells, marks on top of others none", () => {
  for (const [text, cells, count] of [
    ["web", 3, 3],
    ["", 0, 0],
    ["订单服务", 8, 4],
    ["注文サービス", 12, 6],
    ["주문", 4, 2],
    ["ｶﾅ", 2, 2],
    ["（ａ）", 6, 3],
    ["é", 1, 1],
    ["e\u0301", 1, 2],
    ["\u{1f600}", 2, 1],
    ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", 2, 5],
    ["worker-订单_00", 14, 12],
    ["ünïcødé", 7, 7],
    ["\u{20000}", 2, 1],
  ] as const) {
    assert.deepEqual([displayWidth(text), characters(text)], [cells, count], text);
  }
});

test("a text is padded to a width, and never cut", () => {
  assert.equal(padded("订单", 6, displayWidth), "订单  ");
  assert.equal(padded("订单", 6, characters), "订单    ");
  assert.equal(padded("订单订单", 6, displayWidth), "订单订单");
});
