import assert from "node:assert/strict";
import { test } from "node:test";
import { FILE_BYTES_MAX } from "./included.ts";
import { faults, including, MAIN, one, read, readArgs, warnings, world } from "./load.fixture.ts";
import { defaultPlaces, findConfigFile, loadConfig } from "./load.ts";
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
  assert.deepEqual([locked.error[0]?.message, locked.error[0]?.hint], [`could not read config file ${MAIN}`, `${MAIN}: permission denied`]);
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
  assert.equal(error?.hint, `${MAIN}: it is larger than 16 MiB`);
});

test("names of any length are cut in messages and warnings", async () => {
  const long = "p".repeat(100_000);
  for (const name of [long, "p q ".repeat(25_000), "😀".repeat(50_000), `é${"😀".repeat(50_000)}`]) {
    for (const { message, hint } of await faults(`[program:${name}]\ncommand=a\nautostart=maybe\n[group:x]\nprograms=${name}\n`)) {
      assert.ok(message.length < 8000 && (hint ?? "").length < 8000, `${message.length} ${hint?.length}`);
      assert.ok(message.isWellFormed() && (hint ?? "").isWellFormed(), message);
    }
  }
  const [first] = await faults(`[program:x]\ncommand=a\nautostart=maybe\n[program:${long}]\ncommand=a\nautostart=no no\n`);
  assert.equal(first?.message, `not a valid boolean value: 'maybe' in section 'program:x' (file: '${MAIN}')`);
  for (const text of await warnings(`[${long}]\n[program:x]\ncommand=a\n${long}=1\n`)) assert.ok(text.length < 8000);
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
