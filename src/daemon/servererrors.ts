/**
 * Why an HTTP server cannot be opened, in words. Each begins as the original's does, which deploy scripts look for; what to do about it stands behind.
 * (CONF-345..348, HTTP-006..012, HTTP-026..032)
 */
import type { ServerConfig } from "../config/model.ts";
import { errnoName, errnoNumber } from "./errno.ts";
import type { Listened } from "./sockets.ts";

const IN_USE =
  "Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program down first before starting supervisord.";
const SOCKET_ERROR = "Cannot open an HTTP server: socket.error reported";

/** The address of `host` is not known, or none that a server can have. The number is Python's for the same. (HTTP-006, HTTP-012) */
export function hostProblem(host: string, section: string): string {
  return host.includes(":")
    ? `${SOCKET_ERROR} -9: servers have IPv4 addresses, and '${host}' in [${section}] is none`
    : `${SOCKET_ERROR} -2: no IPv4 address is known for host '${host}' in [${section}]`;
}

/** The keeper could not bind, or not give the socket its owner. `user` is whom the daemon runs as. */
export function bindProblem(server: ServerConfig, listened: Pick<Listened, "step" | "errno">, user: string): string {
  const name = errnoName(listened.errno);
  if (server.kind === "inet") {
    if (name === "EADDRINUSE") return IN_USE;
    return `${SOCKET_ERROR} errno.${name} (${errnoNumber(name)}) for ${server.host}:${server.port} in [${server.section}]`;
  }
  const { file, section } = server;
  if (name === "EADDRINUSE") return IN_USE;
  if (listened.step === "chown") {
    return (
      `Not permitted to chown ${file} to uid/gid (${server.uid ?? -1}, ${server.gid ?? -1}); adjust "sockchown" value in config file or on command line ` +
      `to values that the current user (${user}) can successfully chown`
    );
  }
  if (name === "ENAMETOOLONG") return `${SOCKET_ERROR} AF_UNIX path too long: ${file} in [${section}]`;
  const why = `${SOCKET_ERROR} errno.${name} (${errnoNumber(name)}) for ${file} in [${section}]`;
  return name === "EEXIST" ? `${why}: what is there is no socket; remove it, or give another file` : why;
}
