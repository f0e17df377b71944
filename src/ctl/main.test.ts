import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { HOLDFAST_VERSION } from "../version.ts";
import { ARGV0, type Bundle, bundled } from "./bundle.fixture.ts";
import { answerWith, methodOf, type Request, serve, type TestServer } from "./client/server.fixture.ts";

let bundle: Bundle;
let server: TestServer;
let config: string;

const CAT = { name: "c\u00e2t", group: "c\u00e2t", state: 20, statename: "RUNNING", pid: 7, description: "pid 7, uptime 0:00:09" };
const STATUS = `${"c\u00e2t".padEnd(33)}RUNNING   pid 7, uptime 0:00:09\n`;

const answers = (request: Request) => {
  switch (methodOf(request)) {
    case "supervisor.getVersion":
      return answerWith("3.0");
    case "supervisor.getSupervisorVersion":
      return answerWith("4.3.0");
    case "supervisor.getAllProcessInfo":
      return answerWith([CAT]);
    case "supervisor.getProcessInfo":
      return answerWith(CAT);
    case "supervisor.shutdown":
      return answerWith(true);
    default:
      return null; // silence: a call that waits
  }
};

before(async () => {
  bundle = await bundled();
  server = await serve(answers);
  config = path.join(bundle.folder, "ctl.conf");
  writeFileSync(config, `[supervisorctl]\nserverurl=${server.url}\nprompt=test\n`);
});
after(async () => {
  await server.close();
  bundle.remove();
});

const ctl = (...args: readonly string[]) => bundle.run(["-c", config, ...args]);
const shell = (stdin: string, ...args: readonly string[]) => bundle.run(["-c", config, ...args], { stdin });

test("CTL-005, CLI-011: -h prints the help with the name of the program to standard output, 0", async () => {
  const { exit, stdout, stderr } = await bundle.run(["-c", "/nope", "-h"]);
  assert.deepEqual([exit, stderr], [0, ""]);
  assert.ok(stdout.includes(`\nUsage: ${ARGV0} [options] [action [arguments]]\n`));
  assert.ok(stdout.endsWith("\n\n"));
  assert.equal((await bundle.run(["--version"])).stdout, `${HOLDFAST_VERSION}\n`);
});

test("CTL-006, CTL-007, CTL-022, CTL-174: mistakes go to standard error, with a hint at -h, 2", async () => {
  const lines = async (...args: readonly string[]) => {
    const { exit, stdout, stderr } = await bundle.run(args);
    assert.deepEqual([exit, stdout], [2, ""]);
    assert.ok(stderr.endsWith(`\nFor help, use ${ARGV0} -h\n`), stderr);
    return stderr.split("\n")[0];
  };
  assert.equal(await lines("-z"), "Error: option -z not recognized");
  assert.equal(await lines("-c"), "Error: option -c requires argument");
  assert.equal(await lines("-i", "-i"), "Error: conflicting command line option '-i'");
  assert.equal(await lines("-c", "/nope", "status"), "Error: could not find config file /nope");
});

test("CTL-010, CLI-067: the words of an action are joined and run once; its exit status is the program's", async () => {
  assert.deepEqual(await ctl("status", "x", "y"), {
    exit: 4,
    stdout: "x: ERROR (no such process)\ny: ERROR (no such process)\n",
    stderr: "",
  });
  assert.deepEqual(await ctl("status x y"), await ctl("status", "x", "y"));
  assert.deepEqual(await ctl(""), { exit: 0, stdout: "", stderr: "" });
});

test("CTL-011, CLI-069: -i with an action opens no shell", async () => {
  assert.deepEqual(await shell("status\n", "-i", "version"), { exit: 0, stdout: "4.3.0\n", stderr: "" });
});

test("CTL-166: -i asks before a shutdown", async () => {
  const { stdout } = await shell("n\n", "-i", "shutdown");
  assert.equal(stdout, "Really shut the remote supervisord process down y/N? ");
});

test("CTL-016: text is UTF-8", async () => {
  assert.equal((await ctl("status")).stdout, STATUS);
});

test("CTL-126: output is UTF-8 under any locale, so there is no warning about it", async () => {
  const { stdout, stderr } = await bundle.run(["-c", config, "status"], { env: { LANG: "C", LC_ALL: "C" } });
  assert.deepEqual([stdout, stderr], [STATUS, ""]);
});

test("CLI-051: a file that was searched for is no reason to warn, also not root", async () => {
  const folder = path.join(bundle.folder, "searched");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "supervisord.conf"), readFileSync(config));
  const { stdout, stderr } = await bundle.run(["version"], { cwd: folder, argv0: `${folder}/bin/supervisorctl` });
  assert.deepEqual([stdout, stderr], ["4.3.0\n", ""]);
});

