/**
 * [rpcinterface:x] sections: each gives a namespace. The original's own factory gives the supervisor's methods, under any name; what plug-ins give comes
 * from the daemon, which runs them.
 */

import type { PluginConfig } from "../config/model.ts";
import { MAIN_RPC_INTERFACE } from "../config/pluginnames.ts";
import type { PublishedMethod } from "./method.ts";

/** The namespace of a plug-in with its methods. */
export type Interface = { readonly name: string; readonly methods: readonly PublishedMethod[] };

/** The namespaces of the supervisor's methods. (RPC-235, RPC-243) */
export function mainNamespaces(sections: readonly PluginConfig[]): readonly string[] {
  return sections.filter(isMain).map((section) => section.name);
}

export function isMain(section: PluginConfig): boolean {
  return section.factory === MAIN_RPC_INTERFACE;
}
