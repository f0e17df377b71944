/** Sockets of FastCGI programs: bound before the first process of the group is spawned, closed with the last. (PROC-228..236) */

import type { GroupConfig, SocketConfig } from "../../config/model.ts";
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Ref } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import { errnoName } from "../loop/errno.ts";
import { inetRequest, type ListenRequest } from "../loop/requests.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";

const BACKLOG_DEFAULT = 4096;

export class FastCgiSockets {
  readonly #runtime: Runtime;
  /** Bound or being bound, by group. */
  readonly #open = new Map<string, Promise<Result<number, string>>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** The number of the group's socket, bound now if it is not yet; 0 for a group without one. The error is a spawn error's text. */
  async open(group: GroupConfig): Promise<Result<number, string>> {
    if (group.kind !== "fastcgi") return ok(0);
    const open = this.#open.get(group.name);
    if (open !== undefined) return open;
    const opening = this.#bind(group.socket);
    this.#open.set(group.name, opening);
    const bound = await opening;
    if (!bound.ok) this.#open.delete(group.name);
    return bound;
  }

  /** Makes the socket once to see whether it can be made, and closes it again. (PROC-228, CONF-297) */
  async try(socket: SocketConfig): Promise<Result<true, string>> {
    const bound = await this.#bind(socket);
    if (!bound.ok) return bound;
    this.#runtime.loop.post((turn) => this.#close(turn, socket, bound.value));
    return ok(true);
  }

  /** The last process is gone: nobody is left to accept. (PROC-230) */
  reaped(ref: Ref): void {
    const group = this.#runtime.world.groups.get(ref.group);
    if (group === undefined || group.config.kind !== "fastcgi") return;
    if ([...group.members.values()].some((member) => member.state.child !== 0)) return;
    const open = this.#open.get(ref.group);
    if (open === undefined) return;
    this.#open.delete(ref.group);
    const { socket } = group.config;
    void open.then((bound) => bound.ok && this.#runtime.loop.post((later) => this.#close(later, socket, bound.value)));
  }

  async #bind(socket: SocketConfig): Promise<Result<number, string>> {
    postLine(this.#runtime, "info", say.socketCreated(socket.url));
    const request = await listenRequest(this.#runtime, socket);
    if (!request.ok) return request;
    const listened = await this.#runtime.requests.listen(this.#runtime.loop, this.#runtime.numbers, request.value);
    if (listened.step === "done") return ok(listened.socket);
    return refuse(`Could not create FastCGI socket ${socket.url}: ${errnoName(listened.errno)}`);
  }

  #close(turn: Turn, socket: SocketConfig, number: number): void {
    this.#runtime.activity.write(turn, "info", say.socketClosed(socket.url));
    turn.effect({ type: "unlisten", socket: number, unlink: false });
  }

  /** Those that a predecessor had bound. A host that is a name is known by its port alone. */
  restore({ sockets }: Inheritance): void {
    const given = sockets.filter((one) => !one.serve && one.listening);
    for (const { config } of this.#runtime.world.groups.values()) {
      if (config.kind !== "fastcgi") continue;
      const { socket } = config;
      const ofPort = given.filter((one) => one.family !== "unix" && socket.kind !== "unix" && one.port === socket.port);
      const bound =
        socket.kind === "unix"
          ? given.find((one) => one.address === socket.path)
          : (ofPort.find((one) => one.address === socket.host) ?? ofPort[0]);
      if (bound !== undefined) this.#open.set(config.name, Promise.resolve(ok(bound.socket)));
    }
  }
}

async function listenRequest(runtime: Runtime, socket: SocketConfig): Promise<Result<ListenRequest, string>> {
  const backlog = socket.backlog ?? BACKLOG_DEFAULT;
  if (socket.kind === "unix") {
    const { path: address, mode, uid, gid } = socket;
    return ok({ family: "unix", serve: false, address, port: 0, mode, uid, gid, backlog, stale: "replace" });
  }
  const address = await runtime.doors.resolveHost(socket.host);
  if (!address.ok) return refuse(`Could not create FastCGI socket ${socket.url}: ${address.error}`);
  return ok(inetRequest(address.value, socket.port, backlog, false));
}
