import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { availableNames, expand, type Names } from "./expand.ts";
import { fault, faults, good, HOST, MAIN, processes, program, programFault, read, warnings } from "./load.fixture.ts";

const NAMES: Names = [
  new Map([
    ["ENV_A", "alpha"],
    ["ENV_P", "a%b"],
    ["ENV_my.var", "dots"],
    ["ENV_E", ""],
    ["ENV_Q", "it's"],
  ]),
  new Map<string, string | number>([
    ["n", 7],
    ["m", -12],
  ]),
];

function expanded(text: string): string {
  const result = expand(text, NAMES);
  return result.ok ? result.value.text : `${result.error.kind}: ${result.error.text}`;
}

test("CONF-085: names are inserted in every conversion of Python", () => {
  const cases: Readonly<Record<string, string>> = {
    "%(ENV_A)s!": "alpha!",
    "%(n)02d": "07",
    "%(ENV_A)7s": "  alpha",
    "%(ENV_A)-7s|": "alpha  |",
    "%(ENV_A).2s": "al",
    "%(ENV_Q)r": `"it's"`,
    "%(n)x": "7",
    "%(m)+d": "-12",
    "%(n)+d": "+7",
    "%(n)5.3d": "  007",
    "%(n)#x": "0x7",
    "%(n).2f": "7.00",
    "%(n)c": "\x07",
    "%(n)i%(n)u": "77",
    "%(m)05d": "-0012",
    "%(n)e": "7.000000e+00",
    "%(n)g": "7",
  };
  for (const [text, result] of Object.entries(cases)) assert.equal(expanded(text), result, text);
});

test("CONF-086: %% gives one %", () => assert.equal(expanded("100%% of %%(n)s"), "100% of %(n)s"));

test("CONF-087: an unknown name is refused with all that are known, and a suggestion", async () => {
  const [error] = await faults("[program:x]\ncommand=a %(proces_num)s\n", { environment: { B: "1" } });
  assert.equal(
    error?.message,
    "Format string 'a %(proces_num)s' for 'program:x.command' contains names ('proces_num') which cannot be expanded. " +
      `Available names: ENV_B, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: '${MAIN}')`,
  );
  assert.equal(error?.hint, "did you mean %(process_num)s?");
});

test("CONF-088: names are listed by code point, upper case first", () => {
  assert.deepEqual(
    availableNames([
      new Map([
        ["b", "1"],
        ["ENV_z", "1"],
        ["ENV_A", "1"],
      ]),
      new Map([
        ["a", 1],
        ["b", 2],
        ["\u{10000}", 1],
        ["\uffff", 1],
      ]),
    ]),
    ["ENV_A", "ENV_z", "a", "b", "\uffff", "\u{10000}"],
  );
});

test("CONF-089: other faults name the text, the option and what Python says, and the hint has the column", async () => {
  const [error] = await faults("[program:x]\ncommand = date\n  +%Y\n");
  assert.equal(
    error?.message,
    `Format string 'date\\n+%Y' for 'program:x.command' is badly formatted: unsupported format character 'Y' (0x59) at index 7 in section 'program:x' (file: '${MAIN}')`,
  );
  assert.deepEqual([error?.line, error?.excerpt], [4, "  +%Y"]);
  assert.equal(error?.hint, "write %% for a literal %, or %(name)s in column 4");
});

test("CONF-090: Python's own words for faults", () => {
  const cases: Readonly<Record<string, string>> = {
    "100%": "incomplete format",
    "%(ENV_A": "incomplete format key",
    "%(ENV_A)d": "%d format: a real number is required, not str",
    "%(ENV_A)x": "%x format: an integer is required, not str",
    "a %d": "%d format: a real number is required, not dict",
    "%(ENV_A)c": "%c requires int or char",
    "%(n)b": "unsupported format character 'b' (0x62) at index 4",
    "%(ENV_A)f": "must be real number, not str",
    "%(n)*d": "not enough arguments for format string",
    "%*d": "* wants int",
    "%(n)é": "unsupported format character '?' (0xe9) at index 4",
  };
  for (const [text, fault] of Object.entries(cases)) assert.equal(expanded(text), `badly-formatted: ${fault}`, text);
});

