/** The web pages: /, /index.html, /tail.html, and /ok.html for health checks. (WEB-001, HTTP-044, HTTP-048) */
import type { SupervisorControl } from "../rpc/control.ts";
import { FORM_BYTES_MAX } from "./bounds.ts";
import type { Exchange, Headers, Route } from "./exchange.ts";
import { type Origins, originProblem, readingProblem } from "./origin.ts";
import { act } from "./pageactions.ts";
import { NOT_FRAMED, statusPage as redirectPage } from "./response.ts";
import { statusPage } from "./statuspage.ts";
import { tailPage } from "./tailpage.ts";
import { parseFields, percentEncode } from "./target.ts";

const NAMES: ReadonlySet<string> = new Set(["", "index.html", "tail.html", "ok.html"]);
const NOT_KEPT: Headers = ["Pragma", "no-cache", "Cache-Control", "no-cache", "Expires", "Thu, 01 Jan 1970 00:00:00 GMT"];
const HTML: Headers = ["Content-Type", "text/html;charset=utf-8", ...NOT_KEPT];
/** No script, nothing from elsewhere, not inside another page. (HTTP-086) */
const PROTECTION: Headers = [
  "Content-Security-Policy",
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ...NOT_FRAMED,
];

type Fields = ReadonlyMap<string, string>;

export function pagesRoute(control: SupervisorControl, origins: Origins, broken: (error: unknown) => void): Route {
  const answer = (exchange: Exchange, fields: Fields) => {
    page(control, origins, exchange, fields).catch((error: unknown) => {
      exchange.crash();
      broken(error);
    });
  };
  return {
    matches: (path, method) => /^(?:GET|HEAD|POST)$/.test(method) && NAMES.has(nameOf(path)),
    handle(exchange) {
      const fields = parseFields(exchange.target.query, "first");
      if (exchange.method !== "POST") return answer(exchange, fields);
      if (!exchange.hasLength) return exchange.fail(411);
      // What the form says counts more than the query. (WEB-008)
      exchange.readBody(FORM_BYTES_MAX, (body) => answer(exchange, new Map([...fields, ...parseFields(body.toString("utf8"), "last")])));
    },
  };
}

function nameOf(path: string): string {
  return path.replace(/^\/+/, "");
}

async function page(control: SupervisorControl, origins: Origins, exchange: Exchange, fields: Fields): Promise<void> {
  const name = nameOf(exchange.target.path);
  if (name === "ok.html") return exchange.send(200, ["Content-Type", "text/plain"], "OK");
  const problem = readingProblem(origins, exchange.request);
  if (problem !== null) return exchange.fail(403, { explanation: problem, last: true });
  switch (name) {
    case "tail.html":
      return exchange.send(200, HTML, await tailPage(control, fields), PROTECTION);
    default: {
      const action = fields.get("action");
      // HEAD changes nothing: who asks so wants to see the head alone.
      if (action !== undefined && exchange.method !== "HEAD")
        return perform(control, origins, exchange, { action, processName: fields.get("processname") });
      return exchange.send(200, HTML, statusPage(control, fields.get("message")), PROTECTION);
    }
  }
}

type Wish = { readonly action: string; readonly processName: string | undefined };

/** Does it, then sends the browser back to the page with what came of it. (WEB-036, WEB-052) */
async function perform(control: SupervisorControl, origins: Origins, exchange: Exchange, { action, processName }: Wish): Promise<void> {
  const problem = originProblem(origins, exchange.request);
  if (problem !== null) return exchange.fail(403, { explanation: problem });
  const message = await act(control, action, processName);
  if (message === null) return exchange.fail(500);
  const location = `${baseOf(exchange)}?message=${percentEncode(message)}`;
  exchange.send(301, ["Location", location, "Content-Type", "text/html", ...NOT_KEPT], redirectPage(301));
}

const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-real-ip"];
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?$/;

/**
 * Clients of the original expect the whole address, made of the Host header (WEB-037). Behind a proxy that address is wrong (scheme, prefix), and
 * without a sound Host there is none: then the redirect is relative to the page that was asked for (WEB-038, WEB-039).
 */
function baseOf({ request }: Exchange): string {
  const host = request.headers.host?.trim() ?? "";
  const proxied = FORWARDED.some((name) => request.headers[name] !== undefined);
  return proxied || !HOST.test(host) ? "./" : `http://${host.replace(/:80$/, "")}/`;
}
