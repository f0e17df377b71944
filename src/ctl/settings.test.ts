import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { GivenFlag } from "../config/commandline.ts";
import { defaultPlaces } from "../config/load.ts";
import { ACCOUNTS } from "./home.ts";
import { type Birth, readSettings, type Settings } from "./settings.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-ctl-"));
after(() => rmSync(folder, { recursive: true }));

const birth = (more: Partial<Birth> = {}): Birth => ({
  argv0: `${folder}/bin/supervisorctl`,
  cwd: folder,
  uid: 0,
  environment: { HOME: "/home/me", SOCKET: "s.sock" },
  accounts: ACCOUNTS,
  ...more,
});
const flags = (given: Readonly<Record<string, string>>): ReadonlyMap<string, GivenFlag> =>
  new Map(Object.entries(given).map(([name, text]) => [name, { name, spelling: `--${name}`, text }]));
const file = (name: string, text: string): string => {
  const where = path.join(folder, name);
  mkdirSync(path.dirname(where), { recursive: true });
  writeFileSync(where, text);
  return where;
};
const read = (given: Readonly<Record<string, string>>, more: Partial<Birth> = {}): Settings => {
  const settings = readSettings(birth(more), flags(given));
  assert.ok(settings.ok, JSON.stringify(settings));
  return settings.value;
};
const error = (given: Readonly<Record<string, string>>): string => {
  const settings = readSettings(birth(), flags(given));
  assert.ok(!settings.ok);
  return settings.error[0]?.message ?? "";
};
const section = (text: string) => `[supervisorctl]\n${text}\n`;

test("CTL-020, CLI-050, CONF-015: the first place that exists", () => {
  const there = file("place/etc/supervisord.conf", section("prompt=below"));
  assert.equal(read({}, { argv0: `${folder}/place/bin/supervisorctl` }).prompt, "below");
  file("place/supervisord.conf", section("prompt=beside"));
  assert.equal(read({}, { argv0: `${folder}/place/bin/supervisorctl` }).configFile, `${folder}/place/etc/supervisord.conf`);
  rmSync(there);
  assert.equal(read({}, { argv0: `${folder}/place/bin/supervisorctl` }).prompt, "beside");
  assert.deepEqual(defaultPlaces("/x/bin/supervisorctl").slice(2), [
    "supervisord.conf",
    "etc/supervisord.conf",
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
  ]);
  file("cwd/etc/supervisord.conf", section("prompt=here"));
  assert.equal(read({}, { argv0: "/nowhere/bin/x", cwd: `${folder}/cwd` }).configFile, "etc/supervisord.conf");
});

test("CTL-021, CTL-026, CLI-052, CONF-314, CONF-315, CONF-316, CONF-317: defaults; an empty -c reads no file", () => {
  file("supervisord.conf", section("prompt=found"));
  assert.equal(read({}).prompt, "found");
  const settings = read({ configuration: "" });
  const { serverUrl, username, password, prompt, historyFile, configFile } = settings;
  assert.deepEqual(
    { serverUrl, username, password, prompt, historyFile, configFile },
    { serverUrl: "http://localhost:9001", username: null, password: null, prompt: "supervisor", historyFile: null, configFile: null },
  );
  assert.deepEqual({ ...read({ configuration: file("empty.conf", section("")) }), configFile: null }, settings);
  const empty = read({ configuration: file("nothing.conf", section("prompt=\nhistory_file=\nserverurl=\nusername=u")) });
  assert.deepEqual([empty.prompt, empty.historyFile, empty.serverUrl, empty.username, empty.password], ["", null, "", "u", null]);
  assert.equal(read({ configuration: file("alone.conf", section("password=p")) }).password, "p");
});

test("CTL-022, CLI-049: a file that is missing, or cannot be read", () => {
  assert.equal(error({ configuration: "/nope/x.conf" }), "could not find config file /nope/x.conf");
  assert.equal(error({ configuration: folder }), `could not read config file ${folder}`);
});

test("CTL-023, CLI-053, CONF-313: a file without the section, whatever else was given", () => {
  const other = file("other.conf", "[supervisord]\n");
  assert.equal(error({ configuration: other, serverurl: "http://x" }), ".ini file does not include supervisorctl section");
});

