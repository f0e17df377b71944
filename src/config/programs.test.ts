import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good, MAIN, processes, program, programFault, warnings } from "./load.fixture.ts";
import type { ProcessConfig } from "./model.ts";
import { NUMPROCS_MAX } from "./numprocs.ts";

const MB = 1024 * 1024;

/** An option of a program: its default, a value, and a value that is refused. */
async function holds<F extends keyof ProcessConfig>(
  name: string,
  field: F,
  unset: ProcessConfig[F],
  text: string,
  value: ProcessConfig[F],
  bad?: readonly [string, string],
): Promise<void> {
  assert.deepEqual((await program(""))[field], unset, `${name}: default`);
  assert.deepEqual((await program(`${name}=${text}`))[field], value, `${name}=${text}`);
  if (bad !== undefined) assert.equal(await programFault(`${name}=${bad[0]}`), bad[1]);
}

test("CONF-201, PROC-147: the name is the trimmed text behind the first colon, without space, colon and slash", async () => {
  const name = async (text: string) => (await processes(`[program:${text}]\ncommand=a\n`))[0]?.name;
  assert.equal(await name(" a "), "a");
  assert.equal(await fault("[program:a:b]\ncommand=a\n"), "Invalid name: 'a:b' because of character: ':'");
  assert.equal(await fault("[program: a b]\ncommand=a\n"), "Invalid name: ' a b' because of character: ' '");
  assert.equal(await fault("[program:it's/x]\ncommand=a\n"), `Invalid name: "it's/x" because of character: '/'`);
});

test("CONF-202: anything else may be a name", async () => {
  for (const name of ["", ".", ",", "*", "é日", "a;b", "a%b"])
    assert.equal((await processes(`[program:${name}]\ncommand=a\n`))[0]?.name, name);
});

test("CONF-203: two headers that trim to one name: the first in order counts, and that is said", async () => {
  const { groups, remarks } = await good("[program:x]\ncommand=one\n[program: x]\ncommand=two\n");
  assert.deepEqual(
    groups.map((group) => group.processes[0]?.command),
    ["one"],
  );
  assert.match(remarks[0]?.text ?? "", /^More than one group is called x;/);
});

test("CONF-204: a header is not expanded", async () =>
  assert.equal((await processes("[program:%(here)]\ncommand=a\n"))[0]?.name, "%(here)"));

test("CONF-205: names are case sensitive", async () =>
  assert.equal((await processes("[program:a]\ncommand=a\n[program:A]\ncommand=a\n")).length, 2));

test("CONF-206: a bad name names its section only in listeners and inside groups", async () => {
  assert.equal(await fault("[program:a b]\ncommand=a\n"), "Invalid name: 'a b' because of character: ' '");
  assert.equal(
    await fault("[eventlistener:a b]\ncommand=a\nevents=EVENT\n"),
    "Invalid name: 'a b' because of character: ' ' in section 'eventlistener:a b' (file: '/etc/main.conf')",
  );
  assert.equal(
    await fault("[group:g]\nprograms=a/b\n[program:a/b]\ncommand=a\n"),
    "Invalid name: 'a/b' because of character: '/' in section 'program:a/b' (file: '/etc/main.conf')",
  );
});

test("CONF-207: options are checked in this order", async () => {
  const bad = {
    priority: "x",
    autostart: "x",
    autorestart: "x",
    startsecs: "x",
    startretries: "x",
    stopsignal: "x",
    stopwaitsecs: "x",
    stopasgroup: "x",
    killasgroup: "x",
    exitcodes: "x",
    redirect_stderr: "x",
    numprocs: "x",
    numprocs_start: "x",
    stdout_capture_maxbytes: "x",
    stdout_events_enabled: "x",
    stderr_capture_maxbytes: "x",
    stderr_events_enabled: "x",
    serverurl: "%(x)s",
    user: "nosuch",
    umask: "x",
    process_name: "a/b",
    environment: "x",
    directory: "%(x)s",
    stdout_logfile: "/nope/x",
    stdout_logfile_backups: "x",
    stdout_logfile_maxbytes: "x",
    stdout_syslog: "x",
    stderr_logfile: "/nope/x",
    stderr_logfile_backups: "x",
    stderr_logfile_maxbytes: "x",
    stderr_syslog: "x",
    command: "%(x)s",
  };
  const names = Object.keys(bad);
  const lines = Object.entries(bad)
    .reverse()
    .map(([name, text]) => `${name}=${text}`);
  const places = (await faults(`[program:p]\n${lines.join("\n")}\n`)).map(({ excerpt }) => excerpt?.split("=")[0]);
  assert.deepEqual(places, names);
});

