/** Goal: with killtree nothing of a run is left when its main process has ended, whatever it has started and however; without it everything stays. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
const program = (name: string, script: string, options = "killtree=true"): string =>
  `[program:${name}]\ncommand=/bin/sh %(here)s/${script}\nautostart=false\nautorestart=false\nstartsecs=0\n${options}\n`;

/** Sleeps of ours, told by the time: a number that nobody else has. */
class Sleepers {
  readonly #word: string;

  constructor(number: number) {
    this.#word = `1000.${process.pid}${number}`;
  }

  sleep(which = ""): string {
    return `sleep ${this.#word}${which}`;
  }

  alive(): readonly number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => this.#isOurs(pid));
  }

  #isOurs(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0${this.#word}`);
    } catch {
      return false;
    }
  }

  end(): void {
    // Any of them may be gone by then.
    spawnSync("kill", ["-9", ...this.alive().map(String)]);
  }
}

async function started(it: Instance, name: string, butNot = 0): Promise<number> {
  await call(it, "supervisor.startProcess", name).catch(() => undefined);
  return await until(`${name} runs`, async () => {
    const { statename, pid } = await info(it, name);
    return statename === "RUNNING" && pid !== butNot && Number(pid);
  });
}

/** Children, grandchildren left by their parents, sessions and groups of their own, environments cleared. */
const CROWD = (s: Sleepers): string => `
${s.sleep("1")} &
setsid ${s.sleep("2")} &
(${s.sleep("3")} &)
(setsid ${s.sleep("4")} &)
env -i ${s.sleep("5")} &
env -i setsid ${s.sleep("6")} &
setsid sh -c '${s.sleep("7")} & (setsid ${s.sleep("8")} &) ; exit'
sh -c 'trap "" TERM HUP INT; ${s.sleep("9")} & wait' &
wait
`;
const CROWD_SIZE = 9;

async function crowded(it: Instance, name: string, sleepers: Sleepers, butNot = 0): Promise<number> {
  const pid = await started(it, name, butNot);
  await until("all of it is there", () => sleepers.alive().length >= CROWD_SIZE);
  return pid;
}

