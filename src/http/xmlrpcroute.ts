/** /RPC2 and whatever begins so. (HTTP-040, HTTP-041) */
import type { Endpoint, Reply } from "../rpc/endpoint.ts";
import { CALL_BYTES_MAX } from "./bounds.ts";
import type { Exchange, Route } from "./exchange.ts";
import { type Origins, originProblem } from "./origin.ts";

const XML: readonly string[] = ["Content-Type", "text/xml"];

/** A browser of another origin may not even read: a call is a POST, whatever it does. */
export function xmlRpcRoute(endpoint: Endpoint, origins: Origins, broken: (error: unknown) => void): Route {
  return {
    matches: (path) => path.startsWith("/RPC2"),
    handle(exchange) {
      if (exchange.method !== "POST") return exchange.fail(400);
      const problem = originProblem(origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      if (!exchange.hasLength) return exchange.fail(411);
      exchange.readBody(CALL_BYTES_MAX, (body) => answer(exchange, endpoint, body, broken));
    },
  };
}

function answer(exchange: Exchange, endpoint: Endpoint, body: Buffer, broken: (error: unknown) => void): void {
  const failed = (error: unknown) => {
    exchange.crash();
    broken(error);
  };
  try {
    const reply = endpoint.answer(body);
    if (reply instanceof Promise) reply.then((settled) => send(exchange, settled)).catch(failed);
    else send(exchange, reply);
  } catch (error) {
    failed(error);
  }
}

/** Faults are status 200. (RPC-204, HTTP-076) */
function send(exchange: Exchange, reply: Reply): void {
  if (reply.status === 200) exchange.send(200, XML, reply.xml);
  else exchange.fail(reply.status);
}