test("CONF-208: a program needs a command", async () => {
  assert.equal(
    await fault("[program:x]\n"),
    "program section program:x does not specify a command in section 'program:x' (file: '/etc/main.conf')",
  );
  assert.match(await fault("[eventlistener:x]\nevents=EVENT\n"), /^program section eventlistener:x does not specify a command/);
});

test("CONF-209, CONF-211: an empty command and unbalanced quotes pass the reader", async () => {
  assert.equal((await program("command=")).command, "");
  assert.equal((await program("command=sh -c 'a")).command, "sh -c 'a");
});

test("CONF-210: a command over several lines keeps its newlines", async () =>
  assert.equal((await program("command=a\n  -b\n  -c")).command, "a\n-b\n-c"));

test("CONF-212: without processes a missing command is not noticed, and the group is empty", async () => {
  for (const numprocs of ["0", "-1"]) {
    const { groups } = await good(`[program:x]\nnumprocs=${numprocs}\nstdout_logfile=%(nope)s\n`);
    assert.deepEqual([groups[0]?.name, groups[0]?.processes.length], ["x", 0]);
  }
});

test("CONF-213: process_name is checked as written, before it is expanded", async () => {
  assert.equal(await programFault("process_name=a:b"), "Invalid name: 'a:b' because of character: ':'");
  assert.equal((await program("process_name=%(ENV_X)s", { environment: { X: "a:b/c d" } })).name, "a:b/c d");
  assert.equal((await program("")).name, "x");
});

test("CONF-214: an empty process_name is an empty name", async () => assert.equal((await program("process_name=")).name, ""));

test("CONF-215: more than one process needs process_num in the name", async () => {
  assert.equal(await programFault("numprocs=2"), "%(process_num) must be present within process_name when numprocs > 1");
  const names = (await processes("[program:x]\ncommand=a\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\n")).map(
    ({ name }) => name,
  );
  assert.deepEqual(names, ["x_00", "x_01"]);
});

test("CONF-216, CONF-217: that is looked for in the text; of equal names the last process counts, and that is said", async () => {
  const text = "[program:x]\ncommand=a %(process_num)s\nnumprocs=2\nprocess_name=x%%(process_num)d\n";
  assert.deepEqual(
    (await processes(text)).map(({ name, command }) => [name, command]),
    [["x%(process_num)d", "a 1"]],
  );
  assert.match((await warnings(text))[0] ?? "", /^More than one process of group x is called/);
});

test("CONF-218: numprocs_start is the first number, and may be negative", async () => {
  const names = (await processes("[program:x]\ncommand=a\nnumprocs=2\nnumprocs_start=-1\nprocess_name=p%(process_num)d\n")).map(
    ({ name }) => name,
  );
  assert.deepEqual(names, ["p-1", "p0"]);
});

