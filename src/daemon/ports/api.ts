/** The daemon as the JSON API sees it, besides the port of the RPC methods. */
import type { ProcessDetail, Watch } from "../../api/watch.ts";
import { STATES } from "../../process/states.ts";
import { findMember, type Member } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { ownPid, readSamples } from "../doors/samples.ts";
import { optionsOf } from "./options.ts";

export function watchOf(core: Core): Watch {
  return {
    daemon: () => ({
      pid: core.keeperPid,
      daemonPid: ownPid,
      startedAt: core.startedWallMs,
      configFile: core.running.file,
      hostName: core.doors.birth.hostName,
    }),
    detail: (ref) => {
      const member = findMember(core.world, ref);
      return member === undefined ? null : detailOf(core, member);
    },
    timeline: (ref) => {
      const member = findMember(core.world, ref);
      return member === undefined ? [] : core.history.timeline(member);
    },
    options: (ref) => optionsOf(core, ref),
    queues: () => core.pools.queues(),
    onChange: (changed) => core.watchers.onChange(changed),
    onEvent: (heard) => core.watchers.onEvent(heard),
    sample: readSamples,
  };
}

function detailOf(core: Core, member: Member): ProcessDetail {
  const { state, config } = member;
  const isUp = STATES[state.state].signallable && state.pid !== 0;
  const now = core.doors.clock.now();
  const retryMs = state.state === "BACKOFF" ? (state.deadlines.restart ?? null) : null;
  return {
    startedAt: isUp ? Math.round(state.startWallMs) : null,
    stoppedAt: state.stopWallMs === 0 ? null : Math.round(state.stopWallMs),
    restarts: core.history.restarts(member),
    lastExit: core.history.lastExit(member),
    retryAt: retryMs === null ? null : Math.round(now.wallMs + retryMs - now.monoMs),
    autostart: config.autostart,
    redirectsStderr: config.redirectStderr,
    lostBytes: core.outputs.lostBytes(state.child),
  };
}
