import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { processes, programFault } from "./load.fixture.ts";
import { parseEnvironment, splitCommand } from "./shellwords.ts";

function variables(text: string): Record<string, string> | string {
  const result = parseEnvironment(text);
  return result.ok ? result.value : result.error;
}

function refused(text: string): void {
  assert.equal(variables(text), `Unexpected end of key/value pairs in value '${text}'`, text);
}

test("CONF-145: pairs with quotes, spaces and newlines, and a comma at the end", () => {
  assert.deepEqual(variables(`KEY="val",KEY2='val2'`), { KEY: "val", KEY2: "val2" });
  assert.deepEqual(variables("A = 1 ,\nB\n=\n2,\n"), { A: "1", B: "2" });
});

test("CONF-146: what a word may hold without quotes", () => {
  assert.deepEqual(variables("A=az09_/.+-():é"), { A: "az09_/.+-():é" });
  assert.deepEqual(variables("A=日本"), { A: "日" });
});

test("CONF-147: other characters need quotes", async () => {
  for (const text of ["A=a@b", "A=a,b", "A=a;b", "A=a&b", "A=[1]", "A=a%b"]) refused(text);
  assert.equal(
    await programFault("environment=A=a%%b"),
    "Unexpected end of key/value pairs in value 'A=a%b'",
    "the text is shown as expanded",
  );
});

test("CONF-148: any token may stand between two pairs", () => {
  assert.deepEqual(variables("A=1;B=2"), { A: "1", B: "2" });
  assert.deepEqual(variables("A=a b"), { A: "a" });
});

test("CONF-149: any token may be a value", () => {
  const cases: Readonly<Record<string, Record<string, string>>> = {
    "A=,B": { A: "," },
    "A==1": { A: "=" },
    "A=$HOME": { A: "$" },
    "A=~/x": { A: "~" },
    "A=*": { A: "*" },
  };
  for (const [text, value] of Object.entries(cases)) assert.deepEqual(variables(text), value, text);
});

test("CONF-150: what is no pair is refused", () => {
  for (const text of ["A", "A=", "A=1,B", "A=1,B=", "=1", ",A=1", "A=1,,B=2", "A=1=2", "A=1 B=2", "A=1\nB=2"]) refused(text);
});

test("CONF-151: the empty text is no variables", () => assert.deepEqual(variables(""), {}));

test("CONF-152: an empty value needs quotes", () => {
  assert.deepEqual(variables(`A="",B=''`), { A: "", B: "" });
});

test("CONF-153: # outside quotes starts a comment to the end of the line", () => {
  assert.deepEqual(variables("A=a#b"), { A: "a" });
  assert.deepEqual(variables("A=a#b\n,B=2"), { A: "a", B: "2" });
});

test("CONF-154: quotes protect commas, =, #, % and newlines", async () => {
  assert.deepEqual(variables('A="a,b=c#d%e\nf"'), { A: "a,b=c#d%e\nf" });
});

test("CONF-155: either quote protects the other", () => {
  assert.deepEqual(variables(`A="it's",B='say "x"'`), { A: "it's", B: 'say "x"' });
});

test("CONF-156: an unclosed quote; a comment of the file can cut it off", async () => {
  assert.equal(variables('A="a'), "No closing quotation");
  assert.equal(await programFault('environment=A="a ;b"'), "No closing quotation");
});

test("CONF-157: pieces with and without quotes join", () => {
  assert.deepEqual(variables(`A="1""2",B="1"x`), { A: "12", B: "1x" });
  assert.equal(variables("A=it's"), "No closing quotation");
});

test('CONF-158: backslashes: the next character outside quotes, only " and \\ inside double ones, nothing inside single ones', () => {
  assert.deepEqual(variables(String.raw`A=a\,b,B=\n`), { A: "a,b", B: "n" });
  assert.deepEqual(variables(String.raw`A="\n\"\\",B='\n'`), { A: String.raw`\n"\ `.trim(), B: String.raw`\n` });
});

test("CONF-159: a backslash at the very end", () => {
  assert.equal(variables("A=a\\"), "No escaped character");
  assert.equal(variables('A="a\\'), "No escaped character");
});

test("CONF-160: quotes inside the other quotes stay", () => assert.deepEqual(variables(`A='"x"'`), { A: '"x"' }));

test("CONF-161: a quoted key loses its quotes", () => assert.deepEqual(variables(`"A B"=1`), { "A B": "1" }));

test("CONF-162: expansion comes before the splitting, so a value with a quote breaks the pair", async () => {
  assert.equal(await programFault('environment=A="%(ENV_Q)s"', { environment: { Q: 'a"b' } }), "No closing quotation");
  const [process] = await processes('[program:x]\ncommand=a\nenvironment=A="%(ENV_Q)s"\n', { environment: { Q: "a,b" } });
  assert.deepEqual(process?.environment, { A: "a,b" });
});

test("CONF-163: the last of two keys wins", () => assert.deepEqual(variables("A=1,A=2"), { A: "2" }));

test("CONF-164: keys are not checked", () => {
  const value = parseEnvironment("1=a,A.B=b,A-B=c,A:B=d,__proto__=e");
  assert.deepEqual(value.ok && Object.entries(value.value), [
    ["1", "a"],
    ["A.B", "b"],
    ["A-B", "c"],
    ["A:B", "d"],
    ["__proto__", "e"],
  ]);
});

test("CONF-388: commands are split into POSIX words, without variables and globbing", () => {
  const cases: ReadonlyArray<readonly [string, readonly string[]]> = [
    [`sh -c "a  b" 'c d' e\\ f`, ["sh", "-c", "a  b", "c d", "e f"]],
    ["a\n\tb\r\n", ["a", "b"]],
    ["a#b # c", ["a#b", "#", "c"]],
    [`"" '' x""y`, ["", "", "xy"]],
    ["$HOME *.txt a;b|c", ["$HOME", "*.txt", "a;b|c"]],
    ["", []],
    ["日本 'é'", ["日本", "é"]],
  ];
  for (const [text, split] of cases) assert.deepEqual(splitCommand(text), { ok: true, value: split }, text);
});

test("PROC-063: what cannot be split says why", () => {
  assert.deepEqual(splitCommand("sh -c 'a"), { ok: false, error: "No closing quotation" });
  assert.deepEqual(splitCommand("a \\"), { ok: false, error: "No escaped character" });
});

test("words and variables that are written down with quotes are read back", () => {
  const quote = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      assert.deepEqual(splitCommand(words.map(quote).join(" ")), { ok: true, value: words });
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (values) => {
      const text = Object.entries(values)
        .map(([name, value]) => `${quote(name)}=${quote(value)}`)
        .join(",");
      const read = parseEnvironment(text);
      assert.deepEqual(read.ok && { ...read.value }, { ...values });
    }),
  );
});

test("any text is split or refused", () => {
  const pieces = fc.constantFrom("a", "=", ",", '"', "'", "\\", " ", "\n", "#", "é", ";", "日");
  fc.assert(
    fc.property(
      fc.array(pieces).map((some) => some.join("")),
      (text) => {
        assert.ok(["boolean"].includes(typeof splitCommand(text).ok) && ["boolean"].includes(typeof parseEnvironment(text).ok));
      },
    ),
  );
});
