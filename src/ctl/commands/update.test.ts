import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import type { PreviewRow } from "../client/infos.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { fault, info, resultRow, scene } from "../scene.fixture.ts";
import { previewLines } from "./dryrun.ts";

const done = async () => ok(true as const);
const methods: Partial<Supervisor> = {
  reloadConfig: async () => ok({ added: ["fresh"], changed: ["edited"], removed: ["dropped"] }),
  stopProcessGroup: async () => ok([]),
  addProcessGroup: done,
  removeProcessGroup: done,
  getAllProcessInfo: async () => ok([info("dropped", "RUNNING"), info("edited", "RUNNING"), info("kept", "RUNNING")]),
};

function row(group: string, change: PreviewRow["change"]): PreviewRow {
  return { group, change, details: [], inPlace: false, processes: [] };
}

test("CTL-153: removed groups, then changed ones, then new ones", async () => {
  const world = scene({ methods });
  await world.run("update");
  assert.deepEqual(world.calls, [
    "reloadConfig",
    "stopProcessGroup dropped",
    "removeProcessGroup dropped",
    "applyUpdate edited",
    "stopProcessGroup edited",
    "removeProcessGroup edited",
    "addProcessGroup edited",
    "addProcessGroup fresh",
  ]);
});

test("CTL-154: the lines of an update, none without a change", async () => {
  assert.deepEqual(await scene({ methods }).run("update"), {
    text: "dropped: stopped\ndropped: removed process group\nedited: stopped\nedited: updated process group\nfresh: added process group\n",
    exit: 0,
  });
  const same = { ...methods, reloadConfig: async () => ok({ added: [], changed: [], removed: [] }) };
  assert.deepEqual(await scene({ methods: same }).run("update"), { text: "", exit: 0 });
});

test("CTL-155: a group that cannot be stopped stays, and the rest goes on", async () => {
  const stopProcessGroup = async (group: string) => ok(group === "dropped" ? [resultRow("dropped:a", FAULTS.FAILED)] : []);
  const { text, exit } = await scene({ methods: { ...methods, stopProcessGroup } }).run("update");
  assert.match(text, /^dropped: stopped\ndropped: has problems; not removing\nedited: stopped\n/);
  assert.equal(exit, 1);
});

test("CTL-156: only the named groups; unknown names are said and the rest is done; all is everything", async () => {
  assert.deepEqual(await scene({ methods }).run("update fresh"), { text: "fresh: added process group\n", exit: 0 });
  assert.deepEqual(await scene({ methods }).run("update nothere fresh"), {
    text: "ERROR: no such group: nothere\nfresh: added process group\n",
    exit: 1,
  });
  assert.equal((await scene({ methods }).run("update nothere all")).text, (await scene({ methods }).run("update")).text);
});

test("CTL-159, CTL-160, CTL-161: stops are waited for; a changed group is taken out and put in as a whole; nothing else is asked for", async () => {
  const order: string[] = [];
  const stopProcessGroup = async (group: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`${group} is down`);
    return ok([]);
  };
  const removeProcessGroup = async (group: string) => {
    order.push(`${group} removed`);
    return ok(true as const);
  };
  const addProcessGroup = async (group: string) => {
    order.push(`${group} added`);
    return ok(true as const);
  };
  await scene({ methods: { ...methods, stopProcessGroup, removeProcessGroup, addProcessGroup } }).run("update edited");
  assert.deepEqual(order, ["edited is down", "edited removed", "edited added"]);
});

test("CTL-157: a group that is active and unchanged: nothing", async () => {
  assert.deepEqual(await scene({ methods }).run("update kept"), { text: "", exit: 0 });
});

test("CTL-158: a bad configuration is an error line, a daemon that goes down its own", async () => {
  const bad = await scene({ methods: { reloadConfig: () => fault("CANT_REREAD", "CANT_REREAD: it's bad") } }).run("update");
  assert.ok(bad.text.startsWith(`error: <class 'xmlrpc.client.Fault'>, <Fault 92: "CANT_REREAD: it's bad">`), bad.text);
  assert.equal(bad.exit, 1);
  const down = await scene({ methods: { reloadConfig: () => fault("SHUTDOWN_STATE") } }).run("update");
  assert.deepEqual(down, { text: "ERROR: already shutting down\n", exit: 1 });
});

const BAD = { message: "bad in section 'x'", file: "/f", line: 3, excerpt: "x=y", hint: "do it" };

test("a bad configuration is told as --check tells it, on standard error, in a pipe as well; the original's daemon cannot", async () => {
  const reloadConfig = () => fault("CANT_REREAD", "CANT_REREAD: bad");
  const checkConfig = async () => ok({ errors: [BAD, { ...BAD, line: 4, hint: null }], warnings: [] });
  const told = "Error: bad in section 'x'\n  at /f:3: x=y\n  hint: do it\nError: bad in section 'x'\n  at /f:4: x=y\n";
  for (const line of ["update", "update --dry-run", "reread"]) {
    const world = scene({ methods: { reloadConfig, checkConfig, previewUpdate: reloadConfig } });
    assert.match(
      (await world.run(line)).text,
      /^(ERROR: CANT_REREAD: bad|error: <class .*"CANT_REREAD: bad"|error: <class .*'CANT_REREAD: bad').*\n$/,
    );
    assert.equal(world.noted(), told, line);
  }
  const old = scene({ methods: { reloadConfig } });
  await old.run("update");
  assert.equal(old.noted(), "");
});

