import assert from "node:assert/strict";
import { test } from "node:test";
import { Numbers, streamNumber, streamOwner } from "./numbers.ts";
import { Turn } from "./turn.ts";

test("a successor never uses a number of its predecessor, whenever that one died", () => {
  let stored: Uint8Array | undefined;
  const used = new Set<number>();
  for (let daemon = 0; daemon < 20; daemon++) {
    const numbers = new Numbers(stored);
    for (let i = 0; i < 300 * daemon; i++) {
      const turn = new Turn();
      const number = numbers.next(turn);
      assert.ok(!used.has(number), `${number} twice`);
      used.add(number);
      stored = turn.states.get("numbers") ?? stored;
    }
  }
});

test("a daemon without stored states skips what the keeper still holds", () => {
  const numbers = new Numbers(undefined);
  numbers.skip(4711);
  assert.ok(numbers.next(new Turn()) > 4711);
});

test("a stream tells whose it is", () => {
  for (const channel of ["stdout", "stderr"] as const) assert.deepEqual(streamOwner(streamNumber(77, channel)), { child: 77, channel });
});

test("who has no child has no stream, and none of the daemon's own", () => {
  for (const channel of ["stdout", "stderr"] as const) assert.equal(streamNumber(0, channel), 0);
});

test("a damaged record is not believed", () => {
  assert.ok(new Numbers(new TextEncoder().encode("1 0 99999")).next(new Turn()) < 1000);
});
