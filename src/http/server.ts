/**
 * The HTTP server of one section: Node's parser, our bounds, the routes. It never listens by itself; the daemon gives it a descriptor that the keeper
 * holds. Everything that a client can do wrong ends in an answer or in the end of its connection, and touches nobody else.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { ServerConfig } from "../config/model.ts";
import type { Activity, SupervisorControl } from "../rpc/control.ts";
import { Endpoint } from "../rpc/endpoint.ts";
import type { LogFollow } from "../rpc/following.ts";
import type { Calls } from "../rpc/method.ts";
import { AccessLog } from "./accesslog.ts";
import { apiRoute, type LoadApi, metricsRoute } from "./apiroutes.ts";
import { Gate, type Verdict } from "./auth.ts";
import { HEAD_BYTES_MAX } from "./bounds.ts";
import { Connections } from "./connections.ts";
import { Dates } from "./dates.ts";
import type { Timers } from "./deadlines.ts";
import { Exchange, type Route, type Shared } from "./exchange.ts";
import { healthRoute, type Readiness } from "./healthroutes.ts";
import { type Origins, originsOf } from "./origin.ts";
import { pagesRoute } from "./pages.ts";
import { SERVER_NAME, STATUS_TEXTS, type Status, statusPage, VersionedResponse } from "./response.ts";
import { peerOf, type ScryptLine } from "./scryptline.ts";
import { staticRoute } from "./staticfiles.ts";
import { logTailRoute, mainLogTailRoute } from "./tailroutes.ts";
import { webAssetsRoute, webPageRoute } from "./webpage.ts";
import { xmlRpcRoute } from "./xmlrpcroute.ts";

export type HttpServerOptions = {
  readonly server: ServerConfig;
  readonly control: SupervisorControl;
  readonly calls: Calls;
  readonly activity: Activity;
  readonly follow: LogFollow;
  readonly timers: Timers;
  /** What this machine is called: names by which browsers may reach a server without a password. */
  readonly hostNames: readonly string[];
  /** Loads the JSON API and the metrics when they are first asked for; without it there are none. */
  readonly loadApi?: LoadApi;
  /** The line before scrypt, one for all servers. */
  readonly scryptLine?: ScryptLine;
  /** For /healthz and /readyz; without it there are none. */
  readonly readiness?: () => Readiness;
  /** Where the new page lies; without it there is none. */
  readonly webFolder?: string;
  /** More routes; they come after those of the original that match by their beginning, and before its pages. */
  readonly routes?: readonly Route[];
  /** Told of our own mistakes, after the client has got its 500. */
  readonly bug: (error: unknown) => void;
};

const WAKES_NEVER_MS = 2 ** 31 - 1;
const KEEPALIVE_DELAY_MS = 60_000;
/** Of a request line that cannot be read, enough to see whether it is one. */
const SHOWN_LINE = 256;

export type HttpServer = Server<typeof IncomingMessage, typeof VersionedResponse>;

/** To be given a descriptor: `listen({ fd })`. To close it: `close()` and `closeAllConnections()`. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { control, activity, timers } = options;
  const connections = new Connections(control.clock, timers);
  const shared: Shared = { connections, dates: new Dates(control.clock), held: { bodies: 0, answers: 0 } };
  const accessLog = new AccessLog(activity, control.clock);
  const gate = new Gate(options.server, options.scryptLine);
  const broken = (error: unknown) => tellBroken(options, error);
  const routes = routesOf(options, gate, broken);
  const server = createServer({
    ServerResponse: VersionedResponse,
    maxHeaderSize: HEAD_BYTES_MAX,
    // Clients written by hand leave it out. (HTTP-080)
    requireHostHeader: false,
    // Peers that vanished without a word are noticed by the kernel.
    keepAlive: true,
    keepAliveInitialDelay: KEEPALIVE_DELAY_MS,
    connectionsCheckingInterval: WAKES_NEVER_MS,
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  });
  server.on("connection", (socket: Socket) => connections.opened(socket));
  const receive = (request: IncomingMessage, response: VersionedResponse, expects: boolean) => {
    if (!connections.asked(request.socket)) return;
    accessLog.watch(request, response);
    const exchange = new Exchange(shared, request, response, expects);
    response.once("close", () => exchange.close());
    // A client that goes in the middle of its request is nobody's problem.
    request.on("error", () => undefined);
    handle(exchange, { gate, routes, broken, connections });
  };
  server.on("request", (request, response) => receive(request, response, false));
  server.on("checkContinue", (request: IncomingMessage, response: VersionedResponse) => receive(request, response, true));
  server.on("connect", (_request, socket: Socket) => refuseRaw(socket, 400, shared));
  server.on("clientError", (error: UnreadableRequest, socket: Socket) => {
    // Node's parser may tell of it more than once.
    if (connections.lingers(socket)) return;
    // Behind an answer that is still owed nothing can be said.
    if (connections.isBusy(socket) || !socket.writable || error.code === "ECONNRESET" || !looksLikeHttp(error)) socket.destroy();
    else refuseRaw(socket, error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400, shared);
  });
  return server;
}

type Broken = (error: unknown) => void;

type UnreadableRequest = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** What begins with no request line at all speaks another language; as in the original it gets no answer in ours. (HTTP-051) */
function looksLikeHttp({ code, rawPacket }: UnreadableRequest): boolean {
  return code !== "HPE_INVALID_METHOD" || rawPacket === undefined || /^\s*[^\s]+ [^\s]/.test(rawPacket.toString("latin1", 0, SHOWN_LINE));
}

