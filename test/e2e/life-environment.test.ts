/** Goal: programs find in their environment what envfile, clear_env and env_home promise, whatever becomes of the daemon, and nobody else sees the values. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { BIN, Instance, run, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

async function environmentOf(it: Instance, name: string, butNot = 0): Promise<Readonly<Record<string, string>>> {
  const pid = await pidOf(it, name, butNot);
  return until(`${name} has become the program`, () => {
    const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
    return entries.some((entry) => entry.startsWith("SUPERVISOR_PROCESS_NAME=")) && Object.fromEntries(entries.map(pair));
  });
}

function pair(entry: string): [string, string] {
  const equals = entry.indexOf("=");
  return [entry.slice(0, equals), entry.slice(equals + 1)];
}

async function pidOf(it: Instance, name: string, butNot = 0): Promise<number> {
  return until(`${name} runs`, async () => {
    const { statename, pid } = await info(it, name);
    return statename === "RUNNING" && pid !== butNot && Number(pid);
  });
}

async function failsWith(it: Instance, name: string, text: string): Promise<void> {
  await call(it, "supervisor.startProcess", name).catch(() => undefined);
  const { statename, spawnerr } = await info(it, name);
  assert.deepEqual([statename, spawnerr], ["FATAL", text]);
}

describe("the environment of programs", { timeout: 300_000 }, () => {
  test("ENV-001, ENV-004 files are read at each start, in their layer; a run keeps its reading over a kill -9 of the daemon", async (t) => {
    const it = new Instance(t);
    it.configure(
      `[program:web]\ncommand=sleep 1000\nstartsecs=0\nenvfile=web.env,-%(here)s/none.env,${it.path("more.env")}\nenvironment=OWN="program"\n`,
      'environment=FROM="supervisord",D="supervisord"\n',
    );
    writeFileSync(it.path("web.env"), "\ufeffFROM=file\r\nOWN=file\r\nexport SECRET='hush hush'\r\nTWO=first\r\n");
    writeFileSync(it.path("more.env"), 'TWO=second # comment\nMULTI="a\\tb\nc"\nLITERAL=$HOME\n');
    await it.start();
    const { FROM, OWN, D, SECRET, TWO, MULTI, LITERAL } = await environmentOf(it, "web");
    assert.deepEqual(
      { FROM, OWN, D, SECRET, TWO, MULTI, LITERAL },
      { FROM: "file", OWN: "program", D: "supervisord", SECRET: "hush hush", TWO: "second", MULTI: "a\tb\nc", LITERAL: "$HOME" },
    );

    const pid = await pidOf(it, "web");
    writeFileSync(it.path("web.env"), "SECRET=another\n");
    const daemon = await until("a daemon", () => it.daemonPid());
    process.kill(daemon, "SIGKILL");
    await until("the next daemon", async () => it.daemonPid() !== daemon && (await call(it, "supervisor.getState").catch(() => false)));
    assert.equal(await pidOf(it, "web"), pid);
    assert.match((await it.ctl("update")).stdout, /^\s*$/);
    process.kill(pid, "SIGKILL");
    const restarted = await environmentOf(it, "web", pid);
    assert.deepEqual([restarted["SECRET"], restarted["FROM"]], ["another", "supervisord"]);

    const printed = await run(path.join(BIN, "supervisord"), ["-c", it.conf, "--print-config"], { cwd: it.dir });
    assert.match(printed.stdout, /envfile=web\.env,/);
    const seen = `${it.output}${it.read("supervisord.log")}${printed.stdout}`;
    for (const secret of ["hush", "another"]) assert.doesNotMatch(seen, new RegExp(secret));
  });

  test("ENV-003 a file that cannot be had, or is wrong, is a failed start that says where and quotes nothing; mended, the next start works", async (t) => {
    const it = new Instance(t);
    it.configure(`[program:web]\ncommand=sleep 1000\nstartsecs=0\nstartretries=0\nautostart=false\nenvfile=${it.path("web.env")}\n`);
    await it.start();
    const file = it.path("web.env");
    await failsWith(it, "web", `envfile ${file}: ENOENT`);
    writeFileSync(file, "A=1\n\nhush\n");
    await failsWith(it, "web", `envfile ${file}:3: no = behind NAME`);
    execFileSync("rm", [file]);
    execFileSync("mkfifo", [file]);
    await failsWith(it, "web", `envfile ${file}: it is no file`);
    execFileSync("rm", [file]);
    symlinkSync("/dev/zero", file);
    await failsWith(it, "web", `envfile ${file}: it is no file`);
    execFileSync("rm", [file]);
    writeFileSync(file, `A=${"x".repeat(40 * 1024 - 3)}\n`);
    await failsWith(it, "web", "the envfiles give 40 KiB (32 KiB at most)");
    writeFileSync(file, "A=good\n");
    await call(it, "supervisor.startProcess", "web");
    assert.equal((await environmentOf(it, "web"))["A"], "good");
    assert.doesNotMatch(it.read("supervisord.log"), /hush/);
    assert.match(it.read("supervisord.log"), /INFO spawnerr: envfile \S+web\.env:3: no = behind NAME/);
  });

  test("ENV-001, ENV-007 clear_env leaves PATH; env_home is that of the user it runs as", async (t) => {
    const it = new Instance(t);
    const uid = process.getuid?.() ?? 0;
    it.configure(
      `[program-default]\nstartsecs=0\nclear_env=true\n
[program:bare]\ncommand=sleep 1000\n
[program:home]\ncommand=sleep 1000\nenv_home=true\nenvironment=SHELL="/mine"\n
${isRoot ? `[program:other]\ncommand=sleep 1000\nenv_home=true\nuser=${NOBODY}\n` : ""}`,
    );
    await it.start();
    const ours = ["SUPERVISOR_ENABLED", "SUPERVISOR_GROUP_NAME", "SUPERVISOR_PROCESS_NAME", "SUPERVISOR_SERVER_URL"];
    assert.deepEqual(Object.keys(await environmentOf(it, "bare")).sort(), ["PATH", ...ours]);
    const entry = (id: number): string[] =>
      execFileSync("getent", ["passwd", String(id)], { encoding: "utf8" })
        .trim()
        .split(":");
    const [name, , , , , home] = entry(uid);
    const { HOME, USER, LOGNAME, SHELL } = await environmentOf(it, "home");
    assert.deepEqual([HOME, USER, LOGNAME, SHELL], [home || "/", name, name, "/mine"]);
    if (!isRoot) return;
    const [theirName, , , , , theirHome, theirShell] = entry(NOBODY);
    const other = await environmentOf(it, "other");
    assert.deepEqual([other["HOME"], other["USER"], other["SHELL"]], [theirHome || "/", theirName, theirShell || "/bin/sh"]);
  });

  test("ENV-004 a file is read with the rights of supervisord, but a link of another user lends nobody these", {
    skip: !isRoot && "needs root",
  }, async (t) => {
    const it = new Instance(t);
    const folder = it.path("theirs");
    it.configure(
      ["own", "stolen", "secret"]
        .map(
          (name) =>
            `[program:${name}]\ncommand=sleep 1000\nstartsecs=0\nstartretries=0\nautostart=false\nuser=${NOBODY}\nenvfile=theirs/${name}.env\n`,
        )
        .join(""),
    );
    mkdirSync(folder);
    writeFileSync(it.path("secret.env"), "SECRET=1\n", { mode: 0o600 });
    writeFileSync(path.join(folder, "secret.env"), "SECRET=2\n", { mode: 0o600 });
    writeFileSync(path.join(folder, "real.env"), "OWN=1\n");
    symlinkSync("real.env", path.join(folder, "own.env"));
    symlinkSync("../secret.env", path.join(folder, "stolen.env"));
    execFileSync("chown", ["-h", `${NOBODY}:${NOBODY}`, ...["real.env", "own.env", "stolen.env"].map((name) => path.join(folder, name))]);
    chownSync(folder, NOBODY, NOBODY);
    await it.start();
    for (const name of ["own", "secret"]) await call(it, "supervisor.startProcess", name);
    assert.equal((await environmentOf(it, "own"))["OWN"], "1");
    assert.equal((await environmentOf(it, "secret"))["SECRET"], "2");
    await call(it, "supervisor.startProcess", "stolen").catch(() => undefined);
    assert.match(String((await info(it, "stolen"))["spawnerr"]), /^envfile \S+theirs\/stolen\.env: ELOOP/);
  });
});