test("CONF-091: options are named with their section in messages, those of the second stage without", async () => {
  const named = async (text: string) => /for '([^']*)'/.exec(await fault(text))?.[1];
  assert.equal(await named("[supervisord]\nidentifier=%(x)s\n"), "supervisord.identifier");
  assert.equal(await named("[include]\nfiles=%(x)s\n"), "include.files");
  assert.equal(await named("[supervisord]\nenvironment=A=%(x)s\n"), "environment");
  assert.equal(await named("[program:x]\ncommand=a\nenvironment=A=%(x)s\n"), "environment");
  assert.equal(await named("[program:x]\ncommand=a\nprocess_name=%(x)s\n"), "process_name");
  assert.equal(await named("[program:x]\ncommand=a\nstopsignal=%(x)s\n"), "program:x.stopsignal");
});

test("CONF-092: a conversion without a name inserts the whole table, and that is warned of", async () => {
  assert.equal(expanded("%s").slice(0, 20), "{'ENV_A': 'alpha', '");
  assert.equal(expanded("%s %s"), "badly-formatted: not enough arguments for format string");
  const [text] = await warnings("[program:x]\ncommand=date +%s\n");
  assert.match(text ?? "", /^program:x\.command holds a % conversion without a name, .*write %% for a literal % \(\/etc\/main\.conf:3\)$/);
});

test("CONF-093: what is inserted is not expanded again", () => assert.equal(expanded("%(ENV_P)s"), "a%b"));

test("CONF-094: the environment of the start is there as ENV_<NAME>, case sensitive, with any characters", async () => {
  assert.equal(expanded("%(ENV_my.var)s%(ENV_E)s"), "dots");
  assert.match(expanded("%(ENV_a)s"), /^unknown-name/);
  assert.equal((await program("command=%(ENV_X)s", { environment: { X: "cat" } })).command, "cat");
});

test("CONF-095: no shell-style variables", async () =>
  assert.equal((await program("command=$HOME `x` ${HOME}")).command, "$HOME `x` ${HOME}"));

test("CONF-096: keys of [supervisord] environment are names for what is read later, over the environment's", async () => {
  const own = { environment: { K: "os", HOME: "/root" } };
  const text = "[supervisord]\nenvironment=K=own\n[unix_http_server]\nfile=/tmp/%(ENV_K)s\n[program:x]\ncommand=%(ENV_K)s\n";
  const { groups, servers } = await good(text, own);
  assert.deepEqual([groups[0]?.processes[0]?.command, servers[0]?.kind === "unix" && servers[0].file], ["own", "/tmp/own"]);
  assert.equal((await good("[supervisord]\nenvironment=K=own\nidentifier=%(ENV_K)s\n", own)).daemon.identifier, "os");
  assert.match(await fault("[supervisord]\nenvironment=NEW=1\n[include]\nfiles=%(ENV_NEW)s\n"), /contains names \('ENV_NEW'\)/);
});

test("CONF-097, CONF-417: names of an earlier reading are not left over: each reading starts clean, unlike the original's reread", async () => {
  await good("[supervisord]\nenvironment=LEFT=1\n[program:x]\ncommand=%(ENV_LEFT)s\n");
  assert.match(await fault("[program:x]\ncommand=%(ENV_LEFT)s\n"), /contains names \('ENV_LEFT'\)/);
});

/** The names that are offered where an unknown one is used, ENV_ aside. */
async function offered(text: string): Promise<string> {
  const names = /Available names: (.*?)(?: in section .*)?$/s.exec(await fault(text, { environment: {} }))?.[1];
  return (names ?? "no such error").replace(/ENV_\w+,? ?/g, "").replace(/, $/, "");
}

test("CONF-098: names in options of [supervisord]: here", async () =>
  assert.equal(await offered("[supervisord]\nidentifier=%(x)s\n"), "here"));

test("CONF-099: names in [supervisord] environment: here and host_node_name, expanded once", async () => {
  assert.equal(await offered("[supervisord]\nenvironment=A=%(x)s\n"), "here, host_node_name");
  const [process] = await processes('[supervisord]\nenvironment=A="50%%",H=%(host_node_name)s\n[program:x]\ncommand=a\n');
  assert.deepEqual(process?.environment, { A: "50%", H: HOST });
});

test("CONF-100: names in [include] files: here and host_node_name", async () =>
  assert.equal(await offered("[include]\nfiles=%(x)s\n"), "here, host_node_name"));

