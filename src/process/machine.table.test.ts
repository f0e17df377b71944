/** Every situation with every input, written out by hand: what is not in this table must not happen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ALLOWED, Life, PID } from "./life.fixture.ts";
import type { ProcessInput } from "./machine.ts";
import { STATES } from "./states.ts";
import { exitWith } from "./waitstatus.ts";

const startingOn = (life: Life): Life => {
  life.start();
  return life;
};
const preparing = (life: Life): Life => {
  life.take({ type: "start" });
  return life;
};
const spawning = (life: Life): Life => {
  preparing(life).prepared();
  return life;
};
const after = (life: Life, ...inputs: ProcessInput[]): Life => {
  for (const input of inputs) life.take(input);
  return life;
};

const SITUATIONS = {
  "STOPPED, never started": () => new Life(),
  "STOPPED, after a run": () => after(new Life().run(), { type: "stop" }, { type: "exited", waitStatus: 15 }),
  "STARTING, prepared": () => preparing(new Life()),
  "STARTING, prepared for the last time": () => preparing(new Life({ startRetries: 0 })),
  "STARTING, spawned": () => spawning(new Life()),
  "STARTING, spawned and to be stopped": () => after(spawning(new Life()), { type: "stop" }),
  "STARTING, alive": () => startingOn(new Life()),
  "STARTING, alive for the last time": () => startingOn(new Life({ startRetries: 0 })),
  RUNNING: () => new Life().run(),
  BACKOFF: () => after(preparing(new Life()), { type: "unprepared", attempt: 1, text: "no" }),
  STOPPING: () => after(new Life().run(), { type: "stop" }),
  "EXITED, for good": () => after(new Life().run(), { type: "exited", waitStatus: 0 }),
  "EXITED, to start again": () => after(new Life({ autorestart: "always" }).run(), { type: "exited", waitStatus: 0 }),
  FATAL: () => after(preparing(new Life({ startRetries: 0 })), { type: "unprepared", attempt: 1, text: "no" }),
  "UNKNOWN, by a user's signal": () => after(new Life().run(), { type: "signal-failed", signal: 1, errno: "EPERM" }),
  "UNKNOWN, by a stop": () => after(new Life().run(), { type: "stop" }, { type: "signal-failed", signal: 15, errno: "EPERM" }),
} satisfies Record<string, () => Life>;

const HOUR_MS = 3_600_000;

const INPUTS = {
  start: (life) => life.take({ type: "start" }),
  prepared: (life) => life.prepared(),
  unprepared: (life) => life.unprepared(),
  "prepared, an older attempt": (life) => life.take({ type: "prepared", attempt: life.state.attempt - 1, child: 99 }),
  "unprepared, an older attempt": (life) => life.take({ type: "unprepared", attempt: life.state.attempt - 1, text: "no" }),
  spawned: (life) => life.spawned(PID),
  "spawned, another pid": (life) => life.spawned(PID + 1),
  "spawn-failed": (life) => life.take({ type: "spawn-failed", text: "no" }),
  "exited, early": (life) => life.take({ type: "exited", waitStatus: exitWith(0) }),
  "exited, late": (life) => {
    life.nowMs += HOUR_MS;
    return life.take({ type: "exited", waitStatus: exitWith(1) });
  },
  stop: (life) => life.take({ type: "stop" }),
  signal: (life) => life.take({ type: "signal", signal: 1 }),
  "signal-failed": (life) => life.take({ type: "signal-failed", signal: 1, errno: "EPERM" }),
  "deadline, early": (life) => {
    life.nowMs = -HOUR_MS;
    return life.take({ type: "deadline" });
  },
  "deadline, due": (life) => {
    life.nowMs += HOUR_MS;
    return life.take({ type: "deadline" });
  },
  "give-up": (life) => life.take({ type: "give-up" }),
} satisfies Record<string, (life: Life) => string[]>;

type Situation = keyof typeof SITUATIONS;
type Input = keyof typeof INPUTS;

/** A caller's bug: an assertion ends the daemon. */
const BUG = "bug";
/** Where nothing lives, reports about a child and signals to it are bugs. */
const LIFELESS = { spawned: BUG, "spawned, another pid": BUG, "spawn-failed": BUG, "exited, early": BUG, "exited, late": BUG, signal: BUG };
const ALIVE = { "spawned, another pid": BUG, "spawn-failed": BUG };

