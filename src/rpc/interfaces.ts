/**
 * [rpcinterface:x] sections. The original loads any Python factory; here only its own is known (RPC-245), under any name. What each section gives
 * is a namespace.
 */
import type { PluginConfig } from "../config/model.ts";
import { ok, type Result, refuse } from "../result.ts";

const MAIN_FACTORY = "supervisor.rpcinterface:make_main_rpcinterface";

/** The namespaces of the supervisor's methods. The error ends the start with status 2. (RPC-235, RPC-240, RPC-243) */
export function namespacesOf(sections: readonly PluginConfig[]): Result<readonly string[], string> {
  const unknown = sections.find((section) => section.factory !== MAIN_FACTORY);
  if (unknown !== undefined) {
    return refuse(
      `${unknown.factory} cannot be resolved within [rpcinterface:${unknown.name}]: Python plug-ins cannot be loaded; ` +
        `remove the section, or use ${MAIN_FACTORY}`,
    );
  }
  return ok(sections.map((section) => section.name));
}
