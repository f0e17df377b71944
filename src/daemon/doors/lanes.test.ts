import assert from "node:assert/strict";
import { test } from "node:test";
import { Lanes, SharedQuestions } from "./lanes.ts";

/** An act that ends when the test says so. */
class Held {
  begun = false;
  end: () => void = () => undefined;
  readonly act = (): Promise<string> => {
    this.begun = true;
    return new Promise((resolve) => (this.end = () => resolve("done")));
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a folder that hangs takes its lanes and no other's; what waited for it goes on in its order", async () => {
  const lanes = new Lanes(4, 2);
  const hung = [new Held(), new Held(), new Held(), new Held()];
  const answers = hung.map((one, index) => lanes.run(`/hung/${index}.log`, one.act));
  assert.deepEqual(
    hung.map(({ begun }) => begun),
    [true, true, false, false],
  );
  assert.equal(await lanes.run("/well/a.log", async () => 7), 7);
  hung[1]?.end();
  await answers[1];
  await settled();
  assert.deepEqual(
    hung.map(({ begun }) => begun),
    [true, true, true, false],
  );
});

test("no more than there are lanes are under way, however many folders hang", async () => {
  const lanes = new Lanes(4, 2);
  const hung = Array.from({ length: 6 }, () => new Held());
  for (const [index, one] of hung.entries()) void lanes.run(`/hung${index}/a.log`, one.act);
  assert.equal(hung.filter(({ begun }) => begun).length, 4);
  hung[0]?.end();
  await settled();
  assert.equal(hung.filter(({ begun }) => begun).length, 5);
});

test("who has no patience is answered, waiting or under way; what is under way keeps its lane, what waited never begins", async () => {
  const lanes = new Lanes(4, 1);
  const [first, second] = [new Held(), new Held()];
  const late = { patienceMs: 1, answer: "late" };
  assert.deepEqual(await Promise.all([lanes.run("/hung/a", first.act, late), lanes.run("/hung/b", second.act, late)]), ["late", "late"]);
  assert.equal(second.begun, false);
  first.end();
  await settled();
  assert.equal(second.begun, false);
  assert.equal(await lanes.run("/hung/c", async () => "free", late), "free");
});

test("an act that fails leaves its lane", async () => {
  const lanes = new Lanes(1, 1);
  await assert.rejects(lanes.run("/a/b", () => Promise.reject(new Error("a bug"))));
  assert.equal(await lanes.run("/a/b", async () => 1), 1);
});

test("folders take turns: whoever asks for much in one does not keep another from its next lane", async () => {
  const lanes = new Lanes(2, 2);
  const [mine, others] = [Array.from({ length: 5 }, () => new Held()), new Held()];
  for (const [index, one] of mine.entries()) void lanes.run(`/mine/${index}`, one.act);
  void lanes.run("/other/a", others.act);
  for (const one of mine.slice(0, 2)) one.end();
  await settled();
  assert.deepEqual(
    [...mine, others].map(({ begun }) => begun),
    [true, true, true, false, false, true],
  );
});

test("a question that waits is asked once for all who ask it; one that is under way is asked anew, for its answer may be old", async () => {
  const shared = new SharedQuestions(new Lanes(1, 1));
  const [first, second] = [new Held(), new Held()];
  const under = shared.ask("stat", "/bin/a", first.act);
  assert.equal(first.begun, true);
  const waiting = shared.ask("stat", "/bin/a", second.act);
  const never = new Held();
  const same = shared.ask("stat", "/bin/a", never.act);
  const other = shared.ask("mayExecute", "/bin/a", async () => "another");
  first.end();
  assert.equal(await under, "done");
  await settled();
  assert.deepEqual([second.begun, never.begun], [true, false]);
  second.end();
  assert.deepEqual(await Promise.all([waiting, same, other]), ["done", "done", "another"]);
});

test("a shared question that fails fails for all, and is asked again by the next", async () => {
  const shared = new SharedQuestions(new Lanes(1, 1));
  const first = new Held();
  void shared.ask("stat", "/x", first.act);
  const failing = (): Promise<string> => Promise.reject(new Error("a bug"));
  const [one, two] = [shared.ask("stat", "/y", failing), shared.ask("stat", "/y", failing)];
  first.end();
  await Promise.all([assert.rejects(one), assert.rejects(two)]);
  assert.equal(await shared.ask("stat", "/y", async () => "well"), "well");
});
