import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, good, MAIN, processes, read, readArgs, warnings, world } from "./load.fixture.ts";
import { defaultPlaces, FILE_BYTES_MAX, findConfigFile, INCLUDED_FILES_MAX, loadConfig } from "./load.ts";
import type { ConfigError } from "./model.ts";

const EMPTY = "[supervisord]\n";

/** Where the search ends. */
async function found(files: readonly string[], given: { argv0?: string; folders?: string[]; uid?: number } = {}): Promise<string> {
  const doors = world({ files: Object.fromEntries(files.map((file) => [file, EMPTY])), ...given });
  const { file } = await findConfigFile(doors, new Map());
  return file.ok ? file.value : (file.error[0]?.message ?? "");
}

async function firstFault(
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  folders: readonly string[] = [],
): Promise<ConfigError | undefined> {
  const result = await readArgs(args, { files, folders });
  assert.equal(result.ok, false);
  return result.ok ? undefined : result.error[0];
}

test("CONF-001: the default places, in order", async () => {
  const places = [
    "/usr/etc/supervisord.conf",
    "/usr/supervisord.conf",
    "supervisord.conf",
    "etc/supervisord.conf",
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
  ];
  assert.deepEqual(defaultPlaces("/usr/bin/supervisord"), places);
  for (let at = 0; at < places.length; at++) {
    const there = places.slice(at).map((place) => (place.startsWith("/") ? place : `/work/${place}`));
    assert.equal(await found(there), places[at]);
  }
});

test("CLI-112: Debian's file is found last, and its folder of programs is read", async () => {
  const debian = `[unix_http_server]\nfile=/var/run/supervisor.sock\n[supervisord]\n[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n[include]\nfiles = /etc/supervisor/conf.d/*.conf\n`;
  const files = { "/etc/supervisor/supervisord.conf": debian, "/etc/supervisor/conf.d/web.conf": "[program:web]\ncommand=web\n" };
  const loaded = await readArgs([], { files });
  assert.equal(loaded.ok, true);
  if (!loaded.ok) return;
  const { file, servers, groups } = loaded.value;
  assert.deepEqual([file, groups.map(({ name }) => name)], ["/etc/supervisor/supervisord.conf", ["web"]]);
  assert.deepEqual(
    servers.map((server) => server.kind === "unix" && server.file),
    ["/var/run/supervisor.sock"],
  );
  assert.equal(await found(["/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"]), "/etc/supervisord.conf");
});

test("CONF-002: the base is two plain steps up from argv[0]", () => {
  assert.deepEqual(defaultPlaces("./supervisord").slice(0, 2), ["etc/supervisord.conf", "supervisord.conf"]);
  assert.deepEqual(defaultPlaces("/opt/link/bin/supervisord").slice(0, 2), [
    "/opt/link/etc/supervisord.conf",
    "/opt/link/supervisord.conf",
  ]);
  assert.deepEqual(defaultPlaces("supervisord").slice(0, 2), ["etc/supervisord.conf", "supervisord.conf"]);
});

test("CONF-003: a relative path stays, here becomes absolute", async () => {
  const config = await readArgs([], { files: { "/work/etc/supervisord.conf": "[supervisord]\nidentifier=%(here)s\n" } });
  assert.ok(config.ok);
  assert.deepEqual([config.value.file, config.value.daemon.identifier], ["etc/supervisord.conf", "/work/etc"]);
});

test("CONF-004: a folder of that name is chosen, and cannot be read", async () => {
  const error = await firstFault([], { "/etc/supervisord.conf": EMPTY }, ["/work/supervisord.conf"]);
  assert.equal(error?.message, "could not read config file supervisord.conf");
});

test("CONF-005: so is an empty file", async () => {
  const error = await firstFault([], { "/etc/supervisord.conf": EMPTY, "/work/supervisord.conf": "" });
  assert.equal(error?.message, ".ini file does not include supervisord section");
});

