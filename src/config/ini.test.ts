import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type IniFile, readIni } from "./ini.ts";
import { fault, good, processes, program, warnings } from "./load.fixture.ts";

const FILE = "/etc/x.conf";

/** The options of [a] in a text. */
function options(text: string, section = "a"): Record<string, string> {
  return Object.fromEntries([...(readIni(FILE, text).sections.get(section)?.options ?? [])].map(([name, value]) => [name, value.text]));
}

/** The value of the option `o` written as given behind its name. */
function value(line: string): string | undefined {
  return options(`[a]\no${line}\n`)["o"];
}

function messages(text: string): string[] {
  return readIni(FILE, text).errors.map(({ message }) => message);
}

test("CONF-016: LF, CRLF and lone CR end a line; the text is UTF-8", async () => {
  assert.deepEqual(options("[a]\nx=1\r\ny=2\rz=3"), { x: "1", y: "2", z: "3" });
  assert.equal((await good("[supervisord]\nidentifier=é日\n")).daemon.identifier, "é日");
});

test("CONF-017: bytes that are no UTF-8 are refused with their position, even in a comment", async () => {
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part))));
  assert.equal(
    await fault(bytes("[supervisord]\n;", " ", 0xe9, "x\n")),
    "'utf-8' codec can't decode byte 0xe9 in position 16: invalid continuation byte",
  );
  assert.equal(await fault(bytes("[a]", 0xff)), "'utf-8' codec can't decode byte 0xff in position 3: invalid start byte");
  assert.equal(await fault(bytes("é", 0xe2, 0x82)), "'utf-8' codec can't decode bytes in position 2-3: unexpected end of data");
  assert.equal(await fault(bytes(0xed, 0xa0, 0x80)), "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte");
});

test("CONF-018: a byte order mark at the start is dropped, where the original refuses the file", async () => {
  assert.equal((await good("\ufeff[supervisord]\nidentifier=a\n")).daemon.identifier, "a");
});

test("CONF-019: NUL in a value is kept", () => assert.equal(value("=a\0b"), "a\0b"));

test("CONF-020: other separators split no lines, and count as white space", () => {
  for (const space of ["\v", "\f", "\u2028", "\u0085", "\x1c"]) {
    assert.equal(value(`=a${space}b`), `a${space}b`);
    assert.equal(value(`=${space}a${space}`), "a");
    assert.equal(value(`=a${space};b`), "a");
  }
});

test("CONF-021: a header ends at the last bracket, and what follows is ignored", () => {
  const names = (text: string) => [...readIni(FILE, text).sections.keys()];
  assert.deepEqual(names("[supervisord] junk\n[a]b]\n[x"), ["supervisord", "a]b"]);
  assert.deepEqual(names("[a] ; [b]\n"), ["a"]);
});

test("CONF-022: [] is no header", () => {
  assert.match(messages("[a]\n[]\n")[0] ?? "", /^Source contains parsing errors/);
});

test("CONF-023: a header without a bracket: no header before any section, a line without a delimiter inside one", () => {
  assert.deepEqual(messages("[supervisord\n"), [`File contains no section headers.\nfile: '${FILE}', line: 1\n'[supervisord\\n'`]);
  assert.match(messages("[a]\n[b\n")[0] ?? "", /parsing errors.*\[line {2}2\]: '\[b\\n'/s);
  assert.deepEqual(options("[a]\n[b=c\n"), { "[b": "c" });
});

test("CONF-024: section names are case sensitive and keep inner spaces", async () => {
  assert.deepEqual([...readIni(FILE, "[ a ]\n[A]\n").sections.keys()], [" a ", "A"]);
  const files = { "/etc/main.conf": "[ supervisord ]\n[Supervisord]\n" };
  assert.equal(await fault("", { files }), ".ini file does not include supervisord section");
});

test("CONF-025: a header may be indented and have a comment behind it", () => {
  assert.deepEqual(options("   [a] ; text\nx=1\n"), { x: "1" });
});

test("CONF-026: the first = or : ends the name; the value is trimmed", () => {
  assert.equal(value(": b=c"), "b=c");
  assert.equal(value("=b:c"), "b:c");
  assert.equal(value("   =   b  "), "b");
});

test("CONF-027: option names are case insensitive", () => {
  assert.deepEqual(options("[a]\nIdentifier=1\nIDENTIFIER=2\n"), { identifier: "2" });
});

test("CONF-028: option names may hold spaces and dots", () => {
  assert.deepEqual(options("[a]\nsupervisor.rpcinterface_factory = x\nmy name=y\n"), {
    "supervisor.rpcinterface_factory": "x",
    "my name": "y",
  });
});

test("CONF-029: nothing behind the delimiter is the empty text", () => assert.equal(value("="), ""));

test("CONF-030, CONF-031: a line without a delimiter or without a name is an error", () => {
  for (const line of ["identifier", "REM text", "=foo", ":foo"])
    assert.match(messages(`[a]\n${line}\n`)[0] ?? "", /^Source contains parsing errors/, line);
});

