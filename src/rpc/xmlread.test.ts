/** What a request means, row by row; then as properties against a second parser, and against the original's own reader. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { XML_DEPTH_MAX, XML_MARKUP_MAX } from "./bounds.ts";
import type { RpcValue } from "./values.ts";
import { readCall } from "./xmlread.ts";

const call = (params: string) => `<methodCall><methodName>m</methodName><params>${params}</params></methodCall>`;
const param = (value: string) => call(`<param><value>${value}</value></param>`);

function read(xml: string | Uint8Array) {
  return readCall(Buffer.from(xml));
}

/** The one argument; a text that begins with `refused` when there is none. */
function value(xml: string): RpcValue {
  const result = read(param(xml));
  return result.ok ? (result.value.params[0] ?? null) : `refused: ${result.error}`;
}

const REFUSED = "refused: unmarshallable";

test("RPC-213: the body is UTF-8 whatever the declaration says; other bytes are refused", () => {
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${param("<string>é</string>")}`;
  for (const encoding of ["iso-8859-1", "utf-16", "utf-8"]) {
    assert.deepEqual(read(declared(encoding)), { ok: true, value: { method: "m", params: ["é"] } }, encoding);
  }
  assert.deepEqual(readCall(Buffer.from(param("é"), "latin1")), { ok: false, error: "unmarshallable" });
});

test("RPC-214: a byte order mark or blanks before the root are taken, blanks before the declaration are not", () => {
  assert.equal(read(`\ufeff${call("")}`).ok, true);
  assert.equal(read(` \n\t${call("")}`).ok, true);
  assert.equal(read(`<?xml version="1.0"?>${call("")}`).ok, true);
  assert.deepEqual(read(` <?xml version="1.0"?>${call("")}`), { ok: false, error: "unmarshallable" });
  assert.deepEqual(read(`\n<?xml version="1.0"?>${call("")}`), { ok: false, error: "unmarshallable" });
});

test("RPC-216: what is not well-formed is unmarshallable", () => {
  const bad = [
    "this is not XML",
    "",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&nope;</a>",
    "<a b='1' b='2'/>",
    "<a>]]></a>",
    `${call("")}x`,
    "<a b=1/>",
  ];
  for (const xml of bad) assert.deepEqual(read(xml), { ok: false, error: "unmarshallable" }, xml);
});

test("RPC-217: a document without a method name says so", () => {
  for (const xml of ["<methodCall/>", "<methodCall><methodName></methodName></methodCall>", "<x/>", "<methodName/>"]) {
    assert.deepEqual(read(xml), { ok: false, error: "no method name" }, xml);
  }
});

test("RPC-218: the structure is not checked, and the last methodName wins", () => {
  assert.deepEqual(read("<methodName>a.b</methodName>"), { ok: true, value: { method: "a.b", params: [] } });
  assert.deepEqual(read("<x><y><methodName>a</methodName></y><methodName>b</methodName></x>"), {
    ok: true,
    value: { method: "b", params: [] },
  });
  assert.deepEqual(read("<m><methodName>a</methodName><params/></m>"), { ok: true, value: { method: "a", params: [] } });
  assert.deepEqual(read(call("<value>x</value>")), { ok: true, value: { method: "m", params: ["x"] } });
});

test("RPC-219: a param without a value is refused", () => {
  assert.deepEqual(read(call("<param/>")), { ok: false, error: "unmarshallable" });
});

test("RPC-220: elements in a namespace are not ours, an undeclared prefix is an error", () => {
  assert.deepEqual(read(`<methodCall xmlns="urn:x"><methodName>m</methodName></methodCall>`), { ok: false, error: "no method name" });
  assert.deepEqual(read("<p:methodCall><methodName>m</methodName></p:methodCall>"), { ok: false, error: "unmarshallable" });
  assert.deepEqual(read(`<methodCall p:a="1"><methodName>m</methodName></methodCall>`), { ok: false, error: "unmarshallable" });
  const declared = `<r xmlns:p="urn:x"><methodName>m</methodName><params><param><value><p:int>5</p:int></value></param></params></r>`;
  assert.deepEqual(read(declared), { ok: true, value: { method: "m", params: ["5"] } });
  assert.equal(read(`<r xmlns="urn:x"><methodName xmlns="">m</methodName></r>`).ok, true);
});

test("RPC-221: a document type is refused, and no entity but the five is known", () => {
  for (const xml of [
    `<!DOCTYPE a>${call("")}`,
    `<!DOCTYPE a [<!ENTITY x "y">]>${param("&x;")}`,
    `<!DOCTYPE a SYSTEM "file:///etc/passwd">${call("")}`,
    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${param("&x;")}`,
    `<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>${param("&b;")}`,
    param("&nbsp;"),
  ]) {
    assert.deepEqual(read(xml), { ok: false, error: "unmarshallable" }, xml);
  }
  assert.equal(value("&lt;&gt;&amp;&quot;&apos;&#65;&#x42;"), "<>&\"'AB");
});

