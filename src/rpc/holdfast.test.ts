/** The namespace of ours: callable, explained, and not in the list that old clients compare. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { call, plain } from "./calling.fixture.ts";
import { makeCalls } from "./calls.ts";
import { alone, FakeControl, running, view } from "./control.fixture.ts";

const METHODS = [
  "holdfast.previewUpdate",
  "holdfast.checkConfig",
  "holdfast.explainProcess",
  "holdfast.explainAllProcesses",
  "holdfast.why",
  "holdfast.updateMode",
  "holdfast.applyUpdate",
  "holdfast.restartProcess",
  "holdfast.restartAllProcesses",
];

test("RPC-180: system.listMethods keeps silent of namespace holdfast, whose methods can be called and asked about", async () => {
  const listed = await call(new FakeControl(), "system.listMethods");
  assert.ok(Array.isArray(listed));
  for (const name of METHODS) {
    assert.ok(!listed.includes(name), name);
    assert.match(String(await call(new FakeControl(), "system.methodHelp", name)), /@return/);
  }
  assert.equal(await call(new FakeControl(), "holdfast.updateMode"), "as-original");
});

test("RPC-243: where clients get no namespace of the supervisor they do not get ours either", async () => {
  const calls = makeCalls(new FakeControl(), []);
  for (const name of METHODS) assert.deepEqual(await calls.call(name, []), refuse({ fault: "UNKNOWN_METHOD", detail: null }));
  const answer = await calls.call("system.listMethods", []);
  assert.ok(answer.ok);
  assert.equal((plain(answer.value) as string[]).length, 4);
});

test("previewUpdate: a row per group, with every option that differs and what becomes of each process", async () => {
  const control = new FakeControl();
  const details = [
    { group: "b", process: null, option: "priority", from: "1", to: "2" },
    { group: "b", process: "b_0", option: "command", from: "x", to: "y" },
  ];
  control.preview = ok({
    groups: [
      { group: "a", change: "added", details: [], processes: null },
      { group: "b", change: "changed", details, processes: [{ process: "b_0", action: "restart" }] },
    ],
    warnings: ["not told here"],
  });
  assert.deepEqual(await call(control, "holdfast.previewUpdate"), [
    { group: "a", change: "added", details: [], inPlace: false, processes: [] },
    {
      group: "b",
      change: "changed",
      details: [
        { process: "", option: "priority", from: "1", to: "2" },
        { process: "b_0", option: "command", from: "x", to: "y" },
      ],
      inPlace: true,
      processes: [{ process: "b_0", action: "restart" }],
    },
  ]);
  control.preview = refuse("no such file");
  assert.equal(await call(control, "holdfast.previewUpdate"), "fault 92 CANT_REREAD: no such file");
});

test("checkConfig: every error with its place and remedy, and every warning, as plain values", async () => {
  const control = new FakeControl();
  control.report = {
    errors: [
      { message: "bad", file: "/f", line: 3, excerpt: "x=y", hint: "do it" },
      { message: "worse", file: null, line: null, excerpt: null, hint: null },
    ],
    warnings: ["odd"],
  };
  assert.deepEqual(await call(control, "holdfast.checkConfig"), {
    errors: [
      { message: "bad", file: "/f", line: 3, excerpt: "x=y", hint: "do it" },
      { message: "worse", file: "", line: 0, excerpt: "", hint: "" },
    ],
    warnings: ["odd"],
  });
});

test("explainProcess, explainAllProcesses: why each does not run, and the last words of one", async () => {
  const control = new FakeControl(alone(view("bad", { state: "FATAL" }), running("web")));
  control.explanations.set("bad", { reason: "exit code 3 after 0.1 s", exitStatus: 3, signal: null, restarts: 2 });
  control.words.set("bad", ["KeyError"]);
  const bad = { group: "bad", name: "bad", reason: "exit code 3 after 0.1 s", exitstatus: 3, signal: "", restarts: 2, life: {} };
  const web = { group: "web", name: "web", reason: "", exitstatus: -1, signal: "", restarts: 0, life: {} };
  assert.deepEqual(await call(control, "holdfast.explainProcess", "bad"), { ...bad, lastWords: ["KeyError"] });
  assert.deepEqual(await call(control, "holdfast.explainAllProcesses"), [bad, web]);
  assert.equal(await call(control, "holdfast.explainProcess", "nope"), "fault 10 BAD_NAME: nope");
});

test("HIS-004, HIS-008: why gives what is known; XML-RPC has no null, so what is not used is left out; large times are doubles", async () => {
  const control = new FakeControl(alone(running("web")));
  const next = { what: "retries", at: 1_795_000_000_000, text: "retries" };
  control.lives.set("web", {
    wanted: "up",
    wantedBy: "user",
    waitsFor: null,
    next,
    limits: [{ option: "nice", wanted: "5", effective: "5" }],
  });
  const life = { wanted: "up", wantedBy: "user", next, limits: [{ option: "nice", wanted: "5", effective: "5" }] };
  assert.deepEqual(await call(control, "holdfast.why", "web"), { group: "web", process: "web", life });
  assert.equal(await call(control, "holdfast.why", "nope"), "fault 10 BAD_NAME: nope");
});

test("applyUpdate: whether it was done in place; a group that is not there is a fault; nothing while the daemon goes down", async () => {
  const control = new FakeControl();
  assert.equal(await call(control, "holdfast.applyUpdate", "a"), true);
  control.updating = ok(false);
  assert.equal(await call(control, "holdfast.applyUpdate", "a"), false);
  control.updating = refuse("bad-name");
  assert.equal(await call(control, "holdfast.applyUpdate", "a"), "fault 10 BAD_NAME: a");
  control.moodNow = "SHUTDOWN";
  for (const name of METHODS) assert.match(String(await call(control, name, ...(name.endsWith("apply") ? ["a"] : []))), /^fault [62] /);
  assert.deepEqual(control.done, ["update a", "update a", "update a"]);
});
