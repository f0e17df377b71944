/** Real threads with modules that do what plug-ins must not do: the daemon goes on, and whoever asked is told. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, type TestContext, test } from "node:test";
import { buildSync } from "esbuild";
import type { PluginOrder } from "../../plugin/wire.ts";
import { ok, refuse } from "../../result.ts";
import { checkWith, type PluginSurroundings, type RunningPlugin } from "../serving/pluginhost.ts";
import { realPlugins } from "./plugins.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "holdfast-threads-"));
after(() => rmSync(folder, { recursive: true }));
const thread = path.join(folder, "thread.cjs");
buildSync({ entryPoints: ["src/plugin/thread.ts"], absWorkingDir: ROOT, outfile: thread, bundle: true, platform: "node", format: "cjs" });
const open = realPlugins(thread);

writeFileSync(
  path.join(folder, "methods.mjs"),
  `export function make(supervisor, options) {
    return {
      echo: (...params) => ({ params, options }),
      ask: (method) => supervisor.call(method, 1, "a"),
      fails() { throw new TypeError("no good"); },
      refuses() { throw Object.assign(new Error(), { faultCode: 777, faultString: "no luck" }); },
      exits() { process.exit(3); },
      async strays() { Promise.reject(new Error("astray")); await new Promise(() => {}); },
      never: () => new Promise(() => {}),
      notData: () => () => 1,
      prints() { console.log("one\\ntwo"); console.error("three"); return true; },
      eats() { const all = []; for (;;) all.push(new Array(1e6).fill(0.5)); },
    };
  }
  export const none = 1;
  export const nothing = () => 1;`,
);
writeFileSync(
  path.join(folder, "results.cjs"),
  `exports.handle = (event, result) => {
    const text = Buffer.from(result).toString();
    if (text === "loop") for (;;);
    if (text === "throw") throw new Error(event.name + " " + event.payload);
    return text === "yes" ? undefined : false;
  };`,
);
writeFileSync(path.join(folder, "slow.mjs"), "await new Promise((resolve) => setTimeout(resolve, 1e6)); export const make = () => ({});");

const order = (module: string, exported: string, role: PluginOrder["role"]): PluginOrder => ({
  role,
  folder,
  plugin: { module, exported },
  options: { unit: "s" },
});

type Opened = { readonly plugin: RunningPlugin; readonly said: string[]; readonly ended: Promise<string> };

async function opened(t: TestContext, one: PluginOrder): Promise<Opened> {
  const said: string[] = [];
  let end: (why: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const surroundings: PluginSurroundings = {
    call: async (method, params) => (method === "good" ? ok({ params }) : refuse({ code: 10, text: "BAD_NAME: x" })),
    log: (level, text) => void said.push(`${level}: ${text}`),
    ended: end,
  };
  const plugin = await open(one, surroundings);
  assert.ok(plugin.ok, plugin.ok ? "" : plugin.error);
  t.after(() => plugin.value.close());
  return { plugin: plugin.value, said, ended };
}

test("methods are called with plain values, and call the daemon's", async (t) => {
  const { plugin } = await opened(t, order("./methods.mjs", "make", "methods"));
  assert.ok(plugin.methods.some(({ name, params }) => name === "echo" && params === null));
  assert.deepEqual(await plugin.call("echo", [1, [true], { a: "b" }]), {
    kind: "done",
    value: { params: [1, [true], { a: "b" }], options: { unit: "s" } },
  });
  assert.deepEqual(await plugin.call("ask", ["good"]), { kind: "done", value: { params: [1, "a"] } });
  assert.deepEqual(await plugin.call("ask", ["bad"]), { kind: "fault", code: 10, text: "BAD_NAME: x" });
});

test("an exception, a fault, a value that cannot be copied: the caller is told, and the plug-in goes on", async (t) => {
  const { plugin } = await opened(t, order("./methods.mjs", "make", "methods"));
  assert.deepEqual(await plugin.call("fails", []), { kind: "threw", text: "TypeError: no good" });
  assert.deepEqual(await plugin.call("refuses", []), { kind: "fault", code: 777, text: "no luck" });
  const copied = await plugin.call("notData", []);
  assert.match(copied.kind === "threw" ? copied.text : "", /could not be cloned/);
  assert.equal((await plugin.call("echo", [])).kind, "done");
});

test("what it prints becomes lines of the log", async (t) => {
  const { plugin, said } = await opened(t, order("./methods.mjs", "make", "methods"));
  await plugin.call("prints", []);
  while (said.length < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(said.toSorted(), ["info: one", "info: two", "warn: three"]);
});

for (const [method, why] of [
  ["exits", /ended by itself \(code 3\)/],
  ["strays", /Error: astray/],
  ["eats", /memory|busy/i],
] as const) {
  test(`a plug-in whose thread ends (${method}): every caller is told, and so is the daemon`, { timeout: 300_000 }, async (t) => {
    const { plugin, ended } = await opened(t, order("./methods.mjs", "make", "methods"));
    const waiting = plugin.call("never", []);
    const outcome = await plugin.call(method, []);
    assert.match(outcome.kind === "threw" ? outcome.text : "", why);
    assert.deepEqual(await waiting, outcome);
    assert.match(await ended, why);
    assert.equal((await plugin.call("echo", [])).kind, "threw");
  });
}

test("EVT-108: results are judged at once; false rejects, an exception or a loop without end fails", async (t) => {
  const { plugin, ended } = await opened(t, order("./results.cjs", "handle", "results"));
  const event = { name: "TICK_5", serial: 1, poolserial: 2, pool: "l", payload: "when:5" };
  const judge = (text: string) => plugin.judge({ event, result: Buffer.from(text) });
  assert.deepEqual(judge("yes"), { kind: "accepted" });
  assert.deepEqual(judge("no"), { kind: "rejected" });
  assert.deepEqual(judge("throw"), { kind: "failed", why: "Error: TICK_5 when:5" });
  assert.deepEqual(judge("loop"), { kind: "failed", why: "there was no answer within 1000 ms" });
  assert.match(await ended, /no answer/);
});

test("RPC-240: a check tells why a plug-in cannot be used", async () => {
  const check = checkWith(open);
  assert.equal(await check({ module: "./methods.mjs", exported: "make" }, folder), null);
  assert.equal(await check({ module: "./methods.mjs", exported: "none" }, folder), "module './methods.mjs' has no function 'none'");
  assert.equal(await check({ module: "./nothere.mjs", exported: "make" }, folder), `there is no ${folder}/nothere.mjs`);
  assert.equal(await check({ module: "supervisor_twiddler.rpcinterface", exported: "make" }, folder), "no such plug-in");
});

test("RPC-241: a factory that makes nothing cannot be opened", async () => {
  const plugin = await open(order("./methods.mjs", "nothing", "methods"), { call: async () => ok(1), log: () => {}, ended: () => {} });
  assert.deepEqual(plugin, refuse("TypeError: the factory gave no object with methods"));
});
