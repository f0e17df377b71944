/** `avail`: every configured process, as the configuration read last has it. (CTL-146..CTL-150) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { isFault } from "../client/failure.ts";
import type { ConfigInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line } from "../session.ts";
import { displayWidth, padded } from "../width.ts";

export const run: Command = async (session) => {
  const infos = await session.supervisor.getAllConfigInfo();
  if (infos.ok) {
    for (const info of infos.value) session.report(availLine(info, session.terminal.screen.isTerminal));
    return infos;
  }
  if (!isFault(infos.error, FAULTS.SHUTDOWN_STATE)) return infos;
  session.report({ text: "ERROR: supervisor shutting down", exit: EXIT.GENERIC, data: { error: "supervisor shutting down" } });
  return ok(null);
};

/** (CTL-146, CTL-147) */
function availLine(info: ConfigInfo, byWidth = false): Line {
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
    group_priority: info.group_prio,
    process_priority: info.process_prio,
  };
  return { text: `${columns.join(" ")} ${info.group_prio}:${info.process_prio}`, exit: null, data };
}
