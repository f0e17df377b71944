/** How the daemons before this one have ended: their successor tells it, since nobody else is left who could. */
import type { Deaths } from "../../link/messages.ts";
import { decodeWaitStatus, signalName } from "../../process/waitstatus.ts";
import { encodeRecord, recordKeys, storedNumber } from "../../supervisor/records.ts";
import { postLine } from "../loop/activitylog.ts";
import { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";

const SIGNAL_BITS = 0x7f;
const SIGKILL = 9;

/** At WARN, since the level INFO is often filtered: a daemon that is killed again and again is a matter for people. Each death is told once. */
export function tellDeaths(runtime: Runtime, turn: Turn, inheritance: Inheritance): void {
  const { deaths } = inheritance;
  if (deaths === undefined) return;
  const untold = deaths.count - (storedNumber(inheritance.store.get(recordKeys.deaths)) ?? 0);
  if (untold <= 0) return;
  turn.state(recordKeys.deaths, encodeRecord(deaths.count));
  runtime.activity.write(turn, "warn", deathText(deaths, untold));
  if ((deaths.waitStatus & SIGNAL_BITS) === SIGKILL && deaths.waitStatus >= 0) void tellMemory(runtime);
}

function deathText({ count, waitStatus }: Deaths, untold: number): string {
  const last = `the daemon ${waitStatus < 0 ? "ended unexpectedly, it is not known how" : howItEnded(waitStatus)}`;
  const more = untold > 1 ? ` (and ${untold - 1} more since the last such line)` : "";
  const times = count === 1 ? "once" : `${count} times`;
  return `${last}${more}; it has ended unexpectedly ${times} since supervisord was started`;
}

function howItEnded(waitStatus: number): string {
  const signal = waitStatus & SIGNAL_BITS;
  if (signal !== 0) return `was killed by ${signalName(signal)} (signal ${signal})`;
  return `ended by itself (${decodeWaitStatus(waitStatus).words})`;
}

/** Whether the kernel kills for want of memory here: it counts that for each memory group, in version 2 and 1 of cgroups at different places. */
async function tellMemory(runtime: Runtime): Promise<void> {
  const cgroup = await readText(runtime, "/proc/self/cgroup");
  for (const { path, word } of counters(cgroup)) {
    const kills = Number(new RegExp(`^${word} (\\d+)$`, "m").exec(await readText(runtime, path))?.[1] ?? 0);
    if (kills === 0) continue;
    const text = `the kernel has killed processes of this memory group because it was full, ${kills} so far (${path})`;
    return postLine(runtime, "warn", text);
  }
  return undefined;
}

/** In a container the group's own folder may be mounted as if it were the root. */
function counters(cgroup: string): { readonly path: string; readonly word: string }[] {
  return cgroup.split("\n").flatMap((line) => {
    const [, controllers = "", folder = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const folders = folder === "/" ? [""] : [folder, ""];
    if (controllers === "") return folders.map((one) => ({ path: `/sys/fs/cgroup${one}/memory.events`, word: "oom_kill" }));
    if (!controllers.split(",").includes("memory")) return [];
    return folders.map((one) => ({ path: `/sys/fs/cgroup/memory${one}/memory.oom_control`, word: "oom_kill" }));
  });
}

async function readText(runtime: Runtime, path: string): Promise<string> {
  const read = await runtime.doors.files.readText(path);
  return read.ok ? Buffer.from(read.value).toString("utf8") : "";
}

/** What a daemon with a bug says before it ends, into the activity log: standard error may lead nowhere. Resolves when the keeper has it. */
export function lastWords(runtime: Runtime, text: string): Promise<void> {
  runtime.loop.stop();
  const turn = new Turn();
  runtime.activity.write(turn, "critical", text.slice(0, LAST_WORDS_MAX));
  return runtime.doors.keeper.send({ acknowledged: [], states: [], effects: turn.effects });
}

const LAST_WORDS_MAX = 16 * 1024;