test("CTL-024, CLI-054, CONF-320: a broken file is a usage error with its place, where the original ends in a traceback", () => {
  const broken = file("broken.conf", "no section\n[supervisorctl]\n");
  const settings = readSettings(birth(), flags({ configuration: broken }));
  assert.ok(!settings.ok);
  assert.match(settings.error[0]?.message ?? "", /File contains no section headers/);
  assert.equal(settings.error[0]?.line, 1);
  writeFileSync(broken, Buffer.from([0x0a, 0x5b, 0xff, 0x0a]));
  const undecodable = readSettings(birth(), flags({ configuration: broken }));
  assert.ok(!undecodable.ok);
  assert.match(undecodable.error[0]?.message ?? "", /codec can't decode/);
  assert.equal(undecodable.error[0]?.line, 2);
});

test("CTL-025, CLI-055, CONF-185: [include] is not followed", () => {
  file("included.conf", section("prompt=x"));
  assert.equal(
    error({ configuration: file("including.conf", "[include]\nfiles=included.conf\n") }),
    ".ini file does not include supervisorctl section",
  );
});

test("CTL-027, CLI-062, CONF-314: serverurl is expanded, and its path made absolute", () => {
  const url = (text: string) => read({ configuration: file("url.conf", section(`serverurl=${text}`)) }).serverUrl;
  assert.equal(url("unix://%(here)s/%(ENV_SOCKET)s"), `unix://${folder}/s.sock`);
  assert.equal(url("unix://rel/../s.sock"), `unix://${folder}/s.sock`);
  assert.equal(url("unix://~/s.sock"), "unix:///home/me/s.sock");
  assert.equal(url("foo"), "foo", "a value of the file is not checked");
  assert.equal(read({ configuration: "", serverurl: "unix://rel.sock" }).serverUrl, "unix://rel.sock", "one of a flag stays as it is");
});

test("CTL-028, CONF-317, CONF-318: the environment in the others, here in history_file too", () => {
  const settings = read({
    configuration: file("all.conf", section("prompt=%(ENV_SOCKET)s\nusername=%(ENV_SOCKET)s\npassword=p%%\nhistory_file=%(here)s/h")),
  });
  assert.deepEqual([settings.prompt, settings.username, settings.password], ["s.sock", "s.sock", "p%"]);
  assert.equal(settings.historyFile, `${folder}/h`);
  assert.equal(read({ configuration: file("home.conf", section("history_file=~/.h")) }).historyFile, "/home/me/.h");
  assert.match(
    error({ configuration: file("here.conf", section("prompt=%(here)s")) }),
    /contains names \('here'\) which cannot be expanded/,
  );
  assert.equal(read({ configuration: file("far.conf", section("history_file=/no/such/folder/h")) }).historyFile, "/no/such/folder/h");
  for (const option of ["username", "password"])
    assert.match(error({ configuration: file("here2.conf", section(`${option}=%(here)s`)) }), /'here'/);
});

test("CTL-029: an unknown name", () => {
  assert.equal(
    error({ configuration: file("unknown.conf", section("serverurl=%(nope)s")) }),
    "Format string '%(nope)s' for 'supervisorctl.serverurl' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_SOCKET, here",
  );
});

test("CTL-030, CLI-064: flags replace single values; the rest stays the file's", () => {
  const configuration = file("full.conf", section("serverurl=http://a:1\nusername=u\npassword=p"));
  const settings = read({ configuration, serverurl: "http://b:2", username: "x" });
  assert.deepEqual([settings.serverUrl, settings.username, settings.password], ["http://b:2", "x", "p"]);
});

test("CTL-031, CLI-065: -r names the history file, where the original does not look at it", () => {
  const configuration = file("history.conf", section("history_file=/of/the/file"));
  assert.equal(read({ configuration }).historyFile, "/of/the/file");
  assert.equal(read({ configuration, history: "mine" }).historyFile, `${folder}/mine`);
});

test("CTL-181, CTL-175, CONF-319: plug-ins need a factory; their other options are theirs", () => {
  const configuration = file("plugin.conf", `${section("")}[ctlplugin:my]\nsupervisor.ctl_factory=./x.js:make\nColour = %(ENV_SOCKET)s\n`);
  const excerpt = "supervisor.ctl_factory=./x.js:make";
  const line = readFileSync(configuration, "utf8").split("\n").indexOf(excerpt) + 1;
  const place = { file: configuration, line, excerpt };
  assert.deepEqual(read({ configuration }).plugins, [{ name: "my", factory: "./x.js:make", options: { colour: "s.sock" }, place }]);
  assert.equal(
    error({ configuration: file("noplugin.conf", `${section("")}[ctlplugin:my]\na=b\n`) }),
    "section [ctlplugin:my] does not specify a supervisor.ctl_factory",
  );
});

test("--timeout is in seconds", () => {
  assert.equal(read({ configuration: "" }).answerMs, 30_000);
  assert.equal(read({ configuration: "", timeout: "1.5" }).answerMs, 1_500);
});