test("CTL-017: a name that is not UTF-8 is an unknown one, where the original shows a raw error", async () => {
  const child = spawn("sh", ["-c", `exec "$0" "$1" -c "$2" status "$(printf 'x\\377')"`, process.execPath, bundle.file, config]);
  const [[code], [text]] = await Promise.all([once(child, "close"), once(child.stdout.setEncoding("utf8"), "data")]);
  assert.deepEqual([code, text], [4, "x\ufffd: ERROR (no such process)\n"]);
});

test("CTL-051, CTL-053, CTL-055, CLI-071: the shell shows the status, reads from a pipe, and ends with 0", async () => {
  assert.deepEqual(await shell("quit\n"), { exit: 0, stdout: `${STATUS}test> \n`, stderr: "" });
  assert.deepEqual(await shell(""), { exit: 0, stdout: `${STATUS}test> \n`, stderr: "" });
  assert.deepEqual(await shell("nothere\nexit\n"), { exit: 0, stdout: `${STATUS}test> *** Unknown syntax: nothere\ntest> \n`, stderr: "" });
});

test("CTL-054: an empty line does nothing, blanks around a line are not looked at", async () => {
  assert.equal((await shell("\n  version  \n\t\nquit\n")).stdout, `${STATUS}test> test> 4.3.0\ntest> test> \n`);
});

test("CTL-052, CLI-072: a server that is not there does not end the shell", async () => {
  const { exit, stdout } = await bundle.run(["-s", "unix:///nope/s.sock"], { stdin: "help help\n" });
  assert.equal(exit, 0);
  assert.ok(stdout.startsWith("unix:///nope/s.sock no such file\nsupervisor> help\t\t"), stdout);
});

test("CTL-015, CTL-166: a question reads the next line of the same input", async () => {
  assert.equal(
    (await shell("shutdown\ny\nquit\n")).stdout,
    `${STATUS}test> Really shut the remote supervisord process down y/N? Shut down\ntest> \n`,
  );
});

test("CTL-018: Ctrl-C ends a one-shot command as it ends any program, without a traceback", async () => {
  const { exit, stdout, stderr } = await bundle.run(["-c", config, "stop", "x"], {
    withChild: (child) => interruptAt(child, "supervisor.stopProcess"),
  });
  assert.deepEqual({ exit, stdout, stderr }, { exit: "SIGINT", stdout: "", stderr: "" });
});

test("CTL-056, CLI-088: Ctrl-C while a command of the shell waits: an empty line, and out with 0", async () => {
  const { exit, stdout } = await bundle.run(["-c", config], {
    stdin: "stop y\n",
    withChild: (child) => interruptAt(child, "supervisor.stopProcess"),
  });
  assert.deepEqual({ exit, stdout }, { exit: 0, stdout: `${STATUS}test> \n` });
});

/** Sends Ctrl-C when the server has got the call. */
function interruptAt(child: { kill(signal: NodeJS.Signals): boolean }, method: string): void {
  const before = server.requests.length;
  const look = setInterval(() => {
    if (!server.requests.slice(before).some((request) => methodOf(request) === method)) return;
    clearInterval(look);
    child.kill("SIGINT");
  }, 5);
}

test("CTL-019: a reader that leaves is no reason for a traceback, and the command comes to its end", async () => {
  const child = spawn("sh", ["-c", `{ "$0" "$1" -c "$2" status; echo "rc=$?" >&2; } | true`, process.execPath, bundle.file, config]);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await once(child, "close");
  assert.equal(stderr, "rc=0\n");
});

test("plug-ins are loaded by the bundle; one that is not there is a usage error", async () => {
  const folder = path.join(bundle.folder, "plugins");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "c.mjs"), "export const make = (controller) => ({ do_hi() { controller.output('hi'); } });\n");
  const conf = path.join(folder, "p.conf");
  writeFileSync(conf, `${readFileSync(config, "utf8")}[ctlplugin:my]\nsupervisor.ctl_factory=./c.mjs:make\n`);
  assert.deepEqual(await bundle.run(["-c", conf, "hi"]), { exit: 0, stdout: "hi\n", stderr: "" });
  writeFileSync(conf, `${readFileSync(config, "utf8")}[ctlplugin:my]\nsupervisor.ctl_factory=some.python:make\n`);
  const { exit, stderr } = await bundle.run(["-c", conf, "status"]);
  assert.equal(exit, 2);
  assert.match(stderr, /^Error: some\.python:make cannot be resolved within \[ctlplugin:my\]: /);
});

test("--timeout bounds every call", async () => {
  const { exit, stdout } = await ctl("--timeout", "0.2", "pid");
  assert.equal(exit, 1);
  assert.match(stdout, /^error: <class 'TimeoutError'>, timed out: supervisord did not answer within 0\.2 seconds/);
});