test("CONF-101: names in servers: here for the file, none besides the environment's for the rest", async () => {
  assert.equal(await offered("[unix_http_server]\nfile=%(x)s\n"), "here");
  for (const name of ["chmod", "chown", "username"]) assert.equal(await offered(`[unix_http_server]\nfile=/a\n${name}=%(x)s\n`), "", name);
  assert.equal(await offered("[inet_http_server]\nport=%(x)s\n"), "");
});

test("CONF-102: names in [group:x]: here", async () => assert.equal(await offered("[group:g]\npriority=%(x)s\n"), "here"));

test("CONF-103: names in options of groups made of one section: here", async () => {
  const listener = "[eventlistener:e]\ncommand=a\nevents=EVENT\n";
  for (const name of ["priority", "buffer_size", "result_handler", "redirect_stderr"])
    assert.equal(await offered(`${listener}${name}=%(x)s\n`), "here", name);
  assert.equal(await offered("[eventlistener:e]\ncommand=a\nevents=%(x)s\n"), "here");
  for (const name of ["user", "socket_mode", "socket_owner", "socket_backlog"]) {
    assert.equal(await offered(`[fcgi-program:f]\ncommand=a\nsocket=tcp://a:1\n${name}=%(x)s\n`), "here", name);
  }
});

test("CONF-104: priority of a program alone knows only here; as a member of a group it knows the program's names", async () => {
  assert.equal(await offered("[program:x]\ncommand=a\npriority=%(program_name)s\n"), "here");
  const [process] = await processes("[group:g]\nprograms=7\n[program:7]\ncommand=a\npriority=%(program_name)s\n");
  assert.equal(process?.priority, 7);
});

test("CONF-105: names in socket: here and program_name", async () => {
  assert.equal(await offered("[fcgi-program:f]\ncommand=a\nsocket=%(x)s\n"), "here, program_name");
});

test("CONF-106: names in options read once per section", async () => {
  const names = [
    "autostart",
    "autorestart",
    "startsecs",
    "startretries",
    "stopsignal",
    "stopwaitsecs",
    "stopasgroup",
    "killasgroup",
    "exitcodes",
    "redirect_stderr",
    "numprocs",
    "numprocs_start",
    "stdout_capture_maxbytes",
    "stderr_events_enabled",
    "serverurl",
    "user",
    "umask",
  ];
  for (const name of names)
    assert.equal(await offered(`[program:x]\ncommand=a\n${name}=%(x)s\n`), "group_name, here, host_node_name, program_name", name);
});

test("CONF-107: names in options read once per process", async () => {
  const all = "group_name, here, host_node_name, numprocs, process_num, program_name";
  const names = [
    "process_name",
    "command",
    "environment",
    "directory",
    "stdout_logfile",
    "stderr_logfile_maxbytes",
    "stdout_logfile_backups",
    "stderr_syslog",
  ];
  for (const name of names)
    assert.equal(await offered(`[program:x]\n${name === "command" ? "" : "command=a\n"}${name}=%(x)s\n`), all, name);
});

test("CONF-108: variables of the program's environment are names in its per-process options", async () => {
  const process = await program(
    "command=%(ENV_K)s\nenvironment=K=v\ndirectory=/%(ENV_K)s\nprocess_name=%(ENV_K)s\nstdout_logfile=/tmp/%(ENV_K)s",
  );
  assert.deepEqual(
    [process.command, process.directory, process.name, process.stdout.logfile],
    ["v", "/v", "v", { kind: "file", path: "/tmp/v" }],
  );
  assert.match(await programFault("stopsignal=%(ENV_K)s\nenvironment=K=TERM"), /'ENV_K'/);
});

test("CONF-109: but not in environment itself, where the environment of the daemon counts", async () => {
  assert.match(await programFault('environment=A="1",B="%(ENV_A)s"'), /contains names \('ENV_A'\)/);
  const process = await program('environment=A="1",B="%(ENV_A)s"', { environment: { A: "os" } });
  assert.deepEqual(process.environment, { A: "1", B: "os" });
});