/** The states that follow. What is not listed changes no state. */
const TABLE: Record<Situation, Partial<Record<Input, string>>> = {
  "STOPPED, never started": { ...LIFELESS, start: "STARTING" },
  "STOPPED, after a run": { ...LIFELESS, start: "STARTING" },
  "STARTING, prepared": { ...LIFELESS, "spawn-failed": "BACKOFF", unprepared: "BACKOFF", stop: "STOPPING STOPPED" },
  "STARTING, prepared for the last time": {
    ...LIFELESS,
    "spawn-failed": "BACKOFF FATAL",
    unprepared: "BACKOFF FATAL",
    stop: "STOPPING STOPPED",
  },
  "STARTING, spawned": { "spawn-failed": "BACKOFF", "exited, early": BUG, "exited, late": BUG },
  "STARTING, spawned and to be stopped": {
    spawned: "STOPPING",
    "spawned, another pid": "STOPPING",
    "spawn-failed": "STOPPING STOPPED",
    "exited, early": BUG,
    "exited, late": BUG,
  },
  "STARTING, alive": {
    ...ALIVE,
    "exited, early": "BACKOFF",
    "exited, late": "RUNNING EXITED",
    stop: "STOPPING",
    "signal-failed": "UNKNOWN",
    "deadline, due": "RUNNING",
  },
  "STARTING, alive for the last time": {
    ...ALIVE,
    "exited, early": "BACKOFF FATAL",
    "exited, late": "RUNNING EXITED",
    stop: "STOPPING",
    "signal-failed": "UNKNOWN",
    "deadline, due": "RUNNING",
  },
  RUNNING: { ...ALIVE, "exited, early": "EXITED", "exited, late": "EXITED", stop: "STOPPING", "signal-failed": "UNKNOWN" },
  BACKOFF: { ...LIFELESS, start: "STARTING", stop: "STOPPED", "deadline, due": "STARTING", "give-up": "FATAL" },
  STOPPING: { ...ALIVE, "exited, early": "STOPPED", "exited, late": "STOPPED", "signal-failed": "UNKNOWN" },
  "EXITED, for good": { ...LIFELESS, start: "STARTING" },
  "EXITED, to start again": { ...LIFELESS, start: "STARTING", "deadline, due": "STARTING" },
  FATAL: { ...LIFELESS, start: "STARTING" },
  "UNKNOWN, by a user's signal": { ...ALIVE, "exited, early": "EXITED", "exited, late": "EXITED", signal: BUG },
  "UNKNOWN, by a stop": { ...ALIVE, "exited, early": "STOPPED", "exited, late": "STOPPED", signal: BUG },
};

/** The changes of state in these effects, as `FROM>TO`. */
function changes(words: readonly string[]): string[] {
  return words.filter((word) => /^[A-Z]+>[A-Z]+$/.test(word));
}

function outcome(life: Life, input: Input): string {
  const before = life.state.state;
  let words: string[];
  try {
    words = INPUTS[input](life);
  } catch (error) {
    assert.match(String(error), /broken invariant/);
    return BUG;
  }
  const path = changes(words).map((change) => change.split(">"));
  assert.deepEqual(
    [before, ...path.map(([, to]) => to)],
    [...path.map(([from]) => from), life.state.state],
    "each event begins where the last ended",
  );
  return path.map(([, to]) => to).join(" ");
}

for (const situation of Object.keys(SITUATIONS) as Situation[]) {
  test(`every input in ${situation}`, () => {
    const found = (Object.keys(INPUTS) as Input[]).map((input) => [input, outcome(SITUATIONS[situation](), input)] as const);
    assert.deepEqual(Object.fromEntries(found.filter(([, states]) => states !== "")), TABLE[situation]);
  });
}

test("PROC-009..021: the changes of state are those that are allowed, and each of them happens", () => {
  const seen = new Set<string>();
  for (const situation of Object.values(SITUATIONS)) {
    for (const input of Object.values(INPUTS)) {
      const life = situation();
      const before = life.effects.length;
      try {
        for (const change of changes(input(life))) seen.add(change);
      } catch {
        assert.equal(life.effects.length, before);
      }
    }
  }
  assert.deepEqual([...seen].sort(), [...ALLOWED].sort());
});

test("every state has a situation in the table", () => {
  const states = new Set(Object.values(SITUATIONS).map((situation) => situation().state.state));
  assert.deepEqual([...states].sort(), Object.keys(STATES).sort());
});

test("a situation is the state that its name says", () => {
  for (const [name, situation] of Object.entries(SITUATIONS)) assert.equal(situation().state.state, name.split(",")[0]);
});
