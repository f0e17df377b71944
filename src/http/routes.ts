/** What answers what: routes in their order, the first that matches handles the request. (HTTP-039) */
import type { Exchange } from "./exchange.ts";

export type Route = {
  /** `path` is decoded. */
  readonly matches: (path: string, method: string) => boolean;
  /** What it throws is our bug: status 500 and the server's `bug`. */
  readonly handle: (exchange: Exchange) => void | Promise<void>;
};
