/**
 * Why an HTTP server cannot be opened, in words. Each begins as the original's does, which deploy scripts look for; what to do about it stands behind.
 * (CONF-345..348, HTTP-006..012, HTTP-026..032)
 */
import type { ServerConfig } from "../../config/model.ts";
import { errnoName, errnoNumber } from "../loop/errno.ts";
import type { Listened } from "../loop/requests.ts";
import type { Running } from "./alreadyrunning.ts";

const IN_USE =
  "Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program down first before starting supervisord.";
const SOCKET_ERROR = "Cannot open an HTTP server: socket.error reported";

/** The address of `host` is not known, or none that a server can have. The number is Python's for the same. (HTTP-006, HTTP-012) */
export function hostProblem(host: string, section: string): string {
  return host.includes(":")
    ? `${SOCKET_ERROR} -9: servers have IPv4 addresses, and '${host}' in [${section}] is none`
    : `${SOCKET_ERROR} -2: no IPv4 address is known for host '${host}' in [${section}]`;
}

/** The sentence that scripts look for is a line of its own. (HTTP-010) */
export function inUse(server: ServerConfig, running: Running | null): string {
  const where = `${server.kind === "inet" ? `${server.host}:${server.port}` : server.file} in [${server.section}] is in use`;
  if (running === null) return `${IN_USE}\n${where}.`;
  return `${IN_USE}\n${where}; a supervisord runs with pid ${running.pid}, as ${running.pidfile} says: supervisorctl controls it, supervisorctl shutdown ends it.`;
}

/** The keeper could not bind, or not give the socket its owner. `user` is whom the daemon runs as. */
export function bindProblem(server: ServerConfig, listened: Pick<Listened, "step" | "errno">, user: string): string {
  const name = errnoName(listened.errno);
  if (name === "EADDRINUSE") return inUse(server, null);
  if (server.kind === "inet") {
    const why = `${SOCKET_ERROR} errno.${name} (${errnoNumber(name)}) for ${server.host}:${server.port} in [${server.section}]`;
    if (name === "EADDRNOTAVAIL")
      return `${why}: no interface of this machine has this address; give one that it has, 127.0.0.1, or * for all`;
    return name === "EACCES" ? `${why}: ports below 1024 are for root; give another port` : why;
  }
  const { file, section } = server;
  if (listened.step === "chown") {
    return (
      `Not permitted to chown ${file} to uid/gid (${server.uid ?? -1}, ${server.gid ?? -1}); adjust "sockchown" value in config file or on command line ` +
      `to values that the current user (${user}) can successfully chown`
    );
  }
  if (name === "ENAMETOOLONG") return `${SOCKET_ERROR} AF_UNIX path too long: ${file} in [${section}]`;
  const why = `${SOCKET_ERROR} errno.${name} (${errnoNumber(name)}) for ${file} in [${section}]`;
  if (name === "ENOENT") return `${why}: its folder does not exist; make it, or give another file`;
  if (name === "EACCES") return `${why}: ${user} may not make files in this folder; give another file`;
  return name === "EEXIST" ? `${why}: what is there is no socket; remove it, or give another file` : why;
}
