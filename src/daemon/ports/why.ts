/** Why a process is as it is, in full: the answer of holdfast.why. (HIS-004) */
import type { Now } from "../../doors.ts";
import type { ProcessRef, SupervisorControl } from "../../rpc/control.ts";
import { findMember } from "../../supervisor/world.ts";
import { zonesOf } from "../groups/zones.ts";
import type { History } from "../observers/history.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Sweeps } from "../runs/sweeps.ts";
import type { Runtime } from "../runtime.ts";
import { exitOf } from "./api.ts";
import { explain, lastWords } from "./explain.ts";
import { lifeOf, seenOf, stateSince } from "./life.ts";

type Parts = { readonly history: History; readonly sweeps: Sweeps; readonly cgroups: Cgroups };

/** Plain data; null: there is no such process. */
export async function why(runtime: Runtime, parts: Parts, control: SupervisorControl, ref: ProcessRef): Promise<object | null> {
  const words = await lastWords(runtime, control, ref);
  const member = findMember(runtime.world, ref);
  if (member === undefined) return null;
  const now: Now = runtime.doors.clock.now();
  const { ends, restarts, failedHooks } = parts.history.exits(member);
  return {
    group: ref.group,
    name: ref.process,
    state: member.state.state,
    pid: member.state.pid,
    since: stateSince(member, parts.history.timeline(member).at(-1)?.at),
    now: Math.round(now.wallMs),
    // Minutes east of UTC: times are told as the daemon's host tells them.
    zone: runtime.doors.clock.offsetMinutes(now.wallMs),
    life: lifeOf(runtime.world, member, now, zonesOf(runtime.doors.clock), seenOf(parts, member)),
    reason: explain(runtime, parts.history, ref)?.reason ?? "",
    starts: member.state.attempt,
    restarts,
    failedHooks,
    exits: ends.map(exitOf),
    lastWords: words,
    lastWordsOf: member.config.redirectStderr ? "stdout" : "stderr",
  };
}
