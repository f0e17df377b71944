/**
 * The connections of one server: how many, and by when each must have sent or taken something. A connection that waits for an answer has no deadline
 * (RPC-173); one that is idle gives way when there is no more room.
 */
import type { Socket } from "node:net";
import type { Clock } from "../doors.ts";
import { Deadlines, type Timers } from "./deadlines.ts";
import { BODY_MS_MAX, CONNECTIONS_MAX, HEAD_MS_MAX, IDLE_MS_MAX, PIPELINED_MAX, STALL_MS_MAX } from "./limits.ts";

type State = {
  /** Requests that are not answered yet. */
  pending: number;
  /** Bytes that the client had taken when it was last looked at; null while nothing is being sent. */
  taken: number | null;
};

export class Connections {
  readonly #deadlines: Deadlines<Socket>;
  readonly #states = new Map<Socket, State>();
  /** Without a request, the one that has been so longest in front. */
  readonly #idle = new Set<Socket>();

  constructor(clock: Pick<Clock, "now">, timers: Timers) {
    this.#deadlines = new Deadlines(clock, timers, (socket) => this.#passed(socket));
  }

  get size(): number {
    return this.#states.size;
  }

  /** A new one: room is made for it, or it is closed. */
  opened(socket: Socket): void {
    if (this.#states.size >= CONNECTIONS_MAX) {
      const [longest] = this.#idle;
      if (longest === undefined) {
        socket.destroy();
        return;
      }
      this.#closed(longest);
      longest.destroy();
    }
    this.#states.set(socket, { pending: 0, taken: null });
    this.#idle.add(socket);
    this.#deadlines.set(socket, HEAD_MS_MAX);
    socket.once("close", () => this.#closed(socket));
  }

  /** The head of a request is here. False: the connection was cut, it asks for more at once than anybody needs. */
  asked(socket: Socket): boolean {
    const state = this.#states.get(socket);
    if (state === undefined) return false;
    state.pending += 1;
    if (state.pending > PIPELINED_MAX) {
      socket.destroy();
      return false;
    }
    this.#idle.delete(socket);
    this.#deadlines.lift(socket);
    return true;
  }

  awaitsBody(socket: Socket): void {
    if (this.#states.has(socket)) this.#deadlines.set(socket, BODY_MS_MAX);
  }

  hasBody(socket: Socket): void {
    if (this.#states.has(socket)) this.#deadlines.lift(socket);
  }

  /** Something is on its way to the client. */
  sending(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state === undefined) return;
    state.taken = takenBy(socket);
    this.#deadlines.set(socket, STALL_MS_MAX);
  }

  /** The client has taken what was sent; a stream may go on later. */
  sent(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state === undefined) return;
    state.taken = null;
    this.#deadlines.lift(socket);
  }

  /** One request is done with. */
  answered(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state === undefined) return;
    state.pending -= 1;
    state.taken = null;
    if (state.pending > 0) {
      this.#deadlines.lift(socket);
      return;
    }
    this.#idle.add(socket);
    this.#deadlines.set(socket, IDLE_MS_MAX);
  }

  /** Whether an answer is owed: then nothing else may be written. */
  isBusy(socket: Socket): boolean {
    return (this.#states.get(socket)?.pending ?? 0) > 0;
  }

  #closed(socket: Socket): void {
    this.#states.delete(socket);
    this.#idle.delete(socket);
    this.#deadlines.delete(socket);
  }

  /** A client that takes slowly has time as long as it takes anything. */
  #passed(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state !== undefined && state.taken !== null && takenBy(socket) > state.taken) this.sending(socket);
    else socket.destroy();
  }
}

function takenBy(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
