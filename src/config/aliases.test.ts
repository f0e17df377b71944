/** Second names of options, options of other tools that have the name of one of ours, and [program-default]. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasesOf } from "./aliases.ts";
import { type Option, PROGRAM } from "./optiontable.ts";

const brief = { en: "a row", zh: "一行" } as const;
const ROWS = {
  restart_delay: { type: "duration", default: "0", scope: "process", isOurs: true, member: { field: "restartDelay" }, brief },
  healthcheck: { type: "probe", default: null, unset: brief, scope: "process", isOurs: true, member: { field: "healthcheck" }, brief },
} as const satisfies Record<string, Option>;
// What is read of the table is decided when its readers are loaded, so these rows are in it before.
for (const [name, row] of Object.entries(ROWS)) if (!Object.hasOwn(PROGRAM, name)) Object.assign(PROGRAM, { [name]: row });

const { differences } = await import("./diff.ts");
const { Effective, printConfig } = await import("./effective.ts");
const { faults, good, including, MAIN, one, processes, warnings, world } = await import("./load.fixture.ts");
const { loadConfig } = await import("./load.ts");

type Fields = Readonly<Record<string, unknown>>;

async function fields(text: string): Promise<Fields> {
  const [process] = await processes(text);
  assert.ok(process !== undefined);
  return process;
}

test("CMN-005: a second name is read as if the first stood there, in any case, in every section and in [DEFAULT]", async () => {
  assert.equal((await fields(`${one("a")}restartpause=2\n`))["restartDelay"], 2000);
  assert.equal((await fields(`${one("a")}RestartPause=3\n`))["restartDelay"], 3000);
  assert.equal((await fields(`[DEFAULT]\nrestartpause=4\n${one("a")}`))["restartDelay"], 4000);
  assert.equal((await fields(`[DEFAULT]\nrestartpause=4\n${one("a")}restart_delay=1\n`))["restartDelay"], 1000);
  assert.deepEqual(await warnings(`[DEFAULT]\nrestartpause=4\n${one("a")}restartpause=2\n`), []);
  assert.deepEqual(aliasesOf("restart_delay"), ["restartpause"]);
});

test("CMN-005: a check of that program may be a URL; a script is an error that says so, since no check runs a command yet", async () => {
  const check = async (text: string) => (await fields(`${one("a")}liveness_check_script=${text}\n`))["healthcheck"];
  assert.deepEqual(await check("tcp://127.0.0.1:80"), { kind: "tcp", host: "127.0.0.1", port: 80 });
  assert.deepEqual(await check("http://127.0.0.1/x"), { kind: "http", to: { kind: "tcp", host: "127.0.0.1", port: 80 }, uri: "/x" });
});

test("CMN-005: both names at once are an error at the second one", async () => {
  const [error, more] = await faults(`${one("a")}restart_delay=1\nrestartpause=2\n`);
  assert.equal(error?.message, `restartpause and restart_delay are the same option in section 'program:a' (file: '${MAIN}')`);
  assert.deepEqual([error?.line, error?.excerpt, error?.hint, more], [5, "restartpause=2", "leave one of the two out", undefined]);
  const [second] = await faults(`[DEFAULT]\nrestartpause=2\nrestart_delay=1\n${one("a")}`);
  assert.match(second?.message ?? "", /^restartpause and restart_delay are the same option in section 'DEFAULT'/);
});

test("CMN-005: its options that have no counterpart are unknown, with what to use instead", async () => {
  const told = await warnings(
    `${one("a")}restart_file_pattern=*.js\nkillwaitsecs=3\nliveness_check_success_action=x\n[default:program]\na=1\n`,
  );
  assert.match(
    told[0] ?? "",
    /^Unknown option restart_file_pattern .*; files are not watched: let what changes them run supervisorctl restart$/,
  );
  assert.match(
    told[1] ?? "",
    /^Unknown option killwaitsecs .*; after SIGKILL nothing else can be done; stopwaitsecs is the wait before it$/,
  );
  assert.match(told[2] ?? "", /^Unknown option liveness_check_success_action .*; no command is run for it: an event listener can do that$/);
  assert.match(told[3] ?? "", /did you mean \[program-default\]\?$/);
  const [error] = await faults(`${one("a")}stopsignal=TERM,INT\n`);
  assert.equal(error?.hint, "give one signal; SIGKILL follows it after stopwaitsecs");
});

test("CMN-004: a name in extra_options is another tool's: it is not read though it is ours, nor warned of", async () => {
  const text = (extra: string, line: string, section = "a") => `[supervisord]\nextra_options=${extra}\n${one(section)}${line}\n`;
  assert.equal((await fields(text("x, Restart_Delay", "restart_delay=soon")))["restartDelay"], 0);
  assert.equal((await fields(text("restart*", "restart_delay=soon")))["restartDelay"], 0);
  assert.equal((await fields(text("restartpause", "restartpause=soon")))["restartDelay"], 0);
  assert.deepEqual(await warnings(text("restart_delay,restartpause", "restart_delay=soon\nrestartpause=later")), []);
  assert.equal((await fields(`[DEFAULT]\nrestart_delay=soon\n${text("restart_delay", "")}`))["restartDelay"], 0);
  const { daemon } = await good("[supervisord]\nextra_options=update_mode\nupdate_mode=fast\n");
  assert.equal(daemon.updateMode, "as-original");
});

test("CMN-004: Supervisor's own options, and everything at once, cannot be given away", async () => {
  const text = "[supervisord]\nextra_options=*\nupdate_mode=minimal\n[program:a]\ncommand=c\nrestart_delay=2\nfoo=1\n";
  assert.equal((await good(text)).daemon.updateMode, "minimal");
  assert.equal((await fields(text))["restartDelay"], 2000);
  assert.deepEqual(await warnings(text), []);
  assert.equal((await fields(`[supervisord]\nextra_options=command,extra_options\n${one("a", "cat")}`))["command"], "cat");
});

test("TPL-001: [program-default] gives options to programs and FastCGI programs that do not have them, not to listeners", async () => {
  const text = `[program-default]\nstartsecs=7\nrestartpause=2\n${one("a")}${one("b")}startsecs=3\n[fcgi-program:f]\ncommand=c\nsocket=tcp://h:9000\n[eventlistener:l]\ncommand=c\nevents=TICK_5\n`;
  const found = await processes(text);
  assert.deepEqual(Object.fromEntries(found.map(({ name, startSecs }) => [name, startSecs])), { a: 7, b: 3, f: 7, l: 1 });
  assert.deepEqual(
    found.map((process: Fields) => process["restartDelay"]),
    found.map(({ name }) => (name === "l" ? 0 : 2000)),
  );
  assert.deepEqual(await warnings(text), []);
  const [member] = await processes(`[program-default]\nstartsecs=7\n[group:g]\nprograms=a\n${one("a")}`);
  assert.equal(member?.startSecs, 7);
});

test("TPL-001: numprocs, process_name and log files can stand there", async () => {
  const text = "[program-default]\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)d\nstdout_logfile=/tmp/%(program_name)s.log\n";
  const found = await processes(`${text}${one("a")}`);
  assert.deepEqual(
    found.map(({ name, stdout }) => [name, stdout.logfile]),
    ["a_0", "a_1"].map((name) => [name, { kind: "file", path: "/tmp/a.log" }]),
  );
});

test("TPL-001: an unknown option in it is warned of once, and what belongs elsewhere is not handed on", async () => {
  const told = await warnings(`[program-default]\nautorstart=false\nsocket=tcp://h:1\n${one("a")}${one("b")}`);
  assert.deepEqual(told, [
    "Unknown option autorstart in [program-default] is ignored (/etc/main.conf:3); did you mean autostart?",
    "Unknown option socket in [program-default] is ignored (/etc/main.conf:4); it belongs to [fcgi-program:x]",
  ]);
});

test("TPL-002: the section itself, then [program-default], then [DEFAULT]; an option is taken whole", async () => {
  const defaults = "[DEFAULT]\nstartsecs=1\nstopwaitsecs=1\nstartretries=1\n";
  const text = `${defaults}[program-default]\nstartsecs=2\nstopwaitsecs=2\nenvironment=A="1",B="2"\n`;
  const [a, b] = await processes(`${text}${one("a")}startsecs=3\nenvironment=C="3"\n${one("b")}`);
  assert.deepEqual([a?.startSecs, a?.stopWaitSecs, a?.startRetries, a?.environment], [3, 2, 1, { C: "3" }]);
  assert.deepEqual(b?.environment, { A: "1", B: "2" });
});

test("TPL-002: a program takes an option of ours back: with nothing, or with none where it is unset by default", async () => {
  const shared =
    "[program-default]\nhealthcheck=tcp:80\nhealthcheck_interval=20s\nrestart_delay=2\ncron=@daily\nmax_age=1h\nrlimit_nofile=9\n";
  const back = [
    "healthcheck=\nrestart_delay=\ncron=\nmax_age=\nrlimit_nofile=",
    "healthcheck=none\nrestart_delay=\ncron=none\nmax_age=None\nrlimit_nofile=none",
  ];
  for (const lines of back) {
    const [plain] = await processes(`${one("a")}healthcheck_interval=20s\n`);
    assert.deepEqual((await processes(`${shared}${one("a")}${lines}\n`))[0], plain, lines);
    assert.deepEqual(await warnings(`${shared}${one("a")}${lines}\n`), []);
  }
  const refused = await faults(`${one("a")}startsecs=\nrestart_delay=none\nstopsignal=none\n`);
  assert.equal(refused.length, 3, "Supervisor's own options, and none where there is a default");
});

test("TPL-002: here is the folder of the file where the value stands, before a fixed value of [DEFAULT]", async () => {
  const files = {
    [MAIN]: `[supervisord]\n${including("sub/*.conf")}[DEFAULT]\ncommand=%(here)s/d\n[program:a]\n`,
    "/etc/sub/a.conf": `[program-default]\ncommand=%(here)s/run %(program_name)s\n[program:b]\ncommand=%(here)s/b\n`,
  };
  const found = await processes(files[MAIN], { files: { "/etc/sub/a.conf": files["/etc/sub/a.conf"] } });
  assert.deepEqual(
    found.map(({ command }) => command),
    ["/etc/sub/run a", "/etc/sub/b"],
  );
});

test("TPL-002: an error in it is told once, with file and line where the value stands; one in a value that only some have, too", async () => {
  const found = await faults(
    `[program-default]\nstartsecs=x\nstdout_logfile=/nope/%(program_name)s/x.log\n${one("a")}${one("b")}startsecs=y\n`,
  );
  assert.deepEqual(
    found.map(({ message, line, excerpt }) => [message, line, excerpt]),
    [
      [`invalid literal for int() with base 10: 'x' in section 'program-default' (file: '${MAIN}')`, 3, "startsecs=x"],
      [
        `The directory named as part of the path /nope/a/x.log does not exist in section 'program-default' (file: '${MAIN}')`,
        4,
        "stdout_logfile=/nope/%(program_name)s/x.log",
      ],
      [`invalid literal for int() with base 10: 'y' in section 'program:b' (file: '${MAIN}')`, 9, "startsecs=y"],
      [
        `The directory named as part of the path /nope/b/x.log does not exist in section 'program-default' (file: '${MAIN}')`,
        4,
        "stdout_logfile=/nope/%(program_name)s/x.log",
      ],
    ],
  );
});

test("TPL-002: what is printed names the line where the value stands, and reads to the same", async () => {
  const effective = new Effective();
  const text = `[supervisord]\n[program-default]\nstartsecs=7\n${one("a")}`;
  const read = (files: Readonly<Record<string, string>>) =>
    loadConfig(world({ files }), { file: MAIN, flags: new Map(), listening: { trace: effective.trace } });
  const first = await read({ [MAIN]: text });
  const printed = printConfig(effective.values(new Map()));
  assert.match(printed, /\[program:a\][^[]*\nstartsecs=7 +; \/etc\/main\.conf:3\n/);
  assert.doesNotMatch(printed, /program-default/);
  const second = await read({ [MAIN]: printed });
  assert.ok(first.ok && second.ok);
  assert.deepEqual(second.value.groups, first.value.groups);
});

test("TPL-002: a change of it alone changes the programs that take it, option by option", async () => {
  const text = (secs: number) => `[program-default]\nstartsecs=${secs}\n${one("a")}${one("b")}startsecs=1\n`;
  const [before, after] = [await good(text(2)), await good(text(3))];
  const found = after.groups.flatMap((group, index) => differences(before.groups[index] ?? group, group));
  assert.deepEqual(found, [{ group: "a", process: "a", option: "startsecs", from: "2", to: "3" }]);
});

test("TPL-003: command in it makes a file that Supervisor refuses, which only --check says, once", async () => {
  const { remarks } = await good("[program-default]\ncommand=cat\n[program:a]\n[program:b]\n");
  assert.deepEqual(
    remarks.filter(({ level }) => level === "check").map(({ text }) => text),
    [
      "command stands in [program-default], a section that Supervisor ignores: it refuses programs that have none of their own (/etc/main.conf:3)",
    ],
  );
  const without = await good(`[program-default]\nstartsecs=2\n${one("a")}`);
  assert.deepEqual(
    without.remarks.filter(({ level }) => level === "check"),
    [],
  );
});
