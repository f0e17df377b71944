/**
 * What a configuration may name as code: factories of RPC interfaces and of supervisorctl's commands, and result handlers of listeners
 * (config.md, sections 11 and 13). The original imports any Python name; here a name must be known.
 */

/** Names that stand for something of ours. Plug-ins of ours are added to these sets. */
export type KnownNames = {
  readonly rpcInterfaces: ReadonlySet<string>;
  readonly resultHandlers: ReadonlySet<string>;
  readonly ctlPlugins: ReadonlySet<string>;
};

/** Every real configuration has it. (CONF-311) */
export const MAIN_RPC_INTERFACE = "supervisor.rpcinterface:make_main_rpcinterface";
export const DEFAULT_RESULT_HANDLER = "supervisor.dispatchers:default_handler";
/** The handler of the supervisor-stdout package, which many images use: it prints what it gets. */
export const STDOUT_RESULT_HANDLER = "supervisor_stdout:event_handler";

export const BUILT_IN: KnownNames = {
  rpcInterfaces: new Set([MAIN_RPC_INTERFACE]),
  resultHandlers: new Set([DEFAULT_RESULT_HANDLER, STDOUT_RESULT_HANDLER]),
  ctlPlugins: new Set(),
};

/** (CONF-278, CONF-302, CONF-319) */
export function unresolved(name: string, section: string): string {
  return `${name} cannot be resolved within [${section}]: no such plug-in`;
}

export function pluginRemedy(known: ReadonlySet<string>): string {
  const names = [...known];
  const built = names.length === 0 ? "" : `; built in: ${names.join(", ")}`;
  return `Python plug-ins cannot be loaded here; remove the section or the option${built}`;
}
