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

test("LOGX-040..043: targets and syslog, each with its errors", async () => {
  const { stdout, syslogAddress, syslogFacility, syslogTag, syslogLevels } = await program(
    "stdout_targets=syslog, /tmp/x\nstdout_rate=5\nsyslog_address=udp://[::1]:514\nsyslog_facility=Local0\nsyslog_tag=t\nsyslog_level=info,err\n",
  );
  assert.deepEqual([stdout.targets, stdout.rate], [["syslog", "/tmp/x"], 5]);
  assert.deepEqual(
    [syslogAddress, syslogFacility, syslogTag, syslogLevels],
    [{ kind: "udp", host: "::1", port: 514 }, "local0", "t", ["info", "err"]],
  );
  const wrong = await faults(
    "[program:x]\ncommand=/x\nstdout_logfile=/tmp/x.log\nstdout_targets=/tmp/x.log\nstdout_rate=-1\nsyslog_address=udp:x\nsyslog_facility=local9\nsyslog_level=inf\n",
  );
  assert.equal(wrong.length, 5);
  assert.ok(wrong.some(({ message }) => message.startsWith("stdout_targets names the log file itself: '/tmp/x.log'")));
});

test("what has no effect is said", async () => {
  const said = async (section: string) => (await warnings(`${section}\n`)).join("\n");
  const one = "[program:x]\ncommand=/x\n";
  assert.match(
    await said(`${one}stdout_logfile=NONE\nstdout_logfile_format=json`),
    /stdout_logfile_format without stdout_logfile has no effect/,
  );
  assert.match(
    await said(`${one}stdout_logfile_format=json\nstdout_logfile_prefix=x`),
    /stdout_logfile_prefix with the format json has no effect/,
  );
  assert.match(await said(`${one}syslog_tag=x`), /syslog_tag without stdout_syslog or a target has no effect/);
  assert.match(
    await said("[eventlistener:x]\ncommand=/x\nevents=EVENT\nstdout_logfile_format=json"),
    /stdout_logfile_format for an event listener, whose stdout is its protocol, has no effect/,
  );
  assert.equal(await said(`${one}stdout_logfile=NONE\nstdout_targets=/tmp/x,syslog\nstdout_logfile_format=json\nsyslog_tag=x`), "");
});
