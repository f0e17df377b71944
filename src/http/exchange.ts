/** One request and its answer, as routes see them: everything that all answers have in common is done here. */
import type { IncomingMessage } from "node:http";
import { ANSWER_COUNTED, ANSWERS_BYTES_MAX, BODIES_BYTES_MAX, PIECE_BYTES } from "./bounds.ts";
import type { Connections } from "./connections.ts";
import type { Dates } from "./dates.ts";
import { SERVER_NAME, STATUS_TEXTS, type Status, statusPage, type VersionedResponse } from "./response.ts";
import { parseTarget, type Target } from "./target.ts";

/** Names and values in turn, in the order in which they are sent. */
export type Headers = readonly string[];
export type Body = string | readonly Uint8Array[];

/** What all exchanges of a server share. */
export type Shared = {
  readonly connections: Connections;
  readonly dates: Dates;
  /** Bytes held for all clients together. */
  readonly held: { bodies: number; answers: number };
};

export class Exchange {
  readonly request: IncomingMessage;
  readonly response: VersionedResponse;
  readonly target: Target;
  readonly #shared: Shared;
  /** The client waits for a word before it sends its body. */
  readonly #expects: boolean;
  #bodyHeld = 0;
  #answerHeld = 0;
  /** What was offered has not been taken. */
  #isOffering = false;

  constructor(shared: Shared, request: IncomingMessage, response: VersionedResponse, expects: boolean) {
    this.#shared = shared;
    this.request = request;
    this.response = response;
    this.target = parseTarget(request.url ?? "");
    this.#expects = expects;
  }

  get method(): string {
    return this.request.method ?? "";
  }

  /** The client is gone, or has its answer. */
  get isOver(): boolean {
    return this.response.headersSent || this.response.destroyed;
  }

  /** Called once when the answer is out or the client gone: nothing is held for it any more. */
  close(): void {
    this.#shared.held.bodies -= this.#bodyHeld;
    this.#shared.held.answers -= this.#answerHeld;
    const { connections } = this.#shared;
    const { socket } = this.request;
    connections.answered(socket, this.request.complete);
    if (!this.request.complete) this.request.once("end", () => connections.rested(socket));
  }

  /** Whether a body is announced. (HTTP-065) */
  get hasLength(): boolean {
    return this.request.headers["content-length"] !== undefined || this.request.headers["transfer-encoding"] !== undefined;
  }

