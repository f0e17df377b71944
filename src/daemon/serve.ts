/** HTTP on descriptors that the keeper has bound. The real servers; the simulation has none. */
import { createHttpServer } from "../http/server.ts";
import type { Activity } from "../rpc/activity.ts";
import { makeCalls } from "../rpc/calls.ts";
import { mainNamespaces } from "../rpc/interfaces.ts";
import type { Core } from "./core.ts";
import { realFollow } from "./doors/follow.ts";
import { realTimers } from "./doors/timers.ts";
import { supervisorPort } from "./port.ts";
import type { Serve } from "./servers.ts";

/** `onBug` is told of our own mistakes; the client has its 500 by then, and everything goes on. */
export const serveHttp: Serve = (core, descriptor, server) => {
  const port = supervisorPort(core);
  const http = createHttpServer({
    server,
    port,
    calls: makeCalls(port, mainNamespaces(core.running.rpcInterfaces), core.plugins.interfaces),
    activity: activityOf(core),
    follow: realFollow,
    timers: realTimers,
    hostNames: [core.doors.birth.hostName],
    bug: (error) =>
      core.loop.post((turn) => core.activity.write(turn, "critical", `an HTTP request failed because of a bug: ${stackOf(error)}`)),
  });
  http.listen({ fd: descriptor });
  return {
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
};

function activityOf(core: Core): Activity {
  return {
    takes: (level) => core.activity.writes(level),
    write: (level, text) => core.loop.post((turn) => core.activity.write(turn, level, text)),
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
