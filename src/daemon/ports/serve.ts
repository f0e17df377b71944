/** HTTP on descriptors that the keeper has bound. The real servers; the simulation has none. */

import type { Api } from "../../api/api.ts";
import type { Watch } from "../../api/watch.ts";
import { ScryptLine } from "../../http/scryptline.ts";
import { createHttpServer } from "../../http/server.ts";
import { makeCalls } from "../../rpc/calls.ts";
import type { Activity, SupervisorControl } from "../../rpc/control.ts";
import { mainNamespaces } from "../../rpc/interfaces.ts";
import { plainResult } from "../../rpc/plainvalues.ts";
import { built, loadApi } from "../doors/built.ts";
import { realFollow } from "../doors/follow.ts";
import { nextTurn, realTimers } from "../doors/timers.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Runtime } from "../runtime.ts";
import type { PluginHost } from "../serving/pluginhost.ts";
import { BACKLOG, type Serve } from "../serving/servers.ts";
import { readinessOf } from "./readiness.ts";

const scryptLine = new ScryptLine();

/** What of a daemon is served. */
export type Served = {
  readonly runtime: Runtime;
  readonly control: SupervisorControl;
  readonly watch: Watch;
  readonly plugins: PluginHost;
};

/** `onBug` is told of our own mistakes; the client has its 500 by then, and everything goes on. */
export const serveHttp = ({ runtime, control, watch, plugins }: Served, ...[descriptor, server]: Parameters<Serve>): ReturnType<Serve> => {
  const http = createHttpServer({
    server,
    control,
    calls: makeCalls(control, mainNamespaces(runtime.running.rpcInterfaces), plugins.interfaces),
    activity: activityOf(runtime),
    follow: realFollow,
    timers: realTimers,
    hostNames: [runtime.doors.birth.hostName],
    loadApi: () => apiOf(control, watch),
    scryptLine,
    readiness: readinessOf(runtime),
    webFolder: built("web"),
    bug: (error) => postLine(runtime, "critical", `an HTTP request failed because of a bug: ${stackOf(error)}`),
  });
  // Node listens once more on the descriptor, and would make the queue half as long.
  http.listen({ fd: descriptor }, BACKLOG);
  return {
    // What is answered in this turn of the event loop is written in it.
    answered: nextTurn,
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
};

/** One for all servers of a daemon, so that viewers of any of them share what is made. */
const apis = new WeakMap<SupervisorControl, Promise<Api>>();

function apiOf(control: SupervisorControl, watch: Watch): Promise<Api> {
  const known = apis.get(control);
  if (known !== undefined) return known;
  const loading = loadApi({ control, watch, follow: realFollow, timers: realTimers, plain: plainResult });
  // What could not be loaded is tried again by the next who asks.
  loading.catch(() => apis.delete(control));
  apis.set(control, loading);
  return loading;
}

function activityOf(runtime: Runtime): Activity {
  return {
    takes: (level) => runtime.activity.writes(level),
    write: (level, text) => postLine(runtime, level, text),
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
