/**
 * The connections of one server: how many, and by when each must have sent or taken something. A connection that waits for an answer has no deadline
 * (RPC-173), and one that is idle has none either: it gives way when there is no more room. (HTTP-063, HTTP-064)
 */
import type { Socket } from "node:net";
import type { Clock } from "../doors.ts";
import { BODY_MS_MAX, CONNECTIONS_MAX, HEAD_MS_MAX, LINGER_BYTES_MAX, LINGER_MS_MAX, PIPELINED_MAX, STALL_MS_MAX } from "./bounds.ts";
import { Deadlines, type Timers } from "./deadlines.ts";

type State = {
  /** Requests that are not answered yet. */
  pending: number;
  /** Bytes that the client had taken when it was last looked at; null while nothing is being sent. */
  taken: number | null;
  /** All has been said; what the client still sends is thrown away. */
  lingers: boolean;
};

export class Connections {
  readonly #deadlines: Deadlines<Socket>;
  readonly #states = new Map<Socket, State>();
  /** Without a request, the one that has been so longest in front. */
  readonly #idle = new Set<Socket>();
  /** Those that only wait for the client to close: they give way before the idle ones. */
  readonly #lingering = new Set<Socket>();

  constructor(clock: Pick<Clock, "now">, timers: Timers) {
    this.#deadlines = new Deadlines(clock, timers, (socket) => this.#passed(socket));
  }

  /** A new one: room is made for it, or it is closed. */
  opened(socket: Socket): void {
    if (this.#states.size >= CONNECTIONS_MAX) {
      const [longest] = this.#lingering.size > 0 ? this.#lingering : this.#idle;
      if (longest === undefined) {
        socket.destroy();
        return;
      }
      this.#closed(longest);
      longest.destroy();
    }
    this.#states.set(socket, { pending: 0, taken: null, lingers: false });
    this.#idle.add(socket);
    this.#deadlines.set(socket, HEAD_MS_MAX);
    socket.once("close", () => this.#closed(socket));
    // Node's server calls this behind the last answer of a connection.
    socket.destroySoon = () => this.linger(socket);
  }

  /**
   * Ends the connection so that the client reads why. Many send the head and the body of a request in two writes, or much in one: were the connection
   * closed with something unread, their write would fail (a broken pipe, a reset), and the answer would be lost. So only our side is closed, and what
   * still comes is thrown away until the client closes, for a while, and up to a bound.
   */
  linger(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state === undefined || state.lingers || socket.destroyed) return;
    state.lingers = true;
    state.taken = null;
    this.#idle.delete(socket);
    this.#lingering.add(socket);
    this.#deadlines.set(socket, LINGER_MS_MAX);
    socket.on("error", () => undefined);
    socket.end();
    // Node's parser takes bytes past the stream. It hears of pause and resume, so behind a resume the stream is sure to be reading, whatever it did before.
    socket.pause();
    socket.once("resume", () => this.#throwAway(socket));
    socket.resume();
  }

  lingers(socket: Socket): boolean {
    return this.#states.get(socket)?.lingers ?? true;
  }

  /** The head of a request is here. False: the connection was cut, it asks for more at once than anybody needs. */
  asked(socket: Socket): boolean {
    const state = this.#states.get(socket);
    if (state === undefined || state.lingers) return false;
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
    if (!this.lingers(socket)) this.#deadlines.set(socket, BODY_MS_MAX);
  }

  hasBody(socket: Socket): void {
    if (!this.lingers(socket)) this.#deadlines.lift(socket);
  }

  /** The rest of a body that nobody wanted has come. */
  rested(socket: Socket): void {
    if (this.#states.get(socket)?.pending === 0) this.hasBody(socket);
  }

  /** Something is on its way to the client. */
  sending(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state === undefined || state.lingers) return;
    state.taken = takenBy(socket);
    this.#deadlines.set(socket, STALL_MS_MAX);
  }

  /** The client has taken what was sent; a stream may go on later. */
  sent(socket: Socket): void {
    const state = this.#states.get(socket);
    if (state === undefined || state.lingers) return;
    state.taken = null;
    this.#deadlines.lift(socket);
  }

  /** One request is done with. `isWhole`: its body has been read; otherwise the rest of it must come in time, to be thrown away. */
  answered(socket: Socket, isWhole: boolean): void {
    const state = this.#states.get(socket);
    if (state === undefined || state.lingers) return;
    state.pending -= 1;
    state.taken = null;
    if (isWhole) this.#deadlines.lift(socket);
    else this.awaitsBody(socket);
    if (state.pending === 0) this.#idle.add(socket);
  }

  /** Whether an answer is owed: then nothing else may be written. */
  isBusy(socket: Socket): boolean {
    return (this.#states.get(socket)?.pending ?? 0) > 0;
  }

  /** Nothing that comes now is a request: Node's parser no longer sees it. */
  #throwAway(socket: Socket): void {
    let bytes = 0;
    socket.removeAllListeners("data");
    socket.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > LINGER_BYTES_MAX) socket.destroy();
    });
  }

  #closed(socket: Socket): void {
    this.#states.delete(socket);
    this.#idle.delete(socket);
    this.#lingering.delete(socket);
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