/** The same with and without control groups. */
for (const cgroups of ["auto", "off"]) {
  describe(`killtree, cgroups=${cgroups}`, () => {
    const it = new Instance({ after });
    const number = cgroups === "auto" ? 1 : 5;
    const crowd = new Sleepers(number);
    const plain = new Sleepers(number + 1);
    const forker = new Sleepers(number + 2);
    /** Whether control groups could be had: then nobody escapes. */
    const hasGroups = (): boolean => it.read("supervisord.log").includes("cgroups: killtree in ");

    before(async () => {
      it.append("crowd.sh", CROWD(crowd));
      it.append("plain.sh", `${plain.sleep()} & wait`);
      // Each generation starts the next, in a session of its own, and is gone a moment later. The first stays until it is killed.
      it.append(
        "forker.sh",
        `case "$1" in ?|1?) setsid sh "$0" $(($1 + 1)) & sleep 0.02; exit;; "") for n in 1 2 3 4 5 6 7 8 9 10; do setsid sh "$0" 0 & done; wait; exec ${forker.sleep()};; *) exec ${forker.sleep()};; esac`,
      );
      it.configure(
        [
          program("crowd", "crowd.sh"),
          program("again", "crowd.sh", "killtree=true\nautorestart=true"),
          program("plain", "plain.sh", ""),
          program("forker", "forker.sh"),
          program("clear", "crowd.sh", "killtree=true\nclear_env=true\nenvironment=HOLDFAST_TREE=other"),
        ].join("\n"),
        `cgroups=${cgroups}\n`,
      );
      await it.start();
    });
    after(() => {
      for (const each of [crowd, plain, forker]) each.end();
    });

    test("KILL-001, KILL-003 a stop is answered when all of it is gone", async () => {
      for (const name of ["crowd", "clear"]) {
        await crowded(it, name, crowd);
        await call(it, "supervisor.stopProcess", name);
        assert.deepEqual(crowd.alive(), []);
      }
    });

    test("KILL-001 one that was killed is started again when what it left is gone: but for who has left everything", async () => {
      const pid = await crowded(it, "again", crowd);
      const before = crowd.alive();
      process.kill(pid, "SIGKILL");
      await crowded(it, "again", crowd, pid);
      const [old, now] = [crowd.alive().filter((one) => before.includes(one)), crowd.alive()];
      // One that has cleared its environment and has a session of its own is known by its parent alone, and that is gone.
      assert.ok(old.length <= (hasGroups() ? 0 : 1), `${old.length} are left`);
      assert.equal(now.length - old.length, CROWD_SIZE);
      await call(it, "supervisor.stopProcess", "again");
      crowd.end();
    });

    test("KILL-001 a program that is taken out and added while it is swept runs: the sweep is over before", async () => {
      for (let round = 0; round < 3; round += 1) {
        await crowded(it, "crowd", crowd);
        await call(it, "supervisor.stopProcess", "crowd", false);
        await until("it is stopped", async () => (await info(it, "crowd"))["statename"] === "STOPPED");
        await call(it, "supervisor.removeProcessGroup", "crowd");
        assert.deepEqual(crowd.alive(), []);
        await call(it, "supervisor.addProcessGroup", "crowd");
        const pid = await crowded(it, "crowd", crowd);
        // A look of a sweep that went on would have killed it by now.
        await call(it, "supervisor.startProcess", "plain").catch(() => undefined);
        await call(it, "supervisor.stopProcess", "plain");
        plain.end();
        assert.equal((await info(it, "crowd"))["pid"], pid);
        assert.equal(crowd.alive().length, CROWD_SIZE);
        await call(it, "supervisor.stopProcess", "crowd");
      }
    });

    test("KILL-004 who forks while it is swept is swept, round after round", async () => {
      const pid = await started(it, "forker");
      process.kill(pid, "SIGKILL");
      await until("it has ended", async () => (await info(it, "forker"))["statename"] === "EXITED");
      await started(it, "plain");
      await until("nothing of it is left", async () => {
        const { life } = (await call(it, "holdfast.why", "forker")) as { life: { tree?: number } };
        return life.tree === undefined;
      });
      assert.deepEqual(forker.alive(), []);
    });

    test("KILL-006 without killtree what it has started stays, and why tells how many", async () => {
      await started(it, "plain");
      await until("its child", () => plain.alive().length === 1);
      await call(it, "supervisor.stopProcess", "plain");
      assert.equal(plain.alive().length, 1);
      await until("it is counted", async () => {
        const { exits } = (await call(it, "holdfast.why", "plain")) as { exits: { survivors?: number }[] };
        return exits.at(-1)?.survivors === 1;
      });
    });

    test("KILL-007 a daemon that is killed in the middle of a sweep has a successor that sweeps", async () => {
      const pid = await crowded(it, "crowd", crowd);
      const daemon = await until("a daemon", () => it.daemonPid());
      process.kill(daemon, "SIGSTOP");
      process.kill(pid, "SIGKILL");
      process.kill(daemon, "SIGKILL");
      await until("nothing but one that has left everything is left", () => crowd.alive().length <= 1);
      await until("the next daemon", async () => it.daemonPid() !== daemon && (await call(it, "supervisor.getState").catch(() => false)));
      crowd.end();
    });

    test("KILL-001 a shutdown leaves nothing", async () => {
      await crowded(it, "crowd", crowd);
      it.signal("SIGTERM");
      assert.equal(await it.exitCode(), 0);
      assert.deepEqual(crowd.alive(), []);
      const [, group] = /cgroups: killtree in (\S+)/.exec(it.read("supervisord.log")) ?? [];
      if (group !== undefined) assert.equal(existsSync(group), false, "nor its control groups (CGR-002)");
    });
  });
}

test("KILL-003 a supervisord without root has it, too", { skip: !ROOT && "needs root" }, async (t) => {
  const it = new Instance(t);
  const crowd = new Sleepers(9);
  t.after(() => crowd.end());
  it.append("crowd.sh", CROWD(crowd));
  it.configure(program("crowd", "crowd.sh"), "user=nobody\n");
  chownSync(it.dir, NOBODY, NOBODY);
  await it.start();
  await crowded(it, "crowd", crowd);
  await call(it, "supervisor.stopProcess", "crowd");
  assert.deepEqual(crowd.alive(), []);
});
