import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ok } from "../result.ts";
import { addPlugins } from "./plugins.ts";
import { fault, scene } from "./scene.fixture.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-plugins-"));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(
  path.join(folder, "commands.mjs"),
  `export function make(controller, options) {
    return {
      do_greet(argument) { controller.output(options.greeting + " " + argument); controller.exitstatus = 3; },
      help_greet: "greet <name>\\tSay hello",
      async do_state() { controller.output(JSON.stringify(await controller.call("supervisor.getState"))); },
      do_fail() { throw new TypeError("no good"); },
      do_leave() { return true; },
      do_status() { controller.output("never"); },
    };
  }`,
);

const withPlugin = async (factory = "./commands.mjs:make", methods = {}) => {
  const world = scene({
    methods,
    settings: { configFile: path.join(folder, "supervisord.conf"), plugins: [{ name: "my", factory, options: { greeting: "hello" } }] },
  });
  return { world, added: await addPlugins(world.session, "/") };
};

test("CTL-175, CTL-176: the factory gets the section's options; do_X is the command X, its argument as it was written", async () => {
  const { world } = await withPlugin();
  assert.deepEqual(await world.run("greet  a  b"), { text: "hello a  b\n", exit: 3 });
});

test("CTL-176: help comes from help_X; a command without help works and is not listed", async () => {
  const { world } = await withPlugin();
  assert.equal((await world.run("help greet")).text, "greet <name>\tSay hello\n");
  assert.match((await world.run("fail")).text, /no good/);
  assert.ok(!(await world.run("help")).text.includes("fail"));
});

test("CTL-177: a built-in command wins", async () => {
  const { world } = await withPlugin(undefined, { getAllProcessInfo: async () => ok([]) });
  assert.equal((await world.run("status")).text, "");
});

test("CTL-178: help has a table for each plug-in under its section's name, after the others", async () => {
  const { world } = await withPlugin();
  const { text } = await world.run("help");
  assert.ok(text.endsWith("\nmy commands (type help <topic>):\n================================\ngreet\n\n"), text);
});

test("CTL-179: help on an unknown command says so once, where the original says it for each plug-in", async () => {
  const { world } = await withPlugin();
  assert.equal((await world.run("help nothere")).text, "*** No help on nothere\n");
});

test("CTL-180: exceptions are error lines, failed calls too; a true result leaves the shell", async () => {
  const { world } = await withPlugin(undefined, { call: () => fault("SHUTDOWN_STATE") });
  assert.deepEqual(await world.run("fail"), { text: "error: <class 'TypeError'>, no good\n", exit: 1 });
  assert.match((await world.run("state")).text, /^error: <class 'xmlrpc.client.Fault'>, <Fault 6: 'SHUTDOWN_STATE'>/);
  assert.equal(world.session.isLeaving, false);
  await world.run("leave");
  assert.equal(world.session.isLeaving, true);
});

test("a plug-in calls any method", async () => {
  const { world } = await withPlugin(undefined, { call: async () => ok({ statename: "RUNNING" }) });
  assert.equal((await world.run("state")).text, '{"statename":"RUNNING"}\n');
});

test("CTL-181, CONF-319: what cannot be found, or is none", async () => {
  for (const factory of ["supvisors.supvisorsctl:make", "./nothere.js:make", "./commands.mjs:nothere", "commands", ":x"]) {
    const { added } = await withPlugin(factory);
    assert.ok(!added.ok, factory);
    assert.ok(added.error.message.startsWith(`${factory} cannot be resolved within [ctlplugin:my]: `), added.error.message);
    assert.match(added.error.hint ?? "", /Python/);
  }
});
