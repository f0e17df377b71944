/**
 * The daemon's side of the conversation, without its socket: bytes go in, and the welcome, the reports or the reason why this keeper cannot
 * be worked with come out. Frames of a later protocol are passed over; anything malformed ends the conversation, since what it said is lost.
 */
import { decodeKeeperFrame } from "./codec.ts";
import { FrameReader } from "./frames.ts";
import type { Report, Welcome } from "./messages.ts";
import { WelcomeBuilder } from "./welcome.ts";

export type ClientEvents = {
  welcome(welcome: Welcome): void;
  report(report: Report): void;
  /** Called once, and nothing after it. */
  failed(text: string): void;
};

export class Client {
  readonly #events: ClientEvents;
  readonly #reader: FrameReader;
  #builder: WelcomeBuilder | null = new WelcomeBuilder();
  #failed = false;

  constructor(events: ClientEvents) {
    this.#events = events;
    this.#reader = new FrameReader((tag, body) => this.#onFrame(tag, body));
  }

  push(chunk: Buffer): void {
    const read = this.#reader.push(chunk);
    if (!read.ok) this.#fail(read.error);
  }

  #onFrame(tag: number, body: Buffer): void {
    if (this.#failed) return;
    const frame = decodeKeeperFrame(tag, body);
    if (!frame.ok) return frame.error.kind === "unknown" ? undefined : this.#fail(frame.error.text);
    if (frame.value.type === "report") return this.#onReport(frame.value.value);
    if (this.#builder === null) return this.#fail(`${frame.value.type} after the welcome`);
    const built = this.#builder.add(frame.value);
    if (!built.ok) return this.#fail(built.error);
    if (built.value === null) return;
    this.#builder = null;
    this.#events.welcome(built.value);
  }

  /** Before the welcome only a refusal of our hello can come. */
  #onReport(report: Report): void {
    if (this.#builder === null) return this.#events.report(report);
    this.#fail(report.type === "refused" ? `refused: ${report.text}` : `${report.type} before the welcome`);
  }

  #fail(text: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#events.failed(text);
  }
}
