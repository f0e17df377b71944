/** `version`: of the daemon. (CTL-171) */
import type { Command } from "../session.ts";

export const run: Command = async (session) => {
  const version = await session.supervisor.getSupervisorVersion();
  if (version.ok) session.report({ text: version.value, exit: null, data: { version: version.value } });
  return version;
};
