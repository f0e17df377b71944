/** Goal: what was enabled and disabled holds over the end of supervisord, and a command that was answered is on the disk. (BOOT) */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { info } from "./rpc.ts";

const PROGRAMS = "[program:a]\ncommand=sleep 1000\nstartsecs=0\n[program:b]\ncommand=sleep 1000\nstartsecs=0\nautostart=false\n";

describe("persist_state", { timeout: 300_000 }, () => {
  test("BOOT-010, BOOT-011: enable and disable over two lives of supervisord, and over the death of the daemon", async (t) => {
    const it = new Instance(t);
    const stateOf = async (name: string) => (await info(it, name))["statename"];
    it.configure(PROGRAMS, "persist_state=%(here)s/state.json\n");
    await it.start();
    await until("a runs", async () => (await stateOf("a")) === "RUNNING");
    assert.deepEqual(await it.ctl("disable", "--now", "a"), { code: 0, stdout: "a: stopped\na: disabled\n", stderr: "" });
    assert.deepEqual(await it.ctl("enable", "b"), { code: 0, stdout: "b: enabled\n", stderr: "" });
    const programs = { "a:a": { enabled: false, wanted: null }, "b:b": { enabled: true, wanted: null } };
    const saved = () => JSON.parse(readFileSync(it.path("state.json"), "utf8")) as { version: number; programs: unknown };
    assert.deepEqual([saved().version, saved().programs], [1, programs]);
    assert.ok(existsSync(it.path("state.json.bak")));
    assert.deepEqual(
      it.files().filter((name) => name.includes(".new")),
      [],
    );

    const daemon = await until("a daemon", () => it.daemonPid());
    process.kill(daemon, "SIGKILL");
    await until("the successor answers", async () => it.daemonPid() !== daemon && (await stateOf("b").catch(() => false)));
    assert.deepEqual([await stateOf("a"), await stateOf("b")], ["STOPPED", "STOPPED"]);

    it.signal("SIGTERM");
    await it.exitCode();
    await it.start();
    await until("b runs", async () => (await stateOf("b")) === "RUNNING");
    assert.equal(await stateOf("a"), "STOPPED");
    const avail = JSON.parse((await it.ctl("avail", "--json")).stdout) as { name: string; enabled: unknown; autostart: boolean }[];
    assert.deepEqual(
      avail.map(({ name, enabled, autostart }) => [name, enabled, autostart]),
      [
        ["a", false, true],
        ["b", true, false],
      ],
    );
  });

  test("BOOT-013: a file that cannot be written: the command says why, nothing is changed", async (t) => {
    const it = new Instance(t);
    it.configure(PROGRAMS, "persist_state=%(here)s/state.json\n");
    mkdirSync(it.path("state.json"));
    await it.start();
    const { code, stdout } = await it.ctl("disable", "a");
    assert.deepEqual([code, stdout], [1, `a: ERROR (cannot write ${it.path("state.json")}: EISDIR)\n`]);
    assert.match(it.read("supervisord.log"), /CRIT cannot use .*state\.json: E/);
  });

  test("BOOT-010: what the options need is said with file and line", async (t) => {
    const it = new Instance(t);
    for (const [option, expected] of [
      ["persist_state=/nonexistent/x.json", /persist_state/],
      ["persist_what=all", /persist_what is nothing without persist_state/],
      ["persist_what=everything", /persist_what/],
    ] as const) {
      it.configure(PROGRAMS, `${option}\n`);
      const before = it.output.length;
      await assert.rejects(it.start());
      assert.match(it.output.slice(before), expected);
      assert.match(it.output.slice(before), /supervisord\.conf/);
    }
    it.configure(PROGRAMS);
    await it.start();
    const without = await it.ctl("disable", "a");
    assert.deepEqual([without.code, without.stdout], [1, "a: ERROR (persist_state is not set in [supervisord])\n"]);
  });
});
