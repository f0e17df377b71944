import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, good, program, warnings } from "./load.fixture.ts";

test("LOGX-001: without the options a log is rotated by its size alone", async () => {
  const { stdout } = await program("");
  assert.deepEqual([stdout.rotate, stdout.compress, stdout.totalMaxBytes], [null, "none", 0]);
  const { daemon } = await good("[supervisord]\n");
  assert.deepEqual([daemon.logfileRotate, daemon.logfileCompress, daemon.logfileTotalMaxBytes], [null, "none", 0]);
});

test("LOGX-020, LOGX-033: both channels and the activity log have them", async () => {
  const { stdout, stderr } = await program("stdout_logfile_rotate=daily@03:00\nstderr_logfile_total_maxbytes=1GB\n");
  assert.deepEqual([stdout.rotate?.text, stderr.totalMaxBytes], ["daily@03:00", 1024 ** 3]);
  assert.equal((await program("stderr_logfile_compress=GZIP\n")).stderr.compress, "gzip");
  const { daemon } = await good("[supervisord]\nlogfile_rotate=weekly\nlogfile_total_maxbytes=200MB\n");
  assert.deepEqual([daemon.logfileRotate?.text, daemon.logfileTotalMaxBytes], ["weekly", 200 * 1024 ** 2]);
});

test("LOGX-020, LOGX-033: what is wrong is told with its line and what to do", async () => {
  const [rotate, total] = await faults("[program:x]\ncommand=/x\nstdout_logfile_rotate=dayly\nstdout_logfile_total_maxbytes=10MB\n");
  assert.match(rotate?.message ?? "", /'dayly' is not one of never, hourly, daily, weekly, monthly, with @HH:MM \(hourly@:MM\)/);
  assert.deepEqual([rotate?.line, rotate?.hint], [4, "did you mean daily?"]);
  assert.match(total?.message ?? "", /^stdout_logfile_total_maxbytes=10MB is less than two files of maxbytes=50MB/);
  assert.deepEqual([total?.line, total?.hint?.startsWith("raise it, or lower stdout_logfile_maxbytes")], [5, true]);
  const [main] = await faults("[supervisord]\nlogfile_total_maxbytes=1MB\nlogfile_maxbytes=1MB\n");
  assert.match(main?.message ?? "", /^logfile_total_maxbytes=1MB is less than two files of maxbytes=1MB/);
});

test("LOGX-020: where there is no file to rotate they have no effect, and that is said", async () => {
  for (const log of ["NONE", "syslog"]) {
    const text = `[supervisord]\n[program:x]\ncommand=/x\nstdout_logfile=${log}\nstdout_logfile_rotate=daily\nstdout_logfile_compress=gzip\n`;
    const said = (await warnings(text)).filter((one) => one.includes("has no effect"));
    const why = `with stdout_logfile=${log === "NONE" ? "none" : log} has no effect.`;
    assert.deepEqual(said, [`For [program:x], stdout_logfile_rotate ${why}`, `For [program:x], stdout_logfile_compress ${why}`]);
  }
  assert.match(
    (await warnings("[supervisord]\nlogfile=syslog\nlogfile_rotate=daily\n")).join(),
    /logfile_rotate with logfile=syslog has no effect/,
  );
  assert.deepEqual(await warnings("[supervisord]\n[program:x]\ncommand=/x\nstdout_logfile=/tmp/x.log\nstdout_logfile_rotate=daily\n"), []);
});
