/** The methods of what a factory made: its functions and described methods, those of its classes too, without names that begin with `_`. */
import type { DescribedMethod } from "./types.ts";
import type { MethodDescription } from "./wire.ts";

export type PluginMethod = { readonly description: MethodDescription; readonly call: (params: readonly unknown[]) => unknown };

/** Throws what the factory did wrong, for the log. */
export function methodsOf(made: unknown): ReadonlyMap<string, PluginMethod> {
  if (typeof made !== "object" || made === null) throw new TypeError("the factory gave no object with methods");
  const methods = new Map<string, PluginMethod>();
  for (const name of namesOf(made)) {
    const method = methodOf(made, name);
    if (method !== null) methods.set(name, method);
  }
  return methods;
}

/** A name cannot hold a dot: clients divide there. (RPC-006, RPC-007) */
function namesOf(made: object): readonly string[] {
  const names = new Set<string>();
  for (let at: object | null = made; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor" && /^[^_.][^.]*$/.test(name)) names.add(name);
  }
  return [...names];
}

type AnyFunction = (...params: readonly unknown[]) => unknown;

function methodOf(made: object, name: string): PluginMethod | null {
  const value = (made as { readonly [name: string]: unknown })[name];
  if (typeof value === "function") {
    const plain = { name, params: null, returns: null, help: null };
    return { description: plain, call: (params) => (value as AnyFunction).apply(made, params as unknown[]) };
  }
  if (typeof value !== "object" || value === null || typeof (value as Partial<DescribedMethod>).call !== "function") return null;
  const method = value as DescribedMethod;
  return { description: describe(name, method), call: (params) => (method.call as AnyFunction).apply(method, params as unknown[]) };
}

function describe(name: string, { help, params, returns }: DescribedMethod): MethodDescription {
  return {
    name,
    help: help ?? null,
    params: (params ?? []).map((param) => ({
      name: param.name,
      type: param.type,
      help: param.help ?? "",
      optional: param.optional === true,
    })),
    returns: returns === undefined ? null : { type: returns.type, help: returns.help ?? "" },
  };
}
