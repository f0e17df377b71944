import assert from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import type { KeeperEffect, SpawnStep } from "../../link/messages.ts";
import { program } from "../../process/life.fixture.ts";
import type { Member } from "../../supervisor/world.ts";
import { streamNumber } from "../loop/numbers.ts";
import { Turn } from "../loop/turn.ts";
import { limitFailureText, saySpawnFailure, spawnErrorText, whyNotRun } from "./spawnerrors.ts";

const CHILD = 20;
const { EACCES, EAGAIN, EIO, EISDIR, EMFILE, ENOENT, ENOEXEC, ENOMEM, EPERM } = constants.errno;

const failure = (step: SpawnStep, errno: number, pid = 0) =>
  ({ type: "spawn-failed", report: 1n, child: CHILD, pid, step, errno, monoNs: 0n, wallNs: 0n }) as const;

test("PROC-072: no descriptors left for pipes or logs", () => {
  for (const step of ["pipes", "log-stdout", "log-stderr"] as const)
    assert.equal(spawnErrorText("cat", failure(step, EMFILE)), "too many open files to spawn 'cat'");
});

test("PROC-073: pipes or logs that fail for another reason", () => {
  const text = "unknown error making dispatchers for 'cat': ";
  assert.equal(spawnErrorText("cat", failure("log-stdout", EISDIR)), `${text}EISDIR`);
  assert.equal(spawnErrorText("cat", failure("log-stderr", ENOENT)), `${text}ENOENT`);
  assert.equal(spawnErrorText("cat", failure("log-stdout", EACCES)), `${text}EACCES`);
});

test("PROC-075, PROC-076: a fork that fails, because of too many processes or for another reason", () => {
  assert.equal(spawnErrorText("cat", failure("fork", EAGAIN)), "Too many processes in process table to spawn 'cat'");
  assert.equal(spawnErrorText("cat", failure("fork", ENOMEM)), "unknown error during fork for 'cat': ENOMEM");
});

/** What lands in which log. */
function said(
  step: SpawnStep,
  errno: number,
  { config = program({ uid: 33 }), uid = 0, logs = ["stderr"] as readonly string[] } = {},
): string {
  const turn = new Turn();
  const sinks = new Set(logs.map((channel) => streamNumber(CHILD, channel === "stdout" ? "stdout" : "stderr")));
  const append = (sink: number, bytes: Uint8Array): void => void (sinks.has(sink) && turn.effect({ type: "append", sink, bytes }));
  const outputs = { said: (_turn: Turn, sink: number, bytes: Uint8Array) => append(sink, bytes) };
  saySpawnFailure({ uid, outputs }, turn, { config } as Member, failure(step, errno, 99));
  const appends = turn.effects.filter((effect): effect is Extract<KeeperEffect, { type: "append" }> => effect.type === "append");
  return appends
    .map((effect) => `${effect.sink === streamNumber(CHILD, "stdout") ? "stdout" : "stderr"}: ${Buffer.from(effect.bytes).toString()}`)
    .join("");
}

const LAST = "supervisor: child process was not spawned\n";

test("PROC-077, PROC-078, PROC-080: what the original's child says, in the log of stderr, or of both", () => {
  const config = program({ command: '"/opt/my cat" -x', directory: "/nope" });
  assert.equal(said("chdir", ENOENT, { config }), `stderr: supervisor: couldn't chdir to /nope: ENOENT\n${LAST}`);
  assert.equal(said("exec", ENOEXEC, { config }), `stderr: supervisor: couldn't exec /opt/my cat: ENOEXEC\n${LAST}`);
  const both = program({ redirectStderr: true });
  assert.equal(said("exec", EACCES, { config: both, logs: ["stdout"] }), `stdout: supervisor: couldn't exec /bin/cat: EACCES\n${LAST}`);
});

test("PROC-079, PROC-104: a user that cannot be switched to, by root and by others", () => {
  const text = "stderr: supervisor: couldn't setuid to 33: ";
  assert.equal(said("setgroups", EPERM, { uid: 1000 }), `${text}Can't drop privilege as nonroot user\n${LAST}`);
  assert.equal(said("setgroups", EPERM), `${text}Could not set groups of effective user\n${LAST}`);
  assert.equal(said("setgid", EPERM), `${text}Could not set group id of effective user\n${LAST}`);
});

test("PROC-081: an exec always fails with an errno, also with one that has no name", () => {
  assert.match(said("exec", 4095), /^stderr: supervisor: couldn't exec \/bin\/cat: \S+\nsupervisor: child process was not spawned\n$/);
});

test("PROC-082: what has no words of its own", () => {
  for (const step of ["setpgid", "descriptors", "setuid", "umask", "rlimit"] as const)
    assert.equal(said(step, EIO), `stderr: ${LAST}`, step);
});

test("PROC-083: without a log of stderr nobody hears it", () => {
  assert.equal(said("exec", ENOENT, { logs: ["stdout"] }), "");
});

test("LIM-002 what limits could not be set is told with option, value and errno", () => {
  const rows = [
    ["rlimit-nofile", { rlimitNofile: { soft: 65_536, hard: null } }, "rlimit_nofile to 65536"],
    ["rlimit-core", { rlimitCore: { soft: 1, hard: "unlimited" } }, "rlimit_core to 1:unlimited"],
    ["scheduling", { nice: -5 }, "nice to -5"],
    ["oom", { oomScoreAdj: -1000 }, "oom_score_adj to -1000"],
    ["session", { session: true }, "session to true"],
    ["no-new-privs", { noNewPrivs: true }, "no_new_privs to true"],
    ["setgid", { group: 7 }, "group to 7"],
    ["setgroups", { group: 7 }, "group to 7"],
    ["setgroups", { group: 7, supplementaryGroups: [8, 9] }, "supplementary_groups to 8,9"],
    ["setgroups", { supplementaryGroups: [] }, "supplementary_groups to none"],
  ] as const;
  for (const [step, more, what] of rows) {
    const config = program({ uid: 33, ...more });
    assert.equal(limitFailureText(config, failure(step, EPERM)), `couldn't set ${what}: EPERM`);
    assert.equal(said(step, EPERM, { config }), `stderr: supervisor: couldn't set ${what}: EPERM\n${LAST}`);
  }
  const config = program({ rlimitNofile: { soft: 65_536, hard: null } });
  assert.equal(whyNotRun(config, failure("rlimit-nofile", EPERM)), "couldn't set rlimit_nofile to 65536: EPERM");
  assert.equal(whyNotRun(config, failure("exec", ENOENT)), "exec: ENOENT");
  for (const step of ["exec", "setgroups", "rlimit", "rlimit-nofile", "setpgid"] as const)
    assert.equal(limitFailureText(program(), failure(step, EPERM)), null, step);
});
