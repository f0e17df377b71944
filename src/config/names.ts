/**
 * The names that `%(name)s` may use, layer over layer, for each scope of the table (CONF-094..CONF-108).
 * Layers are built once and shared: the environment's is large.
 */
import type { Names } from "./expand.ts";

/** The environment as names: `ENV_<NAME>`, case sensitive. (CONF-094) */
export function environmentNames(environment: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(environment).map(([name, value]) => [`ENV_${name}`, value]));
}

export type BaseNames = {
  /** `ENV_x` of the process, and those of [supervisord] environment once that was read. (CONF-096) */
  readonly env: Names;
  readonly here: string;
  readonly hostName: string;
};

/** (CONF-098, CONF-102, CONF-103) */
export function hereNames(base: BaseNames): Names {
  return [...base.env, new Map([["here", base.here]])];
}

/** (CONF-099, CONF-100) */
export function hostNames(base: BaseNames): Names {
  return [
    ...base.env,
    new Map([
      ["here", base.here],
      ["host_node_name", base.hostName],
    ]),
  ];
}

/** (CONF-105) */
export function socketNames(base: BaseNames, programName: string): Names {
  return [
    ...base.env,
    new Map([
      ["here", base.here],
      ["program_name", programName],
    ]),
  ];
}

/** (CONF-106) */
export function programNames(base: BaseNames, programName: string, groupName: string): Names {
  const own = { here: base.here, program_name: programName, host_node_name: base.hostName, group_name: groupName };
  return [...base.env, new Map(Object.entries(own))];
}

/** (CONF-107) */
export function processNames(program: Names, processNum: number, numprocs: number): Names {
  return [...program, new Map(Object.entries({ process_num: processNum, numprocs }))];
}
