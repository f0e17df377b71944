/** The daemon as the JSON API sees it, besides the port of the RPC methods. */
import type { ExitRow } from "../../api/types.ts";
import type { ProcessDetail, Watch } from "../../api/watch.ts";
import { pausedUntilMs } from "../../process/state.ts";
import { STATES } from "../../process/states.ts";
import type { End, ExitHistory } from "../../supervisor/exits.ts";
import { findMember, type Member } from "../../supervisor/world.ts";
import { ownPid, readSamples } from "../doors/samples.ts";
import type { Scales } from "../groups/scales.ts";
import { zonesOf } from "../groups/zones.ts";
import type { Pools } from "../listeners/pools.ts";
import type { LineTargets } from "../logfiles/linetargets.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import type { History } from "../observers/history.ts";
import type { Watchers } from "../observers/watchers.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Sweeps } from "../runs/sweeps.ts";
import type { Runtime } from "../runtime.ts";
import { lifeOf, seenOf } from "./life.ts";
import { optionsOf } from "./options.ts";

type Parts = {
  readonly history: History;
  readonly pools: Pools;
  readonly watchers: Watchers;
  readonly outputs: Outputs;
  readonly lines: LineTargets;
  readonly scales: Scales;
  readonly sweeps: Sweeps;
  readonly cgroups: Cgroups;
};

export function watchOf(runtime: Runtime, parts: Parts): Watch {
  return {
    daemon: () => ({
      pid: runtime.keeperPid,
      daemonPid: ownPid,
      startedAt: runtime.startedWallMs,
      configFile: runtime.running.file,
      hostName: runtime.doors.birth.hostName,
      rotations: parts.outputs.rotations.count,
    }),
    detail: (ref) => {
      const member = findMember(runtime.world, ref);
      return member === undefined ? null : detailOf(runtime, parts, member);
    },
    timeline: (ref) => {
      const member = findMember(runtime.world, ref);
      return member === undefined ? [] : parts.history.timeline(member);
    },
    exits: (ref) => {
      const member = findMember(runtime.world, ref);
      return member === undefined ? [] : parts.history.exits(member).ends.map(exitOf);
    },
    options: (ref) => optionsOf(runtime, parts.scales, ref),
    queues: () => parts.pools.queues(),
    droppedLines: () => parts.lines.droppedLines(),
    onChange: (changed) => parts.watchers.onChange(changed),
    onEvent: (heard) => parts.watchers.onEvent(heard),
    sample: readSamples,
  };
}

function detailOf(runtime: Runtime, parts: Parts, member: Member): ProcessDetail {
  const { history, outputs } = parts;
  const { state, config } = member;
  const isUp = STATES[state.state].signallable && state.pid !== 0;
  const now = runtime.doors.clock.now();
  const retryMs = pausedUntilMs(state);
  return {
    startedAt: isUp ? Math.round(state.startWallMs) : null,
    stoppedAt: state.stopWallMs === 0 ? null : Math.round(state.stopWallMs),
    restarts: history.restarts(member),
    lastExit: history.lastExit(member),
    retryAt: retryMs === null ? null : Math.round(now.wallMs + retryMs - now.monoMs),
    autostart: config.autostart,
    redirectsStderr: config.redirectStderr,
    lostBytes: outputs.lostBytes(state.child),
    life: lifeOf(runtime.world, member, now, zonesOf(runtime.doors.clock), seenOf(parts, member)),
    ...countsOf(history.exits(member)),
  };
}

export function exitOf({ ranMs, ...end }: End): ExitRow {
  return { ...end, seconds: ranMs / 1000 };
}

function countsOf({ restarts, failedHooks, oomKills }: ExitHistory): Pick<ProcessDetail, "restartsByReason" | "failedHooks" | "oomKills"> {
  return { restartsByReason: restarts, failedHooks, oomKills };
}
