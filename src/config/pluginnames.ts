/**
 * What a configuration may name as code: factories of RPC interfaces and of supervisorctl's commands, and result handlers of listeners
 * (config.md, sections 11 and 13). The original imports any Python name; here a name is one of ours, or a JavaScript module and what it exports.
 */

/** Every real configuration has it. (CONF-311) */
export const MAIN_RPC_INTERFACE = "supervisor.rpcinterface:make_main_rpcinterface";
export const DEFAULT_RESULT_HANDLER = "supervisor.dispatchers:default_handler";
/** The handler of the supervisor-stdout package, which many images use: it prints what it gets. */
export const STDOUT_RESULT_HANDLER = "supervisor_stdout:event_handler";

/** Names of the original that stand for something of ours. */
export const BUILT_IN = {
  rpcInterfaces: new Set([MAIN_RPC_INTERFACE]),
  resultHandlers: new Set([DEFAULT_RESULT_HANDLER, STDOUT_RESULT_HANDLER]),
} as const satisfies Record<string, ReadonlySet<string>>;

/** Code of the user's: a path (from the folder of the configuration) or a package, and the name of what it exports. */
export type PluginName = { readonly module: string; readonly exported: string };

/** Why a plug-in cannot be used: there is no such module, it fails when it is loaded, it has no function of that name. null: it can. */
export type CheckPlugin = (plugin: PluginName, folder: string) => Promise<string | null>;

/** `module:export`; null for anything else. A module may hold colons itself. */
export function parsePluginName(text: string): PluginName | null {
  const colon = text.lastIndexOf(":");
  const [module, exported] = [text.slice(0, colon), text.slice(colon + 1)];
  return colon <= 0 || exported === "" ? null : { module, exported };
}

export const NO_SUCH_PLUGIN = "no such plug-in";

/** (CONF-278, CONF-302, CONF-319) */
export function unresolved(name: string, section: string, why: string): string {
  return `${name} cannot be resolved within [${section}]: ${why}`;
}

export function pluginRemedy(builtIn: ReadonlySet<string>): string {
  const names = builtIn.size === 0 ? "" : `; built in: ${[...builtIn].join(", ")}`;
  return `Python plug-ins cannot be loaded here; name a JavaScript module and what it exports, such as ./plugin.mjs:make, or remove the section or the option${names}`;
}
