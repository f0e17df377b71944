import assert from "node:assert/strict";
import { test } from "node:test";
import { readIni } from "./ini.ts";
import { good } from "./load.fixture.ts";
import { SECTIONS } from "./optiontable.ts";
import { sampleConfig } from "./sample.ts";

const SAMPLE = sampleConfig();
const uncommented = (text: string) => text.replace(/^;(?=[[a-z])/gm, "");

/** What is active in the sample: `section.option=value`. */
function active(): string[] {
  return [...readIni("sample", SAMPLE).sections.values()].flatMap(({ name, options }) =>
    [...options].map(([option, { text }]) => `${name}.${option}=${text}`),
  );
}

test("CLI-090, CLI-092: the sample is ASCII and ends with one newline; its words, and so its length, are our own", () => {
  assert.match(SAMPLE, /^[\x20-\x7e\n]+$/);
  assert.ok(SAMPLE.endsWith("\n") && !SAMPLE.endsWith("\n\n"));
});

test("CLI-093: what is active in it", () => {
  assert.deepEqual(active(), [
    "unix_http_server.file=/tmp/supervisor.sock",
    "supervisord.logfile=/tmp/supervisord.log",
    "supervisord.logfile_maxbytes=50MB",
    "supervisord.logfile_backups=10",
    "supervisord.loglevel=info",
    "supervisord.pidfile=/tmp/supervisord.pid",
    "supervisord.nodaemon=false",
    "supervisord.silent=false",
    "supervisord.minfds=1024",
    "supervisord.minprocs=200",
    "rpcinterface:supervisor.supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
    "supervisorctl.serverurl=unix:///tmp/supervisor.sock",
    // Ours: what the original prints is coloured for whoever starts from this file, and for nobody else.
    "supervisorctl.color=auto",
  ]);
});

test("CLI-094: all else is commented out: every section and every option of the original", () => {
  const all = readIni("sample", uncommented(SAMPLE)).sections;
  for (const { header, sampleName, options } of SECTIONS) {
    if (sampleName === undefined) continue;
    const section = all.get(header + sampleName);
    assert.ok(section !== undefined, header);
    for (const [name, option] of Object.entries(options))
      if (option.isOurs !== true && name !== "result_handler") assert.ok(section.options.has(name), `${header} ${name}`);
  }
  assert.match(SAMPLE, /^;stopwaitsecs=10 +; .*\(default: 10\)$/m);
});

test("CLI-095: the sample is a good configuration: one unix server, no programs, nothing to remark", async () => {
  const { servers, groups, remarks } = await good(SAMPLE, { folders: ["/tmp"] });
  assert.deepEqual([servers.map(({ section }) => section), groups, remarks], [["unix_http_server"], [], []]);
});
