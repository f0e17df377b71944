/** The listening sockets of the fake keeper, and who else on the host listens. */
import type { Family, Listen, ListenStep, SocketEntry } from "../../../src/link/messages.ts";
import { errnoNumber } from "../tree.ts";
import type { Host } from "./host.ts";
import type { Reports } from "./reports.ts";

const SOCKETS_MAX = 64;
/** Sockets that every daemon is born with, listening or unbound. */
const BORN: readonly (readonly [Family, number])[] = [
  ["unix", 4],
  ["inet", 4],
  ["inet6", 2],
];
const FIRST_DESCRIPTOR = 4;

type Socket = { -readonly [K in keyof SocketEntry]: SocketEntry[K] };

export class Sockets {
  readonly #host: Host;
  readonly #reports: Reports;
  readonly #bound = new Map<number, Socket>();
  #unbound: { readonly family: Family; readonly descriptor: number }[] = [];
  /** Addresses at which somebody else on the host answers: `unix:/path`, `inet:127.0.0.1:80`. */
  readonly others = new Set<string>();

  constructor(host: Host, reports: Reports) {
    this.#host = host;
    this.#reports = reports;
  }

  has(socket: number): boolean {
    return this.#bound.has(socket);
  }

  get free(): number {
    return this.#unbound.length;
  }

  entries(): SocketEntry[] {
    const unbound = this.#unbound.map(({ family, descriptor }) => ({
      socket: 0,
      family,
      listening: false,
      serve: false,
      descriptor,
      address: "",
      port: 0,
    }));
    return [...unbound, ...this.#bound.values()];
  }

  /** A daemon is born: it inherits what is to be served and a few unbound ones. */
  bear(): void {
    let descriptor = FIRST_DESCRIPTOR;
    for (const socket of this.#bound.values()) socket.descriptor = socket.serve ? descriptor++ : -1;
    const served = [...this.#bound.values()].filter((socket) => socket.serve);
    this.#unbound = BORN.flatMap(([family, count]) => {
      const length = Math.max(0, count - served.filter((socket) => socket.family === family).length);
      return Array.from({ length }, () => ({ family, descriptor: descriptor++ }));
    });
  }

  listen(request: Listen): void {
    const { socket, family, serve, address, port } = request;
    if (this.#bound.has(socket)) return this.#host.violation(`socket ${socket} was used twice`);
    const failure = this.#bind(request);
    if (failure !== null) {
      return this.#reports.tell({ type: "listened", socket, step: failure[0], errno: errnoNumber(failure[1]), descriptor: -1, port });
    }
    const index = serve ? this.#unbound.findIndex((one) => one.family === family) : -1;
    const [taken] = index < 0 ? [] : this.#unbound.splice(index, 1);
    const descriptor = taken?.descriptor ?? -1;
    const realPort = family !== "unix" && port === 0 ? this.#host.chance.between(32_768, 60_999) : port;
    this.#bound.set(socket, { socket, family, listening: true, serve, descriptor, address, port: realPort });
    this.#reports.tell({ type: "listened", socket, step: "done", errno: 0, descriptor, port: realPort });
  }

  unlisten(number: number, unlink: boolean): void {
    const socket = this.#bound.get(number);
    if (socket === undefined) return;
    this.#bound.delete(number);
    if (unlink && socket.family === "unix") this.#host.tree.remove(socket.address);
  }

  #bind(request: Listen): readonly [ListenStep, string] | null {
    const { family, address, port, stale, mode, uid, gid } = request;
    if (this.#bound.size >= SOCKETS_MAX) return ["socket", "EMFILE"];
    if (family !== "unix") return this.#answers(`${family}:${address}:${port}`) ? ["in-use", "EADDRINUSE"] : null;
    const { tree } = this.#host;
    const found = tree.find(address, false);
    if (found.ok) {
      if (found.value.kind !== "socket" || stale === "error") return ["in-use", "EEXIST"];
      if (stale === "try-connect" && this.#answers(`unix:${address}`)) return ["in-use", "EADDRINUSE"];
      tree.remove(address);
    }
    if (!found.ok && found.error !== "ENOENT") return ["bind", found.error];
    if (!tree.find(address.slice(0, address.lastIndexOf("/")) || "/").ok) return ["bind", "ENOENT"];
    const inode = tree.special(address, "socket");
    if (mode !== null) inode.mode = mode;
    inode.uid = uid ?? inode.uid;
    inode.gid = gid ?? inode.gid;
    return null;
  }

  #answers(address: string): boolean {
    if (this.others.has(address)) return true;
    return [...this.#bound.values()].some(
      (one) =>
        (one.family === "unix" ? `unix:${one.address}` : `${one.family}:${one.address}:${one.port}`) === address &&
        (one.family === "unix" || one.port !== 0),
    );
  }
}
