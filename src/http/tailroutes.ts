/** /logtail/NAME[/stdout or /stderr] and /mainlogtail. (HTTP-109..124) */

import type { LogFollow, Tailing } from "../rpc/following.ts";
import { splitNamespec } from "../rpc/names.ts";
import type { SupervisorPort } from "../rpc/port.ts";
import { type Origins, readingProblem } from "./origin.ts";
import type { Route } from "./routes.ts";
import { tailLog } from "./tailing.ts";

/** Proxies must not gather it. (HTTP-113) */
const NOT_BUFFERED: readonly string[] = ["X-Accel-Buffering", "no"];

export function logTailRoute(port: SupervisorPort, follow: LogFollow, origins: Origins): Route {
  const tailing: Tailing = { files: port.files, follow };
  return {
    matches: (path) => path.startsWith("/logtail"),
    handle(exchange) {
      if (exchange.method !== "GET") return exchange.fail(400);
      const problem = readingProblem(origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      return tailLog(tailing, exchange, logfileOf(port, exchange.target.path), NOT_BUFFERED);
    },
  };
}

export function mainLogTailRoute(port: SupervisorPort, follow: LogFollow, origins: Origins): Route {
  const tailing: Tailing = { files: port.files, follow };
  return {
    matches: (path) => path.startsWith("/mainlogtail"),
    handle(exchange) {
      if (exchange.method !== "GET") return exchange.fail(400);
      const problem = readingProblem(origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      return tailLog(tailing, exchange, port.mainLogfile(), []);
    },
  };
}

/** What stands behind the first slash is looked up among what is active; it is never a path. null: no such log. (HTTP-109..112) */
function logfileOf(port: SupervisorPort, path: string): string | null {
  const [, , name = "", channel = "stdout", ...more] = path.split("/");
  const { group, process } = splitNamespec(name);
  if (process === null || more.length > 0) return null;
  const view = port.process({ group, process });
  if (channel === "stdout") return view?.stdoutLogfile ?? null;
  return channel === "stderr" ? (view?.stderrLogfile ?? null) : null;
}
