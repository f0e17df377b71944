/** What an [fcgi-program:x] has beyond a program: the socket that its processes share (config.md, section 12). */
import type { Accounts } from "../doors.ts";
import { ok, type Result, refuse } from "../result.ts";
import { type BaseNames, socketNames } from "./expansionnames.ts";
import type { SocketConfig } from "./model.ts";
import { FCGI_PROGRAM } from "./optiontable.ts";
import { type Owner, parsePort } from "./optiontypes.ts";
import { absolute } from "./pathnames.ts";
import type { SectionReader } from "./reader.ts";
import { isSpace } from "./whitespace.ts";

export const SOCKET_MODE = 0o700;
const BACKLOG_MAX = 65_535;

export type SocketFacts = { readonly uid: number; readonly accounts: Accounts };

/** The group-level options, in the order of the original's checks (CONF-286); null when the socket cannot be told. */
export function readFastCgiSocket(reader: SectionReader, base: BaseNames, programName: string, facts: SocketFacts): SocketConfig | null {
  const names = base.hereToo;
  const user = reader.read("user", FCGI_PROGRAM.user, names);
  const backlog = reader.read("socket_backlog", FCGI_PROGRAM.socket_backlog, names);
  if (backlog !== null && (backlog < 1 || backlog > BACKLOG_MAX)) {
    reader.fail("socket_backlog", `Invalid socket_backlog value ${backlog}`, `give a number from 1 to ${BACKLOG_MAX}`);
  }
  const owner = reader.read("socket_owner", FCGI_PROGRAM.socket_owner, names, (text) => `Invalid socket_owner value ${text}`);
  const mode = reader.read("socket_mode", FCGI_PROGRAM.socket_mode, names, (text) => `Invalid socket_mode value ${text}`);
  const text = reader.read("socket", FCGI_PROGRAM.socket, socketNames(base, programName));
  const section = reader.section.name;
  if (text === null || text === "") {
    const isWritten = reader.written("socket") !== null && text === null;
    if (!isWritten)
      reader.failMissing(
        "socket",
        `[${section}] section requires a "socket" line`,
        "add a line socket=tcp://127.0.0.1:9002 or socket=unix:///path",
      );
    return null;
  }
  const socket = parseSocket(text, { backlog, owner, mode, user }, facts);
  if (socket.ok) return socket.value;
  reader.fail("socket", `${socket.error} in [${section}] socket`, "write tcp://host:port or unix:///absolute/path");
  return null;
}

type SocketOptions = {
  readonly backlog: number | null;
  readonly owner: Owner | null;
  readonly mode: number | null;
  readonly user: number | null;
};

/** (CONF-288, CONF-289, CONF-290, CONF-292, CONF-294) */
function parseSocket(text: string, { backlog, owner, mode, user }: SocketOptions, facts: SocketFacts): Result<SocketConfig, string> {
  if (text.startsWith("unix://")) {
    const written = text.slice("unix://".length);
    if (!written.startsWith("/")) return refuse(`Unix socket path ${written} is not an absolute path`);
    const path = absolute(written, "/");
    const { uid, gid } = owner ?? programOwner(user, facts);
    return ok({ kind: "unix", url: `unix://${path}`, path, mode: mode ?? SOCKET_MODE, uid, gid, backlog });
  }
  if (owner !== null || mode !== null) return refuse("socket_owner and socket_mode params should only be used with a Unix domain socket");
  const match = /^tcp:\/\/([^:]+):(\p{Nd}+)$/u.exec(text);
  const [, host, digits] = match ?? [];
  if (host === undefined || digits === undefined || [...host].some(isSpace)) return refuse(`Bad socket format ${text}`);
  const port = parsePort(digits);
  if (!port.ok) return port;
  const lower = host.toLowerCase();
  return ok({ kind: "tcp", url: `tcp://${lower}:${port.value}`, host: lower, port: port.value, backlog });
}

/** Without socket_owner: the program's user and its primary group, when that is another user than the daemon's. (CONF-292) */
function programOwner(user: number | null, { uid, accounts }: SocketFacts): { uid: number | null; gid: number | null } {
  if (user === null || user === uid) return { uid: null, gid: null };
  return { uid: user, gid: accounts.byUid(user)?.gid ?? null };
}
