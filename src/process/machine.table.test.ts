/** Every situation with every input, written out by hand: what is not in this table must not happen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ALLOWED, Life, PID } from "./life.fixture.ts";
import { SITUATIONS, spawning } from "./situations.fixture.ts";
import { earliestDeadline, NEVER_STARTED } from "./state.ts";
import { STATES } from "./states.ts";
import { TABLE as CELLS, type Path, type Row, rowOf } from "./table.ts";
import { exitWith } from "./waitstatus.ts";

const HOUR_MS = 3_600_000;

const DONE = { kind: "exit", code: 0 } as const;
const FAILED = { kind: "exit", code: 1 } as const;

const INPUTS = {
  start: (life) => life.take({ type: "start" }),
  "start, a retry": (life) => life.take({ type: "start", cause: "retry" }),
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
  "stop, to start again": (life) => life.take({ type: "stop", cause: "memory", again: true }),
  hold: (life) => life.take({ type: "hold", waiting: { cause: "restart", sinceMs: life.nowMs } }),
  refuse: (life) => life.take({ type: "refuse", text: "no" }),
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
  "probed, ready": (life) => life.probed("ready", "ok"),
  "probed, not ready": (life) => life.probed("ready", "failed"),
  "probed, healthy": (life) => life.probed("health", "ok"),
  "probed, unhealthy": (life) => life.probed("health", "failed"),
  "probed, of another child": (life) =>
    life.take({ type: "probed", purpose: "ready", child: 99, check: 1, found: { result: "ok", text: "", output: "", ms: 1 } }),
  ready: (life) => life.take({ type: "ready", child: life.state.child }),
  "ready, another child": (life) => life.take({ type: "ready", child: 99 }),
  said: (life) => life.says("READY=1\nSTATUS=on\nEXTEND_TIMEOUT_USEC=1000000\nWATCHDOG=1"),
  "said, that it reloads and ends": (life) => life.says("RELOADING=1\nSTOPPING=1\nWATCHDOG=trigger\nMAINPID=1"),
  "said, by another user": (life) => life.says("READY=1", { pid: 99, uid: 99 }),
  "too-large": (life) => life.take({ type: "too-large", child: life.state.child, bytes: 1 }),
  "start-later": (life) => life.take({ type: "start-later", cause: "user" }),
  swept: (life) => life.take({ type: "swept", child: 7, left: [] }),
  recheck: (life) => life.take({ type: "recheck", counts: "kept" }),
  read: (life) => life.take({ type: "read", attempt: life.state.attempt }),
  "read, an older attempt": (life) => life.take({ type: "read", attempt: life.state.attempt - 1 }),
  "run-ended, post_start": (life) =>
    life.take({ type: "run-ended", what: "post_start", number: 1, outcome: DONE, output: "", ranMs: 1, timeoutMs: 1 }),
  "run-ended, pre_start": (life) =>
    life.take({ type: "run-ended", what: "pre_start", number: 1, outcome: DONE, output: "", ranMs: 1, timeoutMs: 1 }),
  "run-ended, pre_start, failed": (life) =>
    life.take({ type: "run-ended", what: "pre_start", number: 1, outcome: FAILED, output: "", ranMs: 1, timeoutMs: 1 }),
  "run-ended, pre_stop": (life) =>
    life.take({ type: "run-ended", what: "pre_stop", number: 1, outcome: DONE, output: "", ranMs: 1, timeoutMs: 1 }),
  "run-ended, stop_command": (life) =>
    life.take({ type: "run-ended", what: "stop_command", number: 1, outcome: DONE, output: "", ranMs: 1, timeoutMs: 1 }),
  "run-ended, a check": (life) => life.ran("check", 0),
} satisfies Record<string, (life: Life) => string[]>;

type Situation = keyof typeof SITUATIONS;
type Input = keyof typeof INPUTS;

/** A caller's bug: an assertion ends the daemon. */
const BUG = "bug";
/** Where nothing lives, reports about a child and signals to it are bugs. */
const LIFELESS = { spawned: BUG, "spawned, another pid": BUG, "spawn-failed": BUG, "exited, early": BUG, "exited, late": BUG, signal: BUG };
const REFUSED = "STARTING BACKOFF FATAL";
const DOWN = { ...LIFELESS, start: "STARTING", "start, a retry": "STARTING", refuse: REFUSED };
const AT_LIMIT = { ...DOWN, "start, a retry": REFUSED };
const ALIVE = { "spawned, another pid": BUG, "spawn-failed": BUG };

const BECOMING_READY = {
  ...ALIVE,
  "exited, early": "BACKOFF",
  "exited, late": "BACKOFF",
  stop: "STOPPING",
  "stop, to start again": "STOPPING",
  "signal-failed": "UNKNOWN",
  "probed, ready": "RUNNING",
  ready: "RUNNING",
};

