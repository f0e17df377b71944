import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RpcResult } from "../../rpc/values.ts";
import { writeAnswer, writeFault } from "../../rpc/xmlwrite.ts";
import { readAnswer } from "./answer.ts";
import { writeCall } from "./rpc.ts";

const value = (inside: string) => {
  const answer = readAnswer(`<?xml version='1.0'?>\n<methodResponse><params><param>${inside}</param></params></methodResponse>`);
  return answer.ok ? answer.value : answer.error;
};
const where = (inside: string) => {
  const answer = value(inside) as { readonly kind?: string; readonly where?: string };
  assert.equal(answer.kind, "not-xmlrpc");
  return answer.where;
};

test("values of every type", () => {
  assert.equal(value("<value><string>a &lt;b&gt; &amp; &quot;c&quot; &apos; &#233;&#x41;</string></value>"), `a <b> & "c" ' \u00e9A`);
  assert.equal(value("<value> untyped </value>"), " untyped ");
  assert.equal(value("<value></value>"), "");
  assert.equal(value("<value/>"), "");
  assert.equal(value("<value><int> -7 </int></value>"), -7);
  assert.equal(value("<value><i4>7</i4></value>"), 7);
  assert.equal(value("<value><i8>8</i8></value>"), 8);
  assert.equal(value("<value><boolean>1</boolean></value>"), true);
  assert.equal(value("<value><boolean>0</boolean></value>"), false);
  assert.equal(value("<value><double>1.5</double></value>"), 1.5);
  assert.equal(value("<value><nil/></value>"), null);
  assert.equal(value("<value><dateTime.iso8601>20240102T03:04:05</dateTime.iso8601></value>"), "20240102T03:04:05");
  assert.deepEqual(value("<value><array><data/></array></value>"), []);
  assert.deepEqual(value("<value><array>\n<data>\n<value><int>1</int></value>\n<value>x</value>\n</data>\n</array></value>"), [1, "x"]);
  assert.deepEqual(value("<value><struct><member><name>a</name><value>b</value></member></struct></value>"), { a: "b" });
  assert.deepEqual(value("<value><string/></value>"), "");
});

test("what our writer writes is read back", () => {
  const { result } = fc.letrec<{ readonly result: RpcResult }>((tie) => ({
    result: fc.oneof(
      { maxDepth: 4 },
      fc.string().filter((text) => !/[^\t\n\u0020-\ud7ff]/.test(text)),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.boolean(),
      fc.array(tie("result"), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), tie("result"), { maxKeys: 4 }).map((struct) => ({ ...struct })),
    ),
  }));
  fc.assert(
    fc.property(result, (given) => {
      const answer = readAnswer(String(writeAnswer(given)));
      assert.ok(answer.ok, JSON.stringify(answer));
      assert.deepEqual(answer.value, given);
    }),
  );
});

test("a fault is a failure with its number and text", () => {
  assert.deepEqual(readAnswer(writeFault({ fault: "BAD_NAME", detail: "x" })), {
    ok: false,
    error: { kind: "fault", code: 10, text: "BAD_NAME: x" },
  });
});

test("control characters that the original sends raw are read, and line ends are LF", () => {
  assert.equal(value("<value><string>\u001b[31mred\u001b[0m\u0000\r\na\rb</string></value>"), "\u001b[31mred\u001b[0m\u0000\na\nb");
});

test("a member called __proto__ does no harm", () => {
  const read = value("<value><struct><member><name>__proto__</name><value>x</value></member></struct></value>");
  assert.deepEqual(Object.getPrototypeOf(read), Object.prototype);
});

test("CTL-045: what is no XML-RPC is refused, with the place", () => {
  assert.equal(readAnswer("<html></html>").ok, false);
  assert.equal(where("<value><int>x</int></value>"), "a number was expected: line 2, column 50");
  assert.match(where("<value><int></int></value>") ?? "", /a number was expected/);
  assert.match(where("<value><what>x</what></value>") ?? "", /<what> is no type/);
  assert.match(where("<value><string>a &nope; b</string></value>") ?? "", /undefined entity &nope;/);
  assert.match(where("<value><string>&constructor;</string></value>") ?? "", /undefined entity &constructor;/);
  assert.match(where("<value><string>a & b</string></value>") ?? "", /undefined entity/);
  assert.match(where("<value><string>x</int></value>") ?? "", /<\/string> was expected/);
  assert.equal(readAnswer("").ok, false);
});

test("nesting has an end", () => {
  const deep = (levels: number) => `${"<value><array><data>".repeat(levels)}${"</data></array></value>".repeat(levels)}`;
  assert.ok(Array.isArray(value(deep(64))));
  assert.match(where(deep(65)) ?? "", /nested too deeply/);
});

test("whatever comes, it is read or refused", () => {
  const token = fc.constantFrom(
    "<value>",
    "</value>",
    "<string>",
    "</string>",
    "<int>",
    "1",
    "<struct>",
    "<member>",
    "<name>",
    "</",
    "&lt;",
    "&",
    "<",
    "x",
  );
  fc.assert(fc.property(fc.array(token, { maxLength: 30 }), (tokens) => void value(tokens.join(""))));
  fc.assert(fc.property(fc.string(), (text) => void readAnswer(text)));
});

test("a thousand processes are read in a fraction of a second", () => {
  const row = { name: "p", group: "g", start: 1, description: "pid 1, uptime 0:00:09", statename: "RUNNING" };
  const text = String(writeAnswer(Array.from({ length: 1000 }, () => row)));
  const began = process.cpuUsage();
  assert.ok(readAnswer(text).ok);
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 2_000_000, `${user + system} µs of CPU, whatever else runs here`);
});

test("a call: its method and values, escaped", () => {
  assert.equal(
    writeCall("supervisor.startProcess", ["a<b", true]),
    "<?xml version='1.0'?>\n<methodCall>\n<methodName>supervisor.startProcess</methodName>\n<params>\n" +
      "<param>\n<value><string>a&lt;b</string></value>\n</param>\n<param>\n<value><boolean>1</boolean></value>\n</param>\n</params>\n</methodCall>\n",
  );
});
