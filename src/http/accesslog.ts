/** A line per answer, at the lowest level that matters: `localhost:0 - - [24/Nov/2026:05:33:48 +0000] "POST /RPC2 HTTP/1.1" 200 251`. (LOG-147) */
import type { IncomingMessage } from "node:http";
import type { Clock } from "../doors.ts";
import type { Activity } from "../rpc/control.ts";
import { accessTime } from "../rpc/times.ts";
import type { VersionedResponse } from "./response.ts";

export class AccessLog {
  readonly #activity: Activity;
  readonly #clock: Pick<Clock, "now" | "offsetMinutes">;

  constructor(activity: Activity, clock: Pick<Clock, "now" | "offsetMinutes">) {
    this.#activity = activity;
    this.#clock = clock;
  }

  /** A text with `error` in it is written at ERRO, everything else at TRAC. (HTTP-088, LOG-117) */
  watch(request: IncomingMessage, response: VersionedResponse): void {
    const level = /error/i.test(request.url ?? "") ? "error" : "trace";
    if (!this.#activity.takes(level)) return;
    response.once("close", () => {
      const bytes = response.headBytes + response.bodyBytes;
      if (response.headersSent) this.#activity.write(level, this.#line(request, response.statusCode, bytes));
    });
  }

  /** The bytes count the head as well; a unix socket's client is `localhost:0`. (HTTP-034, HTTP-087) */
  #line({ socket, method, url, httpVersion }: IncomingMessage, status: number, bytes: number): string {
    const { wallMs } = this.#clock.now();
    const time = accessTime(wallMs, this.#clock.offsetMinutes(wallMs));
    const client = `${socket.remoteAddress ?? "localhost"}:${socket.remotePort ?? 0}`;
    return `${client} - - [${time}] "${method} ${url} HTTP/${httpVersion}" ${status} ${bytes}`;
  }
}