test("RPC-222: int and i4 as Python reads them", () => {
  for (const [text, number] of [
    ["5", 5],
    ["-5", -5],
    ["+5", 5],
    [" 5 ", 5],
    ["1_0", 10],
    ["99999999999", 99999999999],
    ["007", 7],
  ] as const) {
    assert.equal(value(`<int>${text}</int>`), number, text);
    assert.equal(value(`<i4>${text}</i4>`), number, text);
  }
  for (const text of ["", "0x10", "5.0", "five", "1__0", "_1", "1 2"]) assert.equal(value(`<int>${text}</int>`), REFUSED, text);
});

test("RPC-223: types that are not known are their text", () => {
  assert.equal(value("<i8>5</i8>"), "5");
  assert.equal(value("<float>1.5</float>"), "1.5");
  assert.equal(value("<whatever>x</whatever>"), "x");
});

test("RPC-224: nil, and any empty element that is not known, is null", () => {
  assert.equal(value("<nil/>"), null);
  assert.equal(value("<i8/>"), null);
});

test("RPC-225: a boolean is true for exactly 1", () => {
  assert.equal(value("<boolean>1</boolean>"), true);
  for (const text of ["0", "true", " 1", "1 ", "", "11"]) assert.equal(value(`<boolean>${text}</boolean>`), false, text);
});

test("RPC-226: doubles as Python reads them", () => {
  const numbers = {
    "1.50": 1.5,
    "1e400": Infinity,
    "-1e400": -Infinity,
    inf: Infinity,
    "-Infinity": -Infinity,
    " 2 ": 2,
    ".5": 0.5,
    "5.": 5,
    "1_0.5": 10.5,
  };
  for (const [text, number] of Object.entries(numbers)) assert.deepEqual(value(`<double>${text}</double>`), { double: number }, text);
  assert.deepEqual(value("<double>NaN</double>"), { double: Number.NaN });
  for (const text of ["", ".", "e5", "1e", "0x1", "1,5", "infinit", "--1"]) assert.equal(value(`<double>${text}</double>`), REFUSED, text);
});

test("RPC-227: texts keep blanks, line ends become LF, CDATA is text, children end it", () => {
  assert.equal(value("<string> a </string>"), " a ");
  assert.equal(value(" a "), " a ");
  assert.equal(value("<string/>"), "");
  assert.equal(value(""), "");
  assert.equal(value("<string>a\r\nb\rc&#13;d</string>"), "a\nb\nc\rd");
  assert.equal(value("<string><![CDATA[<&]]>x</string>"), "<&x");
  assert.equal(value("<string>a<!-- b -->c<?pi d?>e</string>"), "ace");
  assert.equal(value("<string>before<b>in</b>after</string>"), "before");
});

test("RPC-228: a time has one form", () => {
  assert.deepEqual(value("<dateTime.iso8601>20240102T03:04:05</dateTime.iso8601>"), { dateTime: [2024, 1, 2, 3, 4, 5] });
  assert.deepEqual(value("<dateTime.iso8601>20240229T00:00:00</dateTime.iso8601>"), { dateTime: [2024, 2, 29, 0, 0, 0] });
  for (const text of [
    "2024-01-02T03:04:05",
    "20240102",
    "20230229T00:00:00",
    "20241301T00:00:00",
    "20240102T25:00:00",
    "",
    "20240102T03:04:05Z",
  ]) {
    assert.equal(value(`<dateTime.iso8601>${text}</dateTime.iso8601>`), REFUSED, text);
  }
});

test("RPC-229: base64 is decoded leniently, but for its padding, and must be a text", () => {
  assert.equal(value("<base64>YQ==</base64>"), "a");
  assert.equal(value("<base64>\nY Q=\t=\n</base64>"), "a");
  assert.equal(value("<base64>w6k=</base64>"), "é");
  assert.equal(value("<base64/>"), "");
  for (const text of ["YQ", "YQ=", "Y", "/w=="]) assert.equal(value(`<base64>${text}</base64>`), REFUSED, text);
});

test("RPC-230: an array needs its data", () => {
  assert.deepEqual(value("<array><data><value>a</value><value><int>1</int></value></data></array>"), ["a", 1]);
  assert.deepEqual(value("<array><data/></array>"), []);
  assert.equal(value("<array/>"), REFUSED);
});

