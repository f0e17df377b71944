import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, flags, good, MAIN, read, readArgs, type World, world } from "./load.fixture.ts";
import { loadConfig } from "./load.ts";
import type { DaemonConfig } from "./model.ts";

async function daemon(lines = "", given: World = {}): Promise<DaemonConfig> {
  return (await good(`[supervisord]\n${lines}\n`, given)).daemon;
}

/** The daemon's section with flags over it. */
async function flagged(values: Readonly<Record<string, string | null>>, lines = "", given: World = {}): Promise<DaemonConfig> {
  const loaded = await loadConfig(world({ files: { [MAIN]: `[supervisord]\n${lines}\n` }, ...given }), {
    file: MAIN,
    flags: flags(values),
  });
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  return loaded.value.daemon;
}

const refused = (lines: string, given: World = {}) => fault(`[supervisord]\n${lines}\n`, given);

/** Each option as file text, as flag text, and what they read to. */
async function holds(
  name: string,
  field: keyof DaemonConfig,
  unset: unknown,
  text: string,
  value: unknown,
  bad: string | null,
): Promise<void> {
  assert.deepEqual((await daemon())[field], unset, `${name}: default`);
  assert.deepEqual((await daemon(`${name}=${text}`))[field], value, `${name}: file`);
  assert.deepEqual((await flagged({ [name]: text }))[field], value, `${name}: flag`);
  if (bad !== null)
    assert.match(
      await refused(`${name}=${bad}`),
      /invalid|not a valid|not an existing|does not exist|octal|bad logging/i,
      `${name}: refused`,
    );
}

test("CONF-121: minfds", () => holds("minfds", "minFds", 1024, "2048", 2048, "few"));
test("CONF-122: minprocs", () => holds("minprocs", "minProcs", 200, "7", 7, "few"));
test("CONF-123: directory", () => holds("directory", "directory", null, "/tmp", "/tmp", "/nope"));

test("CONF-124: user is checked last, after every section", async () => {
  const errors = await read("[supervisord]\nuser=nosuch\nloglevel=loud\n[unix_http_server]\nchmod=9\n");
  assert.ok(!errors.ok);
  assert.equal(errors.error.at(-1)?.message, "Invalid user name nosuch");
  assert.equal(await refused("user=99"), "Invalid user id 99");
  assert.equal((await daemon()).uid, null);
});

test("CONF-125: user sets the uid; the flag goes first", async () => {
  assert.equal((await daemon("user=web")).uid, 33);
  assert.equal((await flagged({ user: "nobody" }, "user=web")).uid, 65534);
});

test("CONF-126: umask", () => holds("umask", "umask", 0o22, "077", 0o77, "9"));
test("CONF-127: umask has no range", async () => {
  assert.deepEqual([(await daemon("umask=1777")).umask, (await daemon("umask=-1")).umask], [0o1777, -1]);
});

test("CONF-128, LOG-012: logfile is made absolute and plain against the working directory", async () => {
  assert.equal((await daemon()).logfile, "/work/supervisord.log");
  assert.equal((await daemon("logfile=../tmp/./x.log", { folders: ["/work/../tmp/."] })).logfile, "/tmp/x.log");
  assert.equal((await flagged({ logfile: "~/x.log" })).logfile, "/root/x.log");
  assert.equal(await refused("logfile=/nope/x"), "The directory named as part of the path /nope/x does not exist");
});

test("CONF-129: syslog is special in lower case only; other words are file names", async () => {
  assert.equal((await daemon("logfile=syslog")).logfile, "syslog");
  for (const word of ["SYSLOG", "NONE", "AUTO"]) assert.equal((await daemon(`logfile=${word}`)).logfile, `/work/${word}`);
});

test("CONF-130: an empty logfile is the working directory, which cannot be opened", async () =>
  assert.equal((await daemon("logfile=")).logfile, "/work"));

test("CONF-131, LOG-033: logfile_maxbytes", () => holds("logfile_maxbytes", "logfileMaxBytes", 50 * 1024 * 1024, "1KB", 1024, "1k"));
test("CONF-132, LOG-033: logfile_backups", () => holds("logfile_backups", "logfileBackups", 10, "0", 0, "x"));
test("CONF-133: loglevel", () => holds("loglevel", "logLevel", "info", "WARN", "warn", "loud"));
test("CONF-134: pidfile is made absolute like logfile", async () => {
  assert.equal((await daemon()).pidfile, "/work/supervisord.pid");
  assert.equal((await daemon("pidfile=/tmp/./p")).pidfile, "/tmp/p");
  assert.equal(await refused("pidfile=/nope/p"), "The directory named as part of the path /nope/p does not exist");
});
test("CONF-135: identifier may be anything, also empty", async () => {
  await holds("identifier", "identifier", "supervisor", "a b/c", "a b/c", null);
  assert.equal((await daemon("identifier=")).identifier, "");
});
test("CONF-136: nodaemon", async () => {
  assert.deepEqual(
    [(await daemon()).nodaemon, (await daemon("nodaemon=true")).nodaemon, (await flagged({ nodaemon: null })).nodaemon],
    [false, true, true],
  );
});
test("CONF-137: silent", async () => {
  assert.deepEqual(
    [(await daemon()).silent, (await daemon("silent=on")).silent, (await flagged({ silent: null })).silent],
    [false, true, true],
  );
});

