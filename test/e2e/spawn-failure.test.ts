/** Goal: why a program did not start is output like any other: it reaches whoever listens, wherever output goes. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Instance, ROOT, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const RECORDER = path.join(ROOT, "test/programs/recorder.mjs");
const REASON = "supervisor: couldn't chdir to /nowhere: ENOENT\nsupervisor: child process was not spawned\n";

describe("a program that cannot be started", () => {
  const it = new Instance({ after });
  const program = (name: string, options: string): string =>
    `[program:${name}]\ncommand=sleep 1000\ndirectory=/nowhere\nautostart=false\nautorestart=false\nstartretries=0\n${options}`;

  before(async () => {
    it.configure(
      [
        `[eventlistener:ears]\ncommand=${process.execPath} ${RECORDER} ${it.path("heard")}\nevents=PROCESS_LOG\nstartsecs=0\n`,
        program("quiet", "stderr_logfile=NONE\nstderr_events_enabled=true\n"),
        program("both", "redirect_stderr=true\nstdout_logfile=NONE\nstdout_events_enabled=true\n"),
        program("logged", `stderr_logfile=${it.path("logged.log")}\nstderr_events_enabled=true\nstderr_capture_maxbytes=1KB\n`),
        program("plain", `stdout_logfile=${it.path("plain.log")}\nredirect_stderr=true\n`),
      ].join("\n"),
      "loglevel=debug\nstrip_ansi=true\n",
    );
    await it.start();
    await until("the listener runs", async () => (await info(it, "ears"))["statename"] === "RUNNING");
    for (const name of ["quiet", "both", "logged", "plain"]) await call(it, "supervisor.startProcess", name).catch(() => undefined);
  });

  test("PROC-077, PROC-078: listeners hear it, as output of the pid that was spawned, on stderr or, redirected, on stdout", async () => {
    const heard = (name: string): string =>
      it
        .read("heard")
        .split("\n")
        .find((line) => line.includes(`processname:${name} `)) ?? "";
    const pid = (name: string): string =>
      new RegExp(`spawned: '${name}' with pid (\\d+)\n`).exec(it.read("supervisord.log"))?.[1] ?? "none";
    for (const [name, event, channel] of [
      ["quiet", "PROCESS_LOG_STDERR", "stderr"],
      ["both", "PROCESS_LOG_STDOUT", "stdout"],
      ["logged", "PROCESS_LOG_STDERR", "stderr"],
    ] as const) {
      const line = await until(`${name} is heard`, () => heard(name) || undefined);
      assert.ok(line.includes(event), line);
      assert.ok(
        line.includes(JSON.stringify(`processname:${name} groupname:${name} pid:${pid(name)} channel:${channel}\n${REASON}`)),
        line,
      );
    }
  });

  test("PROC-082, LOG-058: it stands in the log and, at level debug, in the activity log between the spawn and the exit", async () => {
    for (const name of ["logged.log", "plain.log"]) await until(`${name} has it`, () => it.read(name) === REASON);
    for (const [name, channel] of [
      ["quiet", "stderr"],
      ["plain", "stdout"],
    ] as const) {
      const order = `INFO spawned: '${name}' with pid (\\d+)\n[^]* DEBG '${name}' ${channel} output:\n${REASON}[^]* ${name} \\(exit status 127; not expected\\)`;
      assert.match(it.read("supervisord.log"), new RegExp(order.replaceAll("(exit", "(exit")));
    }
  });
});
