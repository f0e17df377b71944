import assert from "node:assert/strict";
import { test } from "node:test";
import { processes } from "../../config/load.fixture.ts";
import type { ProcessConfig } from "../../config/model.ts";
import { childEnvironment } from "./environment.ts";

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
