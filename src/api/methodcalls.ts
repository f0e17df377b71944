/** `POST call/NAMESPACE.METHOD`: the methods of XML-RPC, with parameters by name or in a list, and types that are checked. */
import { ok, type Result, refuse } from "../result.ts";
import type { SupervisorControl } from "../rpc/control.ts";
import { FAULTS, type Failure, type FaultName, faultCode, faultText, isFault } from "../rpc/faults.ts";
import type { Calls, Param, PublishedMethod, ValueType } from "../rpc/method.ts";
import { splitNamespec } from "../rpc/namespec.ts";
import type { RpcResult, RpcValue } from "../rpc/values.ts";
import { BODY_DEPTH_MAX } from "./bounds.ts";
import { type ApiStatus, fails, failure, json, type Reply } from "./reply.ts";
import type { ApiError } from "./types.ts";

/** The HTTP status of each fault. What is not as it must be for the call is a conflict: asked again later the same call may be good. */
export const FAULT_STATUS: Readonly<Record<FaultName, ApiStatus>> = {
  UNKNOWN_METHOD: 404,
  INCORRECT_PARAMETERS: 400,
  BAD_ARGUMENTS: 400,
  SIGNATURE_UNSUPPORTED: 400,
  SHUTDOWN_STATE: 503,
  BAD_NAME: 404,
  BAD_SIGNAL: 400,
  NO_FILE: 404,
  NOT_EXECUTABLE: 409,
  FAILED: 409,
  ABNORMAL_TERMINATION: 409,
  SPAWN_ERROR: 409,
  ALREADY_STARTED: 409,
  NOT_RUNNING: 409,
  ALREADY_ADDED: 409,
  STILL_RUNNING: 409,
  CANT_REREAD: 409,
};

/** `plain`: a result of ours as plain data. */
export type CallParts = {
  readonly plain: (result: RpcResult) => unknown;
  readonly control: Pick<SupervisorControl, "explain" | "lastWords">;
};

export async function callMethod(calls: Calls, { plain, control }: CallParts, name: string, body: unknown): Promise<Reply> {
  const method = calls.methods.get(name);
  if (method === undefined) return fails(404, "UNKNOWN_METHOD", `UNKNOWN_METHOD: ${name}`);
  const params = readParams(method, body);
  if (!params.ok) return fails(400, "INCORRECT_PARAMETERS", params.error);
  const answer = await calls.call(name, params.value);
  return answer.ok ? json({ result: plain(answer.value) }) : failed(answer.error, await whyFailed(control, answer.error, params.value));
}

/** A plug-in's own numbers have names that nobody knows: they are called after the fault that they came as. */
function failed(error: Failure, why: Why): Reply {
  if (isFault(error)) {
    const own = error.own === undefined ? FAULT_STATUS[error.fault] : 409;
    return failure(own, { code: faultCode(error), name: error.fault, message: faultText(error), ...why });
  }
  const { code, name } = { code: FAULTS.INCORRECT_PARAMETERS, name: "INCORRECT_PARAMETERS" };
  return failure(400, { code, name, message: `${error.stumble.error}: ${error.stumble.message}` });
}

type Why = Pick<ApiError, "reason" | "lastWords">;

/** What is known beside the fault, which is the original's, of a process that did not come up. */
async function whyFailed(control: CallParts["control"], failure: Failure, [name]: Params): Promise<Why> {
  const isAboutRun = isFault(failure) && (failure.fault === "SPAWN_ERROR" || failure.fault === "ABNORMAL_TERMINATION");
  if (!isAboutRun || typeof name !== "string") return {};
  const { group, process } = splitNamespec(name);
  const ref = { group, process: process ?? group };
  const explained = control.explain(ref);
  return explained === null ? {} : { reason: explained.reason, lastWords: await control.lastWords(ref) };
}

type Params = readonly RpcValue[];

/** The error says which parameter is wrong, and how. */
function readParams({ params }: PublishedMethod, body: unknown): Result<Params, string> {
  if (body === null || body === undefined) return checked(params, []);
  if (Array.isArray(body)) return checked(params, body);
  if (typeof body !== "object") return refuse("the body is neither an object nor a list");
  if (params === null) return refuse("parameters of this method have no names: give a list");
  const given = new Map<string, unknown>(Object.entries(body));
  const unknown = [...given.keys()].find((name) => !params.some((param) => param.name === name));
  if (unknown !== undefined) return refuse(`there is no parameter ${JSON.stringify(unknown)}; there are: ${namesOf(params)}`);
  // A list has no gaps: behind an optional one that is left out none may be given.
  const count = params.findLastIndex(({ name }) => given.has(name)) + 1;
  return checked(
    params,
    params.slice(0, count).map(({ name }) => given.get(name)),
  );
}

function checked(params: readonly Param[] | null, values: readonly unknown[]): Result<Params, string> {
  if (params !== null && values.length > params.length)
    return refuse(`${values.length} parameters were given; there are: ${namesOf(params)}`);
  const missing = params?.find(({ optional }, at) => optional !== true && values[at] === undefined);
  if (missing !== undefined) return refuse(`${missing.name} is missing`);
  const args: RpcValue[] = [];
  for (const [at, value] of values.entries()) {
    const param = params?.[at];
    const name = param?.name ?? `parameter ${at + 1}`;
    if (param !== undefined && !fits(param.type, value)) return refuse(`${name}: expected ${param.type}, got ${typeOf(value)}`);
    const argument = argumentOf(value, 0);
    if (argument === null) return refuse(`${name} holds null, or is nested too deeply`);
    args.push(argument);
  }
  return ok(args);
}

function fits(type: ValueType, value: unknown): boolean {
  switch (type) {
    case "int":
      return Number.isInteger(value);
    case "double":
      return typeof value === "number";
    case "string":
    case "boolean":
      return typeof value === type;
    case "array":
      return Array.isArray(value);
    case "struct":
      return typeOf(value) === "object";
  }
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function namesOf(params: readonly Param[]): string {
  return params.map(({ name }) => name).join(", ") || "none";
}

/** null: it cannot be one. */
function argumentOf(value: unknown, depth: number): RpcValue {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isInteger(value) ? value : { double: value };
  if (value === null || typeof value !== "object" || depth >= BODY_DEPTH_MAX) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => argumentOf(item, depth + 1));
    return items.includes(null) ? null : items;
  }
  const members = Object.entries(value).map(([name, item]): [string, RpcValue] => [name, argumentOf(item, depth + 1)]);
  return members.some(([, item]) => item === null) ? null : new Map(members);
}
