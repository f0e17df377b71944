/** What a child of the fake keeper says otherwise than by its output: messages to its notify socket, and a newline in its ready pipe. */
import type { Attribute } from "../../../src/link/messages.ts";
import type { Host } from "./host.ts";
import type { Reports } from "./reports.ts";

/** How many messages of a child wait for their acknowledgement; then nothing more is read. */
const MESSAGES_MAX = 16;
const MESSAGE_MAX = 4096;

export type Speaker = { readonly child: number; readonly pid: number; readonly uid: number };

export class Channel {
  readonly #host: Host;
  readonly #reports: Reports;
  readonly #notify: boolean;
  readonly #readyFd: number | null;
  readonly #speaker: () => Speaker;
  #open: boolean;
  readonly #queue: Uint8Array[] = [];
  readonly #waiting = new Set<bigint>();
  /** The last message, while it waits. */
  #last: { readonly number: bigint; readonly bytes: Uint8Array } | null = null;

  constructor(host: Host, reports: Reports, attributes: readonly Attribute[], speaker: () => Speaker) {
    this.#host = host;
    this.#reports = reports;
    this.#notify = attributes.some((one) => one.kind === "notify");
    const ready = attributes.findLast((one) => one.kind === "ready-fd");
    this.#readyFd = ready?.kind === "ready-fd" ? ready.descriptor : null;
    this.#open = this.#readyFd !== null;
    this.#speaker = speaker;
  }

  /** A datagram from the child itself. */
  send(text: string): void {
    if (!this.#notify) return;
    this.#queue.push(Buffer.from(text));
    this.#read();
  }

  /** Bytes into a descriptor of the child's, if it is the ready pipe. */
  write(descriptor: number, text: string): void {
    if (descriptor === this.#readyFd && text.includes("\n")) this.#tellReady("newline");
  }

  /** The child has closed the descriptor, or has ended. */
  close(descriptor = this.#readyFd): void {
    if (descriptor === this.#readyFd) this.#tellReady("end");
  }

  acknowledged(number: bigint): void {
    if (!this.#waiting.delete(number)) return;
    if (this.#last?.number === number) this.#last = null;
    this.#read();
  }

  #tellReady(how: "newline" | "end"): void {
    if (!this.#open) return;
    this.#open = false;
    this.#reports.keep({ type: "ready", child: this.#speaker().child, how, monoNs: this.#host.scheduler.monoNs });
  }

  #read(): void {
    while (this.#waiting.size < MESSAGES_MAX) {
      const bytes = this.#queue.shift();
      if (bytes === undefined) return;
      if (bytes.length > MESSAGE_MAX || (this.#last !== null && Buffer.compare(this.#last.bytes, bytes) === 0)) continue;
      const { monoNs } = this.#host.scheduler;
      this.#last = { number: this.#reports.keep({ type: "notified", ...this.#speaker(), monoNs, bytes }), bytes };
      this.#waiting.add(this.#last.number);
    }
  }
}