test("CONF-219, PROC-144: processes of a program are sorted as text", async () => {
  const names = (await processes("[program:x]\ncommand=a\nnumprocs=12\nprocess_name=p%(process_num)d\n")).map(({ name }) => name);
  assert.deepEqual(names, ["p0", "p1", "p10", "p11", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"]);
});

test("a number of processes that nobody means is refused", async () => {
  assert.equal(await programFault(`numprocs=${NUMPROCS_MAX + 1}\nprocess_name=%(process_num)d`), `numprocs is above ${NUMPROCS_MAX}`);
});

test("a process that no message holds, and a name that no key holds, are refused with what is too large", async () => {
  const variables = Array.from({ length: 40 }, (_, at) => `V${at}="${"x".repeat(64 * 1024)}"`).join(",");
  assert.match(
    await programFault(`environment=${variables}`),
    /^command and environment of x in section \[program:x\] take \d+ bytes, more than 2097152$/,
  );
  assert.match(
    await programFault(`process_name=${"n".repeat(500)}`),
    /^the names of the group and the process take 502 bytes, more than 480$/,
  );
});

const intError = (text: string) => `invalid literal for int() with base 10: '${text}'`;

test("CONF-220: priority", async () => {
  await holds("priority", "priority", 999, "-5", -5);
  assert.equal(await fault("[program:x]\ncommand=a\npriority=high\n"), intError("high"));
});
test("CONF-221: autostart", () => holds("autostart", "autostart", true, "false", false, ["maybe", "not a valid boolean value: 'maybe'"]));
test("CONF-222: autorestart", async () => {
  await holds("autorestart", "autorestart", "unexpected", "TRUE", "always", ["Sometimes", "invalid 'autorestart' value 'sometimes'"]);
  assert.equal((await program("autorestart=off")).autorestart, "never");
  assert.equal((await program("autorestart=UNEXPECTED")).autorestart, "unexpected");
});
test("CONF-223: startsecs", () => holds("startsecs", "startSecs", 1, "0", 0, ["soon", intError("soon")]));
test("CONF-224: startretries", () => holds("startretries", "startRetries", 3, "0", 0, ["1.5", intError("1.5")]));
test("CONF-225: stopsignal", () => holds("stopsignal", "stopSignal", 15, "quit", 3, ["NOPE", "value 'NOPE' is not a valid signal name"]));
test("CONF-226: stopwaitsecs", () => holds("stopwaitsecs", "stopWaitSecs", 10, "600", 600, ["long", intError("long")]));
test("CONF-227: stopasgroup", () => holds("stopasgroup", "stopAsGroup", false, "true", true, ["2", "not a valid boolean value: '2'"]));

test("CONF-228: killasgroup follows stopasgroup and cannot be false when that is true", async () => {
  const both = async (lines: string) => {
    const { stopAsGroup, killAsGroup } = await program(lines);
    return [stopAsGroup, killAsGroup];
  };
  assert.deepEqual(await both(""), [false, false]);
  assert.deepEqual(await both("stopasgroup=true"), [true, true]);
  assert.deepEqual(await both("killasgroup=true"), [false, true]);
  assert.equal(await programFault("stopasgroup=true\nkillasgroup=false"), "Cannot set stopasgroup=true and killasgroup=false");
});

test("CONF-229: exitcodes keep their order", () =>
  holds("exitcodes", "exitCodes", [0], "2, 0", [2, 0], ["0,256", "not a valid list of exit codes: '0,256'"]));
test("CONF-230: redirect_stderr", () =>
  holds("redirect_stderr", "redirectStderr", false, "true", true, ["x", "not a valid boolean value: 'x'"]));

for (const [row, name] of [
  ["stdout", "stdout"],
  ["stderr", "stderr"],
] as const) {
  test(`CONF-231: ${row}_capture_maxbytes`, async () => {
    assert.deepEqual(
      [(await program(""))[name].captureMaxBytes, (await program(`${name}_capture_maxbytes=1MB`))[name].captureMaxBytes],
      [0, MB],
    );
    assert.equal(await programFault(`${name}_capture_maxbytes=lots`), intError("lots"));
  });
  test(`CONF-232: ${row}_events_enabled`, async () => {
    assert.deepEqual(
      [(await program(""))[name].eventsEnabled, (await program(`${name}_events_enabled=true`))[name].eventsEnabled],
      [false, true],
    );
  });
  test(`CONF-243, CONF-244, LOG-033: size and backups of the log of ${row}`, async () => {
    const log = async (lines: string) => {
      const { maxBytes, backups } = (await program(lines))[name];
      return [maxBytes, backups];
    };
    assert.deepEqual(await log(""), [50 * MB, 10]);
    assert.deepEqual(await log(`${name}_logfile_maxbytes=0\n${name}_logfile_backups=0\n${name}_logfile=/tmp/x`), [0, 0]);
    assert.equal(await programFault(`${name}_logfile_maxbytes=10tb`), intError("10tb"));
  });
  test(`CONF-245: ${row}_syslog does not depend on the file`, async () => {
    const { syslog, logfile } = (await program(`${name}_syslog=true\n${name}_logfile=/tmp/x`))[name];
    assert.deepEqual([syslog, logfile], [true, { kind: "file", path: "/tmp/x" }]);
  });
}

test("CONF-233, CONF-234: serverurl: AUTO is unset, the empty text is kept, nothing is checked", async () => {
  await holds("serverurl", "serverUrl", null, "nonsense", "nonsense");
  assert.equal((await program("serverurl=%(ENV_X)s", { environment: { X: " auto " } })).serverUrl, null);
  assert.equal((await program("serverurl=")).serverUrl, "");
});

test("CONF-235, PROC-105: user is checked when the file is read", async () => {
  await holds("user", "uid", null, "web", 33, ["nosuch", "Invalid user name nosuch"]);
  assert.equal((await program("user=33")).uid, 33);
  assert.equal(await programFault("user=54321987"), "Invalid user id 54321987");
  assert.equal(await programFault("user=web:webbers"), "Invalid user name web:webbers");
});

test("CONF-236: umask", () => holds("umask", "umask", null, "077", 0o77, ["089", "089 can not be converted to an octal type"]));

test("CONF-237: directory is not checked, ~ is not expanded, an empty text is kept", async () => {
  await holds("directory", "directory", null, "~/nope", "~/nope");
  assert.equal((await program("directory=")).directory, "");
});

test("CONF-238: the program's variables go over those of [supervisord]", async () => {
  const [process] = await processes("[supervisord]\nenvironment=A=1,B=2\n[program:x]\ncommand=a\nenvironment=B=3,C=4\n");
  assert.deepEqual(process?.environment, { A: "1", B: "3", C: "4" });
});

test("CONF-239, CONF-240: names of logs: special words in any case, the empty text, file names", async () => {
  const log = async (text: string) => {
    const { logfile } = (await program(`stdout_logfile=${text}`)).stdout;
    return logfile.kind === "file" ? logfile.path : logfile.kind;
  };
  assert.equal((await program("")).stdout.logfile.kind, "auto");
  const words: Readonly<Record<string, string>> = {
    NONE: "none",
    off: "none",
    Auto: "auto",
    "": "none",
    false: "false",
    no: "no",
    "0": "0",
    "~/x": "/root/x",
  };
  for (const [text, target] of Object.entries(words)) assert.equal(await log(text), target, text);
  assert.equal(await programFault("stderr_logfile=/nope/x"), "The directory named as part of the path /nope/x does not exist");
});

test("CONF-241: relative names of logs stay relative", async () =>
  assert.deepEqual((await program("stdout_logfile=x.log")).stdout.logfile, { kind: "file", path: "x.log" }));

test("CONF-242: syslog as a name of a log: no file, syslog on, a warning", async () => {
  const text = "[program:x]\ncommand=a\nstderr_logfile=SYSLOG\n";
  const [process] = await processes(text);
  assert.deepEqual([process?.stderr.logfile.kind, process?.stderr.syslog], ["none", true]);
  assert.deepEqual(await warnings(text), [
    "For [program:x], stderr_logfile=syslog but this is deprecated and will be removed.  Use stderr_syslog=true to enable syslog instead.",
  ]);
});

const autoWarning = (channel: string) =>
  `For [program:x], AUTO logging used for ${channel}_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally`;

test("CONF-246: AUTO without rotation is warned of, for each channel and process", async () => {
  const text = "[program:x]\ncommand=a\nstdout_logfile_maxbytes=0\nnumprocs=2\nprocess_name=%(process_num)d\n";
  assert.deepEqual(await warnings(text), [autoWarning("stdout"), autoWarning("stdout")]);
});

test("CONF-247, CONF-248, CONF-249: a redirected stderr has no file, but its options are checked and warned of", async () => {
  const redirected = (lines: string) => `[program:x]\ncommand=a\nredirect_stderr=true\n${lines}\n`;
  const ignored = "For [program:x], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored";
  assert.deepEqual(await warnings(redirected("stderr_logfile=/tmp/x")), [ignored]);
  for (const word of ["AUTO", "NONE"]) assert.deepEqual(await warnings(redirected(`stderr_logfile=${word}`)), []);
  assert.equal((await processes(redirected("stderr_logfile=/tmp/x")))[0]?.stderr.logfile.kind, "none");
  assert.equal((await processes(redirected("")))[0]?.stderr.logfile.kind, "none");
  assert.match(await fault(redirected("stderr_logfile=/nope/x")), /^The directory named/);
  assert.deepEqual(await warnings(redirected("stderr_logfile_maxbytes=0")), [autoWarning("stderr")]);
});

test("CONF-250: remarks come as criticals, warnings, infos", async () => {
  const { remarks } = await good("[include]\nfiles=a.conf\n[program:x]\ncommand=a\nstdout_logfile_maxbytes=0\n", {
    uid: 0,
    files: { "/etc/a.conf": "" },
  });
  assert.deepEqual(
    remarks.map(({ level }) => level),
    ["critical", "warn", "info"],
  );
});

test("CONF-251: programs that do not start by themselves and members of groups are checked as well", async () => {
  assert.equal(await programFault("autostart=false\nstartsecs=x"), intError("x"));
  assert.match(await fault("[group:g]\nprograms=a\n[program:a]\ncommand=a\nstartsecs=x\n"), /^invalid literal/);
});

test("a NUL is refused with its place: everything that a value is handed to would cut it there", async () => {
  const [error] = await faults("[program:x]\ncommand=/bin/cat a\0b\n");
  assert.deepEqual(
    [error?.message, error?.file, error?.line],
    [`program:x.command holds a NUL character in section 'program:x' (file: '${MAIN}')`, MAIN, 3],
  );
  const made = [
    'environment=A="%(process_num)c"',
    "stdout_logfile=/tmp/%(process_num)c",
    "stdout_logfile=/tmp/%%(process_num)c",
    "process_name=x%(process_num)c%(process_num)d",
  ];
  for (const line of made) assert.match(await programFault(line), /^program:x\.\w+ holds a NUL character$/, line);
  assert.match(await fault("[program:a\0b]\ncommand=/bin/cat\n"), /^Invalid name: 'a\\x00b' because of character: '\\x00'/);
});