test("CONF-110: log names are expanded twice, and where the second pass fails the first one's text counts: %% and %%%% both give %", async () => {
  const path = async (text: string, environment: Record<string, string> = {}) => {
    const { logfile } = (await program(`stdout_logfile=${text}`, { environment })).stdout;
    return logfile.kind === "file" ? logfile.path : logfile.kind;
  };
  assert.equal(await path("/tmp/a%%%%b"), "/tmp/a%b");
  assert.equal(await path("/tmp/a%%b"), "/tmp/a%b");
  assert.equal(await path("/tmp/a%%sb"), "/tmp/a%sb");
  assert.equal(await path("/tmp/%%(process_num)s"), "/tmp/0");
  assert.equal(await path("/tmp/%(ENV_P)s", { P: "50%" }), "/tmp/50%");
});

test("CONF-111: host_node_name is the name of the host", async () =>
  assert.equal((await program("command=%(host_node_name)s")).command, HOST));

const INCLUDING = "[include]\nfiles=sub/*.conf\n";
const included = (text: string) => ({ files: { "/etc/sub/a.conf": text } });

test("CONF-112, CONF-113: here is the folder of the file that a value stands in", async () => {
  const [a, b] = await processes(`${INCLUDING}[program:a]\ncommand=%(here)s\n`, included("[program:b]\ncommand=%(here)s\n"));
  assert.deepEqual([a?.command, b?.command], ["/etc", "/etc/sub"]);
});

test("CONF-114: with [include] here works in options that do not know it otherwise", async () => {
  const server = "[inet_http_server]\nport=9001\nusername=%(here)s\npassword=x\n";
  assert.equal((await good(`[include]\nfiles=\n${server}`)).servers[0]?.username, "/etc");
  assert.match(await fault(server), /contains names \('here'\)/);
});

test("CONF-115: %%(here)s is the literal text, with [include] as without it (the original breaks it)", async () => {
  const command = async (text: string) => (await processes(text))[0]?.command;
  assert.equal(await command("[program:a]\ncommand=%%(here)s\n"), "%(here)s");
  assert.equal(await command("[include]\nfiles=\n[program:a]\ncommand=%%(here)s\n"), "%(here)s");
});

test("a folder with a % in its name is inserted as it is", async () => {
  const files = { "/etc/main.conf": "[supervisord]\n[include]\nfiles=50%%/a.conf\n", "/etc/50%/a.conf": "[program:a]\ncommand=%(here)s\n" };
  assert.equal((await processes("", { files }))[0]?.command, "/etc/50%");
});

test("CONF-116: here in a default is the folder of the file after which a section took it first", async () => {
  const text = `[DEFAULT]\ndirectory=%(here)s\n${INCLUDING}[program:a]\ncommand=a\n`;
  const [a, b] = await processes(text, included("[program:b]\ncommand=b\n[program:a]\nstartsecs=2\n"));
  assert.deepEqual([a?.directory, b?.directory], ["/etc", "/etc/sub"]);
});

test("CONF-117: other conversions of here mean the same folder as %(here)s (the original takes the main file's)", async () => {
  const [process] = await processes(INCLUDING, included("[program:b]\ncommand=%(here)s %(here)r\n"));
  assert.equal(process?.command, "/etc/sub '/etc/sub'");
});

test("CONF-119: sections that are not read may hold anything", async () => {
  assert.equal((await read("[supervisorctl]\nprompt=100%\n[other]\nx=%(y)s\n")).ok, true);
});

test("CONF-120: values of flags are not expanded", async () => {
  const { loadConfig } = await import("./load.ts");
  const { flags, world } = await import("./load.fixture.ts");
  const loaded = await loadConfig(world({ files: { [MAIN]: "[supervisord]\n" } }), {
    file: MAIN,
    flags: flags({ identifier: "%(here)s" }),
  });
  assert.equal(loaded.ok && loaded.value.daemon.identifier, "%(here)s");
});

test("any text is expanded or refused, and a text without % is itself", () => {
  const pieces = fc.constantFrom("%", "(", ")", "ENV_A", "n", "s", "d", "*", ".", "5", "#", "-", "é", "%(n)", "%%");
  fc.assert(
    fc.property(
      fc.array(pieces).map((some) => some.join("")),
      (text) => {
        const result = expand(text, NAMES);
        if (!text.includes("%")) assert.deepEqual(result, { ok: true, value: { text, hasBare: false, odd: [] } });
        if (!result.ok) assert.equal(text[result.error.offset], "%");
      },
    ),
  );
  fc.assert(fc.property(fc.string(), (text) => assert.equal(expanded(text.replaceAll("%", "%%")), text)));
});
