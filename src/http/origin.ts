/**
 * Whether a request that changes something may come from where it comes from. A browser sends its user's credentials, and reaches his loopback
 * address, for any page that asks it to; the original believes every such request. Programs that are no browsers send none of the headers looked at
 * here, and are never refused. (Node's fetch takes any language; a browser has a user who reads one.)
 *
 * Two attacks: a page of another origin (its requests say so, or hide where they come from), and a page whose own name has been pointed at this
 * server's address (its requests look as if they came from here, so only names that are certainly ours count; with a password the attacker has nothing
 * to send, so the name does not matter).
 */
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { ServerConfig } from "../config/model.ts";

export type Origins = {
  /** Names by which browsers may reach an open TCP server, besides addresses and localhost; null: any (a password, or a unix socket). */
  readonly names: ReadonlySet<string> | null;
};

export type Asking = { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders };

/** `hostNames`: what this machine is called. */
export function originsOf(server: ServerConfig, isOpen: boolean, hostNames: readonly string[]): Origins {
  if (server.kind === "unix" || !isOpen) return { names: null };
  return { names: new Set(["localhost", server.host, ...hostNames].map((name) => name.toLowerCase())) };
}

/** null: it may. Otherwise why not, for the user who sees it. */
export function originProblem(origins: Origins, asking: Asking): string | null {
  if (!isBrowser(asking)) return null;
  if (!isOwnName(origins, asking.headers.host)) {
    return (
      "A browser may change something on this server without a password only under a name that is certainly its own: an address, localhost, or the " +
      "host's name. Use one of these, or set username and password."
    );
  }
  if (!isSameOrigin(asking)) {
    return "This request does not come from a page of this server. Open the status page and use the link there.";
  }
  return null;
}

/**
 * null: it may read. A page of another origin cannot see what it gets, so only a name that has been pointed here matters, and what a browser says
 * that it fetches for such a page.
 */
export function readingProblem(origins: Origins, asking: Asking): string | null {
  if (!isBrowser(asking)) return null;
  if (!isOwnName(origins, asking.headers.host)) {
    return (
      "A browser may read this from a server without a password only under a name that is certainly the server's own: an address, localhost, or the " +
      "host's name. Use one of these, or set username and password."
    );
  }
  const { "sec-fetch-site": site, "sec-fetch-mode": mode } = asking.headers;
  if ((site === "cross-site" || site === "same-site") && mode !== "navigate")
    return "This request does not come from a page of this server.";
  return null;
}

/**
 * Every browser sends Origin with a POST. With a GET it may leave out all of the first three (they depend on the page that asks and on TLS), but never
 * Accept-Language, which no common program sends.
 */
function isBrowser({ method, headers }: Asking): boolean {
  const known = headers["sec-fetch-site"] ?? headers.origin ?? headers.referer;
  return known !== undefined || (method !== "POST" && !/^\*?$/.test(headers["accept-language"] ?? ""));
}

/** In the order of their worth. A GET that tells nothing may come from anywhere. */
function isSameOrigin({ headers }: Asking): boolean {
  const site = headers["sec-fetch-site"];
  // `none`: typed, or a bookmark.
  if (site !== undefined) return site === "same-origin" || site === "none";
  const source = headers.origin ?? headers.referer;
  if (source === undefined) return false;
  const host = hostOf(source);
  return host !== null && ownHosts(headers).some((own) => own.toLowerCase() === host);
}

/** A proxy tells here under which name it was asked; a page of another origin cannot send that header. */
function ownHosts(headers: IncomingHttpHeaders): readonly string[] {
  const forwarded = headers["x-forwarded-host"];
  return [headers.host, typeof forwarded === "string" ? forwarded.split(",", 1)[0]?.trim() : undefined].flatMap((host) => {
    if (host === undefined) return [];
    return [host, host.replace(/:(?:80|443)$/, "")];
  });
}

/** `host` or `host:port`, without the scheme's own port; null: no origin at all (`null`, a file, an extension). */
function hostOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url);
    return protocol === "http:" || protocol === "https:" ? host.toLowerCase() : null;
  } catch {
    return null;
  }
}

/** An address cannot be pointed elsewhere, nor can a name without a dot, which nobody can register: it is one of the user's own network or hosts file. */
function isOwnName({ names }: Origins, hostHeader: string | undefined): boolean {
  if (names === null) return true;
  const name = (hostHeader ?? "")
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  return isIP(name) !== 0 || (name !== "" && !name.includes(".")) || name.endsWith(".localhost") || names.has(name);
}
