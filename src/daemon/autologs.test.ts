import assert from "node:assert/strict";
import { test } from "node:test";
import { isAutoLogName } from "./autologs.ts";

test("PROC-216: AUTO logs and their backups are recognised by their names", () => {
  for (const name of [
    "cat-stdout---supervisor-a1b2c3_4.log",
    "a b-stderr---supervisor-xxxxxxxx.log.1",
    "c-stdout---supervisor-xxxxxxxx.log.9999",
  ]) {
    assert.equal(isAutoLogName(name, "supervisor"), true, name);
  }
});

test("PROC-216: text behind .log makes it somebody else's file, unlike in the original", () => {
  for (const name of [
    "cat-stdout---supervisor-xxxxxxxx.log.gz",
    "cat-stdout---supervisor-xxxxxxxx.log.1.bak",
    "---supervisor-xxxxxxxx.log",
  ]) {
    assert.equal(isAutoLogName(name, "supervisor"), false, name);
  }
});

test("PROC-217: files of another identifier stay, and the identifier is no pattern", () => {
  assert.equal(isAutoLogName("cat-stdout---other-xxxxxxxx.log", "supervisor"), false);
  assert.equal(isAutoLogName("cat-stdout---supervisor-xxxxxxxx.log", "s.*"), false);
  assert.equal(isAutoLogName("cat-stdout---s.*-xxxxxxxx.log", "s.*"), true);
});