test("CONF-032: all such lines of a file are reported in one message", () => {
  assert.deepEqual(messages("[a]\ngarbage\nanother one\nx=1\nlast"), [
    `Source contains parsing errors: '${FILE}'\n\t[line  2]: 'garbage\\n'\n\t[line  3]: 'another one\\n'\n\t[line  5]: 'last'`,
  ]);
  const hundred = `[a]\n${"x=1\n".repeat(98)}bad\n`;
  assert.equal(messages(hundred)[0], `Source contains parsing errors: '${FILE}'\n\t[line 100]: 'bad\\n'`);
});

test("CONF-033: text before the first header is reported, the first such line only", () => {
  assert.deepEqual(messages("\n; c\nx=1\ny=2\n[a]\n"), [`File contains no section headers.\nfile: '${FILE}', line: 3\n'x=1\\n'`]);
});

test("CONF-034: comment lines start with ; or # at any indent", () => {
  assert.deepEqual(options("[a]\n;x=1\n   # y=2\nz=3\n"), { z: "3" });
});

test("CONF-035: a ; or # behind white space starts a comment", () => {
  assert.equal(value("=a ;b"), "a");
  assert.equal(value("=a #b"), "a");
  assert.equal(value("=a;b"), "a;b");
  assert.equal(value("=a#b"), "a#b");
});

test("CONF-036: the character before the mark is that of the line, so =;b is a value", () => {
  assert.equal(value("=;b"), ";b");
  assert.equal(value("= ;b"), "");
});

test("CONF-037: the earliest comment wins, and the marks are looked for in step", () => {
  assert.equal(value("=a;b ;c"), "a;b");
  assert.equal(value("=a ;b #c"), "a");
  assert.equal(value("=a;b ;c #d"), "a;b ;c", "as the dialect's own reader does");
});

test("CONF-038: quotes do not protect", () => assert.equal(value('=sh -c "a ; b"'), 'sh -c "a'));

test("CONF-039: any white space before the mark counts", () => {
  for (const space of ["\t", "\u00a0", "\u3000"]) assert.equal(value(`=a${space};b`), "a");
});

test("CONF-040: comments are removed from continuation lines; a mark at column 0 hides its line inside a value", () => {
  assert.equal(value("=a\n  b ;c\n;d\n  e"), "a\nb\ne");
});

test("CONF-041: a line with more indent continues the value", () => assert.equal(value("=a\n  b\n\tc  "), "a\nb\nc"));

test("CONF-042: more than the option's own line", () => {
  assert.deepEqual(options("[a]\n   x=1\n   y=2\n  z=3\n    w=4\n"), { x: "1", y: "2", z: "3\nw=4" });
});

test("CONF-043: an indented key=value is a continuation", () => {
  assert.deepEqual(options("[a]\nidentifier=a\n  logfile=/x\n"), { identifier: "a\nlogfile=/x" });
});

test("CONF-044: an indented header behind an option is a continuation", () => {
  assert.deepEqual([...readIni(FILE, "[a]\nx=1\n  [b]\n").sections.keys()], ["a"]);
});

test("CONF-045: a blank line keeps the value open, and blank lines at the end are dropped", () => {
  assert.equal(value("=a\n\n  b\n\n\n"), "a\n\nb");
});

test("CONF-046: a comment line between is skipped and adds nothing", () => assert.equal(value("=a\n  ; c\n  b"), "a\nb"));

test("CONF-047: an empty first line keeps its newline", () => assert.equal(value("=\n  text"), "\ntext"));

test("CONF-048: the first line behind a header continues nothing", () => {
  assert.deepEqual(options("[b]\ny=0\n[a]\n     x=1\n"), { x: "1" });
});

test("CONF-049: a section that stands twice is one, later options win", async () => {
  assert.deepEqual(options("[a]\nx=1\ny=1\n[b]\n[a]\ny=2\n"), { x: "1", y: "2" });
  assert.deepEqual([...readIni(FILE, "[a]\n[b]\n[a]\n").sections.keys()], ["a", "b"]);
});

test("CONF-050: [DEFAULT] is weaker than the section, and upper case only", async () => {
  const { daemon } = await good("[DEFAULT]\nidentifier=d\nloglevel=warn\n[supervisord]\nidentifier=own\n");
  assert.deepEqual([daemon.identifier, daemon.logLevel], ["own", "warn"]);
  assert.equal((await good("[default]\nidentifier=d\n[supervisord]\n")).daemon.identifier, "supervisor");
});

test("CONF-052: the last of two options wins, also when they differ in case only", () => {
  assert.deepEqual(options("[a]\nx=1\nX=2\n"), { x: "2" });
});

test("CONF-053: [DEFAULT] reaches every section, and may give a program its command", async () => {
  const all = await processes("[DEFAULT]\nautostart=false\ncommand=/bin/d\n[program:a]\n[program:b]\ncommand=/bin/b\n");
  assert.deepEqual(
    all.map(({ command, autostart }) => [command, autostart]),
    [
      ["/bin/d", false],
      ["/bin/b", false],
    ],
  );
});

