import assert from "node:assert/strict";
import { test } from "node:test";
import { MAIN, type World, world } from "./load.fixture.ts";
import type { ConfigError } from "./model.ts";
import { faultText, renderErrors } from "./report.ts";
import { type StartUp, startUp } from "./startup.ts";

const GOOD = "[supervisord]\n[program:x]\ncommand=a\n";
const BAD = "[supervisord]\nloglevel=infos\n[program:x]\nstartsecs=soon\n";

/** Starts with a main file of this text. */
function start(text: string, args: readonly string[], given: World = {}): Promise<StartUp> {
  return startUp(world({ ...given, files: { [MAIN]: text, ...given.files }, args: ["-c", MAIN, ...args] }));
}

async function done(text: string, ...args: string[]): Promise<Extract<StartUp, { kind: "done" }>> {
  const end = await start(text, args);
  assert.ok(end.kind === "done");
  return end;
}

test("CLI-045: help and version end with 0 on stdout, wrong flags and wrong configurations with 2 on stderr", async () => {
  for (const args of [["-h"], ["-v"]]) {
    const { exitCode, stdout, stderr } = await done(GOOD, ...args);
    assert.deepEqual([exitCode, stderr, stdout.length > 0], [0, "", true]);
  }
  for (const [text, ...args] of [[GOOD, "-x"], [BAD]] as const) {
    const { exitCode, stdout, stderr } = await done(text, ...args);
    assert.deepEqual([exitCode, stdout, stderr.startsWith("Error: ")], [2, "", true]);
  }
});

test("CLI-016: errors end with the hint at -h, with argv[0] as it came", async () => {
  assert.match((await done(GOOD, "-x")).stderr, /^Error: option -x not recognized\nFor help, use \/usr\/bin\/supervisord -h\n$/);
});

test("every error is shown with file, line, the text there and what to do", async () => {
  assert.equal(
    (await done(BAD)).stderr,
    [
      "Error: bad logging level name 'infos'",
      `  at ${MAIN}:2: loglevel=infos`,
      "  hint: did you mean info?",
      `Error: invalid literal for int() with base 10: 'soon' in section 'program:x' (file: '${MAIN}')`,
      `  at ${MAIN}:4: startsecs=soon`,
      "  hint: give a whole number",
      `Error: program section program:x does not specify a command in section 'program:x' (file: '${MAIN}')`,
      `  at ${MAIN}:3: [program:x]`,
      "  hint: add a line command=…",
      "For help, use /usr/bin/supervisord -h",
      "",
    ].join("\n"),
  );
});

test("a good configuration is there to run, with what is needed to read it again", async () => {
  const end = await start(GOOD, ["-n"]);
  assert.ok(end.kind === "run");
  assert.deepEqual([end.file, end.config.daemon.nodaemon, [...end.flags.keys()], end.stderr], [MAIN, true, ["configfile", "nodaemon"], ""]);
});

test("CONF-007: the notice for root is written whether the configuration is good or not", async () => {
  for (const text of [GOOD, BAD]) {
    const end = await startUp(world({ uid: 0, files: { "/etc/supervisord.conf": text } }));
    assert.ok(end.kind !== "hash-password");
    assert.match(end.stderr, /^Supervisord is running as root and it is searching/);
  }
});

test("--hash-password needs no configuration, and is never abbreviated", async () => {
  assert.deepEqual(await start(BAD, ["--hash-password"]), { kind: "hash-password" });
  assert.equal((await done(GOOD, "--hash")).exitCode, 2);
});

test("--check tells warnings and starts nothing", async () => {
  assert.deepEqual(await done(GOOD, "--check"), { kind: "done", stdout: `${MAIN}: the configuration is good\n`, stderr: "", exitCode: 0 });
  const { stdout, exitCode } = await done(`${GOOD}autorstart=no\n`, "--check");
  assert.equal(
    stdout,
    `Warning: Unknown option autorstart in [program:x] is ignored (${MAIN}:4); did you mean autostart?\n${MAIN}: the configuration is good, 1 warning\n`,
  );
  assert.equal(exitCode, 0);
  assert.equal((await done(BAD, "--check")).exitCode, 2);
});

test("--check --json tells errors and remarks as data", async () => {
  type Told = { ok: boolean; errors: ConfigError[]; remarks: { level: string }[] };
  const bad = await done(BAD, "--check", "--json");
  const told = JSON.parse(bad.stdout) as Told;
  assert.deepEqual([bad.exitCode, bad.stderr, told.ok, told.errors.length], [2, "", false, 3]);
  assert.deepEqual(told.errors[0], {
    message: "bad logging level name 'infos'",
    file: MAIN,
    line: 2,
    excerpt: "loglevel=infos",
    hint: "did you mean info?",
  });
  const fine = JSON.parse((await done(`${GOOD}x=1\n`, "--check", "--json")).stdout) as Told;
  assert.deepEqual([fine.ok, fine.errors.length, fine.remarks.length], [true, 0, 1]);
});

test("--print-config shows each value with its origin: line, default, flag", async () => {
  const { stdout } = await done(GOOD, "--print-config", "-n", "-i", "mine");
  assert.match(stdout, /^nodaemon=true +; flag -n$/m);
  assert.match(stdout, /^identifier=mine +; flag -i$/m);
  assert.match(stdout, /^command=a +; \/etc\/main\.conf:3$/m);
  assert.match(stdout, /^startsecs=1 +; default$/m);
});

test("--print-config --json has the values with their origins, and the configuration as it is used", async () => {
  const { stdout } = await done(GOOD, "--print-config", "--json", "-n");
  const told = JSON.parse(stdout) as { file: string; sections: Record<string, Record<string, unknown>>; config: { groups: unknown[] } };
  assert.equal(told.file, MAIN);
  assert.deepEqual(told.sections["program:x"]?.["command"], { value: "a", origin: { file: MAIN, line: 3 } });
  assert.deepEqual(told.sections["program:x"]["startsecs"], { value: "1", origin: "default" });
  assert.deepEqual(told.sections["supervisord"]?.["nodaemon"], { value: "true", origin: { flag: "-n" } });
  assert.equal(told.config.groups.length, 1);
});

test("CONF-064, CONF-416: a fault of a reread is the first error's text with its place, and how many more there are", () => {
  const error = (message: string): ConfigError => ({ message, file: "/f", line: 1, excerpt: "x", hint: "do it" });
  assert.equal(faultText([error("first")]), "first (/f:1)");
  assert.equal(faultText([error("first"), error("second"), error("third")]), "first (/f:1) (and 2 more; supervisord --check shows all)");
  assert.equal(faultText([error("bad in section 'x' (file: '/f')")]), "bad in section 'x' (file: '/f')", "named once");
  assert.equal(faultText([{ ...error("nowhere"), line: null }]), "nowhere");
});

test("of many errors the first one is told again at the end, where people look", () => {
  const many = Array.from(
    { length: 20 },
    (_, at): ConfigError => ({ message: `error ${at}`, file: "/f", line: at, excerpt: "x", hint: null }),
  );
  assert.match(renderErrors(many, "s"), /\nThese are 20 errors; the first one is: error 0\nFor help, use s -h\n$/);
  assert.ok(!renderErrors(many.slice(0, 8), "s").includes("the first one"));
});

test("a line that is too long is cut in messages", () => {
  const text = renderErrors([{ message: "m", file: "/f", line: 1, excerpt: "x".repeat(5000), hint: null }], "s");
  assert.ok(text.length < 400);
});
