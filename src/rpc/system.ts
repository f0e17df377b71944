/** The namespace that tells about the others, derived from the table, and several calls in one. (RPC-180..201) */
import { ok, refuse } from "../result.ts";
import { noAttribute } from "./args.ts";
import { type Failure, fault, isFault } from "./faults.ts";
import { type Answer, type Calls, helpText, type Method, method, type PublishedMethod, signature } from "./method.ts";
import { byCodePoint } from "./namespec.ts";
import { isArray, isStruct, type RpcResult, type RpcValue } from "./values.ts";
import { faultStruct } from "./xmlwrite.ts";

/** The methods know each other through `calls`, which is complete when the first of them is called. */
export function systemMethods(calls: Calls): readonly Method[] {
  return [listMethods(calls), methodHelp(calls), methodSignature(calls), multicall(calls)];
}

function listMethods(calls: Calls): Method {
  return method({
    name: "listMethods",
    params: [],
    returns: { type: "array", help: "The names, sorted" },
    faults: [],
    help: "Tell which methods there are.",
    duringShutdown: true,
    run: () => ok([...calls.methods].flatMap(([name, { listed }]) => (listed ? [name] : [])).sort(byCodePoint)),
  });
}

function methodHelp(calls: Calls): Method {
  return method({
    name: "methodHelp",
    params: [{ name: "name", type: "string", help: "A method with its namespace" }],
    returns: { type: "string", help: "The text" },
    faults: ["SIGNATURE_UNSUPPORTED"],
    help: "Tell what a method does.",
    duringShutdown: true,
    run: (_port, name) => aboutMethod(calls, name, helpText),
  });
}

function methodSignature(calls: Calls): Method {
  return method({
    name: "methodSignature",
    params: [{ name: "name", type: "string", help: "A method with its namespace" }],
    returns: { type: "array", help: "The type of the result, then those of the parameters" },
    faults: ["SIGNATURE_UNSUPPORTED"],
    help: "Tell the types of a method's result and parameters.",
    duringShutdown: true,
    run: (_port, name) => aboutMethod(calls, name, signature),
  });
}

function multicall(calls: Calls): Method {
  return method({
    name: "multicall",
    params: [{ name: "calls", type: "array", help: "Structs of methodName (string) and params (array)" }],
    returns: { type: "array", help: "The result of each call as it is, or for a fault a struct of faultCode and faultString" },
    faults: [],
    help: "Make several calls, one after the other.",
    duringShutdown: true,
    run(_port, list) {
      // A text is a list of characters to Python, and a character is no struct. (RPC-198)
      if (typeof list === "string") return list === "" ? ok([]) : refuse(noAttribute(list, "get"));
      if (!isArray(list)) return refuse(fault("INCORRECT_PARAMETERS"));
      return callEach(calls, list);
    },
  });
}

/** A name of any other type is the name of no method. */
function aboutMethod(calls: Calls, name: RpcValue, tell: (method: PublishedMethod) => RpcResult | null): Answer {
  const row = typeof name === "string" ? calls.methods.get(name) : undefined;
  const told = row === undefined ? null : tell(row);
  return told === null ? refuse(fault("SIGNATURE_UNSUPPORTED")) : ok(told);
}

/** Strictly one after the other. An entry that is no struct ends the whole when its turn comes. (RPC-198, RPC-199) */
async function callEach(calls: Calls, list: readonly RpcValue[]): Promise<Answer> {
  const results: RpcResult[] = [];
  for (const entry of list) {
    if (!isStruct(entry)) return refuse(noAttribute(entry, "get"));
    const answer = await callEntry(calls, entry);
    results.push(answer.ok ? answer.value : faultStruct(asFault(answer.error)));
  }
  return ok(results);
}

/** (RPC-194..196) */
function callEntry(calls: Calls, entry: ReadonlyMap<string, RpcValue>): Answer | Promise<Answer> {
  const name = entry.get("methodName") ?? null;
  if (name === null) return refuse(fault("INCORRECT_PARAMETERS", "No methodName"));
  if (name === "system.multicall") return refuse(fault("INCORRECT_PARAMETERS", "Recursive system.multicall forbidden"));
  return calls.call(name, paramsOf(entry.get("params")));
}

/** What Python makes of `*params`: a struct gives its names, a text its characters; null: there is nothing to take apart. */
function paramsOf(value: RpcValue | undefined): readonly RpcValue[] | null {
  if (value === undefined) return [];
  if (typeof value === "string") return [...value];
  if (value !== null && isStruct(value)) return [...value.keys()];
  return isArray(value) ? value : null;
}

/** Outside a multicall a stumble is status 500; here it is a row and the others go on. (RPC-197) */
function asFault(failure: Failure) {
  if (isFault(failure)) return failure;
  const { error, message } = failure.stumble;
  return fault("FAILED", `<class '${error}'>:${message}`);
}