/** The states that follow. What is not listed changes no state. */
const TABLE: Record<Situation, Partial<Record<Input, string>>> = {
  "STOPPED, never started": DOWN,
  "STOPPED, after a run": DOWN,
  "STOPPED, to start again": { ...DOWN, "deadline, due": "STARTING" },
  "STOPPED, to start again, at its limit": { ...AT_LIMIT, "deadline, due": REFUSED },
  "STARTING, prepared": {
    ...LIFELESS,
    "spawn-failed": "BACKOFF",
    unprepared: "BACKOFF",
    "run-ended, pre_start, failed": "BACKOFF",
    stop: "STOPPING STOPPED",
    "stop, to start again": "STOPPING STOPPED",
  },
  "STARTING, prepared for the last time": {
    ...LIFELESS,
    "spawn-failed": "BACKOFF FATAL",
    unprepared: "BACKOFF FATAL",
    "run-ended, pre_start, failed": "BACKOFF FATAL",
    stop: "STOPPING STOPPED",
    "stop, to start again": "STOPPING STOPPED",
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
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
    "deadline, due": "RUNNING",
  },
  "STARTING, alive for the last time": {
    ...ALIVE,
    "exited, early": "BACKOFF FATAL",
    "exited, late": "RUNNING EXITED",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
    "deadline, due": "RUNNING",
  },
  "STARTING, to say that it is ready": { ...BECOMING_READY, said: "RUNNING" },
  "STARTING, becoming ready": BECOMING_READY,
  "STARTING, a command says whether it is ready": { ...BECOMING_READY, "run-ended, a check": "RUNNING" },
  "STARTING, becoming ready for the last time": {
    ...ALIVE,
    "exited, early": "BACKOFF FATAL",
    "exited, late": "BACKOFF FATAL",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
    "probed, ready": "RUNNING",
    ready: "RUNNING",
  },
  "STARTING, ready before startsecs are over": {
    ...ALIVE,
    "exited, early": "BACKOFF",
    "exited, late": "RUNNING EXITED",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
    "deadline, due": "RUNNING",
  },
  "STARTING, not ready in time": {
    ...ALIVE,
    "exited, early": "BACKOFF",
    "exited, late": "BACKOFF",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
  },
  "STARTING, not ready in time for the last time": {
    ...ALIVE,
    "exited, early": "BACKOFF FATAL",
    "exited, late": "BACKOFF FATAL",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
  },
  "RUNNING, a one-shot": {
    ...ALIVE,
    "exited, early": "EXITED",
    "exited, late": `EXITED ${REFUSED}`,
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
  },
  "RUNNING, checked": {
    ...ALIVE,
    "exited, early": "EXITED",
    "exited, late": "EXITED",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
  },
  "RUNNING, reloading": {
    ...ALIVE,
    "exited, early": "EXITED",
    "exited, late": "EXITED",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
  },
  RUNNING: {
    ...ALIVE,
    "exited, early": "EXITED",
    "exited, late": "EXITED",
    stop: "STOPPING",
    "stop, to start again": "STOPPING",
    "signal-failed": "UNKNOWN",
  },
  BACKOFF: {
    ...DOWN,
    stop: "STOPPED",
    "stop, to start again": "STOPPED",
    "deadline, due": "STARTING",
    "give-up": "FATAL",
    refuse: "FATAL",
  },
  "BACKOFF, at its limit": {
    ...DOWN,
    "start, a retry": "FATAL",
    stop: "STOPPED",
    "stop, to start again": "STOPPED",
    "deadline, due": "FATAL",
    "give-up": "FATAL",
    refuse: "FATAL",
  },
  "STARTING, before its pre_start": {
    ...LIFELESS,
    "spawn-failed": "BACKOFF",
    unprepared: "BACKOFF",
    "run-ended, pre_start, failed": "BACKOFF",
    stop: "STOPPING STOPPED",
    "stop, to start again": "STOPPING STOPPED",
  },
  "STOPPING, with pre_stop": { ...ALIVE, "exited, early": "STOPPED", "exited, late": "STOPPED", "signal-failed": "UNKNOWN" },
  "STOPPING, by stop_command": { ...ALIVE, "exited, early": "STOPPED", "exited, late": "STOPPED", "signal-failed": "UNKNOWN" },
  STOPPING: { ...ALIVE, "exited, early": "STOPPED", "exited, late": "STOPPED", "signal-failed": "UNKNOWN" },
  "EXITED, swept": DOWN,
  "EXITED, for good": DOWN,
  "EXITED, to start again": { ...DOWN, "deadline, due": "STARTING" },
  "EXITED, at its limit": { ...AT_LIMIT, "deadline, due": REFUSED },
  FATAL: DOWN,
  "FATAL, to be retried": { ...DOWN, "deadline, due": "STARTING" },
  "FATAL, at its limit": AT_LIMIT,
  "UNKNOWN, a one-shot": { ...ALIVE, "exited, early": "EXITED", "exited, late": `EXITED ${REFUSED}`, signal: BUG },
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

/** Every path of every cell, as `ROW, input: STATES`. */
const PATHS = (Object.keys(CELLS) as Row[]).flatMap((row) => {
  const { deadline, ...cells } = CELLS[row];
  const all: [string, { readonly paths: readonly Path[] }][] = [...Object.entries(cells), ...Object.entries(deadline)];
  return all.flatMap(([input, { paths }]) => paths.map((path) => ({ row, input, path })));
});
const shown = ({ row, input, path }: { row: Row; input: string; path: string }): string => `${row}, ${input}: ${path}`;

/** With startsecs=0, and a spawn that is the last attempt. */
const MORE_SITUATIONS = [
  ...Object.values(SITUATIONS),
  () => spawning(new Life({ startRetries: 0 })),
  () => spawning(new Life({ startSecs: 0 })),
  () => {
    const adopted = new Life({ startSecs: 0 });
    adopted.state = { ...NEVER_STARTED, state: "STARTING", pid: PID, child: 7, attempt: 1 };
    return adopted;
  },
  () => {
    const adopted = new Life({ type: "oneshot", startSecs: 0, startRetries: 0 });
    adopted.state = { ...NEVER_STARTED, state: "STARTING", pid: PID, child: 7, attempt: 1 };
    return adopted;
  },
];

test("PROC-009..021: the table leads where a change of state is allowed, and nowhere else", () => {
  const changes = PATHS.flatMap(({ row, path }) => {
    const states = [row.split(",")[0], ...path.split(" ")];
    return states.slice(1).map((to, index) => `${states[index]}>${to}`);
  });
  assert.deepEqual([...new Set(changes)].sort(), [...ALLOWED].sort());
});

test("every path in the table happens, and what happens is in the table; what cannot happen is named as a bug", () => {
  const seen = new Set<string>();
  for (const situation of MORE_SITUATIONS) {
    for (const [name, act] of Object.entries(INPUTS)) {
      const life = situation();
      const row = rowOf(life.state);
      const input = name.startsWith("deadline") ? (earliestDeadline(life.state) ?? "") : (name.split(",")[0] ?? "");
      try {
        const path = changes(act(life)).map((change) => change.split(">")[1]);
        if (path.length > 0) seen.add(shown({ row, input, path: path.join(" ") }));
      } catch (error) {
        assert.match(String(error), name === "spawned, another pid" ? /broken invariant/ : /broken invariant: .* in [A-Z]+: it [a-z]/);
      }
    }
  }
  assert.deepEqual([...seen].sort(), PATHS.map(shown).sort());
});

test("a row names the deadlines that there are in it, and no others", () => {
  const found: Record<string, string[]> = {};
  for (const situation of Object.values(SITUATIONS)) {
    const { state } = situation();
    found[rowOf(state)] = [...new Set([...(found[rowOf(state)] ?? []), ...Object.keys(state.deadlines)])].sort();
  }
  const named = Object.entries(CELLS).map(([row, { deadline }]) => [row, Object.keys(deadline).sort()] as const);
  assert.deepEqual(found, Object.fromEntries(named));
});

test("a row with a hole does not compile", () => {
  const { stop: _, ...hole } = CELLS.STOPPED;
  // @ts-expect-error: there is no cell for a stop
  const row: typeof CELLS.STOPPED = hole;
  assert.ok(!("stop" in row));
});

test("several deadlines run at once: each comes at its time, and what it does not end goes on", () => {
  const life = new Life({ startSecs: 5 });
  life.start();
  life.state = { ...life.state, deadlines: { ...life.state.deadlines, ready: 8000 } };
  assert.deepEqual(life.take({ type: "deadline", name: "ready" }), [], "not due yet");
  assert.deepEqual(life.pass(5000)[0], "STARTING>RUNNING");
  assert.deepEqual(life.state.deadlines, { ready: 8000 });
  life.exits(0);
  assert.deepEqual(life.state.deadlines, {}, "an end ends them all");
});

test("the earliest deadline is acted upon first, unless another is named; one that its row does not name is a bug", () => {
  const life = new Life();
  life.state = { ...NEVER_STARTED, state: "STOPPING", pid: PID, child: 7, deadlines: { kill: 2000, health: 1000 } };
  life.nowMs = 3000;
  assert.deepEqual(life.take({ type: "deadline", name: "kill" }).at(-1), "signal 9 to process");
  assert.deepEqual(life.state.deadlines, { kill: 13_000, health: 1000 });
  assert.throws(() => life.take({ type: "deadline" }), /broken invariant: cat has the deadline health in STOPPING/);
});
