/** Rows of the inventory about logs and their failures that only the whole daemon can show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, host, inCharge, pass, ref, settled, stateOf, until } from "./scene.ts";

const LOG = "stdout_logfile=/log/a.log\nstderr_logfile=NONE\n";
const SIGUSR2 = 12;

test("LOG-027: better: a rotation whose rename fails is told, and the program's output is written on", async () => {
  const world = await host(
    `[program:a]\ncommand=/bin/actor count:30:10 hold\n${LOG}stdout_logfile_maxbytes=60\nstdout_logfile_backups=3\n`,
    (it) => {
      it.tree.fault = (action, path) => (action === "rename" && path === "/log/a.log" ? "EACCES" : null);
    },
  );
  assert.ok(await until(world, () => world.tree.text("/log/a.log").split("\n").length > 30));
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  assert.match(activity(world), /CRIT cannot rotate \/log\/a\.log \(stdout of a\): renaming .* failed with EACCES; it grows on\n/);
  assert.equal(activity(world).split("it grows on").length, 2, "told once, however often it is tried again");
  assert.equal(world.instances.length, 1);
});

test("LOG-027: better: the activity log that cannot be rotated is not filled by the lines that tell so", async () => {
  const world = await host("logfile_maxbytes=60\nlogfile_backups=1\n[program:a]\ncommand=/bin/actor hold\n", (it) => {
    it.tree.fault = (action, path) => (action === "rename" && path === "/log/supervisord.log" ? "EACCES" : null);
  });
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  await pass(world, 5000);
  assert.equal(activity(world).split("it grows on").length, 2);
});

test("LOG-023: a log that is a link is rotated as in the original: the link is moved, never what is behind it", async () => {
  const limits = "stdout_logfile_maxbytes=60\nstdout_logfile_backups=3\n";
  const world = await host(`[program:a]\ncommand=/bin/actor count:30:10 hold\n${LOG}${limits}`, (it) => {
    it.tree.put("/log/elsewhere", "");
    it.tree.link("/log/a.log", "/log/elsewhere");
  });
  assert.ok(await until(world, () => world.tree.exists("/log/a.log.3")));
  assert.doesNotMatch(activity(world), /CRIT cannot/);
  assert.ok(world.tree.text("/log/elsewhere").length >= 60, "it was written through the link until then");
});

test("LOG-025, CONF-343: better: a link that may not be emptied, or that the system needs, is left, and the program's output is written on", async () => {
  for (const [log, told] of [
    ["/log/a.log", true],
    ["/dev/out", false],
  ] as const) {
    const limits = `stdout_logfile_maxbytes=60\nstdout_logfile_backups=${told ? 0 : 3}\n`;
    const world = await host(
      `[program:a]\ncommand=/bin/actor count:30:10 hold\nstdout_logfile=${log}\nstderr_logfile=NONE\n${limits}`,
      (it) => {
        it.tree.put("/log/elsewhere", "");
        it.tree.link(log, "/log/elsewhere");
      },
    );
    assert.ok(await until(world, () => world.tree.text("/log/elsewhere").split("\n").length > 30), log);
    assert.equal(/CRIT cannot rotate .*: it is a link/.test(activity(world)), told, log);
    assert.equal(world.tree.exists(`${log}.1`), false);
  }
});

test("LOG-026: a file or backup that is gone when it is to be renamed is no error", async () => {
  const world = await host(
    `[program:a]\ncommand=/bin/actor count:8:10 sleep:1000 count:8:10 hold\n${LOG}stdout_logfile_maxbytes=60\nstdout_logfile_backups=2\n`,
  );
  assert.ok(await until(world, () => world.tree.text("/log/a.log").length > 0));
  world.tree.remove("/log/a.log");
  assert.ok(await until(world, () => world.tree.exists("/log/a.log")), "the base file is made anew");
  await pass(world, 5000);
  assert.doesNotMatch(activity(world), /CRIT/);
});

test("LOG-036: better: a log that cannot be opened again is told; the daemon and the program go on, the old file is written", async () => {
  const world = await host(`[program:a]\ncommand=/bin/actor count:1000:10\n${LOG}`);
  assert.ok(await until(world, () => world.tree.text("/log/a.log").length > 0));
  world.tree.fault = (action, path) => (action === "open" && path === "/log/a.log" ? "ENOENT" : null);
  world.keeper.signal(SIGUSR2);
  assert.ok(
    await until(world, () =>
      /CRIT cannot open \/log\/a\.log \(stdout of a\): ENOENT; what was open before is written on\n/.test(activity(world)),
    ),
  );
  const size = world.tree.text("/log/a.log").length;
  assert.ok(await until(world, () => world.tree.text("/log/a.log").length > size));
  assert.equal(world.instances.length, 1);
});

test("LOG-042: better: the logs of a process that does not run are cleared as well", async () => {
  const world = await host(`[program:a]\ncommand=/bin/actor line:old exit:0\nautorestart=false\nstartsecs=0\n${LOG}`);
  assert.ok(await until(world, () => world.tree.text("/log/a.log") === "old\n" && stateOf(world, "a") === "EXITED"));
  assert.ok((await settled(world, (await inCharge(world)).clearLogs(ref("a")))).ok);
  assert.deepEqual([world.tree.exists("/log/a.log"), world.tree.text("/log/a.log")], [true, ""]);
});

test("LOG-042: better: a clear for a process that does not run leaves the activity log alone", async () => {
  const logs = "stdout_logfile=/log/a.log\nstderr_logfile=/log/a.err\n";
  const world = await host(`[program:a]\ncommand=/bin/actor hold\nautostart=false\nstartsecs=0\n${logs}`);
  const port = await inCharge(world);
  world.tree.put("/log/a.err", "old\n");
  assert.ok((await settled(world, port.clearLogs(ref("a")))).ok);
  world.keeper.signal(SIGUSR2);
  assert.ok(await until(world, () => /INFO supervisord logreopen\n/.test(activity(world))));
  assert.equal(world.tree.text("/log/a.err"), "");
});

test("LOG-043: better: what is no regular file is left alone by a clear", async () => {
  const world = await host(
    "[program:a]\ncommand=/bin/actor hold\nstdout_logfile=/dev/null\nstdout_logfile_maxbytes=0\nstderr_logfile=/dev/link\nstderr_logfile_maxbytes=0\n",
    (it) => {
      it.tree.special("/dev/null", "device");
      it.tree.link("/dev/link", "/dev/null");
    },
  );
  const port = await inCharge(world);
  assert.ok((await settled(world, port.clearLogs(ref("a")))).ok);
  const [device, link] = [world.tree.find("/dev/null", false), world.tree.find("/dev/link", false)];
  assert.deepEqual([device.ok && device.value.kind, link.ok && link.value.kind], ["device", "link"]);
});

test("LOG-044: better: a cleared log that cannot be made anew is told; a log that cannot be removed is a failure, and the program is not disturbed", async () => {
  const world = await host(`[program:a]\ncommand=/bin/actor count:1000:10\n${LOG}`);
  const port = await inCharge(world);
  assert.ok(await until(world, () => world.tree.text("/log/a.log").length > 0));
  world.tree.fault = (action, path) => (action === "remove" && path === "/log/a.log" ? "EACCES" : null);
  assert.deepEqual(await settled(world, port.clearLogs(ref("a"))), { ok: false, error: "failed" });
  world.tree.fault = (action, path) => (action === "open" && path === "/log/a.log" ? "EACCES" : null);
  await settled(world, port.clearLogs(ref("a")));
  assert.ok(await until(world, () => /CRIT cannot open \/log\/a\.log \(stdout of a\): EACCES/.test(activity(world))));
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
});

test("LOG-039, LOG-040: the activity log is cleared by removal, its backups stay; the line about it is in neither file when it is gone, or cannot go", async () => {
  const world = await host("");
  const port = await inCharge(world);
  world.tree.put("/log/supervisord.log.1", "old");
  world.tree.fault = (action) => (action === "remove" ? "EACCES" : null);
  assert.deepEqual(await settled(world, port.clearMainLog()), { ok: false, error: "failed" });
  world.tree.fault = () => null;
  const before = world.tree.find("/log/supervisord.log");
  assert.ok((await settled(world, port.clearMainLog())).ok);
  assert.ok(await until(world, () => world.tree.exists("/log/supervisord.log")));
  const after = world.tree.find("/log/supervisord.log");
  assert.ok(before.ok && after.ok && before.value !== after.value, "another file");
  assert.equal(activity(world), "");
  assert.equal(world.tree.text("/log/supervisord.log.1"), "old");
  world.tree.remove("/log/supervisord.log");
  assert.deepEqual(await settled(world, port.clearMainLog()), { ok: false, error: "no-file" });
});

test("LOG-067: whether output is echoed is settled with the spawn, by the level of the log", async () => {
  const program = "[program:a]\ncommand=/bin/actor line:hello hold\nstartsecs=0\n";
  const quiet = await host(program);
  await pass(quiet, 2000);
  assert.doesNotMatch(activity(quiet), /hello/);
  const loud = await host(`loglevel=debug\n${program}`);
  assert.ok(await until(loud, () => activity(loud).includes("DEBG 'a' stdout output:\nhello\n")));
});

test("LOG-081: better: the logs of a process with syslog can be cleared, and are opened again without a word", async () => {
  const world = await host(`[program:a]\ncommand=/bin/actor line:x hold\nstdout_syslog=true\nstartsecs=0\n${LOG}`);
  assert.ok(await until(world, () => world.tree.text("/log/a.log") === "x\n"));
  world.keeper.signal(SIGUSR2);
  await pass(world, 1000);
  assert.ok((await settled(world, (await inCharge(world)).clearLogs(ref("a")))).ok);
  await pass(world, 1000);
  assert.equal(world.tree.text("/log/a.log"), "");
  assert.doesNotMatch(activity(world), /CRIT/);
});

test("LOG-014, LOG-046: with logfile=syslog there is no file to clear; a process without logs is cleared all the same", async () => {
  const world = await host("logfile=syslog\n[program:a]\ncommand=/bin/actor hold\nstdout_logfile=NONE\nstderr_logfile=NONE\n");
  const port = await inCharge(world);
  assert.deepEqual(await settled(world, port.clearMainLog()), { ok: false, error: "no-file" });
  assert.ok((await settled(world, port.clearLogs(ref("a")))).ok);
});