test("CONF-138: childlogdir: the first usable of the temporary folders; ~ is expanded, the path stays relative", async () => {
  assert.equal((await daemon()).childLogDir, "/tmp");
  assert.equal(
    (await daemon("", { environment: { TMPDIR: "/nope", TEMP: "t", TMP: "/root" }, folders: ["/work/t"] })).childLogDir,
    "/work/t",
  );
  assert.equal((await daemon("", { environment: { TMPDIR: "", TMP: "/root" } })).childLogDir, "/root");
  assert.equal((await daemon("childlogdir=sub", { folders: ["/work/sub"] })).childLogDir, "sub");
  assert.equal((await daemon("childlogdir=~")).childLogDir, "/root");
  assert.equal(await refused("childlogdir=/nope"), "/nope is not an existing directory");
});

test("CONF-139: nocleanup", async () => {
  assert.deepEqual(
    [(await daemon()).nocleanup, (await daemon("nocleanup=1")).nocleanup, (await flagged({ nocleanup: null })).nocleanup],
    [false, true, true],
  );
});
test("CONF-140: strip_ansi", async () => {
  assert.deepEqual(
    [(await daemon()).stripAnsi, (await daemon("strip_ansi=1")).stripAnsi, (await flagged({ strip_ansi: null })).stripAnsi],
    [false, true, true],
  );
});

test("CONF-141: environment goes to all programs", async () => {
  const { groups } = await good("[supervisord]\nenvironment=A=1\n[program:x]\ncommand=a\n[program:y]\ncommand=b\nenvironment=A=2\n");
  assert.deepEqual(
    groups.map((group) => group.processes[0]?.environment),
    [{ A: "1" }, { A: "2" }],
  );
  assert.equal(await refused("environment=A"), "Unexpected end of key/value pairs in value 'A'");
});

test("CONF-142: a value in the file is checked though a flag overrides it", async () => {
  const result = await readArgs(["-c", MAIN, "-e", "info"], { files: { [MAIN]: "[supervisord]\nloglevel=zz\n" } });
  assert.equal(!result.ok && result.error[0]?.message, "bad logging level name 'zz'");
});

test("CONF-143, CONF-144: profile_options and options of old versions are unknown ones", async () => {
  const config = await good("[supervisord]\nprofile_options=calls\nsockchown=x\nhttp_port=9001\nbackofflimit=3\n");
  assert.equal(config.remarks.filter(({ text }) => text.startsWith("Unknown option")).length, 4);
});

test("CONF-322: root without user is told, before other remarks", async () => {
  const { remarks } = await good("[supervisord]\nx=1\n", { uid: 0 });
  assert.equal(remarks[0]?.level, "critical");
  assert.equal(
    remarks[0].text,
    "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  " +
      "If you intend to run as root, you can set user=root in the config file to avoid this message.",
  );
  assert.deepEqual((await good("[supervisord]\nuser=root\n", { uid: 0 })).remarks, []);
});

test("CONF-325: not root and no user: nothing is said", async () => assert.deepEqual((await good("")).remarks, []));

test("CLI-014: a flag beats the file, its absence does not", async () => {
  assert.equal((await flagged({ identifier: "flag" }, "identifier=file")).identifier, "flag");
  assert.equal((await flagged({}, "identifier=file")).identifier, "file");
});

test("CLI-027: an empty -l falls back to the file, an empty -i does not", async () => {
  assert.equal((await flagged({ logfile: "", pidfile: "" }, "logfile=/tmp/a\npidfile=/tmp/p")).logfile, "/tmp/a");
  assert.equal((await flagged({ identifier: "" }, "identifier=file")).identifier, "");
});

test("CLI-040: a switch only turns on", async () => {
  assert.equal((await flagged({}, "nodaemon=true")).nodaemon, true);
  assert.equal((await flagged({ nodaemon: null }, "nodaemon=false")).nodaemon, true);
});

test("update_mode, ours: as-original unless it says minimal", async () => {
  assert.deepEqual([(await daemon()).updateMode, (await daemon("update_mode=minimal")).updateMode], ["as-original", "minimal"]);
  assert.match(await refused("update_mode=x"), /^not a valid update mode: 'x'/);
});
