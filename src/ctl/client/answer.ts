/**
 * Reads an XML-RPC answer. Written by hand for the one shape that answers have, because this is most of what `status` does: a general XML
 * parser took 400 ms of CPU for 1000 processes and 4 ms for one, this one a tenth. It is lenient where servers are not strict XML: the original
 * sends a log's control characters raw (RPC-128), and a log with colours must be readable. Everything else that is no XML-RPC is refused.
 */
import { ok, type Result, refuse } from "../../result.ts";
import type { Failure } from "./failure.ts";

/** XML-RPC values as this client knows them. Dates and bytes, which only plug-ins of the original send, come as their text. */
export type Value = string | number | boolean | null | readonly Value[] | Struct;
export type Struct = { readonly [member: string]: Value };

/** Arrays and structs in each other; an answer of supervisord has four levels. */
const DEPTH_MAX = 64;

/** The value of a good answer; a fault comes as the failure it is. (RPC-202, RPC-203) */
export function readAnswer(text: string): Result<Value, Failure> {
  const scanner = new Scanner(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);
  try {
    return scanner.answer();
  } catch (error) {
    if (error instanceof Malformed) return refuse({ kind: "not-xmlrpc", where: error.message });
    throw error;
  }
}

/** The shape in which supervisord, ours and the original's, writes a member whose value is a text or an integer. */
const PLAIN_MEMBER =
  /\s*<member>\s*<name>([^<&]+)<\/name>\s*<value>(?:<string>([^<&]*)<\/string>|<int>(-?\d{1,15})<\/int>)<\/value>\s*<\/member>/y;

