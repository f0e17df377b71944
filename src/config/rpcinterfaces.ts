/** [rpcinterface:x] sections (config.md, section 13): interfaces for clients, by the name of what makes them. */

import type { BaseNames } from "./expansionnames.ts";
import type { Findings } from "./findings.ts";
import type { Ini } from "./merge.ts";
import type { PluginConfig } from "./model.ts";
import { RPC_INTERFACE } from "./optiontable.ts";
import { BUILT_IN, MAIN_RPC_INTERFACE } from "./pluginnames.ts";
import { SectionReader, type Surroundings } from "./reader.ts";

const PREFIX = "rpcinterface:";
const FACTORY = "supervisor.rpcinterface_factory";

/** The name is the text after the colon, untrimmed; other options go to what makes the interface. (CONF-301..CONF-306) */
export function readRpcInterfaces(ini: Ini, base: BaseNames, around: Surroundings): PluginConfig[] {
  const sections = [...ini.sections.values()].filter(({ name }) => name.startsWith(PREFIX));
  return sections.map((section) => readInterface(new SectionReader(ini, section, around), base));
}

function readInterface(reader: SectionReader, base: BaseNames): PluginConfig {
  const section = reader.section.name;
  const factory = reader.read(FACTORY, RPC_INTERFACE[FACTORY], base.env);
  if (factory === null && reader.written(FACTORY) === null) {
    reader.failMissing(FACTORY, `section [${section}] does not specify a ${FACTORY}`, `add a line ${FACTORY}=${MAIN_RPC_INTERFACE}`);
  } else if (factory !== null) {
    reader.demandPlugin(FACTORY, factory, BUILT_IN.rpcInterfaces);
  }
  // The main interface takes no options, so defaults of all sections are none for it (note on CONF-053).
  const given = factory === MAIN_RPC_INTERFACE ? [...reader.section.options.keys()] : reader.names();
  const others = given.filter((name) => name !== FACTORY);
  const options = others.map((name) => [name, reader.text(name, ANY_OPTION, base.env) ?? ""]);
  return { name: section.slice(PREFIX.length), factory: factory ?? "", options: Object.fromEntries(options) };
}

/** An option that only the plug-in knows. */
const ANY_OPTION = { type: "text", default: null, scope: "env", brief: { en: "", zh: "" } } as const;

/** Without the main interface a server answers nothing that supervisorctl asks. The original says nothing, so only `--check` does. */
export function remarkNoMainInterface(ini: Ini, interfaces: readonly PluginConfig[], findings: Findings): void {
  if (interfaces.some(({ factory }) => factory === MAIN_RPC_INTERFACE)) return;
  const server = [...ini.sections.values()].find(({ name }) => /^(?:unix|inet)_http_server/.test(name));
  if (server === undefined) return;
  const remedy = `add a section [rpcinterface:supervisor] with the line ${FACTORY} = ${MAIN_RPC_INTERFACE}`;
  const text = `There is a server, but no section that lets supervisorctl and the web page use it (${server.file}:${server.line}); ${remedy}`;
  findings.remark("check", text);
}

/**
 * The main interface takes no options. As in the original this is noticed when interfaces are made, so only where there is a server, and after everything
 * else (CONF-309); but defaults of all sections do not count as its options (note on CONF-053).
 */
export function checkMainInterface(ini: Ini, around: Surroundings): void {
  for (const section of ini.sections.values()) {
    const reader = new SectionReader(ini, section, around);
    if (!section.name.startsWith(PREFIX) || reader.written(FACTORY)?.text !== MAIN_RPC_INTERFACE) continue;
    const extra = [...section.options].find(([name, value]) => name !== FACTORY && ini.defaults.get(name)?.line !== value.line);
    if (extra === undefined) continue;
    reader.fail(
      extra[0],
      `Could not make ${section.name.slice(PREFIX.length)} rpc interface`,
      `this interface takes no option ${extra[0]}; remove the line`,
    );
  }
}
