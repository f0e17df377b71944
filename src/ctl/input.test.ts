import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { Input } from "./input.ts";

const open = () => {
  const stream = new PassThrough();
  return { stream, input: new Input(stream as unknown as NodeJS.ReadStream) };
};

test("lines one by one, however they come", async () => {
  const { stream, input } = open();
  stream.write("one\ntw");
  assert.equal(await input.next(), "one");
  const second = input.next();
  stream.write("o\nthree\n");
  assert.equal(await second, "two");
  assert.equal(await input.next(), "three");
});

test("a last line without an end is a line; then it is over, again and again", async () => {
  const { stream, input } = open();
  stream.end("last");
  assert.equal(await input.next(), "last");
  assert.equal(await input.next(), null);
  assert.equal(await input.next(), null);
});

test("a last line without an end waits for who asks, however long the lines before it take", async () => {
  for (const text of ["status\nstop a", "status\r\nstart b\nstop é", "\nstop a"]) {
    const { stream, input } = open();
    stream.end(text);
    const lines = text.split("\n");
    for (const line of lines) {
      assert.equal(await input.next(), line);
      // A command runs: the end of the input comes meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(await input.next(), null);
  }
});

test("a last line is left to the next when who asked is gone, and found when the input ended unwatched", async () => {
  const { stream, input } = open();
  stream.end("a\nlast");
  assert.equal(await input.next(), "a");
  await new Promise((resolve) => setImmediate(resolve));
  input.detach();
  stream.resume();
  const controller = new AbortController();
  controller.abort();
  assert.equal(await input.next(controller.signal), null);
  assert.equal(await input.next(), "last");
});

test("who is not there any more gets nothing, and loses nothing for the next", async () => {
  const { stream, input } = open();
  const controller = new AbortController();
  const left = input.next(controller.signal);
  controller.abort();
  assert.equal(await left, null);
  stream.write("x\n");
  assert.equal(await input.next(), "x");
});

test("what others have read comes first", async () => {
  const { stream, input } = open();
  input.putBack(["a", "b"]);
  stream.write("c\n");
  assert.equal(input.takePending(), "a");
  assert.deepEqual([await input.next(), await input.next()], ["b", "c"]);
  assert.equal(input.takePending(), null);
});