test("what is doubtful in a configuration is told at a terminal and in JSON, and asked for by nobody else", async () => {
  const checkConfig = async () => ok({ errors: [], warnings: ["odd", "odder"] });
  const previewUpdate = async () => ok([]);
  const given = { ...methods, checkConfig, previewUpdate, reloadConfig: async () => ok({ added: [], changed: [], removed: [] }) };
  for (const line of ["update", "update --dry-run", "reread"]) {
    const terminal = scene({ methods: given, isTerminal: true });
    await terminal.run(line);
    assert.equal(terminal.noted(), "Warning: odd\nWarning: odder\n", line);
    const pipe = scene({ methods: given });
    await pipe.run(line);
    assert.equal(pipe.noted(), "");
    assert.ok(!pipe.calls.includes("checkConfig"));
    assert.equal((await scene({ methods: given }).run(`${line} --json`)).text, '[{"warning":"odd"},{"warning":"odder"}]\n');
  }
});

test("--dry-run tells each option that differs, and changes nothing", async () => {
  const previewUpdate = async () =>
    ok([
      row("fresh", "added"),
      { ...row("edited", "changed"), details: [{ process: "edited", option: "stopwaitsecs", from: "10", to: "20" }] },
      row("dropped", "removed"),
    ]);
  const world = scene({ methods: { ...methods, previewUpdate } });
  assert.deepEqual(await world.run("update --dry-run"), {
    text:
      "dropped: would be stopped and removed\n" +
      "edited: would be stopped and started with its new configuration\n" +
      "  edited: stopwaitsecs: 10 -> 20\n" +
      "fresh: would be added\n",
    exit: 0,
  });
  assert.deepEqual(world.calls, ["previewUpdate"]);
  const one = await scene({ methods: { ...methods, previewUpdate } }).run("update --dry-run fresh nothere");
  assert.deepEqual(one, { text: "ERROR: no such group: nothere\nfresh: would be added\n", exit: 1 });
  const json = JSON.parse((await scene({ methods: { ...methods, previewUpdate } }).run("update --dry-run --json")).text) as unknown[];
  assert.deepEqual(json[1], {
    group: "edited",
    change: "changed",
    details: [{ process: "edited", option: "stopwaitsecs", from: "10", to: "20" }],
    inPlace: false,
    processes: [],
  });
});

test("a daemon that changes groups in place is left to it", async () => {
  const world = scene({ methods: { ...methods, applyUpdate: async () => ok(true) } });
  assert.deepEqual(await world.run("update edited"), { text: "edited: updated process group\n", exit: 0 });
  assert.deepEqual(world.calls, ["reloadConfig", "getAllProcessInfo", "applyUpdate edited"]);
  const unable = scene({ methods: { ...methods, applyUpdate: async () => ok(false) } });
  assert.equal((await unable.run("update edited")).text, "edited: stopped\nedited: updated process group\n");
  const gone = await scene({ methods: { ...methods, applyUpdate: () => fault("BAD_NAME", "BAD_NAME: edited") } }).run("update edited");
  assert.match(gone.text, /BAD_NAME: edited/);
  assert.equal(gone.exit, 1);
});

test("--dry-run tells what becomes of each process of a group that is changed in place", () => {
  const processes = [
    { process: "a_0", action: "keep" },
    { process: "a_1", action: "restart" },
  ];
  const details = [{ process: "", option: "priority", from: "1", to: "2" }];
  assert.deepEqual(previewLines([{ ...row("a", "changed"), details, inPlace: true, processes }])[0]?.text.split("\n"), [
    "a: would be changed in place",
    "  priority: 1 -> 2",
    "  a_0: would be left alone",
    "  a_1: would be restarted",
  ]);
});

test("--dry-run with the original's daemon tells the groups, by a reread", async () => {
  const world = scene({ methods, isTerminal: true });
  const { text } = await world.run("update --dry-run");
  assert.equal(
    text,
    "dropped: would be stopped and removed\nedited: would be stopped and started with its new configuration\nfresh: would be added\n",
  );
  assert.deepEqual(world.calls, ["previewUpdate", "reloadConfig", "checkConfig"]);
  assert.match(world.noted(), /does not tell which options differ/);
});

test("an option that was not set, or is not any more, is seen to be so", () => {
  const details = [{ process: "a", option: "user", from: "", to: "web" }];
  assert.match(previewLines([{ ...row("a", "changed"), details }])[0]?.text ?? "", /user: \(none\) -> web/);
});
