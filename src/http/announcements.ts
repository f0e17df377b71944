/** What the log is told when a server opens. (LOG-108, LOG-129, LOG-148) */
import { isIPv4 } from "node:net";
import type { LogLevel, ServerConfig } from "../config/model.ts";
import { quoted } from "../config/quoting.ts";
import type { Clock } from "../doors.ts";
import { ctime } from "../rpc/times.ts";
import { Gate } from "./auth.ts";
import { parseScrypt } from "./passwords.ts";

export type Line = { readonly level: LogLevel; readonly text: string };

/** In the order of the original: interfaces, authentication, the server itself. */
export function announceServer(
  server: ServerConfig,
  namespaces: readonly string[],
  clock: Pick<Clock, "now" | "offsetMinutes">,
): readonly Line[] {
  const lines: Line[] = namespaces.map((name) => ({ level: "info", text: `RPC interface ${quoted(name)} initialized` }));
  if (new Gate(server).isOpen) {
    lines.push({ level: "critical", text: `Server ${quoted(server.section)} running without any HTTP authentication checking` });
    if (server.kind === "inet" && !isLoopback(server.host)) lines.push(openToAll(server.section, server.host, server.port));
  }
  const scrypt = parseScrypt(server.password ?? "");
  if (scrypt?.ok === false) lines.push({ level: "critical", text: `Server ${quoted(server.section)} lets nobody in: ${scrypt.error}` });
  const { wallMs } = clock.now();
  const started = ctime(wallMs, clock.offsetMinutes(wallMs));
  const [address, hostname, port] =
    server.kind === "unix" ? [server.file, "<unix domain socket>", server.file] : [server.host, server.host, server.port];
  lines.push({ level: "trace", text: `${address}:Medusa (V1.12) started at ${started}\n\tHostname: ${hostname}\n\tPort:${port}` });
  return lines;
}

/** Ours: the original says no more about it than about a unix socket that only root can open. */
function openToAll(section: string, host: string, port: number): Line {
  return {
    level: "warn",
    text:
      `Server ${quoted(section)} listens on ${host === "" ? "every address" : host}, port ${port}, without a password: whoever reaches it can stop ` +
      "every program and read every log. Set username and password, or port=127.0.0.1:" +
      `${port}`,
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
