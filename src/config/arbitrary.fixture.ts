/** Configurations by chance: every section and option of the table, with good, odd and wrong values, in odd layouts. */
import fc from "fast-check";
import { SECTIONS, type SectionKind } from "./optiontable.ts";
import type { OptionType } from "./optiontypes.ts";

const PLAIN = [
  "a",
  "x y",
  "a;b",
  "a ;b",
  "a#b",
  "a # b",
  "%(here)s/x",
  "%(ENV_A)s",
  "%(ENV_A)5s",
  "100%%",
  "100%",
  "%(nope)s",
  "é日本",
  "it's",
  'say "hi"',
  "",
  "a:b=c",
];

/** Values per type, the good ones more often than the wrong ones. */
const VALUES: { readonly [T in OptionType]: readonly string[] } = {
  text: PLAIN,
  integer: ["0", "1", "7", "999", "-1", "+3", "1_0", "٣", " 4", "%(ENV_N)s", "1.5", "x", "", "0x10", "%(process_num)d"],
  boolean: ["true", "false", "Yes", "off", "1", "0", "%(ENV_T)s", "maybe", "", "2"],
  bytes: ["0", "1MB", "10 kb", "2GB", "512", "-1", "1k", "1.5MB", "MB", "x"],
  octal: ["022", "0700", "0o77", "-1", "9", "x", ""],
  signal: ["TERM", "sigkill", "9", "0", "34", "HUP", " int", "NOPE", "33", "SIGRTMIN", ""],
  exitcodes: ["0", "0,2", " 1 , 2", "", "256", "0,", "a"],
  list: ["a", "a,b", "a, b ,c", "", "a,", "zz"],
  loglevel: ["info", "WARN", "blather", "loud", ""],
  autorestart: ["true", "False", "unexpected", "UNEXPECTED", "sometimes", ""],
  environment: ["A=1", "A=\"1\",B='2'", 'A="x y",', "A=1;B=2", "A", "A=", "A=a#b", 'A="%(ENV_A)s"', "PATH=/bin:/usr/bin", 'B="a', ""],
  envfiles: ["/etc/a.env", "-a.env, b.env", "", "a,", "-"],
  directory: ["/tmp", "/", "~", "/nope", "."],
  dirpath: ["x.log", "/tmp/x.log", "/nope/x.log", "~/x", "sub/x", "syslog", "./x"],
  logfile: [
    "AUTO",
    "none",
    "OFF",
    "syslog",
    "/tmp/x.log",
    "/tmp/%(program_name)s.log",
    "/nope/x",
    "x.log",
    "/tmp/%%%%x",
    "",
    "/tmp/%(process_num)02d",
  ],
  user: ["root", "0", "nobody", "nosuchuser", "54321987", "root:root", ""],
  group: ["root", "0", "nosuch", "54321987", ""],
  groups: ["root", "none", "0, root", "nosuch", "root,", ""],
  owner: ["root", "root:root", "0:0", "nobody", "nosuch", "root:nosuch", ":", "0:54321987"],
  address: ["9001", "127.0.0.1:9001", "*:9001", "HOST:1", ":80", "x", "0", "65536", "a:", "a:b:9", ""],
  name: ["%(program_name)s", "%(program_name)s_%(process_num)02d", "p%(process_num)d", "x", "a:b", "%(ENV_A)s", "%(nope)s", ""],
  choice: ["auto", "AUTO", "manual", ""],
  duration: ["10", "500ms", "1.5h", "2d", "10x", "-1", "4000d", ""],
  fraction: ["0", "0.5", "1", "2", "-1", "x", ""],
  decimal: ["1", "2.5", "x", "-1", ""],
  whole: ["1", "10", "-1", "x", "1.5", ""],
  cores: ["1.5", "150%", "2", "0", "x", "-1", ""],
  commandline: ["/bin/true", "sh -c 'exit 3'", "true %(program_name)s", "", "'", "''"],
  limit: ["4096", "4096:8192", "1GB", "unlimited", "1:unlimited", "2:1", "x", ""],
  probe: ["tcp:80", "notify", "http://127.0.0.1/x", "log:ready", "exec:true", "unix:/x", "fd:3", "tpc:80", "fd:1", "log:(", "tcp:a:1", ""],
  schedule: ["30 2 * * *", "@daily", "*/5 * * * * *", "@every 10s", "61 * * * *", "0 0 30 2 *", "* * *", "@reboot", ""],
  rotation: ["never", "daily", "hourly@:30", "Weekly@03:00", "monthly@24:00", "dayly", ""],
  restartlimit: ["10/1h", "1/30s", "10", "0/1h", "3/", "x/1m", ""],
  retries: ["0", "3", "-1", "x", ""],
  zone: ["Europe/Berlin", "UTC", "europe/berlin", "Europe/Berln", "Mars", ""],
  prefix: ["x", '"{process} | "', "{nope}", "{pid}", '"', ""],
  logtargets: ["syslog", "journal, /tmp/x.log", "x.log", "syslog,syslog", ""],
  syslogaddress: ["/dev/log", "udp://127.0.0.1:514", "tcp://h", ""],
  sysloglevels: ["info", "info,err", "x", ""],
  targets: ["a", "b:started", "g:*", "a, b", "a:b:c", "nope", "", ","],
};

