import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeControl } from "../rpc/control.fixture.ts";
import { LOG_PIECE_BYTES_MAX, LOGS_AT_ONCE_MAX } from "./bounds.ts";
import { continuation, logFollow, logPiece, unfinished } from "./logs.ts";
import { followLogs } from "./manylogs.ts";
import type { Reply } from "./reply.ts";
import type { LogPiece } from "./types.ts";
import { FakeOutlet, FakeTimers, settled } from "./watch.fixture.ts";

const pieceOf = (reply: Reply) => JSON.parse(reply.kind === "text" ? reply.body : "") as LogPiece;

test("pieces put together are the log, whatever their length: no character is cut", async () => {
  const control = new FakeControl();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), fc.integer({ min: 4, max: 9 }), async (text, length) => {
      control.write("/log/a", text);
      let all = "";
      for (let from = 0; from < Buffer.byteLength(text); ) {
        const piece = pieceOf(await logPiece(control.files, { path: "/log/a", from, length }));
        assert.ok(piece.next > from);
        all += piece.text;
        from = piece.next;
      }
      assert.equal(all, text);
    }),
    { numRuns: 100 },
  );
});

test("from the end: a character that the beginning would cut is left out; one piece has an end", async () => {
  const control = new FakeControl();
  control.write("/log/a", "a£b");
  assert.deepEqual(pieceOf(await logPiece(control.files, { path: "/log/a", from: -2, length: null })), {
    from: 3,
    next: 4,
    size: 4,
    text: "b",
  });
  control.write("/log/a", "x".repeat(LOG_PIECE_BYTES_MAX + 5));
  const piece = pieceOf(await logPiece(control.files, { path: "/log/a", from: 0, length: 10 * LOG_PIECE_BYTES_MAX }));
  assert.equal(piece.next, LOG_PIECE_BYTES_MAX);
  const missing = await logPiece(control.files, { path: "/log/none", from: 0, length: 1 });
  assert.equal(missing.kind === "text" && missing.status, 404);
});

test("bytes that are no UTF-8 hold nothing up", () => {
  assert.equal(unfinished(Buffer.from([0x61, 0xff])), 1);
  assert.equal(unfinished(Buffer.from([0x61, 0x80, 0x80, 0x80, 0x80])), 0);
  assert.equal(unfinished(Buffer.from("£")), 0);
  assert.equal(continuation(Buffer.from([0x80, 0x80, 0x80, 0x80])), 0);
});

test("several logs in one stream: each message says which, and its id where all of them are", async () => {
  const control = new FakeControl();
  control.write("/log/a", "one\n");
  control.write("/log/b", "zwei\n");
  const watched = new Map<string, () => void>();
  const onGrowth = (path: string, act: () => void) => {
    watched.set(path, act);
    return () => void watched.delete(path);
  };
  const timers = new FakeTimers();
  const tail = { files: control.files, follow: { onGrowth }, timers };
  const pathOf = (log: string) => (log === "c" ? null : `/log/${log}`);
  const outlet = new FakeOutlet();
  const reply = followLogs(tail, ["a@0", "b", "c"], { lastEventId: null, pathOf });
  const ended = reply.kind === "events" ? reply.run(outlet) : undefined;
  await settled();
  assert.match(outlet.text, /event: missing\nid: 0,5,0\ndata: \{"log":"c"\}/);
  assert.match(outlet.text, /id: 4,5,0\ndata: \{"log":"a","from":0,"next":4,"size":4,"text":"one\\n"\}/);
  control.write("/log/b", "zwei\ndrei\n");
  watched.get("/log/b")?.();
  await settled();
  assert.match(outlet.text, /id: 4,10,0\ndata: \{"log":"b","from":5,/);
  outlet.leave();
  await ended;
  assert.deepEqual([watched.size, timers.due.length], [0, 0]);
  const again = followLogs(tail, ["a@0", "b", "c"], { lastEventId: "4,5,0", pathOf });
  const later = new FakeOutlet();
  void (again.kind === "events" && again.run(later));
  await settled();
  assert.doesNotMatch(later.text, /"log":"a"/);
  assert.match(later.text, /"text":"drei\\n"/);
  const many = followLogs(
    tail,
    Array.from({ length: LOGS_AT_ONCE_MAX + 1 }, () => "a"),
    { lastEventId: null, pathOf },
  );
  assert.equal(many.kind === "text" && many.status, 400);
});

test("a log that is followed: half a character waits for its end; another file is told of", async () => {
  const control = new FakeControl();
  control.write("/log/a", Buffer.from("a£").subarray(0, 2));
  let changed: () => void = () => undefined;
  const onGrowth = (_path: string, act: () => void) => {
    changed = act;
    return () => undefined;
  };
  const timers = new FakeTimers();
  const reply = await logFollow({ files: control.files, follow: { onGrowth }, timers }, { path: "/log/a", from: 0, length: null });
  assert.equal(reply.kind, "events");
  const outlet = new FakeOutlet();
  const ended = reply.kind === "events" ? reply.run(outlet) : undefined;
  await settled();
  assert.match(outlet.text, /"from":0,"next":1,"size":2,"text":"a"/);
  outlet.kinds();
  control.write("/log/a", "a£b");
  changed();
  await settled();
  assert.match(outlet.text, /id: 4\ndata: \{"from":1,"next":4,"size":4,"text":"£b"\}/);
  outlet.kinds();
  control.inodes.set("/log/a", 2n);
  control.write("/log/a", "new");
  changed();
  await settled();
  assert.match(outlet.text, /"why":"rotated".*"from":0,"next":3/s);
  outlet.leave();
  await ended;
  assert.equal(timers.due.length, 0, "nothing keeps a stream alive that has ended");
});
