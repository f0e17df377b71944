/**
 * The JSON API, from a request to its answer. HTTP, who may ask, and how much he may send are the business of the room above. This is the entry of a
 * bundle of its own: the daemon loads it when somebody first asks.
 */
import type { ProcessView } from "../rpc/control.ts";
import type { LogFollow } from "../rpc/following.ts";
import type { Calls } from "../rpc/method.ts";
import type { RpcResult } from "../rpc/values.ts";
import { Hub } from "./hub.ts";
import { type LogRequest, logDownload, logFollow, logPiece } from "./logs.ts";
import { followLogs } from "./manylogs.ts";
import { callMethod } from "./methodcalls.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { API_PREFIX, fails, JSON_TYPE, json, type Reply } from "./reply.ts";
import { dependencyRow, type Parts } from "./rows.ts";
import { applyUpdates, updatePreview } from "./updating.ts";
import type { Timers } from "./watch.ts";

export type ApiParts = Parts & {
  readonly follow: LogFollow;
  readonly timers: Timers;
  /** A result of one of our methods as plain data: bundles do not share classes. */
  readonly plain: (result: RpcResult) => unknown;
};

export type ApiRequest = {
  readonly method: string;
  /** Below API_PREFIX, each decoded by itself: a name may hold a slash. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Empty when there is none. */
  readonly body: Buffer;
  /** Where a stream that broke had come to. */
  readonly lastEventId: string | null;
};

export class Api {
  readonly #parts: ApiParts;
  readonly #hub: Hub;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#hub = new Hub(parts, parts.timers);
  }

  /** `calls`: the methods of the server that was asked. Never throws for anything that a client can send. */
  async answer(request: ApiRequest, calls: Calls): Promise<Reply> {
    const [head = "", ...rest] = request.segments;
    if (request.method === "POST") return this.#post(head, rest, request.body, calls);
    if (request.method !== "GET" && request.method !== "HEAD")
      return fails(405, "INCORRECT_PARAMETERS", `${request.method} is not known here`);
    if (head === "processes") return this.#process(rest, request);
    if (head === "log") return this.#log(this.#parts.control.mainLogfile(), rest, request);
    if (head === "logs" && rest.length === 1 && rest[0] === "follow") return this.#manyLogs(request);
    if (rest.length > 0) return nothing(request.segments);
    switch (head) {
      case "openapi.json":
        return json(openApi(calls));
      case "state":
        return { kind: "text", status: 200, type: JSON_TYPE, body: await this.#hub.snapshot() };
      case "stream":
        return this.#stream(request.query.get("events") === "1");
      case "dependencies":
        return json(this.#parts.control.dependencies().map(dependencyRow));
      case "update":
        return updatePreview(this.#parts.control);
      default:
        return nothing(request.segments);
    }
  }

  /** What Prometheus reads. */
  async metrics(): Promise<Reply> {
    return { kind: "text", status: 200, type: METRICS_TYPE, body: await metricsText(this.#parts) };
  }

  async #post(head: string, rest: readonly string[], bytes: Buffer, calls: Calls): Promise<Reply> {
    const body = parsed(bytes);
    if (body === undefined) return fails(400, "INCORRECT_PARAMETERS", "the body is not JSON");
    const [name, ...more] = rest;
    if (head === "call" && name !== undefined && more.length === 0) return callMethod(calls, this.#parts, name, body);
    if (head === "update" && name === undefined) return applyUpdates(this.#parts.control, body);
    return nothing([head, ...rest]);
  }

  #stream(events: boolean): Reply {
    if (this.#hub.isFull) return fails(503, "FAILED", "too many viewers");
    return { kind: "events", run: (outlet) => this.#hub.open(outlet, { events }) };
  }

  /** GROUP/NAME/what. */
  async #process([group = "", name = "", what, ...rest]: readonly string[], request: ApiRequest): Promise<Reply> {
    const ref = { group, process: name };
    const view = this.#parts.control.process(ref);
    if (view === null) return fails(404, "BAD_NAME", `BAD_NAME: ${group}:${name}`);
    if (what === "log") return this.#processLog(view, rest, request);
    if (rest.length > 0) return nothing(request.segments);
    if (what === "timeline") return json(this.#parts.watch.timeline(ref));
    if (what === "exits") return json(this.#parts.watch.exits(ref));
    if (what !== "config") return nothing(request.segments);
    const options = await this.#parts.watch.options(ref);
    return options.ok ? json(options.value) : fails(409, "CANT_REREAD", `CANT_REREAD: ${options.error}`);
  }

  #processLog(view: ProcessView, [channel, ...rest]: readonly string[], request: ApiRequest): Promise<Reply> {
    if (channel === "stdout") return this.#log(view.stdoutLogfile, rest, request);
    if (channel === "stderr") return this.#log(view.stderrLogfile, rest, request);
    return Promise.resolve(nothing(request.segments));
  }

  #manyLogs({ query, lastEventId }: ApiRequest): Reply {
    const { control, follow, timers } = this.#parts;
    const pathOf = (log: string): string | null => {
      if (log === "activity") return this.#parts.control.mainLogfile();
      const [group = "", process = "", channel, ...rest] = log.split("/").map(decoded);
      const view = rest.length > 0 ? null : control.process({ group, process });
      return (channel === "stdout" ? view?.stdoutLogfile : channel === "stderr" ? view?.stderrLogfile : null) ?? null;
    };
    return followLogs({ files: control.files, follow, timers }, query.getAll("log"), { lastEventId, pathOf });
  }

  async #log(path: string | null, [what, ...rest]: readonly string[], { query, lastEventId, segments }: ApiRequest): Promise<Reply> {
    const { control, follow, timers } = this.#parts;
    const from = whole(what === "follow" ? (lastEventId ?? query.get("from")) : query.get("from"));
    const length = whole(query.get("length"));
    if (from === undefined || length === undefined || (length ?? 1) < 0)
      return fails(400, "BAD_ARGUMENTS", "from and length are whole numbers");
    const request: LogRequest = { path, from, length };
    if (rest.length > 0) return nothing(segments);
    if (what === undefined) return logPiece(control.files, request);
    if (what === "download") return logDownload(control.files, path);
    return what === "follow" ? logFollow({ files: control.files, follow, timers }, request) : nothing(segments);
  }
}

/** What is no escape stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** undefined: it is none. null: nothing was said. */
function whole(text: string | null): number | null | undefined {
  if (text === null || text === "") return null;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** undefined: it is not JSON. */
function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function nothing(segments: readonly string[]): Reply {
  return fails(404, "UNKNOWN_METHOD", `there is no ${API_PREFIX}${segments.join("/")}`);
}