test("RPC-231: members are first the name, then the value, whatever they are called", () => {
  assert.deepEqual(value("<struct><member><name>a</name><value>b</value></member></struct>"), new Map([["a", "b"]]));
  assert.deepEqual(value("<struct><x><y>a</y><z>b</z></x></struct>"), new Map([["a", "b"]]));
  assert.deepEqual(value("<struct><member><name/><value>b</value></member></struct>"), new Map([["", "b"]]));
  assert.deepEqual(value("<struct/>"), new Map());
  assert.deepEqual(value("<struct><member><name>__proto__</name><value>b</value></member></struct>"), new Map([["__proto__", "b"]]));
  assert.equal(value("<struct><member><name>a</name></member></struct>"), REFUSED);
  assert.equal(value("<struct><member><name>a</name><value/><value/></member></struct>"), REFUSED);
});

test("RPC-232: of several children the first is the value, and text beside it is nothing", () => {
  assert.equal(value("x<int>1</int>y<int>2</int>"), 1);
});

test("RPC-233: characters that XML does not have are refused, raw and as references", () => {
  for (const text of ["\u0001", "\u0000", "&#x1;", "&#0;", "\uffff", "&#xD800;"])
    assert.equal(value(`<string>${text}</string>`), REFUSED, JSON.stringify(text));
});

test("RPC-234: depth and markup are bounded, size by the server", () => {
  const nested = (depth: number) => `<methodName>m${"<a>".repeat(depth)}${"</a>".repeat(depth)}</methodName>`;
  assert.equal(read(nested(XML_DEPTH_MAX - 1)).ok, true);
  assert.deepEqual(read(nested(XML_DEPTH_MAX)), { ok: false, error: "unmarshallable" });
  assert.deepEqual(read("<a>".repeat(100_000)), { ok: false, error: "unmarshallable" });
  const wide = (elements: number) => `<methodName>m${"<a/>".repeat(elements)}</methodName>`;
  assert.equal(read(wide(XML_MARKUP_MAX - 2)).ok, true);
  assert.deepEqual(read(wide(XML_MARKUP_MAX - 1)), { ok: false, error: "unmarshallable" });
  assert.deepEqual(read(`<methodName>m${"&lt;".repeat(XML_MARKUP_MAX)}</methodName>`), { ok: false, error: "unmarshallable" });
});

/** Documents that are nearly right: fragments that matter, put together at random. */
const FRAGMENTS = [
  "<methodName>",
  "</methodName>",
  "<params>",
  "</params>",
  "<param>",
  "</param>",
  "<value>",
  "</value>",
  "<string>",
  "</string>",
  "<int>",
  "</int>",
  "<a/>",
  "<b x='1'>",
  "</b>",
  "text",
  "5",
  " ",
  "\n",
  "\r\n",
  "&lt;",
  "&#65;",
  "&x;",
  "&",
  "<",
  "<!-- c -->",
  "<![CDATA[ d ]]>",
  "]]>",
  "<?p q?>",
  "é",
  "\u0001",
];
const soup = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 14 }).map((parts) => `<methodCall>${parts.join("")}</methodCall>`);

test("what is read as a call is what saxes takes for well-formed, and its name is the text that saxes finds", () => {
  fc.assert(
    fc.property(soup, (xml) => {
      const mine = readCall(Buffer.from(xml));
      const theirs = methodNameBySaxes(xml);
      if (theirs === null) return assert.equal(mine.ok, false);
      // A value of a wrong type is refused although the XML is good.
      if (mine.ok) assert.equal(mine.value.method, theirs);
      else if (mine.error === "no method name") assert.equal(theirs, "");
    }),
    { numRuns: 3000 },
  );
});

test("bytes never do anything but give a call or a refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (bytes, at) => {
      const good = Buffer.from(param("<string>abc</string>"));
      const result = readCall(Buffer.concat([good.subarray(0, at), bytes, good.subarray(at)]));
      if (!result.ok) assert.match(result.error, /^(?:unmarshallable|no method name)$/);
    }),
    { numRuns: 2000 },
  );
});

/** null: not well-formed. Else the text of the last methodName up to its first child. */
function methodNameBySaxes(xml: string): string | null {
  let broken = false;
  let name = "";
  const open: { readonly name: string; text: string; childSeen: boolean }[] = [];
  const parser = new SaxesParser();
  const onText = (text: string) => {
    const top = open.at(-1);
    if (top !== undefined && !top.childSeen) top.text += text;
  };
  parser.on("error", () => {
    broken = true;
  });
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.on("opentag", (tag) => {
    const top = open.at(-1);
    if (top !== undefined) top.childSeen = true;
    open.push({ name: tag.name, text: "", childSeen: false });
  });
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed?.name === "methodName") name = closed.text;
  });
  parser.write(xml).close();
  return broken ? null : name;
}
