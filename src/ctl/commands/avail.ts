/** `avail`: every configured process, as the configuration read last has it. (CTL-146..CTL-150) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { isFault } from "../client/failure.ts";
import type { ConfigInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line, Session } from "../session.ts";
import { displayWidth, padded } from "../width.ts";

export const run: Command = async (session) => {
  const infos = await session.supervisor.getAllConfigInfo();
  if (infos.ok) {
    const enabled = session.isJson ? await enabledOf(session) : new Map<string, boolean>();
    for (const info of infos.value) session.report(availLine(info, enabled, session.terminal.screen.isTerminal));
    return infos;
  }
  if (!isFault(infos.error, FAULTS.SHUTDOWN_STATE)) return infos;
  session.report({ text: "ERROR: supervisor shutting down", exit: EXIT.GENERIC, data: { error: "supervisor shutting down" } });
  return ok(null);
};

/** By `group:name`, where somebody has said it; another supervisord remembers nothing. (BOOT-011) */
async function enabledOf(session: Session): Promise<ReadonlyMap<string, boolean>> {
  const kept = await session.supervisor.enabled();
  const said = kept.ok ? kept.value.filter(({ enabled }) => enabled !== "") : [];
  return new Map(said.map(({ name, enabled }) => [name, enabled === "yes"]));
}

/** (CTL-146, CTL-147) */
function availLine(info: ConfigInfo, enabled: ReadonlyMap<string, boolean>, byWidth: boolean): Line {
  const name = makeNamespec({ group: info.group, process: info.name });
  const columns = [
    byWidth ? padded(name, 32, displayWidth) : name.padEnd(32),
    (info.inuse ? "in use" : "avail").padEnd(9),
    (info.autostart ? "auto" : "manual").padEnd(9),
  ];
  const data = {
    name,
    group: info.group,
    process: info.name,
    in_use: info.inuse,
    autostart: info.autostart,
    enabled: enabled.get(`${info.group}:${info.name}`) ?? null,
    group_priority: info.group_prio,
    process_priority: info.process_prio,
  };
  return { text: `${columns.join(" ")} ${info.group_prio}:${info.process_prio}`, exit: null, data };
}
