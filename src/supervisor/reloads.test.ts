/** Programs that take up a configuration of their own, by a signal or a command. (RLD) */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { at } from "../process/life.fixture.ts";
import { readMessage } from "../process/messages.ts";
import { hasReload, orderReload } from "../process/reload.ts";
import { Host, single } from "./host.fixture.ts";
import { stepReload } from "./member.ts";

const HUP = 1;
const NOTIFY = { readyWhen: { kind: "notify" }, readyTimeout: 60_000, startSecs: 0 } as const;

function running(over: Partial<ProcessConfig>): Host {
  const host = new Host(single("web", over));
  if (over.readyWhen?.kind !== "notify") return host.run("web:web");
  host.start("web:web");
  says(host, "READY=1");
  return host;
}

function order(host: Host, token: string): string[] {
  return host.step((step) => {
    const member = host.member("web:web");
    stepReload(host.world, member, orderReload(member.config, member.state, token, at(host.nowMs)), step);
  });
}

function says(host: Host, text: string): string[] {
  const { child, pid } = host.member("web:web").state;
  return host.take("web:web", { type: "said", child, sender: { pid, uid: 1000 }, uid: 1000, words: readMessage(Buffer.from(text)) });
}

const ended = (words: readonly string[]) => words.filter((word) => word.startsWith("reload of"));

test("RLD-001, RLD-002: a signal to the process alone; state, pid and start stay; the end is an event", () => {
  const host = running({ reloadSignal: HUP });
  const before = host.member("web:web").state;
  assert.deepEqual(order(host, "one"), ["signal 1 to web", "info: reloaded: web", "lifecycle", "reload of web ended"]);
  const { life: _, ...after } = host.member("web:web").state;
  assert.deepEqual(after, { ...after, state: before.state, pid: before.pid, startMonoMs: before.startMonoMs, deadlines: before.deadlines });
  assert.deepEqual(order(host, "one"), [], "the same order again, after a daemon was killed");
  assert.equal(order(host, "two").length, 4);
  assert.equal(hasReload(host.member("web:web").config), true);
  assert.equal(hasReload(new Host(single("web")).member("web:web").config), false);
});

test("RLD-001: a command decides by how it ends, within hook_timeout", () => {
  const host = running({ reloadCommand: "reload", hookTimeout: 5000 });
  assert.deepEqual(order(host, "one"), ["run reload_command of web"]);
  host.runBegins("web:web", "reload_command");
  assert.deepEqual(ended(host.runExits("web:web", "reload_command", 0)), ["reload of web ended"]);
  order(host, "two");
  host.runBegins("web:web", "reload_command");
  assert.deepEqual(ended(host.runExits("web:web", "reload_command", 1)), ["reload of web ended: reload_command failed: exit 1"]);
  order(host, "three");
  host.runBegins("web:web", "reload_command");
  assert.deepEqual(ended(host.pass(5000)), ["reload of web ended: reload_command failed: not ended within 5 s"]);
  assert.equal(host.state("web:web"), "RUNNING");
});

test("RLD-003: one that says RELOADING=1 within two seconds is waited for until READY=1, at most ready_timeout", () => {
  const host = running({ ...NOTIFY, reloadSignal: HUP });
  assert.deepEqual(order(host, "silent"), ["signal 1 to web"]);
  assert.deepEqual(ended(host.pass(1999)), []);
  assert.deepEqual(ended(host.pass(1)), ["reload of web ended"]);
  order(host, "good");
  assert.deepEqual(ended(says(host, "RELOADING=1")), []);
  assert.deepEqual(ended(host.pass(30_000)), []);
  assert.deepEqual(ended(says(host, "READY=1")), ["reload of web ended"]);
  order(host, "late");
  says(host, "RELOADING=1");
  assert.deepEqual(ended(host.pass(60_000)), ["reload of web ended: not ready again"]);
  says(host, "READY=1");
  assert.deepEqual(ended(order(host, "again")), []);
});

test("RLD-003: a command that waits for the program itself: what was said meanwhile counts", () => {
  const host = running({ ...NOTIFY, reloadCommand: "reload" });
  order(host, "one");
  host.runBegins("web:web", "reload_command");
  says(host, "RELOADING=1");
  says(host, "READY=1");
  assert.deepEqual(ended(host.runExits("web:web", "reload_command", 0)), ["reload of web ended"]);
  order(host, "two");
  host.runBegins("web:web", "reload_command");
  says(host, "RELOADING=1");
  assert.deepEqual(ended(host.runExits("web:web", "reload_command", 0)), []);
  assert.deepEqual(ended(says(host, "READY=1")), ["reload of web ended"]);
});

test("RLD-004: a second one waits for the end of the first, and whoever comes then has the same as the second", () => {
  const host = running({ reloadCommand: "reload" });
  const tokenOf = (token: string): string => {
    let whose = "";
    host.step((step) => {
      const member = host.member("web:web");
      const ordered = orderReload(member.config, member.state, token, at(host.nowMs));
      whose = ordered.token;
      stepReload(host.world, member, ordered, step);
    });
    return whose;
  };
  assert.deepEqual(["one", "two", "three", "one", "two"].map(tokenOf), ["one", "two", "two", "one", "two"]);
  host.runBegins("web:web", "reload_command");
  assert.deepEqual(ended(host.runExits("web:web", "reload_command", 0)), ["reload of web ended"]);
  host.runBegins("web:web", "reload_command");
  assert.deepEqual(ended(host.runExits("web:web", "reload_command", 0)), ["reload of web ended"]);
  assert.equal(host.member("web:web").state.life.runs, undefined, "and no third");
});

test("RLD-002: a stop, or the end of the program, ends what is under way, and what waits", () => {
  const host = running({ reloadCommand: "reload" });
  order(host, "one");
  order(host, "two");
  host.runBegins("web:web", "reload_command");
  const words = host.take("web:web", { type: "stop" });
  assert.deepEqual(ended(words), ["reload of web ended: not running", "reload of web ended: not running"]);
  assert.ok(
    words.some((word) => /^signal 15 to run/.test(word)),
    "the command is ended",
  );
  const silent = running({ ...NOTIFY, reloadSignal: HUP });
  order(silent, "one");
  assert.deepEqual(ended(silent.exits("web:web", 3)), ["reload of web ended: not running"]);
});
