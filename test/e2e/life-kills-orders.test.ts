/**
 * Goal: the daemon is killed at any moment, and every hook runs once at its turn, every restart, reload and change of a number that was ordered is carried
 * out once and answered, every run is swept up before the next, and who says that it is ready is heard once.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { until } from "./instance.ts";
import { KILLS, Killed, SAY } from "./killed.ts";

/** Such as every user may run: one of root's own is no use to others. */
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const noPython = spawnSync(PYTHON, ["-c", ""]).status === 0 ? false : "python3 is not installed";

const HOOK = `${SAY}say "$HOLDFAST_HOOK-begin"
sleep "\${1:-0.2}"
say "$HOLDFAST_HOOK-end"
test "$HOLDFAST_HOOK" != stop_command || kill "$MAINPID"
`;
/** What runs beside the program writes in a file of its own. */
const BESIDE = HOOK.replaceAll("$SUPERVISOR_PROCESS_NAME", "$HOLDFAST_HOOK");

const HEARS = `${SAY}trap 'say heard' HUP
trap 'kill $child; exit 0' TERM
sleep 1000 & child=$!
say begin
while kill -0 $child; do wait $child; done
`;

const RELOADER = `${SAY}say reload-begin
sleep 0.2
say reload-end
`;

/** Children that a process group does not hold together; it looks whether any of those of the run before it is alive. */
const TREE = `${SAY}children="\${0%/*}/children"
for pid in $(cat "$children"); do ! grep -q '^State:.[^ZX]' /proc/$pid/status || say "left-$pid"; done 2> /dev/null
: > "$children"
sleep 1000 & echo $! >> "$children"
setsid sh -c 'echo $$ >> "$0"; exec sleep 1000' "$children" &
(setsid sh -c 'echo $$ >> "$0"; exec sleep 1000' "$children" &)
say begin
sleep 0.3
say end
`;

const SAYS_READY = `${SAY}say begin
sleep 0.2
echo >&3
sleep 0.3
say end
`;

const NOTIFIES = `import os, socket, time
def say(word):
    with open(os.path.join(os.path.dirname(__file__), "notifies.txt"), "a") as file: file.write(f"{word} {os.getpid()} {time.time_ns()}\\n")
say("begin")
time.sleep(0.2)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s: s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
time.sleep(0.3)
say("end")
`;

const ROLLED = ["r0", "r1", "r2"];
const ADDED = ["c1", "c2"];

class Scene extends Killed {
  /** How often each of the orders was given. */
  rounds = { stop: 0, rolling: 0, scale: 0, signal: 0, command: 0 };

  async begin(): Promise<void> {
    this.script("hook", HOOK);
    this.script("beside", BESIDE);
    this.script("hears", HEARS);
    this.script("reloader", RELOADER);
    this.script("tree", TREE);
    this.script("says-ready", SAYS_READY);
    this.script("notifies.py", NOTIFIES);
    const hooks = (...names: string[]) => names.map((name) => `${name}=${this.it.path("hook")}`).join("\n");
    const named = (letter: string, numprocs: number) => `process_name=${letter}%(process_num)d\nnumprocs=${numprocs}`;
    this.it.configure(
      [
        this.program("hooked", `${hooks("pre_start", "pre_stop", "stop_command", "post_stop")}\npost_start=${this.it.path("beside")}`),
        this.program("failing", `startretries=0\nfatal_retry=1s\nstartsecs=1\non_fatal=${this.it.path("beside")}`, "program 0.1 1"),
        this.program("rolled", named("r", ROLLED.length)),
        this.program("scaled", named("c", 1)),
        this.program("signalled", "reload_signal=HUP", "hears"),
        this.program("commanded", `reload_command=${this.it.path("reloader")}`),
        this.program("tree", "killtree=true\nautorestart=true", "tree"),
        this.program("says", "ready_when=fd:3\nautorestart=true", "says-ready"),
        noPython === false
          ? `[program:notifies]\ncommand=${PYTHON} ${this.it.path("notifies.py")}\nready_when=notify\nautorestart=true\n`
          : "",
      ].join("\n"),
      "cgroups=off",
    );
    await this.it.start();
    await until("all of them have begun", () =>
      ["hooked", ...ROLLED, "c0", "signalled", "commanded"].every((name) => this.lastOf(name) === "begin"),
    );
  }

  lastOf(name: string): string | undefined {
    return this.words(name).at(-1);
  }

