/**
 * One connection to supervisord that carries one request after the other. A request is never sent twice here, and none waits for ever.
 *
 * HTTP is written and read by hand on node:net, here and in `answer-reader.ts`, `dial.ts` and `request.ts`. With node:http and one Agent a whole
 * `supervisorctl status` took 1.2 times as long for 200 programs and 1.3 times for one, and 10 ms of CPU more than 44 (medians of 120 interleaved
 * runs each, Node 20, empty environment).
 */
import type { Socket } from "node:net";
import { ok, type Result, refuse } from "../../result.ts";
import { type Address, hostHeader } from "./address.ts";
import { type AnswerHead, AnswerReader } from "./answer-reader.ts";
import { codeOf, dial } from "./dial.ts";
import type { Failure } from "./failure.ts";
import { type Credentials, requestHead } from "./request.ts";

/** One answer. A whole log of the size at which the daemon refuses to send it, escaped, fits. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export type Patience = {
  /** How long nothing may be heard. */
  readonly quietMs: number;
  /** Asked each time that nothing was heard for so long: true goes on waiting. */
  readonly goOn: () => Promise<boolean>;
};

export type HttpAnswer = { readonly status: number; readonly reason: string; readonly body: Buffer };

export class Connection {
  readonly #address: Address;
  readonly #credentials: Credentials | null;
  #socket: Socket | null = null;

  constructor(address: Address, credentials: Credentials | null) {
    this.#address = address;
    this.#credentials = credentials;
  }

  /** Sends a request and resolves with its answer, whatever its status; opens the connection first where there is none. */
  post(path: string, body: string, patience: Patience): Promise<Result<HttpAnswer, Failure>> {
    const lines = ["Content-Type: text/xml", "Accept: text/xml", `Content-Length: ${Buffer.byteLength(body)}`];
    return this.#send(requestHead("POST", path, hostHeader(this.#address), this.#credentials, lines) + body, patience);
  }

  get(path: string, patience: Patience): Promise<Result<HttpAnswer, Failure>> {
    return this.#send(requestHead("GET", path, hostHeader(this.#address), this.#credentials, ["Accept: */*"]), patience);
  }

  async #send(request: string, patience: Patience): Promise<Result<HttpAnswer, Failure>> {
    if (this.#socket === null || this.#socket.destroyed) {
      const dialled = await dial(this.#address, patience.quietMs);
      if (!dialled.ok) return dialled;
      this.#socket = dialled.value;
    }
    const answer = await exchange(this.#socket, request, patience);
    if (!answer.ok || !answer.value.reusable) this.close();
    return answer;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }
}

type Exchanged = HttpAnswer & { readonly reusable: boolean };

function exchange(socket: Socket, request: string, patience: Patience): Promise<Result<Exchanged, Failure>> {
  return new Promise((resolve) => {
    let head: AnswerHead | null = null;
    const pieces: Buffer[] = [];
    let bytes = 0;
    const reader = new AnswerReader({
      head: (of) => {
        head = of;
      },
      body: (piece) => {
        pieces.push(piece);
        bytes += piece.length;
      },
    });
    const watch = new QuietWatch(patience, () => settle(refuse({ kind: "deadline", seconds: patience.quietMs / 1000 })));

    const settle = (result: Result<Exchanged, Failure>) => {
      watch.stop();
      socket.removeAllListeners("data").removeAllListeners("close").removeAllListeners("error");
      socket.on("error", () => {}); // a connection at rest may break; the next request on it will tell
      resolve(result);
    };
    const complete = (reusable: boolean) => {
      if (head === null) return settle(refuse({ kind: "not-http", line: reader.line }));
      settle(ok({ status: head.status, reason: head.reason, body: Buffer.concat(pieces, bytes), reusable: reusable && isKept(head) }));
    };
    const broken = (code: string | null) => {
      if (code === null && reader.ended()) complete(false);
      else settle(refuse({ kind: "broken", code, answerBegun: reader.begun }));
    };

    socket.on("data", (data: Buffer) => {
      watch.heard();
      const reading = reader.feed(data);
      if (reading === "done") complete(true);
      else if (reading === "malformed") settle(refuse({ kind: "not-http", line: reader.line }));
      else if (bytes > ANSWER_BYTES_MAX)
        settle(refuse({ kind: "not-xmlrpc", where: `the answer is longer than ${ANSWER_BYTES_MAX} bytes` }));
    });
    socket.on("error", (error) => broken(codeOf(error)));
    socket.on("close", () => broken(null));
    socket.write(request);
  });
}

function isKept(head: AnswerHead): boolean {
  return head.status === 200 && head.headers.get("connection")?.toLowerCase() !== "close";
}

/** Tells when nothing was heard for too long and whoever is asked then does not want to go on. */
class QuietWatch {
  readonly #patience: Patience;
  readonly #giveUp: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(patience: Patience, giveUp: () => void) {
    this.#patience = patience;
    this.#giveUp = giveUp;
    this.#begin();
  }

  heard(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #begin(): void {
    this.#timer = setTimeout(() => void this.#ask(), this.#patience.quietMs);
  }

  async #ask(): Promise<void> {
    const goOn = await this.#patience.goOn();
    if (this.#timer === null) return; // the answer came meanwhile
    if (goOn) this.#begin();
    else this.#giveUp();
  }
}
