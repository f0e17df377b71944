/** HTTP on descriptors that the keeper has bound. The real servers; the simulation has none. */
import type { Api } from "../../api/api.ts";
import { ScryptLine } from "../../http/scryptline.ts";
import { createHttpServer } from "../../http/server.ts";
import { makeCalls } from "../../rpc/calls.ts";
import type { Activity, SupervisorControl } from "../../rpc/control.ts";
import { mainNamespaces } from "../../rpc/interfaces.ts";
import { plainResult } from "../../rpc/plainvalues.ts";
import type { Core } from "../core.ts";
import { built, loadApi } from "../doors/built.ts";
import { realFollow } from "../doors/follow.ts";
import { realTimers } from "../doors/timers.ts";
import { BACKLOG, type Serve } from "../serving/servers.ts";
import { watchOf } from "./api.ts";
import { readinessOf } from "./readiness.ts";
import { supervisorControl } from "./rpc.ts";

const scryptLine = new ScryptLine();

/** `onBug` is told of our own mistakes; the client has its 500 by then, and everything goes on. */
export const serveHttp = (core: Core, ...[descriptor, server]: Parameters<Serve>): ReturnType<Serve> => {
  const control = supervisorControl(core);
  const http = createHttpServer({
    server,
    control,
    calls: makeCalls(control, mainNamespaces(core.running.rpcInterfaces), core.plugins.interfaces),
    activity: activityOf(core),
    follow: realFollow,
    timers: realTimers,
    hostNames: [core.doors.birth.hostName],
    loadApi: () => apiOf(core, control),
    scryptLine,
    readiness: readinessOf(core),
    webFolder: built("web"),
    bug: (error) =>
      core.loop.post((turn) => core.activity.write(turn, "critical", `an HTTP request failed because of a bug: ${stackOf(error)}`)),
  });
  // Node listens once more on the descriptor, and would make the queue half as long.
  http.listen({ fd: descriptor }, BACKLOG);
  return {
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
};

/** One for all servers of a daemon, so that viewers of any of them share what is made. */
const apis = new WeakMap<Core, Promise<Api>>();

function apiOf(core: Core, control: SupervisorControl): Promise<Api> {
  const known = apis.get(core);
  if (known !== undefined) return known;
  const loading = loadApi({ control, watch: watchOf(core), follow: realFollow, timers: realTimers, plain: plainResult });
  // What could not be loaded is tried again by the next who asks.
  loading.catch(() => apis.delete(core));
  apis.set(core, loading);
  return loading;
}

function activityOf(core: Core): Activity {
  return {
    takes: (level) => core.activity.writes(level),
    write: (level, text) => core.loop.post((turn) => core.activity.write(turn, level, text)),
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
