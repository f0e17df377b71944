/**
 * Values as plug-ins have them, plain data of JavaScript, and as XML-RPC has them. What comes from a plug-in is checked to the last leaf: it becomes text
 * for clients.
 */
import { ok, type Result, refuse } from "../result.ts";
import { INT_MAX, INT_MIN, VALUE_DEPTH_MAX } from "./bounds.ts";
import { isArray, isStruct, Rendered, type RpcResult, type RpcValue } from "./values.ts";

/** An argument of a client. Times are local, as clients mean them. */
export function plainArgument(value: RpcValue): unknown {
  if (value === null || typeof value !== "object") return value;
  if (isArray(value)) return value.map(plainArgument);
  if (isStruct(value)) return record([...value].map(([name, item]) => [name, plainArgument(item)]));
  if ("double" in value) return value.double;
  const [year, month, day, hour, minute, second] = value.dateTime;
  return new Date(year, month - 1, day, hour, minute, second);
}

/** What one of our methods gave. */
export function plainResult(value: RpcResult): unknown {
  if (value instanceof Rendered) return plainResult(value.plain());
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map(plainResult);
  return record(Object.entries(value).map(([name, item]) => [name, plainResult(item)]));
}

/** An argument with which a plug-in calls one of our methods. */
export function argumentOf(value: unknown): RpcValue {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return isInt(value) ? value : { double: value };
  if (Array.isArray(value)) return value.map(argumentOf);
  if (typeof value !== "object" || value === null) return null;
  return new Map(Object.entries(value).map(([name, item]) => [name, argumentOf(item)]));
}

/** What a method of a plug-in gave. Refuses with what XML-RPC cannot carry of it. */
export function resultOf(value: unknown, depth = 0): Result<RpcResult, string> {
  if (depth > VALUE_DEPTH_MAX) return refuse(`values are nested deeper than ${VALUE_DEPTH_MAX}`);
  switch (typeof value) {
    case "string":
    case "boolean":
      return ok(value);
    case "number":
      return numberResult(value);
    case "object":
      return value === null ? refuse("XML-RPC has no null") : compound(value, depth);
    default:
      return refuse(value === undefined ? "it gave nothing, and XML-RPC has no null: give true" : `XML-RPC has no ${typeof value}`);
  }
}

function compound(value: object, depth: number): Result<RpcResult, string> {
  if (value instanceof Date) return dateResult(value);
  if (value instanceof Uint8Array) return ok(base64Result(value));
  if (Array.isArray(value)) {
    const items: RpcResult[] = [];
    for (const item of value) {
      const result = resultOf(item, depth + 1);
      if (!result.ok) return result;
      items.push(result.value);
    }
    return ok(items);
  }
  const members: [string, RpcResult][] = [];
  for (const [name, item] of Object.entries(value)) {
    const result = resultOf(item, depth + 1);
    if (!result.ok) return refuse(`${name}: ${result.error}`);
    members.push([name, result.value]);
  }
  return ok(record(members));
}

function numberResult(value: number): Result<RpcResult, string> {
  if (isInt(value)) return ok(value);
  return Number.isFinite(value) ? ok(rendered("double", String(value), value)) : refuse(`XML-RPC has no ${value}`);
}

/** `20261124T05:40:27`, local. */
function dateResult(value: Date): Result<RpcResult, string> {
  if (Number.isNaN(value.getTime())) return refuse("it is no valid date");
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${String(value.getFullYear()).padStart(4, "0")}${two(value.getMonth() + 1)}${two(value.getDate())}`;
  return ok(rendered("dateTime.iso8601", `${day}T${two(value.getHours())}:${two(value.getMinutes())}:${two(value.getSeconds())}`));
}

/** Of a type that our own methods never give. */
/** In lines of 76 characters, as Python writes them; as a plain value without line ends. (RPC-207) */
function base64Result(bytes: Uint8Array): Rendered {
  const text = Buffer.from(bytes).toString("base64");
  return rendered("base64", `\n${text.replace(/.{1,76}/g, "$&\n")}`, text);
}

function rendered(type: string, text: string, plain: RpcResult = text): Rendered {
  return new Rendered([Buffer.from(`<value><${type}>${text}</${type}></value>\n`)], () => plain);
}

function isInt(value: number): boolean {
  return Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX;
}

function isList(value: RpcResult): value is readonly RpcResult[] {
  return Array.isArray(value);
}

/** A name such as `__proto__` is a name like any other. */
function record<T>(members: readonly (readonly [string, T])[]): { [name: string]: T } {
  return Object.fromEntries(members);
}
