import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CommandLine, type Flag, helpText, type Program, readCommandLine } from "./commandline.ts";

const flag = (name: string, short: string | null, value: string | null, more: Partial<Flag> = {}): Flag => ({
  name,
  short,
  long: name,
  value,
  help: `about ${name}`,
  ...more,
});
const PROGRAM: Program = {
  summary: "thing -- does things.",
  usage: "[options]",
  takesWords: false,
  flags: [
    flag("configuration", "c", "FILENAME"),
    flag("nodaemon", "n", null),
    flag("strip_ansi", "t", null),
    flag("silent", "s", null),
    flag("logfile", "l", "FILENAME"),
    flag("logfile_maxbytes", "y", "BYTES"),
    flag("childlogdir", "q", "DIRECTORY"),
    flag("help", "h", null, { acts: true }),
    { name: "help", short: "?", long: null, value: null, help: "", acts: true, hidden: true },
    flag("version", "v", null, { acts: true }),
    flag("check", null, null, { ours: true }),
  ],
};
const WORDS: Program = { ...PROGRAM, takesWords: true };
const read = (args: string[], program = PROGRAM): CommandLine =>
  readCommandLine(program, args, (one, text) => (one.name === "logfile_maxbytes" && text === "x" ? "not a size" : null));
const values = (args: string[], program = PROGRAM): Record<string, string | true> => {
  const line = read(args, program);
  assert.equal(line.kind, "run");
  return line.kind === "run" ? Object.fromEntries([...line.flags.values()].map((one) => [one.name, one.text ?? true])) : {};
};
const firstError = (args: string[], program = PROGRAM): string => {
  const line = read(args, program);
  assert.equal(line.kind, "wrong");
  return line.kind === "wrong" ? (line.errors[0]?.message ?? "") : "";
};

test("CLI-001: short flags join, values are glued or the next word, long values follow = or a space", () => {
  assert.deepEqual(values(["-nts"]), { nodaemon: true, strip_ansi: true, silent: true });
  assert.deepEqual(values(["-cFILE"]), { configuration: "FILE" });
  assert.deepEqual(values(["-nc", "FILE"]), { nodaemon: true, configuration: "FILE" });
  assert.deepEqual(values(["--configuration=F", "--logfile", "L"]), { configuration: "F", logfile: "L" });
  assert.deepEqual(values(["--configuration="]), { configuration: "" });
  assert.deepEqual(values(["-c", "-n"]), { configuration: "-n" });
});

test("CLI-002, CLI-068: reading stops at the first word that is no flag, or at --", () => {
  const words = (args: string[]) => {
    const line = read(args, WORDS);
    return line.kind === "run" ? line.words : line;
  };
  assert.deepEqual(words(["-n", "status", "-h"]), ["status", "-h"]);
  assert.deepEqual(words(["-n", "--", "-h"]), ["-h"]);
  assert.deepEqual(words(["-", "-n"]), ["-", "-n"]);
});

test("CLI-003: a unique beginning of a long flag is enough; an exact name wins over longer ones", () => {
  assert.deepEqual(values(["--nod", "--config", "F"]), { nodaemon: true, configuration: "F" });
  assert.deepEqual(values(["--logfile", "F"]), { logfile: "F" });
  assert.deepEqual(values(["--ch=D"]), { childlogdir: "D" }, "a flag of ours does not make an old abbreviation ambiguous");
  assert.deepEqual(values(["--check"]), { check: true });
  assert.equal(firstError(["--chec"]), "option --chec not recognized");
});

test("CLI-004: a beginning that fits several flags is refused", () => {
  assert.equal(firstError(["--log"]), "option --log not a unique prefix");
  assert.equal(firstError(["--c"]), "option --c not a unique prefix");
  assert.equal(firstError(["--=x"]), "option -- not a unique prefix");
});

test("CLI-005: unknown flags, with the nearest name as a hint", () => {
  assert.equal(firstError(["-x"]), "option -x not recognized");
  assert.equal(firstError(["-:"]), "option -: not recognized");
  const line = read(["--nodemon"]);
  assert.ok(line.kind === "wrong");
  assert.equal(line.errors[0]?.message, "option --nodemon not recognized");
  assert.equal(line.errors[0]?.hint, "did you mean --nodaemon?");
});

test("CLI-006: a missing value", () => {
  assert.equal(firstError(["-c"]), "option -c requires argument");
  assert.equal(firstError(["--conf"]), "option --configuration requires argument");
});

test("CLI-007: a value on a switch", () => {
  assert.equal(firstError(["--nodaemon=yes"]), "option --nodaemon must not have an argument");
  assert.equal(firstError(["--nod="]), "option --nodaemon must not have an argument");
});

test("CLI-008: everything is parsed before anything acts", () => {
  assert.equal(firstError(["-h", "-x"]), "option -x not recognized");
  assert.equal(firstError(["-h", "word"]), "positional arguments are not supported: ['word']");
});

test("CLI-009: flags act in order", () => {
  assert.deepEqual(read(["-vh"]), { kind: "act", name: "version" });
  assert.deepEqual(read(["-hv"]), { kind: "act", name: "help" });
  assert.deepEqual(read(["-c", "/nope", "-h", "-y", "x"]), { kind: "act", name: "help" });
  assert.equal(read(["-y", "x", "-h"]).kind, "wrong");
});

test("CLI-010: -h, --help and -? ask for help", () => {
  for (const args of [["-h"], ["--help"], ["-?"], ["--he"]]) assert.deepEqual(read(args), { kind: "act", name: "help" });
});

test("CLI-011: the help text: summary, usage, one line a flag, an empty line at the end", () => {
  const lines = helpText(PROGRAM, "/usr/bin/thing").split("\n");
  assert.deepEqual(lines.slice(0, 5), ["thing -- does things.", "", "Usage: /usr/bin/thing [options]", "", "Options:"]);
  assert.equal(lines[5], "-c/--configuration FILENAME -- about configuration");
  assert.equal(lines[6], "-n/--nodaemon -- about nodaemon");
  assert.deepEqual(lines.slice(-3), ["--check -- about check", "", ""]);
  assert.ok(!lines.some((line) => line.startsWith("-?")));
});

test("CLI-012: the same flag twice is a conflict, named as the second was spelled", () => {
  assert.equal(firstError(["-c", "a", "--conf", "a"]), "conflicting command line option '--configuration'");
  assert.equal(firstError(["--configuration=a", "-ca"]), "conflicting command line option '-c'");
  assert.equal(firstError(["-nn"]), "conflicting command line option '-n'");
});

test("CLI-013: a bad value: the flag in full form, the value quoted, the words of its type; all of them at once", () => {
  const line = read(["--logfile_max", "x", "-nn"]);
  assert.ok(line.kind === "wrong");
  assert.deepEqual(
    line.errors.map((error) => error.message),
    ["invalid value for --logfile_maxbytes 'x': not a size", "conflicting command line option '-n'"],
  );
});

test("CLI-043: positional words are listed as Python shows a list", () => {
  assert.equal(firstError(["foo", "-n"]), "positional arguments are not supported: ['foo', '-n']");
});

test("any words are read without a crash, and flags written in long form come back", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 })), (args) => {
      assert.ok(["run", "act", "wrong"].includes(read(args, WORDS).kind));
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (file, nodaemon) => {
      const args = [`--configuration=${file}`, ...(nodaemon ? ["--nodaemon"] : [])];
      assert.deepEqual(values(args), { configuration: file, ...(nodaemon ? { nodaemon: true } : {}) });
    }),
  );
});
