/** From a name and arguments to a method and its answer. (RPC-006..019) */
import { refuse } from "../result.ts";
import { noAttribute } from "./args.ts";
import type { SupervisorControl } from "./control.ts";
import { fault } from "./faults.ts";
import { HOLDFAST_METHODS } from "./holdfast.ts";
import type { Interface } from "./interfaces.ts";
import type { Answer, Calls, PublishedMethod } from "./method.ts";
import { SUPERVISOR_METHODS } from "./methodtable.ts";
import { systemMethods } from "./system.ts";
import type { RpcValue } from "./values.ts";

/**
 * `namespaces`: where the supervisor's methods are found, one for each [rpcinterface:x] that asks for them (RPC-235, RPC-243). `plugins`: those that ask
 * for others.
 */
export function makeCalls(control: SupervisorControl, namespaces: readonly string[], plugins: readonly Interface[] = []): Calls {
  const methods = new Map<string, PublishedMethod>();
  const calls: Calls = {
    methods,
    call: (name, params) => (typeof name === "string" ? callMethod(control, methods, name, params) : refuse(noAttribute(name, "split"))),
  };
  // A section that calls itself `system` gives way. (RPC-242)
  const given = namespaces.filter((namespace) => namespace !== "system");
  // Where a configuration gives clients no namespace of the supervisor it shall not be controlled by way of ours either.
  if (given.length > 0) publish(methods, "holdfast", HOLDFAST_METHODS);
  for (const namespace of given) publish(methods, namespace, SUPERVISOR_METHODS);
  for (const plugin of plugins) if (plugin.name !== "system") publish(methods, plugin.name, plugin.methods);
  publish(methods, "system", systemMethods(calls));
  return calls;
}

function publish(methods: Map<string, PublishedMethod>, namespace: string, rows: readonly PublishedMethod[]): void {
  for (const row of rows) for (const name of [row.name, ...row.aliases]) methods.set(`${namespace}.${name}`, row);
}

type Params = readonly RpcValue[] | null;

/** The table decides what exists; then the number of arguments is looked at, then the state of the daemon. (RPC-006..008, RPC-011, RPC-016, RPC-017) */
function callMethod(
  control: SupervisorControl,
  methods: ReadonlyMap<string, PublishedMethod>,
  name: string,
  params: Params,
): Answer | Promise<Answer> {
  const method = methods.get(name);
  if (method === undefined) return refuse(fault("UNKNOWN_METHOD"));
  if (params === null || !countFits(method, params.length)) return refuse(fault("INCORRECT_PARAMETERS"));
  if (!method.duringShutdown && control.mood() !== "RUNNING") return refuse(fault("SHUTDOWN_STATE"));
  return method.run(control, ...params);
}

function countFits({ params }: PublishedMethod, count: number): boolean {
  if (params === null) return true;
  const required = params.filter((param) => param.optional !== true).length;
  return count >= required && count <= params.length;
}
