/** What a child finds in its environment. (PROC-093..098, CONF-382..384) */
import type { ProcessConfig } from "../../config/model.ts";
import type { Ref } from "../../supervisor/world.ts";

/** The daemon's own variables, then ours, then the configured ones, which win over everything. */
export function childEnvironment(
  base: Readonly<Record<string, string>>,
  ref: Ref,
  config: ProcessConfig,
  daemonUrl: string | null,
): Record<string, string> {
  const url = config.serverUrl ?? daemonUrl;
  return {
    ...base,
    SUPERVISOR_ENABLED: "1",
    ...(url !== null && url !== "" ? { SUPERVISOR_SERVER_URL: url } : {}),
    SUPERVISOR_PROCESS_NAME: ref.process,
    SUPERVISOR_GROUP_NAME: ref.group,
    ...config.environment,
  };
}
