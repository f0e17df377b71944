/**
 * Restarts programs that use more memory than they may.
 *
 *     [eventlistener:memory]
 *     command = node memory.mjs web=200 worker:worker_01=500
 *     events = TICK_60
 *
 * The limits are in MiB of resident memory, by process name or group:name.
 */
import { readFile } from "node:fs/promises";
import { connectToSupervisor, listen, SupervisorFault } from "holdfast/listener";

const limits = new Map(
  process.argv.slice(2).map((word) => {
    const [name = "", mib] = word.split("=");
    return [name, Number(mib)];
  }),
);
const supervisor = connectToSupervisor();

for await (const event of listen()) {
  if (event.kind !== "tick") continue;
  for (const { group, name, pid } of await supervisor.call("supervisor.getAllProcessInfo")) {
    const limit = limits.get(`${group}:${name}`) ?? limits.get(name);
    if (limit === undefined || pid === 0 || (await residentMib(pid)) <= limit) continue;
    console.error(`restarting ${group}:${name} (pid ${pid}): it uses more than ${limit} MiB`);
    try {
      await supervisor.call("supervisor.stopProcess", `${group}:${name}`);
      await supervisor.call("supervisor.startProcess", `${group}:${name}`);
    } catch (error) {
      if (!(error instanceof SupervisorFault)) throw error; // it is started again by supervisord, and sees the next tick
      console.error(`${group}:${name}: ${error.faultString}`);
    }
  }
}
supervisor.close();

/** @param {number} pid */
async function residentMib(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}
