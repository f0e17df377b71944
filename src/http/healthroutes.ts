/** /healthz and /readyz, for containers: 200 or 503, with the reason as a text. They follow the server's authentication as everything does. */
import type { Exchange, Route } from "./exchange.ts";
import { type Origins, readingProblem } from "./origin.ts";

export type Readiness = {
  /** It is not on its way out. */
  readonly alive: boolean;
  /** What is to run by itself has come up. */
  readonly ready: boolean;
  /** What is missing, a line each. */
  readonly why: readonly string[];
};

const REASONS_SHOWN = 20;
const TEXT: readonly string[] = [
  "Content-Type",
  "text/plain; charset=utf-8",
  "Cache-Control",
  "no-store",
  "X-Content-Type-Options",
  "nosniff",
];

export function healthRoute(readiness: () => Readiness, origins: Origins): Route {
  return {
    matches: (path) => path === "/healthz" || path === "/readyz",
    handle(exchange) {
      if (exchange.method !== "GET" && exchange.method !== "HEAD") return exchange.fail(405);
      const problem = readingProblem(origins, exchange.request);
      if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
      const { alive, ready, why } = readiness();
      return answer(exchange, exchange.target.path === "/healthz" ? alive : ready, why);
    },
  };
}

function answer(exchange: Exchange, isGood: boolean, why: readonly string[]): void {
  if (isGood) return exchange.send(200, TEXT, "ok\n");
  const more = why.length > REASONS_SHOWN ? [`and ${why.length - REASONS_SHOWN} more`] : [];
  return exchange.send(503, TEXT, `${[...why.slice(0, REASONS_SHOWN), ...more].join("\n")}\n`);
}
