/**
 * Arguments as methods need them. The original checks no types: what happens to a value of a wrong type is what Python does with it, and clients
 * see it as a fault, as HTTP status 500 or not at all (RPC-014, RPC-070, RPC-096, RPC-124).
 */
import { parseInteger } from "../config/numbers.ts";
import { parseSignal } from "../config/signalnames.ts";
import { ok, type Result, refuse } from "../result.ts";
import { type Failure, type Fault, fault, type Stumble } from "./faults.ts";
import { isArray, isStruct, pythonText, pythonTruth, pythonType, type RpcValue } from "./values.ts";

/** A namespec; anything but a text is a stumble. (RPC-014) */
export function namespec(value: RpcValue): Result<string, Stumble> {
  return typeof value === "string" ? ok(value) : refuse(noAttribute(value, "split"));
}

/** A plain group name: other values are merely the name of no group, unless Python cannot look them up. */
export function groupName(value: RpcValue): Result<string, Fault> {
  if (typeof value === "string") return ok(value);
  if (isArray(value) || isStruct(value)) return refuse(fault("INCORRECT_PARAMETERS"));
  return refuse(fault("BAD_NAME", value === null ? null : pythonText(value)));
}

/** `wait`: by truth value, true when it is left out. (RPC-070) */
export function flag(value: RpcValue | undefined): boolean {
  return value === undefined || pythonTruth(value);
}

const TOKEN_MAX = 64;

/** The word of a client by which it gives an order again whose answer it has lost; empty: none. null: it cannot be one. */
export function orderToken(value: RpcValue | undefined): string | null {
  const token = value ?? "";
  return typeof token === "string" && token.length <= TOKEN_MAX ? token : null;
}

/** A signal by name or number; booleans and doubles count as whole numbers. (RPC-094..098) */
export function signalNumber(value: RpcValue): Result<number, Failure> {
  const text = typeof value === "string" ? value : numberText(value);
  if (text === null) return refuse(noAttribute(value, "strip"));
  const parsed = parseSignal(text);
  return parsed.ok ? parsed : refuse(fault("BAD_SIGNAL", pythonText(value)));
}

/** An offset or a length. (RPC-124, RPC-137) */
export function integer(value: RpcValue): Result<number, Failure> {
  const text = typeof value === "string" ? value : numberText(value);
  if (text === null)
    return refuse(isDouble(value) ? stumble("ValueError", "cannot convert float to integer") : fault("INCORRECT_PARAMETERS"));
  const parsed = parseInteger(text);
  return parsed.ok ? parsed : refuse(stumble("ValueError", parsed.error));
}

export function stumble(error: string, message: string): Stumble {
  return { stumble: { error, message } };
}

export function noAttribute(value: RpcValue, attribute: string): Stumble {
  return stumble("AttributeError", `'${pythonType(value)}' object has no attribute '${attribute}'`);
}

/** null: not a number, or one that no whole number stands for. */
function numberText(value: RpcValue): string | null {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return String(value);
  return isDouble(value) && Number.isFinite(value.double) ? BigInt(Math.trunc(value.double)).toString() : null;
}

function isDouble(value: RpcValue): value is { readonly double: number } {
  return typeof value === "object" && value !== null && "double" in value;
}
