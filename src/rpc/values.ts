/**
 * The values of XML-RPC: as arguments come in (every type that a client may send) and as results go out (what methods give).
 * Arguments keep the types of Python apart, since texts of faults and events show a value as Python's str() does.
 */
import { quoted } from "../config/quoting.ts";

export type Double = { readonly double: number };
export type DateTime = {
  readonly dateTime: readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];
};

/** A struct is a Map: its names come from outside. A plain number is an int. */
export type RpcValue = null | boolean | number | string | Double | DateTime | readonly RpcValue[] | ReadonlyMap<string, RpcValue>;

/** A result that was written as XML when it was made: an unchanged process, a piece of a log. `plain` gives it to who needs the value. */
export class Rendered {
  readonly xml: readonly Uint8Array[];
  readonly plain: () => RpcResult;

  constructor(xml: readonly Uint8Array[], plain: () => RpcResult) {
    this.xml = xml;
    this.plain = plain;
  }
}

export type RpcStruct = { readonly [name: string]: RpcResult };
export type RpcResult = string | number | boolean | readonly RpcResult[] | RpcStruct | Rendered;

/** Python's str(). (RPC-106, RPC-113) */
export function pythonText(value: RpcValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "dateTime" in value) return dateTimeText(value);
  return pythonRepr(value);
}

/** The name of the value's type in Python. */
export function pythonType(value: RpcValue): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "int";
  if (typeof value === "string") return "str";
  if (isArray(value)) return "list";
  if (value instanceof Map) return "dict";
  return "double" in value ? "float" : "datetime.datetime";
}

/** Whether Python takes the value for true. (RPC-070) */
export function pythonTruth(value: RpcValue): boolean {
  if (typeof value !== "object" || value === null) return Boolean(value);
  if (isArray(value)) return value.length > 0;
  if (isStruct(value)) return value.size > 0;
  return "double" in value ? value.double !== 0 : true;
}

export function isArray(value: RpcValue): value is readonly RpcValue[] {
  return Array.isArray(value);
}

export function isStruct(value: RpcValue): value is ReadonlyMap<string, RpcValue> {
  return value instanceof Map;
}

function pythonRepr(value: RpcValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (isStruct(value)) return `{${[...value].map(([name, item]) => `${quoted(name)}: ${pythonRepr(item)}`).join(", ")}}`;
  return "double" in value ? floatText(value.double) : `datetime.datetime(${value.dateTime.join(", ")})`;
}

/** Python writes an exponent from 1e16 up and below 1e-4, with two digits at least, and `.0` behind whole numbers. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent >= 16 || exponent < -4)) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function dateTimeText({ dateTime }: DateTime): string {
  const [year, month, day, hour, minute, second] = dateTime.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, "0"));
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}
