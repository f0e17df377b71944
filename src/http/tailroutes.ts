/**
 * /logtail/NAME[/stdout or /stderr] and /mainlogtail: a log that is followed, as the original sends it: its end, then what is added, as plain text
 * without an end. (HTTP-109..124)
 */
import { beginFollowing, TRUNCATED } from "../logs/follow.ts";
import type { SupervisorControl } from "../rpc/control.ts";
import { followLog, type LogFollow, logAt, type Tailing } from "../rpc/following.ts";
import { splitNamespec } from "../rpc/namespec.ts";
import { httpDate } from "../rpc/times.ts";
import { PIECE_BYTES } from "./bounds.ts";
import type { Exchange, Headers, Route } from "./exchange.ts";
import { type Origins, readingProblem } from "./origin.ts";

/** Proxies must not gather it. (HTTP-113) */
const NOT_BUFFERED: readonly string[] = ["X-Accel-Buffering", "no"];

export function logTailRoute(control: SupervisorControl, follow: LogFollow, origins: Origins): Route {
  return tailRoute("/logtail", { files: control.files, follow }, origins, NOT_BUFFERED, (path) => logfileOf(control, path));
}

export function mainLogTailRoute(control: SupervisorControl, follow: LogFollow, origins: Origins): Route {
  return tailRoute("/mainlogtail", { files: control.files, follow }, origins, [], () => control.mainLogfile());
}

/** `logfile`: the log that a path means. */
function tailRoute(prefix: string, tailing: Tailing, origins: Origins, headers: Headers, logfile: (path: string) => string | null): Route {
  return {
    matches: (path) => path.startsWith(prefix),
    handle(exchange) {
      if (exchange.method !== "GET") return exchange.fail(400);
      const problem = readingProblem(origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      return tailLog(tailing, exchange, logfile(exchange.target.path), headers);
    },
  };
}

/** Answers with the log, or with 404 when there is none. (HTTP-111, HTTP-113, HTTP-122, HTTP-123) */
async function tailLog(tailing: Tailing, exchange: Exchange, path: string | null, headers: Headers): Promise<void> {
  const found = path === null ? null : await logAt(tailing.files, path);
  if (path === null || found === null) return exchange.fail(404);
  if (exchange.isOver) return;
  exchange.stream(["Last-Modified", httpDate(found.mtimeMs), "Content-Type", "text/plain;charset=utf-8", ...headers]);
  await followLog(
    tailing,
    { path, begun: beginFollowing(found), pieceBytes: PIECE_BYTES, emptyMayBeRewritten: true },
    {
      piece: (bytes) => exchange.write(bytes),
      // A rotated log goes on without a word.
      restarted: async (why) => why === "rotated" || exchange.write(TRUNCATED),
      onGone: (gone) => void exchange.response.once("close", gone),
    },
  );
}

/** What stands behind the first slash is looked up among what is active; it is never a path. null: no such log. (HTTP-109..112) */
function logfileOf(control: SupervisorControl, path: string): string | null {
  const [, , name = "", channel = "stdout", ...more] = path.split("/");
  const { group, process } = splitNamespec(name);
  if (process === null || more.length > 0) return null;
  const view = control.process({ group, process });
  if (channel === "stdout") return view?.stdoutLogfile ?? null;
  return channel === "stderr" ? (view?.stderrLogfile ?? null) : null;
}