/** Inside this file only: the way out of the recursion. */
class Malformed extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  answer(): Result<Value, Failure> {
    this.#skipProlog();
    this.#expect("<methodResponse>");
    const isFault = this.#take("<fault>");
    for (const tag of isFault ? [] : ["<params>", "<param>"]) this.#expect(tag);
    const value = this.#value();
    for (const tag of isFault ? ["</fault>"] : ["</param>", "</params>"]) this.#expect(tag);
    this.#expect("</methodResponse>");
    return isFault ? refuse(asFault(value)) : ok(value);
  }

  #value(): Value {
    if (!this.#take("<value>")) {
      this.#expect("<value/>");
      return "";
    }
    const start = this.#at;
    this.#skipSpace();
    if (this.#text.startsWith("</", this.#at) || this.#text[this.#at] !== "<") {
      this.#at = start;
      return this.#characters("</value>");
    }
    const value = this.#take("<string>") ? this.#characters("</string>") : this.#take("<int>") ? this.#integer("</int>") : this.#typed();
    this.#expect("</value>");
    return value;
  }

  #typed(): Value {
    const type = this.#name();
    if (this.#take(`<${type}/>`)) return type === "nil" ? null : (EMPTY_TYPES.get(type) ?? "");
    this.#expect(`<${type}>`);
    const end = `</${type}>`;
    switch (type) {
      case "array":
      case "struct":
        return this.#nested(type);
      case "string":
        return this.#characters(end);
      case "int":
      case "i4":
      case "i8":
        return this.#integer(end);
      case "boolean":
        return this.#characters(end).trim() === "1";
      case "double":
        return Number(this.#characters(end));
      case "dateTime.iso8601":
      case "base64":
        return this.#characters(end).trim();
      default:
        throw this.#malformed(`<${type}> is no type of XML-RPC`);
    }
  }

  #nested(type: "array" | "struct"): Value {
    if (++this.#depth > DEPTH_MAX) throw this.#malformed("values are nested too deeply");
    const value = type === "array" ? this.#array() : this.#struct();
    this.#depth--;
    this.#expect(`</${type}>`);
    return value;
  }

  #array(): Value {
    if (this.#take("<data/>")) return [];
    this.#expect("<data>");
    const values: Value[] = [];
    while (!this.#take("</data>")) values.push(this.#value());
    return values;
  }

  #struct(): Struct {
    const members: { [member: string]: Value } = {};
    for (;;) {
      if (this.#takePlainMember(members)) continue;
      if (!this.#take("<member>")) return members;
      const name = this.#memberName();
      const value = this.#value();
      if (name !== "__proto__") members[name] = value;
      this.#expect("</member>");
    }
  }

  /**
   * A member that is a text without entities or an integer, which nearly all are, in one step of the regular expression engine: the scanner has not
   * been compiled yet when `status` reads its one answer, and took 20 ms for 200 processes where this takes 4. What does not match is left to the scanner.
   */
  #takePlainMember(members: { [member: string]: Value }): boolean {
    PLAIN_MEMBER.lastIndex = this.#at;
    const found = PLAIN_MEMBER.exec(this.#text);
    const [whole = "", name = "__proto__", text, integer] = found ?? [];
    if (found === null || name === "__proto__") return false;
    members[name] = text ?? Number(integer);
    this.#at += whole.length;
    return true;
  }

  #memberName(): string {
    if (this.#take("<name>")) return this.#characters("</name>");
    this.#expect("<name/>");
    return "";
  }

  #integer(end: string): number {
    const text = this.#characters(end);
    const number = Number(text);
    if (!Number.isSafeInteger(number) || text.trim() === "") throw this.#malformed("a number was expected");
    return number;
  }

  /** Text up to the tag that ends it. */
  #characters(end: string): string {
    const close = this.#text.indexOf("<", this.#at);
    if (close < 0) throw this.#malformed("the answer ends in the middle");
    const raw = this.#text.slice(this.#at, close);
    this.#at = close;
    this.#expect(end);
    return raw.includes("&")
      ? raw.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+)?;?/g, (whole, name?: string) => this.#entity(whole, name ?? ""))
      : raw;
  }

  #entity(whole: string, name: string): string {
    const named = ENTITIES.get(name);
    if (named !== undefined && whole.endsWith(";")) return named;
    const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : name.startsWith("#") ? Number(name.slice(1)) : -1;
    if (code < 0 || code > 0x10ffff || !whole.endsWith(";")) throw this.#malformed(`undefined entity ${whole}`);
    return String.fromCodePoint(code);
  }

  /** What may stand before the root. */
  #skipProlog(): void {
    if (this.#text.startsWith("\ufeff")) this.#at = 1;
    for (;;) {
      this.#skipSpace();
      const end = this.#text.startsWith("<?", this.#at) ? "?>" : this.#text.startsWith("<!--", this.#at) ? "-->" : null;
      if (end === null) return;
      const at = this.#text.indexOf(end, this.#at);
      if (at < 0) throw this.#malformed("the answer ends in the middle");
      this.#at = at + end.length;
    }
  }

  /** The name of the tag that opens here. */
  #name(): string {
    const end = /[\s/>]/g;
    end.lastIndex = this.#at;
    return this.#text.slice(this.#at + 1, end.exec(this.#text)?.index ?? this.#text.length);
  }

  #take(tag: string): boolean {
    if (!this.#text.startsWith(tag, this.#at)) {
      this.#skipSpace();
      if (!this.#text.startsWith(tag, this.#at)) return false;
    }
    this.#at += tag.length;
    return true;
  }

  #expect(tag: string): void {
    if (!this.#take(tag)) throw this.#malformed(`${tag} was expected`);
  }

  #skipSpace(): void {
    for (
      let code = this.#text.charCodeAt(this.#at);
      code === 0x20 || (code >= 0x09 && code <= 0x0d);
      code = this.#text.charCodeAt(this.#at)
    )
      this.#at++;
  }

  #malformed(what: string): Malformed {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    return new Malformed(`${what}: line ${line}, column ${this.#at - before.lastIndexOf("\n") - 1}`);
  }
}

/** Values of types whose element is empty; a text is empty for all others. */
const EMPTY_TYPES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["boolean", false],
  ["array", []],
  ["struct", {}],
]);

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

function asFault(value: Value): Failure {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const { faultCode, faultString } = value as Struct;
    if (typeof faultCode === "number" && typeof faultString === "string") return { kind: "fault", code: faultCode, text: faultString };
  }
  return { kind: "not-xmlrpc", where: "a fault without faultCode and faultString" };
}
