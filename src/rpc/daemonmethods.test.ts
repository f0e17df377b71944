/** The daemon about itself, and the configuration methods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { SUPERVISOR_VERSION } from "../version.ts";
import { supervisor } from "./calling.fixture.ts";
import { alone, FakeControl, processConfig, view } from "./control.fixture.ts";
import { writeAnswer } from "./xmlwrite.ts";

const config = (name: string, ...processes: readonly ReturnType<typeof processConfig>[]) =>
  ({ name, priority: 999, kind: "programs", processes }) as const;

test("RPC-029, RPC-030: the version of the interface", async () => {
  assert.equal(await supervisor(new FakeControl(), "getAPIVersion"), "3.0");
  assert.equal(await supervisor(new FakeControl(), "getVersion"), "3.0");
});

test("RPC-031, RPC-032, RPC-034: version, identifier, pid", async () => {
  assert.equal(await supervisor(new FakeControl(), "getSupervisorVersion"), SUPERVISOR_VERSION);
  assert.equal(await supervisor(new FakeControl(), "getIdentification"), "supervisor");
  assert.equal(await supervisor(new FakeControl(), "getPID"), 11015);
});

test("better than RPC-036: a restart with a broken configuration is refused with what is wrong, and nothing happens", async () => {
  const control = new FakeControl();
  control.restartError = "s.conf:3: a line without =";
  assert.equal(await supervisor(control, "restart"), "fault 92 CANT_REREAD: s.conf:3: a line without =");
  assert.deepEqual(control.done, []);
});

test("RPC-033: the state, members in their order", async () => {
  const state = (await supervisor(new FakeControl(), "getState")) as object;
  assert.deepEqual(Object.entries(state), [
    ["statecode", 1],
    ["statename", "RUNNING"],
  ]);
});

test("RPC-035, RPC-036: shutdown and restart answer at once, and a second one is refused", async () => {
  for (const name of ["shutdown", "restart"]) {
    const control = new FakeControl();
    assert.equal(await supervisor(control, name), true);
    assert.equal(await supervisor(control, "shutdown"), "fault 6 SHUTDOWN_STATE");
    assert.equal(await supervisor(control, "restart"), "fault 6 SHUTDOWN_STATE");
    assert.deepEqual(control.done, [name]);
  }
});

test("RPC-147: the answer of reloadConfig is an array in an array", async () => {
  const control = new FakeControl();
  control.plan = { ok: true, value: { added: ["b", "a"], changed: ["c"], removed: [] } };
  assert.deepEqual(await supervisor(control, "reloadConfig"), [[["b", "a"], ["c"], []]]);
});

test("RPC-150: a mistake in the file is told with its reason", async () => {
  const control = new FakeControl();
  control.plan = refuse("could not find config file /p");
  assert.equal(await supervisor(control, "reloadConfig"), "fault 92 CANT_REREAD: could not find config file /p");
});

test("RPC-155, RPC-156, RPC-157: groups come and go by their plain names", async () => {
  const control = new FakeControl();
  assert.equal(await supervisor(control, "addProcessGroup", "g"), true);
  assert.equal(await supervisor(control, "removeProcessGroup", "g:*"), true);
  assert.deepEqual(control.done, ["add g", "remove g:*"]);
  control.adding = refuse("bad-name");
  assert.equal(await supervisor(control, "addProcessGroup", "g"), "fault 10 BAD_NAME: g");
  control.adding = refuse("already-added");
  assert.equal(await supervisor(control, "addProcessGroup", "g"), "fault 90 ALREADY_ADDED: g");
  control.removing = refuse("bad-name");
  assert.equal(await supervisor(control, "removeProcessGroup", "g"), "fault 10 BAD_NAME: g");
  control.removing = refuse("still-running");
  assert.equal(await supervisor(control, "removeProcessGroup", "g"), "fault 91 STILL_RUNNING: g");
});

const MEMBERS = [
  "autostart",
  "autorestart",
  "directory",
  "uid",
  "command",
  "exitcodes",
  "group",
  "group_prio",
  "inuse",
  "killasgroup",
  "name",
  "process_prio",
  "redirect_stderr",
  "startretries",
  "startsecs",
  "stdout_capture_maxbytes",
  "stdout_events_enabled",
  "stdout_logfile",
  "stdout_logfile_backups",
  "stdout_logfile_maxbytes",
  "stdout_syslog",
  "stopsignal",
  "stopwaitsecs",
  "stderr_capture_maxbytes",
  "stderr_events_enabled",
  "stderr_logfile",
  "stderr_logfile_backups",
  "stderr_logfile_maxbytes",
  "stderr_syslog",
  "serverurl",
];

async function infos(control: FakeControl): Promise<Record<string, unknown>[]> {
  return (await supervisor(control, "getAllConfigInfo")) as Record<string, unknown>[];
}

test("RPC-159, RPC-160, RPC-161, RPC-165: the members of a process's configuration, in their order", async () => {
  const control = new FakeControl();
  control.configured = { groups: [config("a", processConfig("a"))], reread: false };
  const [info = {}] = await infos(control);
  assert.deepEqual(Object.keys(info), MEMBERS);
  assert.deepEqual(
    [info["autostart"], info["autorestart"], info["exitcodes"], info["stopsignal"], info["startsecs"]],
    [true, "unexpected", [0], 15, 1],
  );
});

test("RPC-162: autorestart is true, false or unexpected", async () => {
  const control = new FakeControl();
  const processes = (["always", "never", "unexpected"] as const).map((autorestart) => processConfig(autorestart, { autorestart }));
  control.configured = { groups: [config("g", ...processes)], reread: false };
  assert.deepEqual(
    (await infos(control)).map((info) => info["autorestart"]),
    [true, false, "unexpected"],
  );
});

test("RPC-158, RPC-167: every process of every group of the file, by name; equal names as they stand; whether active", async () => {
  const control = new FakeControl(alone(view("z")));
  control.configured = {
    groups: [config("z", processConfig("z")), config("g", processConfig("b"), processConfig("a")), config("f", processConfig("a"))],
    reread: true,
  };
  assert.deepEqual(
    (await infos(control)).map(({ name, group, inuse }) => [name, group, inuse]),
    [
      ["a", "g", false],
      ["a", "f", false],
      ["b", "g", false],
      ["z", "z", true],
    ],
  );
});

test("RPC-166: the priority of the group and that of the process", async () => {
  const control = new FakeControl();
  const listeners = {
    name: "pool",
    priority: -1,
    kind: "listeners",
    bufferSize: 10,
    events: [],
    resultHandler: "",
    processes: [processConfig("l")],
  } as const;
  control.configured = { groups: [listeners], reread: false };
  const [info = {}] = await infos(control);
  assert.deepEqual([info["group_prio"], info["process_prio"]], [-1, 999]);
});

test("RPC-163, RPC-169: what is not set is the text none", async () => {
  const control = new FakeControl();
  const none = { ...processConfig("a").stdout, logfile: { kind: "none" }, syslog: true } as const;
  control.configured = { groups: [config("a", processConfig("a", { stdout: none }))], reread: true };
  const [info = {}] = await infos(control);
  assert.deepEqual(
    [info["directory"], info["uid"], info["serverurl"], info["stdout_logfile"], info["stdout_syslog"], info["stderr_logfile"]],
    ["none", "none", "none", "none", true, "auto"],
  );
});

test("RPC-164: a path that the daemon chose is shown until the file has been read again, and for a group added since", async () => {
  const control = new FakeControl(alone(view("a", { stdoutLogfile: "/tmp/a-stdout---supervisor-x.log" })));
  control.configured = { groups: [config("a", processConfig("a")), config("b", processConfig("b"))], reread: false };
  assert.deepEqual(
    (await infos(control)).map((info) => info["stdout_logfile"]),
    ["/tmp/a-stdout---supervisor-x.log", "auto"],
  );
  control.configured = { ...control.configured, reread: true };
  assert.deepEqual(
    (await infos(control)).map((info) => info["stdout_logfile"]),
    ["auto", "auto"],
  );
  control.configured = { ...control.configured, added: "a" };
  assert.deepEqual(
    (await infos(control)).map((info) => info["stdout_logfile"]),
    ["/tmp/a-stdout---supervisor-x.log", "auto"],
  );
});

test("RPC-168, RPC-210: a number beyond 32 bits is the largest, not status 500", async () => {
  const big = { ...processConfig("a").stdout, maxBytes: 4 * 1024 ** 3 };
  const control = new FakeControl();
  control.configured = { groups: [config("a", processConfig("a", { stdout: big }))], reread: true };
  const [info = {}] = await infos(control);
  assert.match(String(writeAnswer(info["stdout_logfile_maxbytes"] as number)), /<int>2147483647<\/int>/);
  assert.match(String(writeAnswer(-(2 ** 40))), /<int>-2147483648<\/int>/);
});
