/** The Date header, written anew once a second. */
import type { Clock } from "../doors.ts";
import { httpDate } from "../rpc/times.ts";

export class Dates {
  readonly #clock: Pick<Clock, "now">;
  #second = -1;
  #text = "";

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  now(): string {
    const { wallMs } = this.#clock.now();
    const second = Math.floor(wallMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = httpDate(wallMs);
    }
    return this.#text;
  }
}
