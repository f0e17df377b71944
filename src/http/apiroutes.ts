/**
 * The JSON API, /metrics, /healthz and /readyz over HTTP. Their code is loaded when the first request comes; here is what can be decided without it: who may
 * ask, what is switched on, how much a request may hold.
 */

import type { Api } from "../api/api.ts";
import { BODY_BYTES_MAX } from "../api/bounds.ts";
import { API_PREFIX, type Outlet, type Reply } from "../api/reply.ts";
import { unreachable } from "../result.ts";
import type { SupervisorControl } from "../rpc/control.ts";
import type { Calls } from "../rpc/method.ts";
import { PIECE_BYTES } from "./bounds.ts";
import type { Exchange, Headers, Route } from "./exchange.ts";
import { type Origins, originProblem, readingProblem } from "./origin.ts";
import { percentDecode } from "./target.ts";

/** Gives the API, loading it the first time. */
export type LoadApi = () => Promise<Api>;

export type ApiRouteParts = {
  readonly load: LoadApi;
  readonly calls: Calls;
  readonly control: SupervisorControl;
  readonly origins: Origins;
  readonly broken: (error: unknown) => void;
};

const NOT_KEPT: Headers = ["Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"];
const EVENTS: Headers = ["Content-Type", "text/event-stream", "X-Accel-Buffering", "no", ...NOT_KEPT];

export function apiRoute(parts: ApiRouteParts): Route {
  return {
    matches: (path) => path.startsWith(API_PREFIX),
    handle(exchange) {
      const changes = exchange.method === "POST";
      const problem = (changes ? originProblem : readingProblem)(parts.origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      if (!changes) return answer(parts, exchange, Buffer.alloc(0));
      if (!exchange.hasLength) return exchange.fail(411);
      exchange.readBody(BODY_BYTES_MAX, (body) => {
        answer(parts, exchange, body).catch((error: unknown) => crash(parts, exchange, error));
      });
    },
  };
}

export function metricsRoute(parts: ApiRouteParts): Route {
  return {
    matches: (path) => path === "/metrics",
    async handle(exchange) {
      const problem = readingProblem(parts.origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      if (exchange.method !== "GET" && exchange.method !== "HEAD") return exchange.fail(405);
      const api = await parts.load();
      return send(parts, exchange, await api.metrics());
    },
  };
}

async function answer(parts: ApiRouteParts, exchange: Exchange, body: Buffer): Promise<void> {
  const api = await parts.load();
  const { raw, query } = exchange.target;
  const [path = ""] = raw.split(/[?#]/, 1);
  const lastEventId = exchange.request.headers["last-event-id"];
  const request = {
    method: exchange.method,
    segments: path.slice(API_PREFIX.length).split("/").map(percentDecode),
    query: new URLSearchParams(query),
    body,
    lastEventId: typeof lastEventId === "string" ? lastEventId : null,
  };
  await send(parts, exchange, await api.answer(request, parts.calls));
}

async function send({ control }: ApiRouteParts, exchange: Exchange, reply: Reply): Promise<void> {
  if (exchange.isOver) return;
  switch (reply.kind) {
    case "text":
      return exchange.send(reply.status, ["Content-Type", reply.type, ...NOT_KEPT], reply.body);
    case "events":
      if (exchange.method === "HEAD") return exchange.sendNothing(200, EVENTS);
      exchange.stream(EVENTS);
      return reply.run(outletOf(exchange));
    case "file":
      return sendFile(control, exchange, reply);
    default:
      return unreachable(reply);
  }
}

function outletOf(exchange: Exchange): Outlet {
  const { response } = exchange;
  return {
    write: (piece) => exchange.write(piece),
    offer: (piece, heldMax) => exchange.offer(piece, heldMax),
    onTaken: (taken) => void response.on("drain", taken),
    onGone: (gone) => void response.once("close", gone),
    get isGone() {
      return response.destroyed;
    },
  };
}

/** As much as there was when it was asked for. A file that has become shorter meanwhile ends the connection, so that nobody takes a part for all. */
async function sendFile(
  control: SupervisorControl,
  exchange: Exchange,
  { path, size, name }: Extract<Reply, { kind: "file" }>,
): Promise<void> {
  const called = `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", "%27")}`;
  const headers = ["Content-Type", "text/plain; charset=utf-8", "Content-Disposition", called, ...NOT_KEPT, "Content-Length", String(size)];
  if (exchange.method === "HEAD") return exchange.sendNothing(200, headers);
  exchange.stream(headers);
  for (let at = 0; at < size; ) {
    const read = await control.files.readAt(path, at, Math.min(PIECE_BYTES, size - at));
    if (!read.ok || read.value.length === 0) return void exchange.response.destroy();
    if (!(await exchange.write(read.value))) return;
    at += read.value.length;
  }
  exchange.response.end();
}

function crash({ broken }: ApiRouteParts, exchange: Exchange, error: unknown): void {
  exchange.crash();
  broken(error);
}
