/** The reader and the writer against the original's: the same documents, the same values, the same bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { askOriginal, originalMissing } from "./original.fixture.ts";
import { isArray, isStruct, pythonText, type RpcResult, type RpcValue } from "./values.ts";
import { readCall } from "./xmlread.ts";
import { writeAnswer, writeFault } from "./xmlwrite.ts";

const READER = `
import sys, json, datetime
from supervisor.xmlrpc import supervisor_xmlrpc_handler
handler = supervisor_xmlrpc_handler(None, [])
def plain(v):
    if isinstance(v, (list, tuple)): return ['list', [plain(x) for x in v]]
    if isinstance(v, dict): return ['dict', [[str(k), plain(x)] for k, x in v.items()]]
    return [type(v).__name__, str(v)]
answers = []
for xml in json.load(sys.stdin):
    try:
        params, method = handler.loads(xml)
        answers.append(None if not method else [str(method), plain(params or ()), str(list(params or ()))])
    except Exception:
        answers.append(None)
json.dump(answers, sys.stdout)
`;

const WRITER = `
import sys, json
from supervisor.compat import xmlrpclib
from supervisor.xmlrpc import xmlrpc_marshal
out = []
for kind, value in json.load(sys.stdin):
    out.append(xmlrpc_marshal(xmlrpclib.Fault(*value)) if kind == 'fault' else xmlrpc_marshal(value))
json.dump(out, sys.stdout)
`;

function plain(value: RpcValue): unknown {
  if (value === null) return ["NoneType", "None"];
  if (isArray(value)) return ["list", value.map(plain)];
  if (isStruct(value)) return ["dict", [...value].map(([name, item]) => [name, plain(item)])];
  if (typeof value === "object") return ["double" in value ? "float" : "datetime", pythonText(value)];
  return [{ string: "str", number: "int", boolean: "bool" }[typeof value as string], pythonText(value)];
}

const texts = fc.constantFrom(
  "",
  "a",
  " a ",
  "5",
  "-7",
  "1_0",
  "1.5",
  "1e16",
  "0.00001",
  "12345678.9",
  "nan",
  "1",
  " 1",
  "true",
  "YQ==",
  "w6k=",
  "/w==",
  "20240102T03:04:05",
  "é",
  "&lt;",
  "&#13;",
  "x\r\ny",
  "'",
  "a\"b'c",
);
const scalars = fc
  .tuple(fc.constantFrom("int", "i4", "boolean", "string", "double", "base64", "dateTime.iso8601", "nil", "i8", "odd"), texts)
  .map(([tag, text]) => `<${tag}>${text}</${tag}>`);
const { value: values } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalars,
    texts,
    fc.constantFrom("<nil/>", "<string/>", "<array/>", "<struct/>", "<array><data/></array>", "<int/>"),
    fc
      .array(tie("value"), { maxLength: 3 })
      .map((items) => `<array><data>${items.map((item) => `<value>${item}</value>`).join("")}</data></array>`),
    fc
      .array(fc.tuple(texts, tie("value")), { maxLength: 3 })
      .map(
        (items) =>
          `<struct>${items.map(([name, item]) => `<member><name>${name}</name><value>${item}</value></member>`).join("")}</struct>`,
      ),
    fc
      .tuple(fc.constantFrom("b", "value", "param", "data", "params", "methodName"), tie("value"))
      .map(([tag, item]) => `<${tag}>${item}</${tag}>`),
  ),
}));
const documents = fc
  .tuple(fc.array(values, { maxLength: 3 }), fc.boolean())
  .map(
    ([items, named]) =>
      `<methodCall>${named ? "<methodName>a.b</methodName>" : ""}<params>${items.map((item) => `<param><value>${item}</value></param>`).join("")}</params></methodCall>`,
  );

test("documents mean the same to us and to the original", { skip: originalMissing }, () => {
  const samples = [...new Set(fc.sample(documents, { numRuns: 1500, seed: 7 }))];
  const theirs = askOriginal(READER, samples) as (readonly [string, unknown, string] | null)[];
  let good = 0;
  for (const [index, xml] of samples.entries()) {
    const mine = readCall(Buffer.from(xml));
    const expected = theirs[index] ?? null;
    assert.equal(mine.ok, expected !== null, xml);
    if (!mine.ok || expected === null) continue;
    good += 1;
    assert.deepEqual([mine.value.method, plain(mine.value.params)], [expected[0], expected[1]], xml);
    assert.equal(pythonText(mine.value.params), expected[2], xml);
  }
  assert.ok(good > 200, `only ${good} good documents`);
});

test("RPC-202, RPC-203, RPC-205, RPC-206, RPC-208: answers and faults are, byte for byte, what the original writes", {
  skip: originalMissing,
}, () => {
  const leaf = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", "<", ">", "&", '"', "'", "é", "€", "\n", "\r", " ", "]]>", "😀") }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.boolean(),
  );
  const { result } = fc.letrec<{ result: RpcResult }>((tie) => ({
    result: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("result"), { maxLength: 3 }),
      fc
        .array(fc.tuple(fc.constantFrom("name", "b<c", "é", "z"), tie("result")), { maxLength: 3 })
        .map((members) => Object.fromEntries(members)),
    ),
  }));
  const samples: (readonly ["value", RpcResult] | readonly ["fault", readonly [number, string]])[] = [
    ["fault", [1, "UNKNOWN_METHOD"]],
    ["fault", [10, "BAD_NAME: <é>&"]],
    ...fc.sample(result, { numRuns: 500, seed: 11 }).map((value) => ["value", value] as const),
  ];
  const theirs = askOriginal(WRITER, samples) as string[];
  assert.equal(writeFault({ fault: "UNKNOWN_METHOD", detail: null }), theirs[0]);
  assert.equal(writeFault({ fault: "BAD_NAME", detail: "<é>&" }), theirs[1]);
  for (const [index, sample] of samples.entries()) {
    if (sample[0] === "value") assert.equal(writeAnswer(sample[1]), theirs[index], JSON.stringify(sample[1]));
  }
});
