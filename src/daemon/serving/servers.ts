/** The HTTP servers: sockets bound by the keeper, served by this process through the descriptors it was born with. */
import type { ServerConfig } from "../../config/model.ts";
import type { SocketEntry } from "../../link/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { postLine } from "../loop/activitylog.ts";
import { errnoName } from "../loop/errno.ts";
import { inetRequest, type ListenRequest } from "../loop/requests.ts";
import type { BootFailure, Inheritance, Runtime } from "../runtime.ts";
import { runningSupervisord } from "./alreadyrunning.ts";
import { bindProblem, hostProblem, inUse } from "./servererrors.ts";

/** Serves a listening descriptor until it is closed. Given by the composition root; the simulation has none. */
export type Serve = (descriptor: number, server: ServerConfig) => Handle;

/** `answered` resolves when the answers that are known by now are in the kernel's hands; without it there is nobody to be answered. */
type Handle = { answered?(): Promise<void>; close(): void };

type Open = { readonly server: ServerConfig; readonly socket: number; readonly descriptor: number; handle: Handle | null };

/** Connections that may wait to be accepted. (HTTP-013) */
export const BACKLOG = 1024;

export class Servers {
  readonly #runtime: Runtime;
  readonly #serve: Serve;
  #open: Open[] = [];
  /** Bound by a predecessor and taken up by nobody yet. */
  #inherited: SocketEntry[] = [];

  constructor(runtime: Runtime, serve: Serve) {
    this.#runtime = runtime;
    this.#serve = serve;
  }

  /** Binds all; who connects waits until `serve`. What ends a start is said in the log, too. (CONF-345..347) */
  async begin(isStart: boolean): Promise<Result<true, BootFailure>> {
    const bound = await this.#bind();
    if (bound.ok) return bound;
    const line = bound.error.replaceAll("\n", " ");
    if (isStart) postLine(this.#runtime, "critical", line);
    return refuse({ text: bound.error, code: 2 });
  }

  /** There is a socket that only the next daemon can serve. */
  get needsSuccessor(): boolean {
    return this.#open.some(({ descriptor }) => descriptor < 0);
  }

  async #bind(): Promise<Result<true, string>> {
    for (const server of this.#runtime.running.servers) {
      if (this.#takeInherited(server)) continue;
      const request = await listenRequest(this.#runtime, server);
      if (!request.ok) return request;
      const stale = server.kind === "unix" && (await this.#runtime.doors.files.lstat(server.file)).ok;
      const listened = await this.#runtime.requests.listen(this.#runtime.loop, this.#runtime.numbers, request.value);
      if (stale && listened.step === "done") this.#runtime.doors.self.stderr(`Unlinking stale socket ${request.value.address}\n`);
      if (errnoName(listened.errno) === "EADDRINUSE") return refuse(inUse(server, await runningSupervisord(this.#runtime)));
      if (listened.step !== "done") return refuse(bindProblem(server, listened, userName(this.#runtime)));
      this.#open.push({ server, socket: listened.socket, descriptor: listened.descriptor, handle: null });
    }
    return ok(true);
  }

  /** Takes up what the predecessor had bound: it kept listening meanwhile. */
  restore(inheritance: Inheritance): void {
    this.#inherited = inheritance.sockets.filter((socket) => socket.serve && socket.listening);
    for (const server of this.#runtime.running.servers) this.#takeInherited(server);
  }

  /** From now on clients are answered. */
  serve(): void {
    for (const open of this.#open)
      if (open.handle === null && open.descriptor >= 0) open.handle = this.#serve(open.descriptor, open.server);
  }

  /** Whoever has waited for what has just happened hears of it: to be awaited before everything is closed. null: there is nobody. */
  answered(): Promise<unknown> | null {
    const answers = this.#open.flatMap(({ handle }) => handle?.answered?.() ?? []);
    return answers.length === 0 ? null : Promise.all(answers);
  }

  /** Closes everything. The socket files are removed. (PROC-166) */
  stop(): void {
    const open = this.#open;
    this.#open = [];
    for (const { handle } of open) handle?.close();
    this.#runtime.loop.post((turn) => {
      for (const { server, socket } of open) turn.effect({ type: "unlisten", socket, unlink: server.kind === "unix" });
    });
  }

  #takeInherited(server: ServerConfig): boolean {
    const isIts = (one: SocketEntry) =>
      server.kind === "unix" ? one.family === "unix" && one.address === server.file : one.family === "inet" && one.port === server.port;
    const index = this.#inherited.findIndex(isIts);
    const [socket] = index < 0 ? [] : this.#inherited.splice(index, 1);
    if (socket === undefined) return false;
    this.#open.push({ server, socket: socket.socket, descriptor: socket.descriptor, handle: null });
    return true;
  }
}

async function listenRequest(runtime: Runtime, server: ServerConfig): Promise<Result<ListenRequest, string>> {
  if (server.kind === "unix") {
    const { file: address, mode, uid, gid } = server;
    return ok({ family: "unix", serve: true, address, port: 0, mode, uid, gid, backlog: BACKLOG, stale: "try-connect" });
  }
  const address = await runtime.doors.resolveHost(server.host);
  if (!address.ok || address.value.includes(":")) return refuse(hostProblem(server.host, server.section));
  return ok(inetRequest(address.value, server.port, BACKLOG, true));
}

/** Whom the daemon runs as, by now: `user` of [supervisord] has been obeyed. */
function userName(runtime: Runtime): string {
  const uid = runtime.running.daemon.uid ?? runtime.uid;
  return runtime.doors.accounts.byUid(uid)?.name ?? String(uid);
}
