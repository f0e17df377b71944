import assert from "node:assert/strict";
import { test } from "node:test";
import { eventMessages as say } from "./loglines.ts";

test("LOG-115, LOG-121, LOG-144, LOG-145: the lines about pools and listeners", () => {
  assert.equal(say.overflowed("l", 3), "pool l event buffer overflowed, discarding event 3");
  assert.equal(say.badResultLine("l", Buffer.from("RESULT x")), "l: bad result line: 'RESULT x'");
  assert.equal(say.rejected("l"), "l: event was rejected");
  assert.equal(
    say.unknown("l"),
    "l: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol",
  );
  assert.equal(say.changed("l", "BUSY", "ACKNOWLEDGED"), "l: BUSY -> ACKNOWLEDGED");
  assert.equal(say.processed("l"), "l: event was processed");
  assert.equal(say.sent(3, "l"), "event 3 sent to listener l");
  assert.equal(say.rebuffering(3, "l", 1, 10), "rebuffering event 3 for pool l (buf size=1, max=10)");
  assert.equal(say.brokenPipe(3, "l"), "epipe occurred while sending event 3 to listener l, listener state unchanged");
});
