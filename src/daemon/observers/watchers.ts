/** Who looks at this daemon: told of changes and events while they look. Without them each call ends at an empty set. */
import type { SupervisorEvent as ShownEvent } from "../../api/types.ts";
import type { Now } from "../../doors.ts";
import { eventBody } from "../../events/payload.ts";
import type { SupervisorEvent } from "../../events/types.ts";
import type { Turn } from "../loop/turn.ts";

/** What is shown of an event's payload. */
const PAYLOAD_BYTES_MAX = 4096;

export class Watchers {
  readonly #changes = new Set<() => void>();
  readonly #events = new Set<(event: ShownEvent) => void>();
  #serial = 0;

  onChange(changed: () => void): () => void {
    this.#changes.add(changed);
    return () => void this.#changes.delete(changed);
  }

  onEvent(heard: (event: ShownEvent) => void): () => void {
    this.#events.add(heard);
    return () => void this.#events.delete(heard);
  }

  /** They look when the batch is in the kernel's hands: what they see stays true. */
  changed(turn: Turn): void {
    if (this.#changes.size > 0) turn.after.push(() => this.#tell());
  }

  /** Serials count what is shown here: an event that no listener wants has none. */
  heard(event: SupervisorEvent, now: Now): void {
    if (this.#events.size === 0) return;
    const { name, payload } = eventBody(event);
    this.#serial += 1;
    const text = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.byteLength, PAYLOAD_BYTES_MAX)).toString("utf8");
    const shown = { serial: this.#serial, at: Math.round(now.wallMs), type: name, payload: text };
    for (const hear of this.#events) hear(shown);
  }

  #tell(): void {
    for (const look of this.#changes) look();
  }
}
