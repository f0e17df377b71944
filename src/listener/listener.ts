/**
 * An event listener: says READY, reads an event, answers it, and so on until supervisord ends. Stdout belongs to the protocol, so `console` writes to stderr
 * from then on: one line of output in between would make supervisord give the listener up (EVT-085).
 */
import { Console } from "node:console";
import type { Readable, Writable } from "node:stream";
import { type ListenerEvent, parseEvent } from "./events.ts";
import { type Message, Messages } from "./messagereader.ts";

export type ListenOptions = {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  /** `leave`: `console` stays as it is. */
  readonly console?: "stderr" | "leave";
};

/** An event that waits for its answer. One that has none when the next event is asked for has been handled well: `ok`. */
export type WaitingEvent = ListenerEvent & {
  /** It has been handled. */
  ok(): Promise<void>;
  /** It could not be handled now: supervisord sends it again, to this or another process of the pool. */
  fail(): Promise<void>;
  /** Any other result, for a `result_handler` of one's own. */
  send(result: string | Uint8Array): Promise<void>;
};

export class EventListener implements AsyncIterable<WaitingEvent> {
  readonly #stdout: Writable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #messages = new Messages();
  /** An event was given out and not answered yet. */
  #owes = false;

  constructor({ stdin = process.stdin, stdout = process.stdout, console: where = "stderr" }: ListenOptions = {}) {
    this.#stdout = stdout;
    this.#chunks = stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    if (where === "stderr") globalThis.console = new Console(process.stderr, process.stderr);
  }

  /** Says READY and waits for the next event; null when supervisord has ended. (EVT-121, EVT-124) */
  async wait(): Promise<WaitingEvent | null> {
    if (this.#owes) await this.ok();
    await this.#write("READY\n");
    const message = await this.#next();
    if (message === null) return null;
    this.#owes = true;
    return { ...parseEvent(message), ok: () => this.ok(), fail: () => this.fail(), send: (result) => this.send(result) };
  }

  /** (EVT-125) */
  ok(): Promise<void> {
    return this.send("OK");
  }

  fail(): Promise<void> {
    return this.send("FAIL");
  }

  /** The length is in bytes, as supervisord counts; childutils counts characters. Throws when there is no event to answer. */
  async send(result: string | Uint8Array): Promise<void> {
    if (!this.#owes) throw new Error("there is no event to answer: each event has one answer");
    this.#owes = false;
    const bytes = Buffer.from(result as string);
    await this.#write(Buffer.concat([Buffer.from(`RESULT ${bytes.length}\n`), bytes]));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WaitingEvent> {
    for (let event = await this.wait(); event !== null; event = await this.wait()) yield event;
  }

  async #next(): Promise<Message | null> {
    for (;;) {
      const message = this.#messages.take();
      if (message !== null) return message;
      const { value, done } = await this.#chunks.next();
      if (done === true) return null;
      this.#messages.push(typeof value === "string" ? Buffer.from(value) : value);
    }
  }

  #write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stdout.write(bytes, (error) => (error == null ? resolve() : reject(error)));
    });
  }
}

/** `for await (const event of listen()) …` */
export function listen(options: ListenOptions = {}): EventListener {
  return new EventListener(options);
}
