/** Goal: systemd hears of a supervisord what sd_notify(3) asks for, from the process that it calls the main one, however often the daemon dies. (BOOT) */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call } from "./rpc.ts";

const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const skip = spawnSync(PYTHON, ["-c", ""]).status === 0 ? false : "python3 is not installed";

/** Prints each datagram as a line of JSON, with the pid that the kernel says it came from: that is how systemd knows the main process. */
const RECEIVER = `import json, os, socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1].replace("@", "\\0", 1) if sys.argv[1].startswith("@") else sys.argv[1])
print("bound", flush=True)
while True:
    data, ancillary, _, _ = s.recvmsg(8192, 1024)
    pid = struct.unpack("3i", ancillary[0][2])[0]
    print(json.dumps([pid, data.decode().split("\\n")]), flush=True)
`;

type Message = readonly [pid: number, lines: readonly string[]];

async function receiver(t: TestContext, address: string): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const child = spawn(PYTHON, ["-c", RECEIVER, address], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  let isBound = false;
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      if (line === "bound") isBound = true;
      else messages.push(JSON.parse(line) as Message);
    }
  });
  await until("the socket is bound", () => isBound);
  return messages;
}

const PROGRAMS = `[program:good]\ncommand=sleep 1000\nstartsecs=0\n
[program:shown]\ncommand=sh -c 'echo "[$NOTIFY_SOCKET][$WATCHDOG_USEC]"; exec sleep 1000'\nstartsecs=0\nstdout_logfile=%(here)s/shown.log\n`;

describe("systemd_notify", { timeout: 300_000, skip }, () => {
  for (const kind of ["a path", "an abstract name"]) {
    test(`BOOT-001, BOOT-002: READY, RELOADING and STOPPING, from the main process, by ${kind}; not to programs`, async (t) => {
      const it = new Instance(t);
      const address = kind === "a path" ? it.path("notify socket") : `@holdfast-${process.pid}-notify`;
      const messages = await receiver(t, address);
      const all = () => messages.map(([, [word = ""]]) => word);
      const words = () => all().filter((word) => !/^(?:STATUS|WATCHDOG)=/.test(word));
      const pings = () => all().filter((word) => word === "WATCHDOG=1").length;
      it.env = { ...process.env, NOTIFY_SOCKET: address, WATCHDOG_USEC: "400000000" };
      it.configure(PROGRAMS);
      await it.start(["--systemd"]);
      await until("READY=1", () => words().includes("READY=1"));
      await until("WATCHDOG=1", () => pings() === 1);
      const ready = messages.find(([, lines]) => lines[0] === "READY=1");
      assert.match(ready?.[1][1] ?? "", /^STATUS=\d of 2 programs run$/);
      await until("the program has written", () => it.read("shown.log") !== "");
      assert.equal(it.read("shown.log"), "[][]\n");

      assert.equal((await it.ctl("update")).code, 0);
      await until("it is ready again", () => words().length === 3);
      assert.equal(await call(it, "supervisor.restart"), true);
      await until("it is ready once more", () => words().length === 5);
      assert.deepEqual(words().slice(1), ["RELOADING=1", "READY=1", "RELOADING=1", "READY=1"]);
      const reload = messages.find(([, lines]) => lines[0] === "RELOADING=1");
      assert.match(reload?.[1][1] ?? "", /^MONOTONIC_USEC=[1-9]\d+$/);

      const before = await until("a daemon", () => it.daemonPid());
      process.kill(before, "SIGKILL");
      await until("the successor says it", () => words().length === 6 && pings() === 2);
      assert.equal(words()[5], "READY=1");

      it.signal("SIGTERM");
      assert.equal(await it.exitCode(), 0);
      await until("STOPPING=1", () => words().at(-1) === "STOPPING=1");
      assert.deepEqual([...new Set(messages.map(([pid]) => pid))], [it.pid]);
    });
  }

  test("BOOT-002: without the option nothing is said, and programs find the socket as ever; the option in the file is the same as the flag", async (t) => {
    const it = new Instance(t);
    const messages = await receiver(t, it.path("n"));
    it.env = { ...process.env, NOTIFY_SOCKET: it.path("n") };
    it.configure(PROGRAMS);
    await it.start();
    await until("the program has written", () => it.read("shown.log") !== "");
    assert.equal(it.read("shown.log"), `[${it.path("n")}][]\n`);
    assert.deepEqual(messages, []);
    it.configure(PROGRAMS, "systemd_notify=true\n");
    assert.equal(await call(it, "supervisor.restart"), true);
    await until("a reload has switched it on", () => messages.at(-1)?.[1][0] === "READY=1");
    await until("the program has written again", () => it.read("shown.log").endsWith("[][]\n"));
  });
});