test("CONF-006: nothing is found", async () => {
  assert.equal(
    await found([]),
    "No config file found at default paths (/usr/etc/supervisord.conf, /usr/supervisord.conf, supervisord.conf, etc/supervisord.conf, /etc/supervisord.conf, " +
      "/etc/supervisor/supervisord.conf); use the -c option to specify a config file at a different path",
  );
});

test("CONF-007, CONF-008, CONF-009: root is told when it searches, wherever the file is found, and not with -c", async () => {
  const notice = async (uid: number, args: string[]) => {
    const doors = world({ uid, files: { "/etc/supervisord.conf": EMPTY } });
    const given = args.length === 0 ? new Map() : new Map([["configfile", { name: "configfile", spelling: "-c", text: args[0] ?? "" }]]);
    return (await findConfigFile(doors, given)).notice;
  };
  assert.match((await notice(0, [])) ?? "", /^Supervisord is running as root and it is searching .* for improved security\.$/);
  assert.equal(await notice(0, ["supervisord.conf"]), null);
  assert.equal(await notice(1000, []), null);
});

test("CONF-010: -c with a file that is not there", async () => {
  assert.equal((await firstFault(["-c", "no.conf"], {}))?.message, "could not find config file no.conf");
});

test("CONF-011: -c with what cannot be read", async () => {
  assert.equal((await firstFault(["-c", "/etc"], {}))?.message, "could not read config file /etc");
  const locked = await readArgs(["-c", MAIN], { files: { [MAIN]: EMPTY }, unreadable: [MAIN] });
  assert.ok(!locked.ok);
  assert.deepEqual([locked.error[0]?.message, locked.error[0]?.hint], [`could not read config file ${MAIN}`, `${MAIN}: EACCES`]);
});

test("CONF-012, CLI-044: -c with an empty text says so, where the original dies of it", async () => {
  const error = await firstFault(["-c", ""], { "/etc/supervisord.conf": EMPTY });
  assert.deepEqual([error?.message, error?.hint], ["could not find config file ", "name a file after -c"]);
});

test("CONF-013: here is the folder of the path text, made absolute and plain", async () => {
  const config = await readArgs(["-c", "cc/../cc/x.conf"], { files: { "/work/cc/../cc/x.conf": "[supervisord]\nidentifier=%(here)s\n" } });
  assert.ok(config.ok);
  assert.equal(config.value.daemon.identifier, "/work/cc");
});

test("CONF-014: what is no regular file can be read; here is its folder", async () => {
  const config = await readArgs(["-c", "/dev/stdin"], { files: { "/dev/stdin": "[supervisord]\nidentifier=%(here)s\n" } });
  assert.ok(config.ok && config.value.daemon.identifier === "/dev");
});

test("a file that is too large is refused", async () => {
  const [error] = await faults(new Uint8Array(FILE_BYTES_MAX + 1));
  assert.match(error?.hint ?? "", /^it is larger than/);
});

const including = (files: string) => `[include]\nfiles=${files}\n`;
const commands = async (text: string, files: Readonly<Record<string, string>>, environment = {}) =>
  (await processes(text, { files, environment })).map(({ name, command }) => `${name}=${command}`);
const one = (name: string, command = "c") => `[program:${name}]\ncommand=${command}\n`;

test("CONF-186: [include] without files", async () => {
  assert.equal(await fault("[include]\n"), ".ini file has [include] section, but no files setting");
});

test("CONF-051, CONF-187: the last of several files counts; an empty one includes nothing, without a word", async () => {
  assert.deepEqual(await commands(`${including("a.conf")}${including("b.conf")}`, { "/etc/a.conf": one("a"), "/etc/b.conf": one("b") }), [
    "b=c",
  ]);
  assert.deepEqual(await warnings(including("")), []);
});

