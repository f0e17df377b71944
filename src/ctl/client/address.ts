/**
 * A server URL as supervisorctl understands it: `http://host[:port]` or `unix://path`, in lower case, and nothing else. (CLI-059..CLI-062, CTL-032)
 */
import { quoted } from "../../config/quoting.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Failure } from "./failure.ts";

export type Address =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

const HTTP_PORT = 80;
const PORT_MAX = 65535;

/** Where to connect. A path behind the host means nothing: calls always go to /RPC2. (CTL-032) */
export function parseServerUrl(url: string): Result<Address, Failure> {
  if (url.startsWith("unix://")) return ok({ kind: "unix", path: url.slice("unix://".length) });
  if (!url.startsWith("http://")) return refuse({ kind: "url", text: `Unknown protocol for serverurl ${url}` });
  const authority = url.slice("http://".length).split(/[/?#]/, 1)[0] ?? "";
  const hostAndPort = authority.slice(authority.lastIndexOf("@") + 1);
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(hostAndPort);
  const host = parts?.[1] ?? parts?.[2];
  if (parts === null || host === undefined || host === "") return refuse({ kind: "url", text: `no host in serverurl ${url}` });
  const port = parts[3] ?? "";
  if (port === "") return ok({ kind: "tcp", host, port: HTTP_PORT });
  if (!/^\d+$/.test(port)) return refuse({ kind: "url", text: `Port could not be cast to integer value as ${quoted(port)}` });
  if (Number(port) > PORT_MAX) return refuse({ kind: "url", text: `Port out of range 0-65535` });
  return ok({ kind: "tcp", host, port: Number(port) });
}

/** Whether a value given to -s has the form of a URL: a scheme, and something behind it. (CTL-008, CLI-058) */
export function looksLikeUrl(text: string): boolean {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0];
  if (scheme === undefined) return false;
  const rest = text.slice(scheme.length).split(/[?#]/, 1)[0] ?? "";
  return (rest.startsWith("//") ? rest.slice(2) : rest) !== "";
}

/** The Host header; port 80 is left out, as the original's library does. (CTL-033) */
export function hostHeader(address: Address): string {
  if (address.kind === "unix") return "localhost";
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return address.port === HTTP_PORT ? host : `${host}:${address.port}`;
}
