import assert from "node:assert/strict";
import { test } from "node:test";
import { MAIN, type World, world } from "./load.fixture.ts";
import type { ConfigError } from "./model.ts";
import { faultText, logText, renderErrors } from "./report.ts";
import { type Checks, type StartUp, startUp } from "./startup.ts";

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

test("--check --strict ends with 1 for warnings; that root checks is none, and without --check it is a mistake", async () => {
  const ends = async (text: string, ...args: string[]) => (await done(text, ...args)).exitCode;
  assert.deepEqual([await ends(GOOD, "--check", "--strict"), await ends(`${GOOD}autorstart=no\n`, "--check", "--strict")], [0, 1]);
  assert.deepEqual([await ends(BAD, "--check", "--strict"), await ends(`${GOOD}x=1\n`, "--check", "--strict", "--json")], [2, 1]);
  assert.match((await done(GOOD, "--strict")).stderr, /^Error: option --strict is for --check\n {2}hint: write --check --strict\n/);
  const root = await start(GOOD, ["--check", "--strict"], { uid: 0 });
  assert.deepEqual(root, { kind: "done", stdout: `${MAIN}: the configuration is good\n`, stderr: "", exitCode: 0 });
});

test("--check tells what will not work: a server without its interface, headers that are none, conversions that nobody means", async () => {
  const check = async (text: string) => (await done(text, "--check")).stdout.replaceAll(MAIN, "MAIN").split("\n").slice(0, -2);
  assert.deepEqual(await check(`${GOOD}[inet_http_server]\nport=9001\n`), [
    "Warning: There is a server, but no section that lets supervisorctl and the web page use it (MAIN:4); add a section [rpcinterface:supervisor] with the line supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
  ]);
  assert.deepEqual(
    await check(`${GOOD}[program:redis\ncommand=b\nautostart=no\n[program:y]\ncommand=c\n  [program:z]\n  command=d\nprogram:v]\n`),
    [
      "Warning: [program:redis is no section: a bracket is missing (MAIN:4)",
      "Warning: [program:z] is no section: the blanks in front make it a part of the value above (MAIN:9)",
      "Warning: program:v] is no section: a bracket is missing (MAIN:11)",
    ],
  );
  const odd = "numprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\nstdout_logfile=/tmp/%(program_name)s_%(process_num).log\n";
  assert.deepEqual(await check(`${GOOD}${odd}stderr_logfile=/tmp/%(program_name).stderr\n`), [
    "Warning: %(process_num).lo in program:x.stdout_logfile is a conversion of its own and becomes '0'; write %(process_num)s for the name alone (MAIN:6)",
    "Warning: %(program_name).s in program:x.stderr_logfile is a conversion of its own and becomes ''; write %(program_name)s for the name alone (MAIN:7)",
  ]);
});

test("--check adds what the daemon doubts, with the sections that processes come of; a start does not ask", async () => {
  const doors = (args: readonly string[]) => world({ files: { [MAIN]: GOOD }, args: ["-c", MAIN, ...args] });
  const doubts: Checks["doubts"] = async (config, sections) =>
    config.groups.flatMap(({ processes }) => processes.map((one) => `${one.name} of [${sections.get(one)?.name}] is doubtful`));
  const told = await startUp(doors(["--check"]), { doubts });
  assert.ok(told.kind === "done");
  assert.match(told.stdout, /^Warning: x of \[program:x\] is doubtful\n.* good, 1 warning\n$/);
  const run = await startUp(doors([]), { doubts });
  assert.ok(run.kind === "run");
  assert.deepEqual(run.config.remarks, []);
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

test("CONF-064, CONF-416: a fault of a reread is the original's text where that names the file, else the text with its place, of all errors", () => {
  const error = (message: string): ConfigError => ({ message, file: "/f", line: 1, excerpt: "x", hint: "do it" });
  assert.equal(faultText([error("first")]), "first (/f:1)");
  assert.equal(faultText([error("first"), error("second"), error("third")]), "first (/f:1); also: second (/f:1); also: third (/f:1)");
  assert.equal(faultText([error("bad in section 'x' (file: '/f')")]), "bad in section 'x' (file: '/f')", "to the byte");
  assert.equal(
    logText([error("bad in\n\tsection 'x' (file: '/f')")]),
    "bad in section 'x' (file: '/f') (/f:1)",
    "a log has the line, and is one",
  );
  assert.match(faultText(Array.from({ length: 30 }, () => error("bad"))), /; and 20 more \(supervisord --check shows all\)$/);
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