/** Where a type says too little: what the option really takes. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  numprocs: ["1", "1", "2", "3", "0", "-2", "x"],
  events: ["EVENT", "TICK_5", "tick_60,process_state", "PROCESS_LOG_STDOUT", "NOPE", "TICK_5,", ""],
  socket: ["tcp://h:9000", "tcp://H:0", "tcp://h:70000", "unix:///tmp/f.sock", "unix:///tmp/../x//y", "TCP://h:1", "tcp://:1", ""],
  programs: ["a", "b", "a,b", "c", "f", "a,a", ""],
  "supervisor.rpcinterface_factory": ["supervisor.rpcinterface:make_main_rpcinterface"],
  result_handler: ["supervisor.dispatchers:default_handler"],
  command: ["/bin/cat", "cat %(program_name)s", "date +%%s", "x %(process_num)02d %(numprocs)s", "a\n  b", "%(ENV_KEY)s"],
  process_name: ["%(program_name)s", "%(program_name)s_%(process_num)02d", "%(program_name)s_%(process_num)02d", "x", "a:b"],
  file: ["/tmp/s.sock", "s.sock", "~/s", "%(here)s/../s", ""],
  extra_options: [""],
};

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "program:": ["a", "b", "c", "a b", " a", "", "é"],
  "fcgi-program:": ["f", "a"],
  "eventlistener:": ["e", "a", " e"],
  "group:": ["g", "a", "g g", "h"],
  "rpcinterface:": ["supervisor"],
};

const ALMOST_ALWAYS = ["command", "socket", "events", "port", "file", "supervisor.rpcinterface_factory", "programs"];

function option(kind: SectionKind): fc.Arbitrary<string> {
  const names = Object.keys(kind.options).filter((name) => kind.options[name]?.isOurs !== true);
  return fc.constantFrom(...names, "unknown_option").chain((name) => line(kind, name));
}

function line(kind: SectionKind, name: string): fc.Arbitrary<string> {
  const values = SPECIAL[name] ?? VALUES[kind.options[name]?.type ?? "text"];
  // The first third of a list is good: taken twice as often, so that whole configurations come out good now and then.
  const good = values.slice(0, Math.ceil(values.length / 3));
  return fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...values) }),
      fc.constantFrom("=", " = ", ": ", "="),
    )
    .map(([value, delimiter]) => `${name}${delimiter}${value}`);
}

function section(kind: SectionKind): fc.Arbitrary<string> {
  const needed = ALMOST_ALWAYS.filter((name) => Object.hasOwn(kind.options, name));
  const header = fc.constantFrom(...(NAMES[kind.header] ?? [""])).map((name) => `[${kind.header}${name}]`);
  const first = fc.tuple(...needed.map((name) => fc.option(line(kind, name), { freq: 12, nil: "" })));
  return fc.tuple(header, first, fc.array(option(kind), { maxLength: 4 })).map(([head, some, more]) => [head, ...some, ...more].join("\n"));
}

const NOISE = fc.constantFrom(
  "",
  "; comment",
  "  # indented",
  "  continued",
  "garbage",
  "[DEFAULT]\nautostart=false",
  "[unknown:x]\na=1",
  "\n\n",
);

function kindNamed(header: string): SectionKind {
  const kind = SECTIONS.find((one) => one.header === header);
  if (kind === undefined) throw new Error(`no kind ${header}`);
  return kind;
}

const SECTION = fc.oneof(
  { weight: 8, arbitrary: section(kindNamed("program:")) },
  { weight: 2, arbitrary: section(kindNamed("group:")) },
  { weight: 2, arbitrary: section(kindNamed("eventlistener:")) },
  { weight: 2, arbitrary: section(kindNamed("fcgi-program:")) },
  { weight: 1, arbitrary: section(kindNamed("unix_http_server")) },
  { weight: 1, arbitrary: section(kindNamed("inet_http_server")) },
  { weight: 1, arbitrary: section(kindNamed("supervisord")) },
  { weight: 1, arbitrary: section(kindNamed("rpcinterface:")) },
  { weight: 1, arbitrary: NOISE },
);

/** A main file: nearly always with [supervisord]. */
export const configText: fc.Arbitrary<string> = fc
  .tuple(fc.option(section(kindNamed("supervisord")), { freq: 20, nil: "" }), fc.array(SECTION, { maxLength: 6 }))
  .map(([supervisord, sections]) => `${[supervisord, ...sections].join("\n")}\n`);

/** A file to be included. */
export const includedText: fc.Arbitrary<string> = fc
  .array(SECTION, { minLength: 1, maxLength: 3 })
  .map((sections) => `${sections.join("\n")}\n`);

/** The environment that the values above use. */
export const ENVIRONMENT: Readonly<Record<string, string>> = { A: "alpha", N: "5", T: "true", HOME: "/root", PATH: "/usr/bin:/bin" };
