import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { append, makeQueue, putBack, type QueuedEvent, queuedEvents, queueHead, queueLength, takeHead } from "./queue.ts";

const event = (id: number): QueuedEvent => ({ id, serial: id, poolSerial: id, name: "TICK_5", payload: new Uint8Array(0) });

test("a queue is a sorted list that grows at its end and is taken at its head, after a restoration too", () => {
  const act = fc.constantFrom("append", "append", "take", "take", "back", "restore");
  fc.assert(
    fc.property(fc.array(act, { maxLength: 400 }), (acts) => {
      let queue = makeQueue();
      let next = 0;
      const model: number[] = [];
      const taken: QueuedEvent[] = [];
      for (const what of acts) {
        if (what === "append") {
          model.push(next);
          append(queue, event(next++));
        } else if (what === "take") {
          const head = takeHead(queue);
          assert.equal(head?.id, model.shift());
          if (head !== undefined) taken.push(head);
        } else if (what === "back") {
          const back = taken.splice(0, 1)[0];
          if (back === undefined) continue;
          putBack(queue, back);
          model.push(back.id);
          model.sort((a, b) => a - b);
        } else queue = makeQueue(queuedEvents(queue).reverse());
        assert.deepEqual(
          queuedEvents(queue).map(({ id }) => id),
          model,
        );
        assert.equal(queueLength(queue), model.length);
        assert.equal(queueHead(queue)?.id, model[0]);
      }
    }),
  );
});

test("the cost of appending and taking does not grow with the length, and what was taken is let go", () => {
  const queue = makeQueue(Array.from({ length: 20_000 }, (_, id) => event(id)));
  for (let id = 20_000; id < 60_000; id++) {
    append(queue, event(id));
    takeHead(queue);
  }
  assert.equal(queueLength(queue), 20_000);
  assert.ok(queue.fresh.length <= 40_064, `${queue.fresh.length} places for 20000 events`);
});
