/** What a child finds in its environment. (PROC-093..098, CONF-382..384, ENV-001) */
import type { Variables } from "../../config/envfile.ts";
import type { ProcessConfig } from "../../config/model.ts";
import { absolute, folderOf } from "../../config/pathnames.ts";
import type { Account } from "../../doors.ts";
import type { KnownAttribute } from "../../link/messages.ts";
import { ok, type Result } from "../../result.ts";
import { withoutSystemd } from "../../supervisor/systemd.ts";
import type { Ref } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";
import { readEnvFiles } from "./envfiles.ts";

/** Those of a process that has none. */
const SHELL = "/bin/sh";
const HOME = "/";

/**
 * The daemon's own variables, then those of the user it runs as, then ours, then the configured ones, which win over everything. `user` is asked for where
 * `env_home` wants it.
 */
export function childEnvironment(
  base: Readonly<Record<string, string>>,
  ref: Ref,
  config: Pick<ProcessConfig, "environment" | "serverUrl" | "clearEnv" | "envHome">,
  daemonUrl: string | null,
  user: () => Variables = () => ({}),
): Record<string, string> {
  const url = config.serverUrl ?? daemonUrl;
  return {
    ...(config.clearEnv ? pathOf(base) : base),
    ...(config.envHome ? user() : {}),
    SUPERVISOR_ENABLED: "1",
    ...(url !== null && url !== "" ? { SUPERVISOR_SERVER_URL: url } : {}),
    SUPERVISOR_PROCESS_NAME: ref.process,
    SUPERVISOR_GROUP_NAME: ref.group,
    ...config.environment,
  };
}

/**
 * Where a program with a socket sends its messages, and within which time its watchdog has to ping. What stands there otherwise is about supervisord itself, or
 * about nobody: one variable of another would make it fall silent. (RDY-011, HLT-010)
 */
export function withMessages(
  environment: Readonly<Record<string, string>>,
  { healthcheck, healthcheckInterval }: Pick<ProcessConfig, "healthcheck" | "healthcheckInterval">,
  attributes: readonly KnownAttribute[],
): Readonly<Record<string, string>> {
  const socket = attributes.find((one) => one.kind === "notify");
  if (socket === undefined) return environment;
  const { NOTIFY_SOCKET: _, WATCHDOG_USEC: __, WATCHDOG_PID: ___, ...others } = environment;
  const watchdog = healthcheck?.kind === "watchdog" ? { WATCHDOG_USEC: String(Math.round(healthcheckInterval * 1000)) } : {};
  return { ...others, NOTIFY_SOCKET: `@${socket.address}`, ...watchdog };
}

function pathOf({ PATH }: Variables): Variables {
  return PATH === undefined ? {} : { PATH };
}

/** (ENV-007) */
export function userVariables(uid: number, account: Account | null): Variables {
  if (account === null) return { HOME, USER: String(uid), LOGNAME: String(uid), SHELL };
  const { name, home, shell } = account;
  return { HOME: home || HOME, USER: name, LOGNAME: name, SHELL: shell || SHELL };
}

/** A daemon before this one may have stored nothing of it. */
export function hasEnvFiles({ envFiles }: ProcessConfig): boolean {
  return (envFiles?.length ?? 0) > 0;
}

/** What the files of the program give now; null when it has none. */
export async function readVariables(runtime: Runtime, config: ProcessConfig): Promise<Result<Variables | null, string>> {
  if (!hasEnvFiles(config)) return ok(null);
  const { file, startFolder } = runtime.running;
  return readEnvFiles(runtime.doors.envFiles, folderOf(absolute(file, startFolder)), config.envFiles ?? []);
}

/** With the variables of its files among those that are configured: they win over those of [supervisord], not over the program's own. */
export function withVariablesOf(config: ProcessConfig, variables: Variables | null): ProcessConfig {
  if (variables === null) return config;
  const own = new Set(config.ownVariables);
  const read = Object.entries(variables).filter(([name]) => !own.has(name));
  return { ...config, environment: Object.fromEntries([...Object.entries(config.environment), ...read]) };
}

/** The environment of a run of the program, and of what runs beside it, with what was read of its files for its last start. */
export function environmentOf(runtime: Runtime, ref: Ref, config: ProcessConfig, variables: Variables | null): Record<string, string> {
  const uid = config.uid ?? runtime.uid;
  const user = (): Variables => userVariables(uid, runtime.doors.accounts.byUid(uid));
  const { environment: own } = runtime.doors.birth;
  const environment = runtime.running.daemon.systemdNotify ? withoutSystemd(own) : own;
  return childEnvironment(environment, ref, withVariablesOf(config, variables), runtime.running.daemon.serverUrl, user);
}