  /** A whole answer. `headers` come between Date and Content-Length. */
  send(status: Status, headers: Headers, body: Body, more: Headers = []): void {
    if (this.isOver) return;
    const length = lengthOf(body);
    if (!this.#holdAnswer(length)) return this.fail(503);
    this.#head(status, [...headers, "Content-Length", String(length), ...more]);
    this.#shared.connections.sending(this.request.socket);
    if (typeof body !== "string") return void this.#sendPieces(body);
    this.#count(length);
    this.response.end(body);
  }

  /** An error page, with the headers in the order of the original. `last`: the connection is closed behind it. (HTTP-077) */
  fail(
    status: Status,
    { headers = [], explanation, last = false }: { headers?: Headers; explanation?: string; last?: boolean } = {},
  ): void {
    if (this.isOver) return;
    const page = statusPage(status, explanation);
    const closing = last ? ["Connection", "close"] : [];
    this.#head(status, [...closing, ...headers, "Content-Length", String(Buffer.byteLength(page)), "Content-Type", "text/html"]);
    this.#shared.connections.sending(this.request.socket);
    this.#count(Buffer.byteLength(page));
    this.response.end(page);
  }

  /** After a mistake of ours: status 500, or the end of an answer that has begun already. */
  crash(): void {
    if (this.response.headersSent) this.response.destroy();
    else this.fail(500);
  }

  /** An answer without a body. */
  sendNothing(status: Status, headers: Headers): void {
    if (this.isOver) return;
    this.#head(status, headers);
    this.response.end();
  }

  /** The beginning of an answer without an end, or of one that is written piece by piece; the head goes out at once. */
  stream(headers: Headers): void {
    this.#head(200, headers);
    this.response.flushHeaders();
  }

  /** Hands a piece over without waiting, unless the client has more than `heldMax` bytes to take: then false, and nothing was handed over. */
  offer(piece: Uint8Array, heldMax: number): boolean {
    const { response } = this;
    if (response.destroyed || response.writableLength > heldMax) return false;
    this.#count(piece.length);
    if (response.write(piece) || this.#isOffering) return true;
    this.#isOffering = true;
    this.#shared.connections.sending(this.request.socket);
    response.once("drain", () => {
      this.#isOffering = false;
      this.#shared.connections.sent(this.request.socket);
    });
    return true;
  }

  /** Writes a piece and waits until the client has taken it. False: it is gone. */
  async write(piece: Uint8Array | string): Promise<boolean> {
    if (this.response.destroyed) return false;
    this.#count(Buffer.byteLength(piece));
    if (this.response.write(piece)) return true;
    const { connections } = this.#shared;
    connections.sending(this.request.socket);
    const taken = await new Promise<boolean>((resolve) => {
      const settle = (value: boolean) => {
        this.response.off("drain", drained).off("close", closed);
        resolve(value);
      };
      const drained = () => settle(true);
      const closed = () => settle(false);
      this.response.once("drain", drained).once("close", closed);
    });
    if (taken) connections.sent(this.request.socket);
    return taken;
  }

  /** Reads the body and calls `use` with it, unless it is refused (and answered) or its sender is gone. */
  readBody(bytesMax: number, use: (body: Buffer) => void): void {
    const announced = Number(this.request.headers["content-length"] ?? 0);
    if (announced > bytesMax) return this.fail(413, { last: true });
    const { connections } = this.#shared;
    const { socket } = this.request;
    if (this.#expects) this.response.writeContinue();
    const pieces: Buffer[] = [];
    let bytes = 0;
    connections.awaitsBody(socket);
    const refuse = (status: 413 | 503) => {
      pieces.length = 0;
      this.fail(status, { last: true });
    };
    this.request.on("data", (piece: Buffer) => {
      if (this.isOver) return;
      bytes += piece.length;
      if (bytes > bytesMax) return refuse(413);
      if (!this.#holdBody(piece.length)) return refuse(503);
      pieces.push(piece);
    });
    this.request.once("end", () => {
      connections.hasBody(socket);
      if (!this.isOver) use(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces));
    });
  }

  #count(bodyBytes: number): void {
    if (this.method !== "HEAD") this.response.bodyBytes += bodyBytes;
  }

  #holdBody(bytes: number): boolean {
    const { held } = this.#shared;
    if (held.bodies + bytes > BODIES_BYTES_MAX) return false;
    held.bodies += bytes;
    this.#bodyHeld += bytes;
    return true;
  }

  #holdAnswer(bytes: number): boolean {
    const { held } = this.#shared;
    if (bytes < ANSWER_COUNTED) return true;
    if (held.answers + bytes > ANSWERS_BYTES_MAX) return false;
    held.answers += bytes;
    this.#answerHeld += bytes;
    return true;
  }

  async #sendPieces(pieces: readonly Uint8Array[]): Promise<void> {
    this.response.cork();
    queueMicrotask(() => this.response.uncork());
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        if (!(await this.write(piece.subarray(at, at + PIECE_BYTES)))) return;
      }
    }
    this.#shared.connections.sending(this.request.socket);
    this.response.end();
  }

  /**
   * Server and Date first, the rest as given (HTTP-075). Node's own Connection and Keep-Alive are left out: HTTP/1.1 stays open without a word
   * (HTTP-080), HTTP/1.0 says so when it was asked to and the length is known (HTTP-081).
   */
  #head(status: Status, headers: Headers): void {
    const { response, request } = this;
    response.sendDate = false;
    response.removeHeader("Connection");
    const asked = request.httpVersion === "1.0" && /^keep-alive$/i.test(request.headers.connection ?? "");
    const staying = asked && headers.includes("Content-Length") && !headers.includes("Connection") ? ["Connection", "Keep-Alive"] : [];
    const all = ["Server", SERVER_NAME, "Date", this.#shared.dates.now(), ...headers, ...staying];
    response.writeHead(status, STATUS_TEXTS[status], all);
  }
}

function lengthOf(body: Body): number {
  return typeof body === "string" ? Buffer.byteLength(body) : body.reduce((sum, piece) => sum + piece.length, 0);
}

/** What answers what: routes in their order, the first that matches handles the request. (HTTP-039) */
export type Route = {
  /** `path` is decoded. */
  readonly matches: (path: string, method: string) => boolean;
  /** What it throws is our bug: status 500 and the server's `bug`. */
  readonly handle: (exchange: Exchange) => void | Promise<void>;
};