function routesOf(options: HttpServerOptions, gate: Gate, broken: Broken): readonly Route[] {
  const { server, control, calls, activity, follow, hostNames, routes = [] } = options;
  const origins = originsOf(server, gate.isOpen, hostNames);
  const classic = pagesRoute(control, origins, broken);
  return [
    xmlRpcRoute(new Endpoint(calls, activity), origins, broken),
    logTailRoute(control, follow, origins),
    mainLogTailRoute(control, follow, origins),
    ...routes,
    ...modernRoutes(options, classic, { origins, broken }),
    classic,
    staticRoute(),
  ];
}

/** What is switched off is not there at all. */
function modernRoutes(
  { server, control, calls, loadApi, readiness, webFolder }: HttpServerOptions,
  classic: Route,
  { origins, broken }: { readonly origins: Origins; readonly broken: Broken },
): readonly Route[] {
  const routes: Route[] = [];
  if (loadApi !== undefined) {
    const parts = { load: loadApi, calls, control, origins, broken };
    if (server.api) routes.push(apiRoute(parts));
    if (server.metrics) routes.push(metricsRoute(parts));
  }
  if (server.health && readiness !== undefined) routes.push(healthRoute(readiness, origins));
  if (server.ui === "modern" && server.api && webFolder !== undefined) {
    const page = { folder: webFolder, files: control.files };
    routes.push(webPageRoute(page, classic), webAssetsRoute(page));
  }
  return routes;
}

type Handling = { readonly gate: Gate; readonly routes: readonly Route[]; readonly broken: Broken; readonly connections: Connections };

function handle(exchange: Exchange, handling: Handling): void {
  const { httpVersion, headers, socket } = exchange.request;
  // Versions that nobody speaks get no guesses; the original echoes them. (HTTP-054, HTTP-055)
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return exchange.fail(400, { last: true });
  const client = { connection: socket, peer: peerOf(socket.remoteAddress), isGone: () => handling.connections.lingers(socket) };
  const verdict = handling.gate.check(headers.authorization, client);
  if (verdict instanceof Promise) verdict.then((settled) => admit(exchange, settled, handling)).catch(handling.broken);
  else admit(exchange, verdict, handling);
}

/** Nobody learns which paths exist without the password. (HTTP-096, HTTP-098, HTTP-102) */
function admit(exchange: Exchange, verdict: Verdict, { routes, broken }: Handling): void {
  switch (verdict) {
    case "denied":
      return exchange.fail(401, { headers: ["WWW-Authenticate", 'Basic realm="default"'], last: true });
    case "malformed":
      return exchange.fail(400, { last: true });
    case "busy":
      return exchange.fail(503, { last: true });
    case "granted":
      break;
  }
  const fail = (error: unknown) => {
    exchange.crash();
    broken(error);
  };
  try {
    const route = routes.find(({ matches }) => matches(exchange.target.path, exchange.method));
    const handled = route?.handle(exchange);
    if (handled instanceof Promise) handled.catch(fail);
  } catch (error) {
    fail(error);
  }
}

/** (HTTP-089) */
function tellBroken({ server, activity, bug }: HttpServerOptions, error: unknown): void {
  const address = server.kind === "unix" ? server.file : server.host;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  activity.write("error", `${address}:Server Error: ${text}`);
  bug(error);
}

/** For what Node's parser does not understand; the original often closes without a word (HTTP-051..053). */
function refuseRaw(socket: Socket, status: Status, { connections, dates }: Shared): void {
  const page = statusPage(status);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXTS[status]}`,
    `Server: ${SERVER_NAME}`,
    `Date: ${dates.now()}`,
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(page)}`,
    "Content-Type: text/html",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${page}`);
  connections.linger(socket);
}
