/** Listening sockets. They live in the keeper; here is who waits to hear that one is bound. */
import type { Listen, Report } from "../../link/messages.ts";
import type { Core } from "../core.ts";

export type Listened = Extract<Report, { type: "listened" }>;

export class Sockets {
  readonly #waiting = new Map<number, (listened: Listened) => void>();

  /** Asks the keeper to bind and listen; resolves with what came of it. */
  listen(core: Core, request: Omit<Listen, "type" | "socket">): Promise<Listened> {
    return new Promise((resolve) => {
      core.loop.post((turn) => {
        const socket = core.numbers.next(turn);
        this.#waiting.set(socket, resolve);
        turn.effect({ type: "listen", socket, ...request });
      });
    });
  }

  /** The keeper's answer. */
  heard(listened: Listened): void {
    const resolve = this.#waiting.get(listened.socket);
    this.#waiting.delete(listened.socket);
    resolve?.(listened);
  }
}