test("CONF-188: patterns are split at white space; quotes, commas and ~ mean nothing", async () => {
  const files = { "/etc/a.conf": one("a"), "/etc/b.conf": one("b"), "/etc/c.conf": one("c") };
  assert.deepEqual(await commands(including("a.conf  b.conf\n  c.conf"), files), ["a=c", "b=c", "c=c"]);
  assert.deepEqual(await warnings(including('"a.conf" a.conf,b.conf ~/a.conf'), { files }), [
    'No file matches via include "/etc/"a.conf""',
    'No file matches via include "/etc/a.conf,b.conf"',
    'No file matches via include "/etc/~/a.conf"',
  ]);
});

test("CONF-189: patterns count from the folder of the main file and are not made plain", async () => {
  assert.deepEqual(await warnings(including("../x/*.conf /y")), [
    'No file matches via include "/etc/../x/*.conf"',
    'No file matches via include "/y"',
  ]);
});

test("CONF-190: *, ?, sets; hidden names only by a dot; ** is *", async () => {
  const names = ["a1.conf", "b2.conf", "C3.conf", ".h.conf", "x.ini"];
  const files = Object.fromEntries(names.map((name, at) => [`/etc/d/${name}`, one(`p${at}`)]));
  const included = async (pattern: string) => {
    const { remarks } = await good(including(pattern), { files });
    return remarks.filter(({ level }) => level === "info").map(({ text }) => /"\/etc\/d\/(.*)"/.exec(text)?.[1]);
  };
  assert.deepEqual(await included("d/*.conf"), ["C3.conf", "a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/??.conf"), ["C3.conf", "a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/[ab]*.conf"), ["a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/[!ab]*.conf"), ["C3.conf"]);
  assert.deepEqual(await included("d/[a-c]?.conf"), ["a1.conf", "b2.conf"]);
  assert.deepEqual(await included("d/.*.conf"), [".h.conf"]);
  assert.deepEqual(await included("**/a1.conf"), ["a1.conf"]);
  assert.deepEqual(await included("d/{a1,b2}.conf"), []);
  assert.deepEqual(await included("[d]/c3.conf"), []);
});

test("CONF-191: matches of a pattern in code-point order, patterns as given", async () => {
  const files = Object.fromEntries(
    ["10", "9", "B", "a"].map((name) => [`/etc/d/${name}.conf`, `[program:x]\ncommand=c\n[supervisord]\nidentifier=${name}\n`]),
  );
  assert.equal((await good(including("d/*.conf"), { files })).daemon.identifier, "a");
  assert.equal((await good(including("d/a.conf d/[19].conf d/1*.conf"), { files })).daemon.identifier, "10");
});

test("CONF-192: a file that two patterns match is read twice", async () => {
  const { groups, remarks } = await good(including("a.conf a.*"), { files: { "/etc/a.conf": one("a") } });
  assert.equal(groups.length, 1);
  assert.equal(remarks.filter(({ text }) => text === 'Included extra file "/etc/a.conf" during parsing').length, 2);
});

test("CONF-193: the main file may be matched itself", async () => {
  assert.deepEqual(await commands(`${including("main.conf")}${one("a")}`, {}), ["a=c"]);
});

test("CONF-194, CONF-195, LOG-123: remarks on no match and on each match", async () => {
  const { remarks } = await good(including("no*.conf a.conf"), { files: { "/etc/a.conf": one("a") } });
  assert.deepEqual(remarks, [
    { level: "warn", text: 'No file matches via include "/etc/no*.conf"' },
    { level: "info", text: 'Included extra file "/etc/a.conf" during parsing' },
  ]);
});

test("CONF-196: a folder or an unreadable file is passed over; the file is named", async () => {
  const { groups, remarks } = await good(including("d"), { folders: ["/etc/d"] });
  assert.deepEqual([groups.length, remarks.length], [0, 1]);
  const locked = { files: { "/etc/a.conf": one("a") }, unreadable: ["/etc/a.conf"] };
  assert.equal((await good(including("a.conf"), locked)).groups.length, 0);
  assert.deepEqual(await warnings(including("a.conf"), locked), ['Cannot include "/etc/a.conf": EACCES']);
});

