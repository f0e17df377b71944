import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, flags, good, MAIN, program, warnings, world } from "./load.fixture.ts";
import { loadConfig } from "./load.ts";

test("LOGX-001: without the options a log is as with Supervisor", async () => {
  const { stdout, stderr } = await program("");
  for (const { format, timestamp, prefix } of [stdout, stderr]) assert.deepEqual([format, timestamp, prefix], ["raw", "none", ""]);
});

test("formats, times and prefixes of each channel", async () => {
  const lines = 'stdout_logfile_format=JSON\nstderr_logfile_timestamp=iso\nstderr_logfile_prefix="%(program_name)s {pid} "\n';
  const { stdout, stderr } = await program(lines);
  assert.deepEqual([stdout.format, stdout.timestamp, stdout.prefix], ["json", "none", ""]);
  assert.deepEqual([stderr.format, stderr.timestamp, stderr.prefix], ["raw", "iso", "x {pid} "]);
});

test("what is wrong is told with its line and what to do", async () => {
  const [format, time, prefix] = await faults(
    "[program:x]\ncommand=/x\nstdout_logfile_format=jsn\nstdout_logfile_timestamp=rfc\nstderr_logfile_prefix={proces}\n",
  );
  assert.match(format?.message ?? "", /^not a valid format of a log: 'jsn' \(raw, text or json\)/);
  assert.deepEqual([format?.line, format?.hint], [4, "did you mean json?"]);
  assert.match(time?.message ?? "", /^not a valid timestamp: 'rfc' \(none, iso, utc or epoch\)/);
  assert.match(prefix?.message ?? "", /^not a place for a name: '\{proces\}'/);
  assert.equal(prefix?.excerpt, "stderr_logfile_prefix={proces}");
});

const console = async (lines: string) => (await good(`[supervisord]\n${lines}\n`)).daemon;

test("the console: defaults, values, and what is wrong", async () => {
  const unset = await console("");
  const { consoleFormat, consolePrefix, consoleTimestamp, consoleLineMax, consoleFull } = unset;
  assert.deepEqual(
    [unset.console, consoleFormat, consolePrefix, consoleTimestamp, consoleLineMax, consoleFull],
    ["none", "text", "{process} | ", "none", 16384, "wait"],
  );
  const all = await console(
    "nodaemon=true\nconsole=all\nconsole_format=json\nconsole_prefix=x\nconsole_timestamp=utc\nconsole_line_max=1KB\nconsole_full=drop",
  );
  assert.deepEqual(
    [all.console, all.consoleFormat, all.consolePrefix, all.consoleTimestamp, all.consoleLineMax, all.consoleFull],
    ["all", "json", "x", "utc", 1024, "drop"],
  );
  const wrong = await faults("[supervisord]\nconsole=yes\nconsole_line_max=1MB\nconsole_full=block\n");
  assert.deepEqual(wrong.map(({ line }) => line).sort(), [2, 3, 4]);
  assert.match(wrong.find(({ line }) => line === 3)?.message ?? "", /^console_line_max is not from 1KB to 256KB: 1048576/);
});

test("--console is console=all; without the foreground it has no effect, and that is said", async () => {
  const loaded = await loadConfig(world({ files: { [MAIN]: "[supervisord]\n" } }), {
    file: MAIN,
    flags: flags({ console: null, nodaemon: null }),
  });
  assert.ok(loaded.ok);
  assert.equal(loaded.value.daemon.console, "all");
  assert.match((await warnings("[supervisord]\nconsole=all\n")).join(), /console=all without nodaemon=true \(or -n\) has no effect/);
  assert.deepEqual(await warnings("[supervisord]\nconsole=all\nnodaemon=true\n"), []);
});

test("stdout_console and stderr_console say it for one program", async () => {
  const { stdout, stderr } = await program("stdout_console=true\n");
  assert.deepEqual([stdout.console, stderr.console], [true, null]);
});
