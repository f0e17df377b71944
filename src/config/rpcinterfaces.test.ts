import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good, MAIN, world } from "./load.fixture.ts";
import { loadConfig } from "./load.ts";
import { BUILT_IN, type KnownNames, MAIN_RPC_INTERFACE } from "./plugins.ts";

const KNOWN: KnownNames = { ...BUILT_IN, rpcInterfaces: new Set([...BUILT_IN.rpcInterfaces, "./mine.js:make"]) };
const MINE = "[rpcinterface:x]\nsupervisor.rpcinterface_factory=./mine.js:make\n";
const MAIN_INTERFACE = `[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = ${MAIN_RPC_INTERFACE}\n`;
const SERVER = "[unix_http_server]\nfile=/tmp/s\n";

async function mine(text: string) {
  const doors = world({ files: { [MAIN]: `[supervisord]\n${text}` }, environment: { A: "alpha" } });
  const loaded = await loadConfig(doors, { file: MAIN, flags: new Map(), known: KNOWN });
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

test("CONF-118: they are expanded, with the names of the environment", async () => {
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