test("CONF-196: a pipe or a device is never opened, where the original waits for a writer, and the reread with it", async () => {
  const world = { files: { "/etc/a.conf": one("a") }, pipes: ["/etc/a.conf"] };
  assert.equal((await good(including("a.conf"), world)).groups.length, 0);
  assert.deepEqual(await warnings(including("a.conf"), world), ['Cannot include "/etc/a.conf": it is no regular file']);
});

test("CONF-197: faults of an included file carry its name, and all files' faults are shown", async () => {
  const files = { "/etc/a.conf": "nonsense\n", "/etc/b.conf": "[x]\nnonsense\n", "/etc/c.conf": new Uint8Array([0xff]) };
  const errors = await faults(including("*.conf"), { files });
  assert.deepEqual(
    errors.map(({ message }) => message),
    [
      "File contains no section headers.\nfile: '/etc/a.conf', line: 1\n'nonsense\\n'",
      "Source contains parsing errors: '/etc/b.conf'\n\t[line  2]: 'nonsense\\n'",
      "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ],
  );
  assert.deepEqual(
    errors.map(({ file, line }) => `${file}:${line}`),
    ["/etc/a.conf:1", "/etc/b.conf:2", "/etc/c.conf:1"],
  );
});

test("CONF-198: included files share one name space; later ones win", async () => {
  const files = {
    "/etc/a.conf": "[supervisord]\nidentifier=a\n[DEFAULT]\nstartsecs=7\n[program:m]\npriority=3\n",
    "/etc/b.conf": "[supervisord]\nidentifier=b\n[program:m]\ncommand=b\n",
  };
  const { daemon, groups } = await good(`${including("a.conf b.conf")}${one("m", "main")}`, { files });
  const process = groups[0]?.processes[0];
  assert.deepEqual([daemon.identifier, groups.length, process?.command, process?.startSecs, process?.priority], ["b", 1, "b", 7, 3]);
});

test("CONF-199: an include inside an included file does nothing", async () => {
  assert.deepEqual(
    await commands(including("a.conf"), { "/etc/a.conf": `[include]\nfiles=b.conf\n${one("a")}`, "/etc/b.conf": one("b") }),
    ["a=c"],
  );
});

test("more files than anybody has are refused", async () => {
  const files = Object.fromEntries(Array.from({ length: INCLUDED_FILES_MAX + 1 }, (_, at) => [`/etc/d/${at}.conf`, ""]));
  assert.match(await fault(including("d/*.conf"), { files }), /^\[include\] matches 10001 files/);
});

test("CONF-059: every error is shown, and the first is the one that the original reports", async () => {
  const errors = await faults(
    "[supervisord]\nminfds=x\nloglevel=loud\n[program:a]\nstartsecs=1x\n[unix_http_server]\nfile=/tmp/s\nchmod=9\n",
  );
  assert.deepEqual(
    errors.map(({ message }) => message),
    [
      "invalid literal for int() with base 10: 'x'",
      "bad logging level name 'loud'",
      `invalid literal for int() with base 10: '1x' in section 'program:a' (file: '${MAIN}')`,
      `program section program:a does not specify a command in section 'program:a' (file: '${MAIN}')`,
      "Invalid chmod value 9",
    ],
  );
  assert.deepEqual(
    errors.map(({ line }) => line),
    [2, 3, 5, 4, 8],
  );
});

test("CONF-060: errors come in the order in which the original works", async () => {
  const text = [
    "[unix_http_server]\nchmod=9",
    "[inet_http_server]",
    "[fcgi-program:f]",
    "[eventlistener:e]",
    "[program:p]\nstartsecs=x",
    "[group:g]\nprograms=none",
    "[rpcinterface:r]",
    "[supervisord]\nuser=nosuch\nminfds=x",
    "[include]\nfiles=%(x)s",
  ].join("\n");
  const places = (await faults(text)).map(
    ({ message }) =>
      /fcgi|inet_http|unix_http|chmod|eventlistener:e|program:p|group:g|rpcinterface|user name|int\(\)|include/.exec(message)?.[0],
  );
  assert.deepEqual(
    [...new Set(places)],
    ["include", "int()", "rpcinterface", "group:g", "program:p", "eventlistener:e", "fcgi", "inet_http", "unix_http", "chmod", "user name"],
  );
});

test("CONF-061, CONF-062: errors of a program name its section and the file in which the section appeared first", async () => {
  const files = { "/etc/a.conf": "[program:a]\ncommand=a\n[program:m]\nstartsecs=x\n", "/etc/b.conf": "[program:a]\nstartsecs=x\n" };
  const errors = await faults(`${including("a.conf b.conf")}${one("m")}`, { files });
  assert.deepEqual(
    errors.map(({ message }) => message.replace(/^.*? in section/, "in section")),
    [`in section 'program:m' (file: '${MAIN}')`, "in section 'program:a' (file: '/etc/a.conf')"],
  );
  assert.deepEqual(
    errors.map(({ file, line }) => `${file}:${line}`),
    ["/etc/a.conf:4", "/etc/b.conf:2"],
    "the place itself is told as well",
  );
});

test("CONF-063: errors outside a program's options name no section", async () => {
  const messages = (
    await faults("[program:a b]\ncommand=a\n[program:p]\ncommand=a\npriority=x\n[eventlistener:e]\ncommand=a\nevents=NOPE\nbuffer_size=x\n")
  ).map(({ message }) => message);
  for (const message of messages) assert.ok(!message.includes(" in section "), message);
  assert.equal(messages.length, 4);
});

test("after a syntax error nothing is said to be missing, for that may be its consequence; wrong values are told", async () => {
  const messages = (await faults("[program:a]\ncomand /bin/cat\nstartsecs=x\n[group:g]\nprograms=zz\n")).map(
    ({ message }) => message.split(/['\n]/)[0],
  );
  assert.deepEqual(messages, ["Source contains parsing errors: ", "invalid literal for int() with base 10: "]);
});

test("a place is complained about once, however many processes and groups read it", async () => {
  const text =
    "[group:g]\nprograms=a\n[group:h]\nprograms=a\n[program:a]\ncommand=%(x)s\nnumprocs=3\nprocess_name=%(process_num)d\nstdout_logfile=/nope%(process_num)d/x\n";
  assert.equal((await faults(text)).length, 2);
});

test("CONF-397: relative paths count from the directory of the start for good: the doors are asked for absolute paths only", async () => {
  const files = {
    "/work/s.conf": "[include]\nfiles=d/*.conf\n[supervisord]\nlogfile=logs/x\n[program:x]\ncommand=a\nstdout_logfile=logs/y\n",
    "/work/d/a.conf": "",
  };
  const doors = world({ files, folders: ["/work/logs"] });
  const asked: string[] = [];
  const noting =
    <T>(ask: (path: string) => T) =>
    (path: string): T => {
      asked.push(path);
      return ask(path);
    };
  const { stat, lstat, readText, list } = doors.files;
  const noted = { ...doors.files, stat: noting(stat), lstat: noting(lstat), readText: noting(readText), list: noting(list) };
  const loaded = await loadConfig({ ...doors, files: noted }, { file: "s.conf", flags: new Map() });
  assert.ok(loaded.ok);
  assert.ok(asked.includes("/work/s.conf") && asked.includes("/work/logs"));
  assert.deepEqual(
    asked.filter((path) => !path.startsWith("/")),
    [],
  );
});

test("a configuration is read without a change to any file", async () => {
  assert.equal((await read(one("a"))).ok, true);
});