test("CONF-055: the last line needs no newline", () => assert.deepEqual(options("[a]\nx=1"), { x: "1" }));

test("CONF-056: an unknown option is ignored, with a warning that names file, line and the nearest option", async () => {
  assert.deepEqual(await warnings("[program:a]\ncommand=a\nautorstart=false\n"), [
    "Unknown option autorstart in [program:a] is ignored (/etc/main.conf:4); did you mean autostart?",
  ]);
  assert.deepEqual(await warnings("[supervisord]\nstopsignal=INT\n"), [
    "Unknown option stopsignal in [supervisord] is ignored (/etc/main.conf:2); it belongs to [program:x], [eventlistener:x], [fcgi-program:x]",
  ]);
});

test("unknown options that other tools read are named in extra_options and then give no warning", async () => {
  const text = (extra: string) =>
    `[supervisord]\n${extra}\n[program:a]\ncommand=a\ndependent_startup=true\ndependent_startup_wait_for=b:running\n`;
  assert.equal((await warnings(text(""))).length, 2);
  assert.deepEqual(await warnings(text("extra_options=dependent_startup*")), []);
});

test("CONF-057: unknown sections are ignored, with a warning", async () => {
  const found = await warnings("[foo]\n[foo:bar]\n[program]\n[Program:x]\n[program :x]\n");
  assert.deepEqual(
    found.map((text) => text.replace(/ is ignored \(\S+\)/, "")),
    [
      "Unknown section [foo]",
      "Unknown section [foo:bar]",
      "Unknown section [program]; did you mean [program:x]?",
      "Unknown section [Program:x]; did you mean [program:x]?",
      "Unknown section [program :x]; did you mean [program:x]?",
    ],
  );
});

test("CONF-058: without [supervisord] nothing goes; an included file may bring it", async () => {
  const given = { files: { "/etc/main.conf": "" } };
  assert.equal(await fault("", given), ".ini file does not include supervisord section");
  const including = { "/etc/main.conf": "[include]\nfiles=more.conf\n", "/etc/more.conf": "[supervisord]\nidentifier=there\n" };
  assert.equal((await good("", { files: including })).daemon.identifier, "there");
});

test("lines of values are known, also over several lines and with comments between", () => {
  const { sections } = readIni(FILE, "[a]\n\nx=1\n  ; c\n\n  2\n");
  const option = sections.get("a")?.options.get("x");
  assert.deepEqual([option?.text, option?.line, option?.partLines], ["1\n\n2", 3, [3, 5, 6]]);
  assert.equal(sections.get("a")?.line, 1);
});

test("an option that is set twice in one file is told to --check, with both lines; in several files it is an override", async () => {
  const files = { "/etc/more.conf": "[program:x]\nstartsecs=3\n" };
  const text = "[include]\nfiles=more.conf\n[program:x]\ncommand=a\nstartsecs=1\n[program:x]\nStartsecs=2\n";
  assert.deepEqual(await warnings(text, { files }), []);
  const told = (await good(text, { files })).remarks.filter(({ level }) => level === "check");
  assert.deepEqual(
    told.map((remark) => remark.text),
    ["Option startsecs of [program:x] is set twice in /etc/main.conf, in lines 6 and 8; the last one counts"],
  );
});

test("the parser takes any text", () => {
  const pieces = fc.constantFrom("[", "]", "a", "=", ":", ";", "#", " ", "\n", "\r", "\t", "\u2028", "%", '"', "\0", "é");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((some) => some.join("")),
      ),
      (text) => {
        const file: IniFile = readIni(FILE, text);
        for (const section of file.sections.values()) {
          for (const [name, option] of section.options) {
            assert.equal(name, name.toLowerCase());
            assert.equal(
              option.text.split("\n").length,
              option.partLines === null ? 1 : Math.min(option.partLines.length, option.text.split("\n").length),
            );
            assert.ok(option.line >= 1 && option.line <= file.lines.length);
          }
        }
      },
    ),
  );
});

test("sections that are written down are read back", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "x y", "é", "%", "=", ":", "]", "1"), minLength: 1, maxLength: 4 });
  const name = word.map((text) => text.replace(/[=:]/g, "_").trim()).filter((text) => text !== "" && !text.startsWith("["));
  const text = fc.array(word, { maxLength: 3 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(fc.dictionary(word, fc.dictionary(name, text)), (sections) => {
      const written = Object.entries(sections).map(([header, values]) => {
        const lines = Object.entries(values).map(([option, one]) => `${option} = ${one.replaceAll("\n", "\n    ")}`);
        return `[${header}]\n${lines.join("\n")}\n`;
      });
      const back = readIni(FILE, written.join("\n"));
      assert.deepEqual(back.errors, []);
      for (const [header, values] of Object.entries(sections)) assert.deepEqual(options(written.join("\n"), header), { ...values });
    }),
  );
});

test("a program's line is what it is: the whole of it with comments and continuation", async () => {
  assert.equal((await program("command=/bin/cat ; a comment\n  -n # another\n")).command, "/bin/cat\n-n");
});
