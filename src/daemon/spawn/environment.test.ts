import assert from "node:assert/strict";
import { test } from "node:test";
import { processes } from "../../config/load.fixture.ts";
import type { ProcessConfig } from "../../config/model.ts";
import type { Files } from "../../doors.ts";
import { ok, refuse } from "../../result.ts";
import { readEnvFiles } from "./envfiles.ts";
import { childEnvironment, userVariables, withMessages, withVariablesOf } from "./environment.ts";

const REF = { group: "web", process: "web_0" };

function config(environment: Record<string, string>, serverUrl: string | null = null): ProcessConfig {
  return { environment, serverUrl } as unknown as ProcessConfig;
}

test("PROC-093, CONF-382, CONF-383: the daemon's variables, then ours, then the configured ones", () => {
  const made = childEnvironment({ HOME: "/root", A: "daemon", SUPERVISOR_ENABLED: "0" }, REF, config({ A: "program" }), "unix:///s");
  assert.deepEqual(made, {
    HOME: "/root",
    A: "program",
    SUPERVISOR_ENABLED: "1",
    SUPERVISOR_SERVER_URL: "unix:///s",
    SUPERVISOR_PROCESS_NAME: "web_0",
    SUPERVISOR_GROUP_NAME: "web",
  });
});

test("PROC-094, CONF-384: configured variables beat the SUPERVISOR_ ones too, the program's those of [supervisord]", async () => {
  assert.equal(childEnvironment({}, REF, config({ SUPERVISOR_GROUP_NAME: "mine" }), null)["SUPERVISOR_GROUP_NAME"], "mine");
  const text = "[supervisord]\nenvironment=A=1,B=1,SUPERVISOR_ENABLED=0\n[program:x]\ncommand=x\nenvironment=A=2\n";
  const [read] = await processes(text);
  assert.ok(read !== undefined);
  const { A, B, SUPERVISOR_ENABLED } = childEnvironment({ A: "0", B: "0" }, REF, read, null);
  assert.deepEqual([A, B, SUPERVISOR_ENABLED], ["2", "1", "0"]);
});

test("PROC-095, CONF-383: the program's serverurl, else the daemon's, else an inherited value stays", () => {
  const url = (own: string | null, daemon: string | null) =>
    childEnvironment({ SUPERVISOR_SERVER_URL: "inherited" }, REF, config({}, own), daemon)["SUPERVISOR_SERVER_URL"];
  assert.equal(url("http://own", "unix:///s"), "http://own");
  assert.equal(url(null, "unix:///s"), "unix:///s");
  assert.equal(url(null, null), "inherited");
});

test("CONF-234: an empty serverurl sets none", () => {
  assert.equal("SUPERVISOR_SERVER_URL" in childEnvironment({}, REF, config({}, ""), "unix:///s"), false);
});

test("PROC-096: USER, HOME, LOGNAME and the rest are handed on as they are", () => {
  assert.equal(childEnvironment({ USER: "root", HOME: "/root" }, REF, config({}), null)["HOME"], "/root");
});

test("PROC-098: an empty value is a value", () => {
  assert.equal(childEnvironment({}, REF, config({ EMPTY: "" }), null)["EMPTY"], "");
});

const APP = { name: "app", uid: 7, gid: 7, groups: [7], home: "/home/app", shell: "/bin/zsh" };

test("ENV-001: the layers in their order: supervisord's, the user's, ours, [supervisord], the files, the program's own", async () => {
  const text = "[supervisord]\nenvironment=D=daemon,F=daemon,P=daemon,HOME=/configured\n[program:x]\ncommand=x\nenvfile=a\nenv_home=true\n";
  const [read] = await processes(`${text}environment=P=program,G=program\n`);
  assert.ok(read !== undefined);
  const files = { F: "file", P: "file", N: "file", SUPERVISOR_ENABLED: "0" };
  const made = childEnvironment({ HOME: "/root", USER: "root", B: "base", N: "base" }, REF, withVariablesOf(read, files), null, () =>
    userVariables(7, APP),
  );
  const { SUPERVISOR_PROCESS_NAME: _, SUPERVISOR_GROUP_NAME: __, ...rest } = made;
  assert.deepEqual(rest, {
    HOME: "/configured",
    USER: "app",
    LOGNAME: "app",
    SHELL: "/bin/zsh",
    B: "base",
    SUPERVISOR_ENABLED: "0",
    D: "daemon",
    F: "file",
    P: "program",
    N: "file",
    G: "program",
  });
});

