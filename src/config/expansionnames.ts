/**
 * The names that `%(name)s` may use, layer over layer, for each scope of the table (CONF-094..CONF-108).
 * Layers are built once and shared: the environment's is large.
 */
import type { Names } from "./expand.ts";

/** The environment as names: `ENV_<NAME>`, case sensitive. (CONF-094) */
export function environmentNames(environment: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(environment).map(([name, value]) => [`ENV_${name}`, value]));
}

/** What every scope is made of; see `baseNames`. */
export type BaseNames = {
  /** `ENV_x` of the process, and those of [supervisord] environment once that was read. (CONF-096, CONF-101) */
  readonly env: Names;
  /** `here` as well. (CONF-098, CONF-102, CONF-103) */
  readonly hereToo: Names;
  readonly here: string;
  readonly hostName: string;
};

export function baseNames(env: Names, here: string, hostName: string): BaseNames {
  return { env, hereToo: [...env, new Map([["here", here]])], here, hostName };
}

/** (CONF-099, CONF-100) */
export function hostNames(base: BaseNames): Names {
  return [...base.hereToo, new Map([["host_node_name", base.hostName]])];
}

/** (CONF-105) */
export function socketNames(base: BaseNames, programName: string): Names {
  return [...base.hereToo, new Map([["program_name", programName]])];
}

/** (CONF-106) */
export function programNames(base: BaseNames, programName: string, groupName: string): Names {
  const own = new Map([
    ["program_name", programName],
    ["host_node_name", base.hostName],
    ["group_name", groupName],
  ]);
  return [...base.hereToo, own];
}

/** (CONF-107) */
export function processNames(program: Names, processNum: number, numprocs: number): Names {
  const own = new Map([
    ["process_num", processNum],
    ["numprocs", numprocs],
  ]);
  return [...program, own];
}

/** The variables of a program are usable in its other options. (CONF-108) */
export function withVariables(names: Names, environment: Readonly<Record<string, string>>): Names {
  const variables = environmentNames(environment);
  return variables.size === 0 ? names : [...names, variables];
}
