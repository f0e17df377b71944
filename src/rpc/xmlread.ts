/**
 * A request's bytes as the call that it means: the one place where XML from outside is read. The library checks that the XML is well formed;
 * what the elements mean is decided here, as leniently as the original does it (RPC-213..233), since clients of many languages rely on it:
 * the structure is not checked, unknown types are texts, the last methodName counts.
 *
 * Never: a DTD, an entity other than the five and character references, unbounded depth or size. (RPC-221, RPC-234)
 */
import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import { parseInteger } from "../config/numbers.ts";
import { trimmed } from "../config/whitespace.ts";
import { ok, type Result, refuse } from "../result.ts";
import { decodeBase64 } from "./base64.ts";
import { XML_DEPTH_MAX, XML_MARKUP_MAX } from "./bounds.ts";
import { type DateTime, pythonText, type RpcValue } from "./values.ts";

export type Call = { readonly method: string; readonly params: readonly RpcValue[] };

/** The words with which the log explains a refusal. (RPC-216, RPC-217) */
export type BadCall = "unmarshallable" | "no method name";

const DIGITS = "\\d+(?:_\\d+)*";
const FLOAT = new RegExp(`^[+-]?(?:(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf(?:inity)?|nan)$`);
const DATE_TIME = /^(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/;
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a call. Never throws. */
export function readCall(body: Uint8Array): Result<Call, BadCall> {
  try {
    const text = strictUtf8.decode(body);
    if (markupIn(text) > XML_MARKUP_MAX) return refuse("unmarshallable");
    const document = parseXml(text, { preserveDocumentType: true });
    const root = document.root;
    if (root === null || document.children.some((child) => child.type === "doctype")) return refuse("unmarshallable");
    const reading: Reading = { method: null, params: [] };
    evaluate(reading, root, { depth: 1, prefixes: new Set(["xml"]), defaultNamespace: false });
    return typeof reading.method === "string" && reading.method !== ""
      ? ok({ method: reading.method, params: reading.params })
      : refuse("no method name");
  } catch {
    // Ill-formed XML, a value that is none of its type, or the library's stack, which a nesting beyond all measure exhausts.
    return refuse("unmarshallable");
  }
}

type Reading = { method: RpcValue; params: readonly RpcValue[] };
type Scope = { readonly depth: number; readonly prefixes: ReadonlySet<string>; readonly defaultNamespace: boolean };

/** What an element has become: its value, and the children that the element around it still sees; an element whose type is known hides its own. */
type Evaluated = { readonly value: RpcValue; readonly children: readonly Evaluated[] };

class BadValue extends Error {}

/** Inside out, in document order: the children have become values when their element is looked at. */
function evaluate(reading: Reading, element: XmlElement, outer: Scope): Evaluated {
  if (outer.depth > XML_DEPTH_MAX) throw new BadValue("too deep");
  const scope = scopeOf(element, outer);
  const children: Evaluated[] = [];
  let text: string | null = null;
  for (const child of element.children) {
    if (child instanceof XmlElement) children.push(evaluate(reading, child, { ...scope, depth: scope.depth + 1 }));
    else if (child instanceof XmlText && children.length === 0) text = (text ?? "") + child.text;
  }
  const known = element.name.includes(":") || scope.defaultNamespace ? null : element.name;
  switch (known) {
    case "methodName":
      reading.method = text;
      return { value: text, children };
    case "params":
      reading.params = children.map((child) => child.value);
      return { value: text, children };
    default: {
      const value = typedValue(known, text, children);
      return value === undefined ? { value: text, children } : { value, children: [] };
    }
  }
}

/** undefined: not a type that XML-RPC knows, so the text stands for the value. (RPC-223) */
function typedValue(name: string | null, text: string | null, children: readonly Evaluated[]): RpcValue | undefined {
  switch (name) {
    case "int":
    case "i4":
      return integer(text);
    case "boolean":
      return text === "1";
    case "string":
      return text ?? "";
    case "double":
      return double(text);
    case "dateTime.iso8601":
      return dateTime(text);
    case "base64":
      return base64(text ?? "");
    case "value":
      return children[0] === undefined ? (text ?? "") : children[0].value;
    case "param":
    case "array":
      return first(children);
    case "data":
      return children.map((child) => child.value);
    case "struct":
      return new Map(children.map(member));
    default:
      return undefined;
  }
}

/** An undeclared prefix is an error; an element in any namespace is none of ours. (RPC-220) */
function scopeOf(element: XmlElement, outer: Scope): Scope {
  const names = Object.keys(element.attributes);
  const declared = names.filter((name) => name.startsWith("xmlns:")).map((name) => name.slice(6));
  const prefixes = declared.length === 0 ? outer.prefixes : new Set([...outer.prefixes, ...declared]);
  for (const name of [element.name, ...names]) {
    const colon = name.indexOf(":");
    if (colon >= 0 && !name.startsWith("xmlns:") && !prefixes.has(name.slice(0, colon))) throw new BadValue("unbound prefix");
  }
  const own = element.attributes["xmlns"];
  return { depth: outer.depth, prefixes, defaultNamespace: own === undefined ? outer.defaultNamespace : own !== "" };
}

function first(children: readonly Evaluated[]): RpcValue {
  const child = children[0];
  if (child === undefined) throw new BadValue("nothing in it");
  return child.value;
}

/** The first child is the name, the second the value, whatever they are called. (RPC-231) */
function member({ children }: Evaluated): [string, RpcValue] {
  const [name, value, ...more] = children;
  if (name === undefined || value === undefined || more.length > 0) throw new BadValue("not a member");
  return [name.value === null ? "" : pythonText(name.value), value.value];
}

function integer(text: string | null): number {
  const parsed = parseInteger(text ?? "");
  if (!parsed.ok) throw new BadValue(parsed.error);
  return parsed.value;
}

function double(text: string | null): RpcValue {
  const shown = trimmed(text ?? "").toLowerCase();
  if (!FLOAT.test(shown)) throw new BadValue("not a number");
  const number = shown.replaceAll("_", "");
  if (number.includes("inf")) return { double: number.startsWith("-") ? -Infinity : Infinity };
  return { double: number.includes("nan") ? Number.NaN : Number(number) };
}

function dateTime(text: string | null): DateTime {
  const match = DATE_TIME.exec(text ?? "");
  if (match === null) throw new BadValue("not a time");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  if (year === 0 || day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) throw new BadValue("no such day");
  return { dateTime: [year, month, day, hour, minute, second] };
}

function base64(text: string): string {
  const bytes = decodeBase64(text);
  if (bytes === null) throw new BadValue("wrong padding");
  return strictUtf8.decode(bytes);
}

function markupIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) count += 1;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) count += 1;
  return count;
}
