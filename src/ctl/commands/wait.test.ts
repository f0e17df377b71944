import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { failing, info, scene } from "../scene.fixture.ts";
import { readWish } from "./wait.ts";

/** A server whose process goes through these states, one per look. */
const through = (...states: readonly string[]) => {
  let looks = 0;
  return {
    getAllProcessInfo: async () => ok([info("web", states[Math.min(looks++, states.length - 1)] ?? "UNKNOWN"), info("db", "RUNNING")]),
  };
};

test("wait ends with 0 when all are in the state, each said once", async () => {
  const { text, exit } = await scene({ methods: through("STOPPED", "STARTING", "RUNNING") }).run("wait web db");
  assert.deepEqual({ text, exit }, { text: "db: RUNNING\nweb: RUNNING\n", exit: 0 });
});

test("wait for another state, or one of several", async () => {
  assert.equal((await scene({ methods: through("RUNNING", "EXITED") }).run("wait web --for exited")).text, "web: EXITED\n");
  assert.equal((await scene({ methods: through("RUNNING", "FATAL") }).run("wait web --for EXITED,FATAL")).text, "web: FATAL\n");
});

test("RDY-014 ONE-001 wait for what more than the state says: ready, healthy, done or failed", async () => {
  const life = (ready: boolean | null, health: string | null, next = "runs") => ({
    ...{ ready, health: health === null ? null : { state: health }, next: { what: next, at: null, text: next } },
  });
  const run = async (line: string, state: string, spawnerr: string, ...lives: readonly object[]) => {
    let looks = 0;
    const explainAllProcesses = async () => ok([{ group: "web", name: "web", life: lives[Math.min(looks++, lives.length - 1)] }]);
    const getAllProcessInfo = async () => ok([{ ...info("web", state), spawnerr }]);
    return scene({ methods: { getAllProcessInfo, explainAllProcesses } as never }).run(line);
  };
  assert.deepEqual(await run("wait web --for ready", "RUNNING", "", life(false, null), life(true, null)), {
    text: "web: READY\n",
    exit: 0,
  });
  assert.equal(
    (await run("wait web --for READY", "RUNNING", "", life(null, null))).text,
    "web: READY\n",
    "without ready_when RUNNING is all",
  );
  assert.equal((await run("wait web --for healthy", "RUNNING", "", life(null, "unknown"), life(null, "healthy"))).text, "web: HEALTHY\n");
  assert.deepEqual(await run("wait web --for healthy", "RUNNING", "", life(null, null)), {
    text: "web: ERROR (has no healthcheck)\n",
    exit: 1,
  });
  assert.equal((await run("wait web --for done", "EXITED", "", life(null, null, "stays-down"))).text, "web: DONE\n");
  const failed = { text: "web: ERROR (failed: Bad exit code 3)\n", exit: 1 };
  assert.deepEqual(
    await run("wait web --for done", "EXITED", "Bad exit code 3", life(null, null, "retries"), life(null, null, "stays-down")),
    failed,
  );
  assert.deepEqual(await run("wait web --for done", "FATAL", "Bad exit code 3", life(null, null, "stays-down")), failed);
});

test("wait gives up when the time is up, 1", async () => {
  const { text, exit } = await scene({ methods: through("STARTING") }).run("wait web --timeout 2");
  assert.deepEqual({ text, exit }, { text: "web: ERROR (is STARTING, not RUNNING, when the time was up)\n", exit: 1 });
});

test("wait does not wait for what is FATAL, 7; an unknown name is 1", async () => {
  assert.deepEqual(await scene({ methods: through("BACKOFF", "FATAL") }).run("wait web"), { text: "web: ERROR (is FATAL)\n", exit: 7 });
  assert.deepEqual(await scene({ methods: through("RUNNING") }).run("wait nothere"), {
    text: "nothere: ERROR (no such process)\n",
    exit: 1,
  });
});

test("wait lives through a daemon that is being replaced, not through one that refuses", async () => {
  const broken = { kind: "broken", code: null, answerBegun: false } as const;
  let looks = 0;
  const getAllProcessInfo = async () => (looks++ === 1 ? failing(broken) : ok([info("web", looks < 3 ? "STARTING" : "RUNNING")]));
  assert.deepEqual(await scene({ methods: { getAllProcessInfo } }).run("wait web"), { text: "web: RUNNING\n", exit: 0 });
  const denied = { getAllProcessInfo: () => failing({ kind: "connect", code: "EACCES" }) };
  assert.match((await scene({ methods: denied }).run("wait web")).text, /PermissionError/);
});

test("wait takes groups, patterns and all", async () => {
  const getAllProcessInfo = async () => ok([info("g:a", "RUNNING"), info("g:b", "RUNNING")]);
  for (const names of ["g:*", "g:?", "all"]) {
    assert.equal((await scene({ methods: { getAllProcessInfo } }).run(`wait ${names}`)).text, "g:a: RUNNING\ng:b: RUNNING\n", names);
  }
});

test("wrong uses of wait, 2", async () => {
  for (const line of ["wait", "wait a --for NOWHERE", "wait a --timeout x", "wait a --timeout"]) {
    const { text, exit } = await scene().run(line);
    assert.match(text, /^Error: /);
    assert.equal(exit, 2, line);
  }
  const wish = readWish({ words: ["a"], options: new Map([["timeout", "0"]]) });
  assert.ok(wish.ok && wish.value.timeoutMs === Number.POSITIVE_INFINITY);
});
