/** Completion in bash, zsh and fish, each where it is installed: what a user types and Tab, against a supervisord that answers, refuses or says nothing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { BIN, Instance, run, until } from "./instance.ts";
import { onTerminal } from "./pty.ts";

const CTL = path.join(BIN, "supervisorctl");
const ENV = { ...process.env, PATH: `${BIN}:${process.env["PATH"]}` };

const without = (shell: string): string | false => (spawnSync(shell, ["--version"]).status === 0 ? false : `${shell} is not installed`);

async function running(t: TestContext, more = ""): Promise<Instance> {
  const it = new Instance(t);
  it.configure(`[program:cat]\ncommand=/bin/cat\n[program:web]\ncommand=/bin/cat\nnumprocs=2\nprocess_name=w%(process_num)d\n${more}`);
  await it.start();
  return it;
}

/** What bash offers for a line that ends at the cursor. */
async function bash(line: string, cwd = "/", env: NodeJS.ProcessEnv = ENV): Promise<readonly string[]> {
  const script = `source <(supervisorctl completion bash)
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
_supervisorctl
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await run("bash", ["--norc", "-c", script, "bash", line], { cwd, env });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.split("\n").filter((word) => word !== "");
}

test("bash: names of the server that the flags name, what stands before a colon is not repeated, and a file is a file", {
  skip: without("bash"),
  timeout: 120_000,
}, async (t) => {
  const it = await running(t);
  const ctl = `supervisorctl -c ${it.conf}`;
  assert.deepEqual(await bash("supervisorctl sta"), ["start", "status"]);
  assert.deepEqual(await bash(`${ctl} stop `), ["cat", "web:w0", "web:*", "web:w1", "all"]);
  assert.deepEqual(await bash(`${ctl} stop web:`), ["w0", "*", "w1"]);
  assert.deepEqual(await bash(`${ctl} signal HUP c`), ["cat"]);
  assert.deepEqual(await bash(`${ctl} status --wa`), ["--watch"]);
  const atHome = { ...ENV, HOME: it.dir };
  assert.deepEqual(await bash(`supervisorctl -c ~/${path.basename(it.conf)} stop c`, "/", atHome), ["cat"]);
  writeFileSync(path.join(it.dir, "another"), "#!/bin/sh\necho asked\n", { mode: 0o755 });
  assert.deepEqual(await bash("~/another sta", "/", atHome), ["asked"]);
  assert.deepEqual(await bash("an-alias sta"), ["start", "status"]);
  assert.deepEqual(await bash("supervisorctl -c supervisord.c", it.dir), [path.basename(it.conf)]);
  assert.deepEqual(await bash(`supervisorctl -c ${it.dir}/nothere.conf stop `), ["all"]);
});

test("bash: a name is never run", { skip: without("bash"), timeout: 120_000 }, async (t) => {
  const it = await running(t, "[program:$(touch${IFS}was-here)]\ncommand=/bin/cat\n[program:`id`]\ncommand=/bin/cat\n");
  const found = await bash(`supervisorctl -c ${it.conf} stop `, it.dir);
  assert.ok(found.includes("$(touch${IFS}was-here)") && found.includes("`id`"), found.join(" "));
  assert.deepEqual(await bash("supervisorctl -c was-h", it.dir), []);
});

test("fish: names with the flags of the line, descriptions, files", { skip: without("fish"), timeout: 120_000 }, async (t) => {
  const it = await running(t);
  const fish = async (line: string, HOME = it.dir): Promise<readonly string[]> => {
    const script = "supervisorctl completion fish | source; complete -C $argv[1]";
    const { code, stdout, stderr } = await run("fish", ["--no-config", "-c", script, line], { cwd: it.dir, env: { ...ENV, HOME } });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    return stdout.split("\n").filter((word) => word !== "");
  };
  assert.deepEqual(await fish("supervisorctl vers"), ["version\tShow the version of the remote supervisord process"]);
  assert.deepEqual(await fish("~/supervisorctl vers", BIN), ["version\tShow the version of the remote supervisord process"]);
  assert.deepEqual([...(await fish(`supervisorctl -c ~/${path.basename(it.conf)} stop web:w`))].sort(), ["web:w0", "web:w1"]);
  assert.deepEqual(await fish(`supervisorctl -c ${it.conf} status --wa`), [
    "--watch\tkeep showing it; without a terminal, a line for each change (Ctrl-C to exit)",
  ]);
  assert.ok((await fish("supervisorctl -c supervisord.c")).some((word) => word.startsWith(path.basename(it.conf))));
});

test("zsh: names with the flags of the line, actions, files", { skip: without("zsh"), timeout: 120_000 }, async (t) => {
  const it = await running(t);
  const seen = await onTerminal(
    ["/bin/sh", "-c", `cd ${it.dir} && exec zsh -f`],
    [
      ["", "PS1='ready> '; autoload -U compinit; compinit -D -u; source <(supervisorctl completion zsh); echo sour''ced\r"],
      ["sourced", ""],
      ["ready> ", "supervisorctl vers\t-v\r"],
      ["version", ""],
      ["ready> ", `supervisorctl -c supervisord.c\tstop c\t; echo do''ne\r`],
      ["stopped", ""],
      ["done", ""],
      ["ready> ", `supervisorctl -c ${it.conf} stop web:w1\t; echo do''ne\r`],
      ["web:w1: stopped", ""],
      ["ready> ", "exit\r"],
    ],
    { ...ENV, TERM: "dumb", HOME: it.dir },
  );
  if (seen === null) return t.skip("python3 is not installed");
  assert.ok(seen.ended, seen.text);
  assert.match(seen.text, /cat: stopped/);
});

test("a server that asks for a password, one that says nothing and a broken file: nothing is said, nothing asked, and it ends", {
  timeout: 120_000,
}, async (t) => {
  const it = new Instance(t);
  it.configure("");
  const silent = path.join(it.dir, "silent.sock");
  const refusing = path.join(it.dir, "refusing.sock");
  const servers = [
    createServer(() => undefined).listen(silent),
    createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
    }).listen(refusing),
  ];
  t.after(() => {
    for (const server of servers) server.close();
  });
  await until("both listen", () => servers.every((server) => server.listening));
  const broken = path.join(it.dir, "broken.conf");
  writeFileSync(broken, "[supervisorctl]\nserverurl\n[[");
  const nothing = { code: 0, stdout: "", stderr: "" };
  for (const flags of [
    ["-s", `unix://${silent}`],
    ["-i", "-s", `unix://${refusing}`],
  ]) {
    const { code, stdout, stderr } = await run(CTL, ["__complete", ...flags, "stop", "c"], { cwd: it.dir, env: ENV });
    assert.deepEqual({ code, stdout, stderr }, nothing, flags.join(" "));
  }
  for (const flags of [["-c", broken], ["--nonsense"], ["--timeout", "x"]]) {
    const { code, stdout, stderr } = await run(CTL, ["__complete", ...flags, "stat"], { cwd: it.dir, env: ENV });
    assert.deepEqual({ code, stdout, stderr }, { ...nothing, stdout: "status\tGet status for a single process\n" }, flags.join(" "));
  }
});