test("ENV-001: clear_env leaves PATH of supervisord's environment", async () => {
  const [read] = await processes("[program:x]\ncommand=x\nclear_env=true\nenvironment=A=1\n");
  assert.ok(read !== undefined);
  const names = (base: Readonly<Record<string, string>>) => Object.keys(childEnvironment(base, REF, read, null)).sort();
  const ours = ["SUPERVISOR_ENABLED", "SUPERVISOR_GROUP_NAME", "SUPERVISOR_PROCESS_NAME"];
  assert.deepEqual(names({ PATH: "/bin", HOME: "/root", TERM: "x" }), ["A", "PATH", ...ours]);
  assert.deepEqual(names({ HOME: "/root" }), ["A", ...ours]);
});

test("ENV-007: without an entry, or with an empty one, there are a home and a shell all the same", () => {
  assert.deepEqual(userVariables(4711, null), { HOME: "/", USER: "4711", LOGNAME: "4711", SHELL: "/bin/sh" });
  assert.deepEqual(userVariables(7, { ...APP, home: "", shell: "" }), { HOME: "/", USER: "app", LOGNAME: "app", SHELL: "/bin/sh" });
});

function files(contents: Readonly<Record<string, string | Uint8Array>>): Files {
  const readGuarded = async (path: string, length: number) => {
    const bytes = contents[path];
    if (bytes === undefined) return refuse("ENOENT");
    if (typeof bytes === "string" && /^E[A-Z]+$/.test(bytes)) return refuse(bytes);
    return ok((typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes).slice(0, length));
  };
  return { readGuarded } as unknown as Files;
}

async function read(contents: Readonly<Record<string, string | Uint8Array>>, ...names: string[]): Promise<unknown> {
  const parsed = names.map((name) => ({ path: name.replace(/^-/, ""), mayBeMissing: name.startsWith("-") }));
  const result = await readEnvFiles(files(contents), "/etc", parsed);
  return result.ok ? result.value : result.error;
}

test("ENV-001, ENV-004: the last file counts, a relative path is one of the folder of the configuration file", async () => {
  assert.deepEqual(await read({ "/etc/a.env": "A=1\nB=1", "/srv/b.env": "B=2" }, "a.env", "-none", "/srv/b.env"), { A: "1", B: "2" });
});

test("ENV-003: what is wrong is told with the file, and with no word of a value", async () => {
  assert.equal(await read({}, "/etc/web.env"), "envfile /etc/web.env: ENOENT");
  assert.equal(await read({ "/a": "EACCES" }, "-/a"), "envfile /a: EACCES");
  assert.equal(await read({ "/a": "ENOTDIR" }, "-/a"), "envfile /a: ENOTDIR");
  for (const errno of ["EINVAL", "EISDIR", "ENXIO"]) assert.equal(await read({ "/a": errno }, "/a"), "envfile /a: it is no file");
  assert.match(String(await read({ "/a": "ELOOP" }, "/a")), /^envfile \/a: ELOOP \(/);
  assert.equal(await read({ "/etc/web.env": "A=1\n\n=2" }, "web.env"), "envfile /etc/web.env:3: no name before =");
  assert.equal(await read({ "/a": new Uint8Array([65, 61, 10, 65, 61, 255, 10]) }, "/a"), "envfile /a:2: it is not UTF-8");
  assert.equal(await read({ "/a": "#".repeat(1024 * 1024 + 1) }, "/a"), "envfile /a: it is larger than 1 MiB");
});

test("ENV-003: all files together give 32 KiB at most, whatever they hold besides", async () => {
  const value = (bytes: number) => `A=${"x".repeat(bytes - 3)}`;
  assert.equal(typeof (await read({ "/a": `${value(32 * 1024)}\n${"# comment\n".repeat(9999)}` }, "/a")), "object");
  assert.equal(await read({ "/a": value(32 * 1024 + 1) }, "/a"), "the envfiles give 33 KiB (32 KiB at most)");
  const two = { "/a": value(20 * 1024), "/b": value(20 * 1024).replace("A", "B") };
  assert.equal(await read(two, "/a", "/b"), "the envfiles give 40 KiB (32 KiB at most)");
  assert.equal(typeof (await read({ "/a": value(20 * 1024), "/b": value(20 * 1024) }, "/a", "/b")), "object", "the same name counts once");
});

test("RDY-011 HLT-010 who has a socket gets its own variables of it, and none that was inherited; all others keep what they have", () => {
  const inherited = { A: "1", NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "5", WATCHDOG_PID: "1" };
  const plain = { healthcheck: null, healthcheckInterval: 1500 } as const;
  const socket = [{ kind: "session" }, { kind: "notify", address: "holdfast/x" }] as const;
  assert.equal(withMessages(inherited, plain, []), inherited);
  assert.deepEqual(withMessages(inherited, plain, socket), { A: "1", NOTIFY_SOCKET: "@holdfast/x" });
  assert.deepEqual(withMessages(inherited, { ...plain, healthcheck: { kind: "watchdog" } }, socket), {
    A: "1",
    NOTIFY_SOCKET: "@holdfast/x",
    WATCHDOG_USEC: "1500000",
  });
});
