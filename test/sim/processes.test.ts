/** Rows of the inventory about processes and groups that only the whole daemon can show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, host, inCharge, pass, ref, settled, stateOf, until } from "./scene.ts";

const HOLDS = "command=/bin/actor hold\nstartsecs=0\n";

test("PROC-062: a spawn error is in the process and in the log, and not in the program's log", async () => {
  const world = await host("[program:a]\ncommand=/bin/none\nstartretries=0\nstderr_logfile=/log/a.err\n");
  assert.ok(await until(world, () => stateOf(world, "a") === "FATAL"));
  assert.equal(world.port?.process(ref("a"))?.spawnError, "can't find command '/bin/none'");
  assert.ok(await until(world, () => /INFO spawnerr: can't find command '\/bin\/none'\n/.test(activity(world))));
  assert.equal(world.tree.text("/log/a.err"), "");
});

test("PROC-122, PROC-137, LOG-140: better: a stop or a signal for what is not there does nothing and writes nothing", async () => {
  const world = await host(`[program:a]\n${HOLDS}autostart=false\n`);
  const port = await inCharge(world);
  const before = activity(world);
  assert.ok((await settled(world, port.stop(ref("a"), "stopped"))).ok);
  assert.ok((await settled(world, port.signal(ref("a"), 1))).ok);
  assert.equal(stateOf(world, "a"), "STOPPED");
  assert.equal(activity(world), before);
});

test("PROC-150, PROC-220: a group that runs cannot be taken out; its AUTO log stays over a restart of the process and over the group's removal", async () => {
  const world = await host(`[program:a]\n${HOLDS}`);
  const port = await inCharge(world);
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  const log = port.process(ref("a"))?.stdoutLogfile ?? "";
  assert.match(log, /^\/log\/auto\/a-stdout---supervisor-[a-z0-9_]{8}\.log$/);
  assert.deepEqual(await settled(world, port.removeGroup("a")), { ok: false, error: "still-running" });
  await settled(world, port.stop(ref("a"), "stopped"));
  await settled(world, port.start(ref("a"), "running"));
  assert.equal(port.process(ref("a"))?.stdoutLogfile, log);
  await settled(world, port.stop(ref("a"), "stopped"));
  assert.ok((await settled(world, port.removeGroup("a"))).ok);
  assert.ok(world.tree.exists(log));
  assert.ok((await settled(world, port.addGroup("a"))).ok);
  assert.notEqual(port.process(ref("a"))?.stdoutLogfile, log, "a new group has a new file");
});

test("PROC-151, PROC-007: better: a process in UNKNOWN whose group was removed runs on; its end is told, and nobody else is hurt", async () => {
  const world = await host(`[program:a]\n${HOLDS}[program:b]\n${HOLDS}`);
  const port = await inCharge(world);
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING" && stateOf(world, "b") === "RUNNING"));
  const child = world.keeper.children.live.find((one) => one.label === "a:a");
  assert.ok(child);
  world.keeper.reports.tell({ type: "signal-failed", child: child.child, signal: 1, errno: 1 });
  assert.ok(await until(world, () => stateOf(world, "a") === "UNKNOWN"));
  assert.ok((await settled(world, port.removeGroup("a"))).ok);
  assert.ok(child.actor?.alive);
  world.keeper.children.kill(child.pid, 9);
  assert.ok(await until(world, () => /INFO child \d+, which no process of the configuration owns any more, ended\n/.test(activity(world))));
  assert.deepEqual([stateOf(world, "b"), world.instances.length], ["RUNNING", 1]);
  assert.deepEqual(world.invariants.violations, []);
});

test("PROC-183: an orphan that is reaped is told, with its pid and how it ended", async () => {
  const world = await host("[program:a]\ncommand=/bin/actor daughter:300: exit:0\nautorestart=false\nstartsecs=0\n");
  assert.ok(await until(world, () => /INFO reaped unknown pid \d+ \(exit status 0\)\n/.test(activity(world))));
});

test("PROC-201: better: a clock that is set back shows an uptime of 0:00:00, and the exit is judged without a word about the future", async () => {
  const world = await host(`[program:a]\ncommand=/bin/actor hold\nstartsecs=1\nautorestart=false\n`);
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  world.scheduler.wallOffsetMs -= 3_600_000;
  const view = world.port?.process(ref("a"));
  assert.ok(view && view.startSeconds * 1000 > world.scheduler.wallMs, "the start is in the future");
  world.keeper.children.kill(view.pid, 9);
  assert.ok(await until(world, () => stateOf(world, "a") === "EXITED"));
  assert.doesNotMatch(activity(world), /in the future/);
});

test("PROC-218: AUTO logs of earlier runs that cannot be removed, and a folder that cannot be read, are told; the start goes on", async () => {
  const old = "/log/auto/a-stdout---supervisor-abcdefgh.log";
  const stuck = await host("", (world) => {
    world.tree.put(old, "old");
    world.tree.fault = (action, path) => (action === "remove" && path === old ? "EACCES" : null);
  });
  assert.ok(await until(stuck, () => activity(stuck).includes(`WARN Failed to clean up '${old}'\n`)));
  const closed = await host("", (world) => {
    world.tree.fault = (action, path) => (action === "list" && path === "/log/auto" ? "EACCES" : null);
  });
  assert.ok(await until(closed, () => activity(closed).includes("WARN Could not clear childlog dir\n")));
});

test("PROC-171, PROC-172, PROC-173: a reload says the lines of a start again and forgets every state; limits, user and background are not touched again", async () => {
  const world = await host(`[program:a]\n${HOLDS}autostart=false\n`);
  const port = await inCharge(world);
  await settled(world, port.start(ref("a"), "running"));
  assert.notEqual(port.process(ref("a"))?.startSeconds, 0);
  const count = (text: RegExp) => activity(world).match(text)?.length ?? 0;
  const started = count(/INFO supervisord started with pid \d+\n/g);
  const before = world.trace.lines.length;
  world.keeper.signal(1);
  assert.ok(await until(world, () => count(/INFO supervisord started with pid \d+\n/g) === started + 1));
  await pass(world, 1000);
  assert.deepEqual(
    [stateOf(world, "a"), world.port?.process(ref("a"))?.startSeconds, world.port?.process(ref("a"))?.stopSeconds],
    ["STOPPED", 0, 0],
  );
  const later = world.trace.lines.slice(before).join("\n");
  assert.match(later, /send \{/);
  assert.doesNotMatch(later, /[{;] (become|limit|daemonize|umask)\b/);
});

test("PROC-227: better: a daemon that ends of a bug takes nobody with it: the next one goes on with the same children", async () => {
  const world = await host(`[program:a]\n${HOLDS}`);
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
  const pid = world.port?.process(ref("a"))?.pid;
  world.instance?.die({ code: 70 });
  const successor = await inCharge(world);
  assert.deepEqual([stateOf(world, "a"), successor.process(ref("a"))?.pid, world.exitCode], ["RUNNING", pid, null]);
  assert.ok(world.tree.exists("/run/supervisord.pid"));
});

test("PROC-235: the backlog of a FastCGI socket: as configured, else the largest that the system takes", async () => {
  const program = (name: string, more: string) => `[fcgi-program:${name}]\n${HOLDS}socket=unix:///run/${name}.sock\n${more}`;
  const world = await host(`${program("a", "socket_backlog=7\n")}${program("b", "")}`, (it) => {
    const listen = it.keeper.sockets.listen.bind(it.keeper.sockets);
    it.keeper.sockets.listen = (request) => {
      it.note(`backlog of ${request.address}: ${request.backlog}`);
      listen(request);
    };
  });
  assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING" && stateOf(world, "b") === "RUNNING"));
  const said = new Set(world.trace.lines.flatMap((line) => /backlog of .*/.exec(line)?.[0] ?? []));
  assert.deepEqual([...said].sort(), ["backlog of /run/a.sock: 7", "backlog of /run/b.sock: 4096"]);
});
