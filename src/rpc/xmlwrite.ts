/**
 * Values as the XML that the original writes, byte for byte (RPC-202..208): some clients match text. One function per shape, no tree in between.
 *
 * Unlike the original every answer is well formed: what XML cannot carry (controls, U+FFFE, U+FFFF; an unpaired surrogate when it is encoded) becomes
 * U+FFFD (RPC-209), and whole numbers are kept within the 32 bits of XML-RPC (RPC-210).
 */

import { INT_MAX, INT_MIN } from "./bounds.ts";
import { type Fault, faultCode, faultText } from "./faults.ts";
import { Rendered, type RpcResult, type RpcStruct } from "./values.ts";

/** An answer's XML: one text, or pieces when a part of it was written before. */
export type XmlAnswer = string | readonly Uint8Array[];

const HEAD = "<?xml version='1.0'?>\n<methodResponse>\n";
const SPECIAL = /[&<>]/;
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const NOT_XML_ALL = new RegExp(NOT_XML, "g");

/** A good answer. (RPC-202) */
export function writeAnswer(value: RpcResult): XmlAnswer {
  const out: (string | Uint8Array)[] = [`${HEAD}<params>\n<param>\n`];
  appendValue(out, value);
  out.push("</param>\n</params>\n</methodResponse>\n");
  return joined(out);
}

/** A fault. (RPC-203) */
export function writeFault(failure: Fault): string {
  return `${HEAD}<fault>\n${writeValue(faultStruct(failure))}</fault>\n</methodResponse>\n`;
}

/** A fault as a value: what a multicall gives for a call that was refused. (RPC-193) */
export function faultStruct(failure: Fault): { readonly faultCode: number; readonly faultString: string } {
  return { faultCode: faultCode(failure), faultString: faultText(failure) };
}

/** One value without any part that was written before. */
export function writeValue(value: RpcResult): string {
  const out: string[] = [];
  appendValue(out, value);
  return out.join("");
}

/** One member of a struct. (RPC-206) */
export function writeMember(name: string, value: RpcResult): string {
  return `<member>\n<name>${escapeText(name)}</name>\n${writeValue(value)}</member>\n`;
}

/** Text between tags: `& < >` escaped, quotes left, everything else as it is. (RPC-208) */
export function escapeText(text: string): string {
  const legal = NOT_XML.test(text) ? text.replace(NOT_XML_ALL, "\ufffd") : text;
  if (!SPECIAL.test(legal)) return legal;
  return legal.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** What `escapeText` made of a text that XML can carry, back again. */
export function unescapeText(text: string): string {
  return text.replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

function appendValue(out: (string | Uint8Array)[], value: RpcResult): void {
  switch (typeof value) {
    case "string":
      out.push(`<value><string>${escapeText(value)}</string></value>\n`);
      return;
    case "boolean":
      out.push(`<value><boolean>${value ? 1 : 0}</boolean></value>\n`);
      return;
    case "number":
      out.push(`<value><int>${Math.min(INT_MAX, Math.max(INT_MIN, Math.trunc(value)))}</int></value>\n`);
      return;
    default:
      appendCompound(out, value);
  }
}

function appendCompound(out: (string | Uint8Array)[], value: readonly RpcResult[] | RpcStruct | Rendered): void {
  if (value instanceof Rendered) {
    out.push(...value.xml);
  } else if (isList(value)) {
    out.push("<value><array><data>\n");
    for (const item of value) appendValue(out, item);
    out.push("</data></array></value>\n");
  } else {
    out.push("<value><struct>\n");
    for (const [name, item] of Object.entries(value)) {
      out.push(`<member>\n<name>${escapeText(name)}</name>\n`);
      appendValue(out, item);
      out.push("</member>\n");
    }
    out.push("</struct></value>\n");
  }
}

function isList(value: readonly RpcResult[] | RpcStruct): value is readonly RpcResult[] {
  return Array.isArray(value);
}

function joined(parts: readonly (string | Uint8Array)[]): XmlAnswer {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
}
