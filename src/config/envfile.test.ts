import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { differences } from "./diff.ts";
import { envFileNamesText, parseEnvFile, parseEnvFileNames } from "./envfile.ts";
import { faults, good, MAIN, program } from "./load.fixture.ts";

function variables(text: string): Readonly<Record<string, string>> {
  const read = parseEnvFile(text);
  assert.ok(read.ok, read.ok ? "" : `${read.error.line}: ${read.error.why}`);
  return read.value;
}

function fault(text: string): string {
  const read = parseEnvFile(text);
  return read.ok ? "good" : `${read.error.line}: ${read.error.why}`;
}

test("ENV-002: names and plain values, blank lines, comments, export", () => {
  assert.deepEqual(variables("A=1\n\n  # comment\n#B=2\n  C=3\nexport D=4\n\texport   E=5\n_x9=6"), {
    A: "1",
    C: "3",
    D: "4",
    E: "5",
    _x9: "6",
  });
  assert.deepEqual(variables("A=a b  \t\nB=a # c\nC=a#b\nD=#a\nE=\nF=   \nG= # c\nH=it's \"x\nexport=1\n"), {
    A: "a b",
    B: "a",
    C: "a#b",
    D: "#a",
    E: "",
    F: "",
    G: "",
    H: "it's \"x",
    export: "1",
  });
});

test("ENV-002: the last of equal names counts, a byte order mark is dropped, CRLF is a line end", () => {
  assert.deepEqual(variables("\ufeffA=1\r\nB='x\r\ny'\r\nA=2\r\n"), { A: "2", B: "x\ny" });
  assert.deepEqual(variables(""), {});
  const odd = variables("__proto__=1\nconstructor=2");
  assert.deepEqual(Object.entries(odd), [
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});

test("ENV-002: single quotes are literal, double quotes have six escapes, both may go over lines", () => {
  assert.deepEqual(variables(`A='a "b" \\n $X \`c\`'\nB="a\\n\\t\\r\\\\\\"\\$\\x\\'"\nC='1\n2' # c\nD="1\n2\\\n3"\t\nE=''\nF="#"#c`), {
    A: 'a "b" \\n $X `c`',
    B: "a\n\t\r\\\"$\\x\\'",
    C: "1\n2",
    D: "1\n2\\\n3",
    E: "",
    F: "#",
  });
});

test("ENV-002: nothing is expanded", () => {
  assert.deepEqual(variables('A=$HOME/%(here)s\nB="${HOME}"\nC=`id`$(id)~'), { A: "$HOME/%(here)s", B: "${HOME}", C: "`id`$(id)~" });
});

test("ENV-003: what is wrong is told with its line, and quotes nothing", () => {
  const wrong: Readonly<Record<string, string>> = {
    "A=1\nB=2\n=3": "3: no name before =",
    "1A=x": "1: no name before =",
    "A-B=secret": "1: no name before =",
    "A.B=secret": "1: no name before =",
    "{secret}": "1: no name before =",
    "\nsecret": "2: no = behind NAME",
    "export secret": "1: no = behind NAME",
    "A b=c": "1: no = behind NAME",
    "A =1": "1: a blank beside =",
    "A= 1": "1: a blank beside =",
    "export =1": "1: a blank beside =",
    "A=1\nB='x'y": "2: text behind the closing quote",
    "A='1\n2' x": "2: text behind the closing quote",
    'A="1" "2"': "1: text behind the closing quote",
    "A=1\n\n\n\nB='secret\nC=1\nD=2\n": "7: the quote of line 5 is not closed",
    'A="secret\\"': "1: the quote of line 1 is not closed",
    "A=1\nB=a\0b": "2: a NUL character",
  };
  for (const [text, told] of Object.entries(wrong)) {
    assert.equal(fault(text), told, JSON.stringify(text));
    assert.doesNotMatch(told, /secret/);
  }
});

test("ENV-002: whatever is written in quotes reads to the same, and no text is too odd to be read", () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/);
  const value = fc.string({ unit: fc.constantFrom(..."ab\"'\\$#= \n\tné".split("")), maxLength: 12 });
  const escaped = (text: string) => text.replace(/[\\"$]/g, "\\$&").replaceAll("\n", "\\n");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
      const expected = Object.fromEntries(new Map(pairs));
      assert.deepEqual(variables(pairs.map(([one, text]) => `${one}="${escaped(text)}" # c\n`).join("")), expected);
      const literal = pairs.map(([one, text]): [string, string] => [one, text.replaceAll("'", "")]);
      assert.deepEqual(variables(literal.map(([one, text]) => `${one}='${text}'\n`).join("")), Object.fromEntries(new Map(literal)));
    }),
  );
  const pieces = fc.constantFrom("A", "=", "'", '"', "\\", "\n", "\r\n", " ", "#", "export ", "\t", "\0", "é", "1");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (some) => {
      const text = some.join("");
      const read = parseEnvFile(text);
      const lines = text.split("\n").length;
      if (!read.ok) assert.ok(read.error.line >= 1 && read.error.line <= lines, `${read.error.line} of ${lines}`);
    }),
    { numRuns: 5000 },
  );
});

test("envfile: a list of paths, each perhaps with - in front; ~ is a home", async () => {
  const names = (text: string) => parseEnvFileNames(text, (path) => path);
  const good = names("/etc/a.env, -b.env ,- c d.env");
  assert.deepEqual(good.ok && good.value, [
    { path: "/etc/a.env", mayBeMissing: false },
    { path: "b.env", mayBeMissing: true },
    { path: "c d.env", mayBeMissing: true },
  ]);
  assert.equal(good.ok && envFileNamesText(good.value), "/etc/a.env,-b.env,-c d.env");
  assert.deepEqual(names(" "), { ok: true, value: [] });
  assert.deepEqual((await program("envfile=-~/%(program_name)s.env")).envFiles, [{ path: "/root/x.env", mayBeMissing: true }]);
  const [error] = await faults("[program:x]\ncommand=c\nenvfile=a,\n");
  assert.equal(error?.message, `a name of a file is missing in section 'program:x' (file: '${MAIN}')`);
  assert.deepEqual([error?.line, error?.hint], [4, "write paths, separated by commas; one that may be missing with - in front"]);
});

test("ENV-001: with files the program's own variables are known; CMN-005: envFiles is another name", async () => {
  const { environment, ownVariables } = await program("envFiles=a\nenvironment=A=1", { environment: {} });
  assert.deepEqual([environment, ownVariables], [{ A: "1" }, ["A"]]);
  assert.equal("ownVariables" in (await program("environment=A=1")), false);
});

test("ENV-004: another file is a change of the program, and told by its name", async () => {
  const text = (lines: string) => `[program:x]\ncommand=c\n${lines}\n`;
  const [from, to] = [(await good(text("envfile=a"))).groups[0], (await good(text("envfile=-b\nclear_env=true\nenv_home=yes"))).groups[0]];
  assert.ok(from !== undefined && to !== undefined);
  assert.deepEqual(
    differences(from, to)
      .map((change) => `${change.option}: ${change.from} -> ${change.to}`)
      .sort(),
    ["clear_env: false -> true", "env_home: false -> true", "envfile: a -> -b"],
  );
});
