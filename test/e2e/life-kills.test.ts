/**
 * Goal: the daemon is killed at any moment, and whatever programs wait for, pause for, are checked for, scheduled or stopped for happens once and at its
 * time. What has happened is read in the files that the programs write.
 */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { freePort, until } from "./instance.ts";
import { KILLS, Killed } from "./killed.ts";

/** As long as kills are going on, and a little longer, one of these is under way or about to begin. */
const STEPS = KILLS + 3;
const PAUSE_MS = 1000;
const SLOT_MS = 2000;

class Scene extends Killed {
  readonly #sick: Server;
  #databasePort = 0;

  constructor() {
    super({ after });
    // Its first run is unwell, every other is well.
    this.#sick = createServer((_, answer) => {
      answer.statusCode = this.said("sick").length > 1 ? 200 : 503;
      answer.end();
    });
  }

  async begin(): Promise<void> {
    await new Promise<void>((resolve) => this.#sick.listen(0, "127.0.0.1", resolve));
    after(() => this.#sick.close());
    this.#databasePort = await freePort();
    this.it.configure(this.#sections());
    await this.it.start();
    await until("the job has run", () => this.said("job").length > 0);
  }

  /** What the programs wait for answers from now on. */
  async databaseComesUp(): Promise<void> {
    const database = createServer((_, answer) => answer.end());
    await new Promise<void>((resolve) => database.listen(this.#databasePort, "127.0.0.1", resolve));
    after(() => database.close());
  }

  #sections(): string {
    const { port } = this.#sick.address() as AddressInfo;
    const steps = Array.from({ length: STEPS }, (_, at) =>
      this.program(`step${at}`, `type=oneshot\n${at === 0 ? "" : `depends_on=step${at - 1}\n`}`, "program 0.5"),
    );
    return [
      ...steps,
      this.program("db", `ready_when=tcp:${this.#databasePort}\nready_interval=200ms\nready_timeout=0`),
      this.program("web", "depends_on=db"),
      this.program("late", "depends_on=never:running\ndepends_timeout=3s"),
      this.program("never", "autostart=false\nready_when=unix:/nowhere/at/all\nready_timeout=0"),
      this.program("sick", `healthcheck=http://127.0.0.1:${port}/\nhealthcheck_interval=1s\nhealthcheck_timeout=1s\nhealthcheck_grace=0`),
      this.program("paused", `autorestart=true\nrestart_delay=${PAUSE_MS}ms\nrestart_delay_max=1h`, "program 0.2"),
      this.program("hour", "autorestart=true\nrestart_delay=1h\nrestart_delay_max=1h", "program 0"),
      this.program("job", `cron=*/${SLOT_MS / 1000} * * * * *`, "program 0.2"),
      this.program("lower", "autorestart=true"),
      this.program("upper", "autorestart=true\ndepends_on=lower"),
      "[group:pair]\nprograms=lower,upper",
    ].join("\n");
  }

  /** Stops and starts the pair, over and over, as long as daemons are killed. */
  async operate(): Promise<number> {
    let rounds = 0;
    const isIn = async (state: string) => (await this.#states()).every((word) => word === state);
    for (; this.kills < KILLS; rounds++) {
      await until("the pair runs", async () => (await this.it.ctl("start", "pair:*")) && (await isIn("RUNNING")));
      await until("each of it has said so", () => ["lower", "upper"].every((name) => this.words(name).at(-1) === "begin"));
      await until("the pair is down", async () => (await this.it.ctl("stop", "pair:*")) && (await isIn("STOPPED")));
    }
    return rounds;
  }

  async #states(): Promise<readonly string[]> {
    const { stdout } = await this.it.ctl("status", "pair:*");
    const states = [...stdout.matchAll(/^pair:\S+ +([A-Z]+)/gm)].map(([, state = ""]) => state);
    return states.length === 2 ? states : [""];
  }
}

describe(`the daemon is killed ${KILLS} times`, { timeout: 240_000 + KILLS * 20_000 }, () => {
  const scene = new Scene();
  let rounds = 0;
  let dueMs = 0;

  before(async () => {
    await scene.begin();
    dueMs = await until("an hour's pause has begun", async () => (await scene.row("hour")).retryAt ?? undefined);
    [rounds] = await Promise.all([scene.operate(), scene.killAll(() => scene.databaseComesUp())]);
    await until("the last step is done", () => scene.words(`step${STEPS - 1}`).includes("end"));
    await until("the program that needs the database runs", () => scene.words("web").length > 0);
  });

  test("DEP-003 ONE-001: every one-shot of a chain runs once, each when the one before it is done", () => {
    const steps = Array.from({ length: STEPS }, (_, at) => scene.said(`step${at}`));
    for (const [at, said] of steps.entries()) {
      assert.deepEqual(
        said.map(({ word }) => word),
        ["begin", "end"],
        `step${at}`,
      );
      const before = steps[at - 1]?.at(-1);
      assert.ok(before === undefined || before.atMs <= (said[0]?.atMs ?? 0), `step${at} began too early`);
    }
  });

  test("RDY-014: what waits for one that is not ready starts once, when it is", async () => {
    assert.deepEqual(scene.words("db"), ["begin"]);
    assert.deepEqual(scene.words("web"), ["begin"]);
    assert.equal((await scene.row("db")).state, "RUNNING");
    assert.equal(scene.it.read("supervisord.log").split(" INFO ready: db (tcp").length, 2);
  });

  test("DEP-013: a start that has waited long enough is given up, once", async () => {
    await until("it is FATAL", async () => (await scene.row("late")).state === "FATAL");
    assert.deepEqual(scene.words("late"), []);
    assert.equal(scene.it.read("supervisord.log").split("gave up: late entered FATAL state").length, 2);
  });

  test("HLT-004: what is unwell is restarted once", async () => {
    await until("it is well", async () => (await scene.row("sick")).life.health?.state === "healthy");
    assert.deepEqual(scene.words("sick"), ["begin", "term", "begin"]);
  });

  test("RST-009: every end has one restart, never before its pause is over; a pause is the same instant for all daemons", async () => {
    assert.ok(Math.abs(((await scene.row("hour")).retryAt ?? 0) - dueMs) < 1000, "the clock of the wall may be slewed");
    assert.deepEqual(scene.words("hour"), ["begin", "end"]);
    const said = scene.said("paused");
    assert.ok(said.length >= KILLS, `${said.length} lines`);
    for (const [at, { word, pid, atMs }] of said.entries()) {
      assert.equal(word, at % 2 === 0 ? "begin" : "end", `line ${at}`);
      const before = said[at - 1];
      if (word === "end") assert.equal(pid, before?.pid);
      else assert.ok(before === undefined || atMs - before.atMs >= PAUSE_MS, `${atMs - (before?.atMs ?? 0)} ms at line ${at}`);
    }
  });

  test("CRON-003 CRON-006: every slot of a schedule is run once or told as missed", async () => {
    const runs = () => scene.said("job").filter(({ word }) => word === "begin");
    const skipped = async () => (await scene.row("job")).life.job?.skipped ?? 0;
    const seen = runs().length;
    await until("another run", () => runs().length > seen);
    const [first, last] = [runs()[0]?.atMs ?? 0, runs().at(-1)?.atMs ?? 0].map((ms) => Math.floor(ms / SLOT_MS));
    assert.equal(runs().length + (await skipped()), (last ?? 0) - (first ?? 0) + 1);
    assert.ok(
      scene.words("job").every((word, at) => word === (at % 2 === 0 ? "begin" : "end")),
      "never two at once",
    );
  });

  test("DEP-020: every stop tells each program once, what needs the other first", () => {
    assert.ok(rounds > 0);
    const [lower, upper] = [scene.said("lower"), scene.said("upper")];
    for (const said of [lower, upper]) {
      assert.deepEqual(
        said.map(({ word }) => word),
        Array.from({ length: rounds }, () => ["begin", "term"]).flat(),
      );
      for (const [at, { pid }] of said.entries()) if (at % 2 === 1) assert.equal(pid, said[at - 1]?.pid);
    }
    // When a program writes its first line is its own affair; the last one is written before the other is told.
    for (let at = 1; at < rounds * 2; at += 2) assert.ok((upper[at]?.atMs ?? 0) <= (lower[at]?.atMs ?? 0), `round ${at}`);
  });
});
