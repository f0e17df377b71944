import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good, MAIN, world } from "./load.fixture.ts";
import { loadConfig } from "./load.ts";
import { type CheckPlugin, MAIN_RPC_INTERFACE, parsePluginName } from "./pluginnames.ts";

/** One module that has `make`. */
const checkPlugin: CheckPlugin = async ({ module, exported }, folder) =>
  module !== "./mine.js" ? `there is no ${folder}/${module}` : exported === "make" ? null : `it has no function ${exported}`;
const MINE = "[rpcinterface:x]\nsupervisor.rpcinterface_factory=./mine.js:make\n";
const MAIN_INTERFACE = `[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = ${MAIN_RPC_INTERFACE}\n`;
const SERVER = "[unix_http_server]\nfile=/tmp/s\n";

async function mine(text: string) {
  const doors = world({ files: { [MAIN]: `[supervisord]\n${text}` }, environment: { A: "alpha" } });
  const loaded = await loadConfig(doors, { file: MAIN, flags: new Map(), checkPlugin });
  return loaded.ok ? loaded.value.rpcInterfaces : loaded.error[0]?.message;
}

test("CONF-301: an interface needs its factory", async () => {
  assert.equal(await fault("[rpcinterface:x]\n"), "section [rpcinterface:x] does not specify a supervisor.rpcinterface_factory");
});

test("CONF-302, CONF-303: a factory that is not known is refused, with the line and what can be done", async () => {
  for (const name of ["no.such:factory", "nonsense"]) {
    const [error] = await faults(`[rpcinterface:other]\nsupervisor.rpcinterface_factory=${name}\n`);
    assert.equal(error?.message, `${name} cannot be resolved within [rpcinterface:other]: no such plug-in`);
    assert.deepEqual([error.line, error.hint?.startsWith("Python plug-ins cannot be loaded here")], [3, true]);
  }
});

test("CONF-304: the name behind the colon is not trimmed", async () => {
  const interfaces = await mine(MINE.replace(":x]", ": y ]"));
  assert.equal(typeof interfaces === "object" && interfaces[0]?.name, " y ");
});

test("CONF-054, CONF-305: other options, and those of [DEFAULT], go to the factory as texts", async () => {
  const interfaces = await mine(`[DEFAULT]\nautostart=false\n${MINE}Size=10\n`);
  assert.deepEqual(interfaces, [{ name: "x", factory: "./mine.js:make", options: { size: "10", autostart: "false" } }]);
});

test("RPC-237, CONF-118: they are expanded, with the names of the environment", async () => {
  const interfaces = await mine(`${MINE}a=%(ENV_A)s\n`);
  assert.deepEqual(typeof interfaces === "object" && interfaces[0]?.options, { a: "alpha" });
  assert.match(String(await mine(`${MINE}a=%(here)s\n`)), /contains names \('here'\) which cannot be expanded/);
});

test("CONF-306: a section without a colon is no interface", async () =>
  assert.deepEqual((await good("[rpcinterface]\nx=1\n")).rpcInterfaces, []));

test("CONF-309: the main interface takes no options, which is noticed where there is a server, after everything else", async () => {
  assert.equal(await fault(`${SERVER}${MAIN_INTERFACE}retries=3\n`), "Could not make supervisor rpc interface");
  assert.deepEqual((await good(`${MAIN_INTERFACE}retries=3\n`)).rpcInterfaces.length, 1);
  assert.equal((await faults(`${SERVER}chmod=9\n${MAIN_INTERFACE}retries=3\n`)).at(-1)?.message, "Could not make supervisor rpc interface");
});

test("defaults of all sections are no options of the main interface, where the original refuses to start", async () => {
  const { rpcInterfaces } = await good(`[DEFAULT]\nautostart=false\n${SERVER}${MAIN_INTERFACE}`);
  assert.deepEqual(rpcInterfaces[0]?.options, {});
});

test("CONF-310, CONF-311: the main interface is known by its name, and may be missing", async () => {
  assert.deepEqual((await good(MAIN_INTERFACE)).rpcInterfaces, [{ name: "supervisor", factory: MAIN_RPC_INTERFACE, options: {} }]);
  assert.deepEqual((await good(SERVER)).rpcInterfaces, []);
});

test("CONF-312: [ctlplugin:x] and [supervisorctl] are not read, and are no unknown sections", async () => {
  const { remarks } = await good("[ctlplugin:x]\nsupervisor.ctl_factory=%(no)s\nmore=1\n[supervisorctl]\nserverurl=%(no)s\n");
  assert.deepEqual(remarks, []);
});

test("RPC-240: a plug-in that cannot be loaded is an error with its place and the reason", async () => {
  assert.equal(
    await mine(MINE.replace(":make", ":nothere")),
    "./mine.js:nothere cannot be resolved within [rpcinterface:x]: it has no function nothere",
  );
  assert.match(String(await mine(MINE.replace("mine.js", "other.js"))), /\[rpcinterface:x\]: there is no \/\S*\/\.\/other\.js$/);
});

test("EVT-109: the same for a result handler", async () => {
  const listener = (handler: string) => `[eventlistener:l]\ncommand=/bin/cat\nevents=TICK_5\nresult_handler=${handler}\n`;
  assert.match(String(await mine(listener("./mine.js:nothere"))), /within \[eventlistener:l\]: it has no function nothere/);
  assert.ok(Array.isArray(await mine(listener("./mine.js:make"))));
});

test("a plug-in's name is a module and what it exports, divided by the last colon", () => {
  assert.deepEqual(parsePluginName("./a.mjs:make"), { module: "./a.mjs", exported: "make" });
  assert.deepEqual(parsePluginName("a:b:c"), { module: "a:b", exported: "c" });
  for (const text of ["", "a", ":a", "a:"]) assert.equal(parsePluginName(text), null, text);
});
