/** Sockets of FastCGI programs: bound before the first process of the group is spawned, closed with the last. (PROC-228..236) */

import type { GroupConfig, SocketConfig } from "../../config/model.ts";
import type { Listen } from "../../link/messages.ts";
import { daemonMessages as say } from "../../logs/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Ref } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { errnoName } from "../loop/errno.ts";
import type { Turn } from "../loop/turn.ts";

const BACKLOG_DEFAULT = 4096;

/** The number of the group's socket, bound now if it is not yet; 0 for a group without one. The error is a spawn error's text. */
export async function openFastCgi(core: Core, group: GroupConfig): Promise<Result<number, string>> {
  if (group.kind !== "fastcgi") return ok(0);
  const open = core.fastCgi.get(group.name);
  if (open !== undefined) return open;
  const opening = bind(core, group.socket);
  core.fastCgi.set(group.name, opening);
  const bound = await opening;
  if (!bound.ok) core.fastCgi.delete(group.name);
  return bound;
}

/** Makes the socket once to see whether it can be made, and closes it again. (PROC-228, CONF-297) */
export async function tryFastCgi(core: Core, socket: SocketConfig): Promise<Result<true, string>> {
  const bound = await bind(core, socket);
  if (!bound.ok) return bound;
  core.loop.post((turn) => close(core, turn, socket, bound.value));
  return ok(true);
}

/** The last process is gone: nobody is left to accept. (PROC-230) */
export function reapedFastCgi(core: Core, ref: Ref): void {
  const group = core.world.groups.get(ref.group);
  if (group === undefined || group.config.kind !== "fastcgi") return;
  if ([...group.members.values()].some((member) => member.state.child !== 0)) return;
  const open = core.fastCgi.get(ref.group);
  if (open === undefined) return;
  core.fastCgi.delete(ref.group);
  const { socket } = group.config;
  void open.then((bound) => bound.ok && core.loop.post((later) => close(core, later, socket, bound.value)));
}

async function bind(core: Core, socket: SocketConfig): Promise<Result<number, string>> {
  core.loop.post((turn) => core.activity.write(turn, "info", say.socketCreated(socket.url)));
  const request = await listenRequest(core, socket);
  if (!request.ok) return request;
  const listened = await core.requests.listen(core.loop, core.numbers, request.value);
  if (listened.step === "done") return ok(listened.socket);
  return refuse(`Could not create FastCGI socket ${socket.url}: ${errnoName(listened.errno)}`);
}

async function listenRequest(core: Core, socket: SocketConfig): Promise<Result<Omit<Listen, "type" | "socket">, string>> {
  const backlog = socket.backlog ?? BACKLOG_DEFAULT;
  if (socket.kind === "unix") {
    const { path: address, mode, uid, gid } = socket;
    return ok({ family: "unix", serve: false, address, port: 0, mode, uid, gid, backlog, stale: "replace" });
  }
  const address = await core.doors.resolveHost(socket.host);
  if (!address.ok) return refuse(`Could not create FastCGI socket ${socket.url}: ${address.error}`);
  return ok({
    family: "inet",
    serve: false,
    address: address.value,
    port: socket.port,
    mode: null,
    uid: null,
    gid: null,
    backlog,
    stale: "error",
  });
}

function close(core: Core, turn: Turn, socket: SocketConfig, number: number): void {
  core.activity.write(turn, "info", say.socketClosed(socket.url));
  turn.effect({ type: "unlisten", socket: number, unlink: false });
}