  /** One order after the other as long as daemons are killed; each has to be answered as if none were. */
  async operate(): Promise<void> {
    const { rounds } = this;
    await Promise.all([
      this.#repeat(async () => {
        await until("post_start has ended", () => this.lastOf("post_start") === "post_start-end");
        await this.#answers("hooked: stopped\n", "stop", "hooked");
        assert.equal(this.lastOf("hooked"), "post_stop-end", "a stop is answered when post_stop has ended");
        await this.#answers("hooked: started\n", "start", "hooked");
        await until("it has begun", () => this.lastOf("hooked") === "begin");
        rounds.stop++;
      }),
      this.#repeat(async () => {
        await this.#answers("rolled:r0: restarted\nrolled:r1: restarted\nrolled:r2: restarted\n", "restart", "--rolling", "rolled:*");
        await until("all have begun", () => ROLLED.every((name) => this.lastOf(name) === "begin"));
        rounds.rolling++;
      }),
      this.#repeat(async () => {
        await this.#answers("scaled: 1 -> 3 (added c1, c2)\n", "scale", "scaled", "3");
        await until("all have begun", () => ADDED.every((name) => this.lastOf(name) === "begin"));
        await this.#answers("scaled: 3 -> 1 (removed c2, c1)\n", "scale", "scaled", "1");
        rounds.scale++;
      }),
      this.#repeat(async () => {
        await this.#answers("signalled: reloaded\n", "reloadprog", "signalled");
        rounds.signal++;
        await until("the signal is heard", () => this.words("signalled").length > rounds.signal);
      }),
      this.#repeat(async () => {
        await this.#answers("commanded: reloaded\n", "reloadprog", "commanded");
        rounds.command++;
        assert.equal(this.lastOf("commanded"), "reload-end");
      }),
    ]);
  }

  async #repeat(order: () => Promise<void>): Promise<void> {
    while (this.kills < KILLS) await order();
  }

  async #answers(stdout: string, ...words: string[]): Promise<void> {
    assert.deepEqual(await this.it.ctl(...words), { code: 0, stdout, stderr: "" });
  }

  /** How often a line was logged. */
  logged(text: string): number {
    return this.it.read("supervisord.log").split(text).length - 1;
  }
}

/** The words of a file, as often as all of them were expected. */
function repeated(times: number, ...words: string[]): readonly string[] {
  return Array.from({ length: times }, () => words).flat();
}

describe(`the daemon is killed ${KILLS} times during orders`, { timeout: 240_000 + KILLS * 20_000 }, () => {
  const scene = new Scene({ after });

  before(async () => {
    await scene.begin();
    await Promise.all([scene.operate(), scene.killAll()]);
  });

  test("CMN-022 HOOK-004..007: each hook of each run runs once, in its turn", () => {
    const start = ["pre_start-begin", "pre_start-end", "begin"];
    const stop = ["pre_stop-begin", "pre_stop-end", "stop_command-begin", "stop_command-end", "term", "post_stop-begin", "post_stop-end"];
    const { rounds } = scene;
    assert.ok(rounds.stop > 0);
    assert.deepEqual(scene.words("hooked"), [...start, ...repeated(rounds.stop, ...stop, ...start)]);
  });

  test("HOOK-004: post_start runs once for each run", async () => {
    const runs = scene.rounds.stop + 1;
    await until("the last has ended", () => scene.words("post_start").length >= runs * 2);
    assert.deepEqual(scene.words("post_start"), repeated(runs, "post_start-begin", "post_start-end"));
  });

  test("HOOK-008 RST-007: on_fatal runs once each time that a program has become FATAL", async () => {
    await until("it has failed just now", () => scene.lastOf("failing") === "end");
    assert.equal((await scene.it.ctl("stop", "failing")).stdout, "failing: stopped\n");
    const times = scene.logged("gave up: failing entered FATAL state");
    await until("the last has ended", () => scene.words("on_fatal").length >= times * 2);
    assert.deepEqual(scene.words("on_fatal"), repeated(times, "on_fatal-begin", "on_fatal-end"));
    assert.deepEqual(scene.words("failing"), repeated(times, "begin", "end"));
  });

  test("ROLL-003: every rolling restart restarts each process once", () => {
    const { rounds } = scene;
    assert.ok(rounds.rolling > 0);
    for (const name of ROLLED) assert.deepEqual(scene.words(name), ["begin", ...repeated(rounds.rolling, "term", "begin")], name);
  });

  test("SCL-001, SCL-004: every change of the number adds and removes once, and does not touch what stays", () => {
    const { rounds } = scene;
    assert.ok(rounds.scale > 0);
    for (const name of ADDED) assert.deepEqual(scene.words(name), repeated(rounds.scale, "begin", "term"), name);
    assert.deepEqual(scene.words("c0"), ["begin"]);
  });

  test("RLD-001: every reload sends one signal, or runs its command once", () => {
    const { rounds } = scene;
    assert.ok(rounds.signal > 0 && rounds.command > 0);
    assert.deepEqual(scene.words("signalled"), ["begin", ...repeated(rounds.signal, "heard")]);
    assert.deepEqual(scene.words("commanded"), ["begin", ...repeated(rounds.command, "reload-begin", "reload-end")]);
  });

  test("KILL-007: nothing of a run is alive when the next one begins, nor after a stop", async () => {
    const words = scene.words("tree");
    assert.ok(words.length > 1);
    assert.ok(
      words.every((word, at) => word === (at % 2 === 0 ? "begin" : "end")),
      words.join(" "),
    );
    await scene.it.ctl("stop", "tree");
    const left = scene.it.read("children").split("\n").filter(Boolean);
    assert.deepEqual(
      left.filter((pid) => existsSync(`/proc/${pid}`) && !/^State:.[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))),
      [],
    );
  });

  for (const [name, how, skip] of [
    ["says", "fd 3", false],
    ["notifies", "notify", noPython],
  ] as const) {
    test(`RDY-014: every run that says that it is ready by ${how} is so, once`, { skip }, async () => {
      await until("a run has ended just now", () => scene.lastOf(name) === "end");
      await scene.it.ctl("stop", name);
      const words = scene.words(name);
      const runs = words.filter((word) => word === "end").length;
      assert.ok(runs > 0);
      const ready = scene.logged(`ready: ${name} (${how}`);
      assert.ok(ready === runs || ready === runs + 1, `${runs} runs, ${ready} times ready: the last may have been stopped`);
      assert.equal(scene.logged(`exited: ${name} (exit status 0; not expected)`), 0, "none ended before it was ready");
    });
  }
});
