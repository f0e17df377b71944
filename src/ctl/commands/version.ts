/** `version`: of the daemon. With --json a daemon of ours tells also what is installed, which may be newer than what runs. (CTL-171, UPG-035) */
import type { Command, Session } from "../session.ts";

export const run: Command = async (session) => {
  const version = await session.supervisor.getSupervisorVersion();
  if (!version.ok) return version;
  session.report({ text: version.value, exit: null, data: { version: version.value, ...(session.isJson && (await holdfast(session))) } });
  return version;
};

/** Nothing of a supervisord that is not ours. */
async function holdfast(session: Session) {
  const versions = await session.supervisor.versions();
  if (!versions.ok) return {};
  const { lastUpgrade: _, ...holdfast } = versions.value;
  const { keeper, daemon, installedKeeper, installedDaemon } = holdfast;
  const isOlder = installedDaemon !== "" && (daemon !== installedDaemon || keeper !== installedKeeper);
  return { holdfast: { ...holdfast, upgradable: isOlder } };
}
