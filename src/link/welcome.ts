/** What the keeper tells a new daemon: one frame per thing it holds, between `welcome` and `welcome-end`, put together here into one value. */
import { ok, type Result, refuse } from "../result.ts";
import { family, streamMode } from "./effects.ts";
import { bool, bytes, cstr, type Field, i32, oneOf, record, str, u16, u32, u64 } from "./fields.ts";
import type { ChildEntry, Deaths, SinkEntry, SocketEntry, StreamEntry, Welcome } from "./messages.ts";

export type WelcomeHead = Omit<Welcome, "deaths" | "children" | "sockets" | "store" | "sinks" | "streams">;
export type StoredEntry = { readonly key: string; readonly value: Uint8Array };

/** The frames of a welcome; `value` is what each of them holds. */
export type WelcomeFrame =
  | { readonly type: "welcome"; readonly value: WelcomeHead }
  | { readonly type: "child"; readonly value: ChildEntry }
  | { readonly type: "socket"; readonly value: SocketEntry }
  | { readonly type: "stored"; readonly value: StoredEntry }
  | { readonly type: "sink"; readonly value: SinkEntry }
  | { readonly type: "stream"; readonly value: StreamEntry }
  | { readonly type: "deaths"; readonly value: Deaths }
  | { readonly type: "welcome-end"; readonly value: object };

type Table = {
  readonly [T in WelcomeFrame["type"]]: { readonly tag: number; readonly body: Field<Extract<WelcomeFrame, { type: T }>["value"]> };
};

export const WELCOME_FRAMES: Table = {
  welcome: {
    tag: 64,
    body: record<WelcomeHead>({
      version: u16,
      keeperPid: i32,
      quickDeaths: u32,
      ready: bool,
      daemonized: bool,
      monoNs: u64,
      freeSockets: u32,
    }),
  },
  child: {
    tag: 65,
    body: record<ChildEntry>({ child: u32, label: str, pid: i32, state: oneOf("spawning", "running", "exited"), monoNs: u64, wallNs: u64 }),
  },
  socket: {
    tag: 66,
    body: record<SocketEntry>({ socket: u32, family, listening: bool, serve: bool, descriptor: i32, address: cstr, port: u16 }),
  },
  stored: { tag: 67, body: record<StoredEntry>({ key: str, value: bytes }) },
  sink: { tag: 68, body: record<SinkEntry>({ sink: u32, path: cstr, size: u64, limit: u64, regular: bool }) },
  stream: { tag: 69, body: record<StreamEntry>({ stream: u32, child: u32, mode: streamMode, sink: u32, open: bool }) },
  "welcome-end": { tag: 70, body: record<object>({}) },
  deaths: { tag: 71, body: record<Deaths>({ count: u32, waitStatus: i32 }) },
};

const NAMES: ReadonlyMap<number, WelcomeFrame["type"]> = new Map(
  Object.entries(WELCOME_FRAMES).map(([type, { tag }]) => [tag, type as WelcomeFrame["type"]]),
);

/** The type behind a tag; null when the tag is no frame of a welcome. */
export function welcomeFrameType(tag: number): WelcomeFrame["type"] | null {
  return NAMES.get(tag) ?? null;
}

/** Takes the frames in their order; the welcome is there with `welcome-end`. A frame out of order is the keeper's fault and said so. */
export class WelcomeBuilder {
  #head: WelcomeHead | null = null;
  #deaths: Deaths | null = null;
  readonly #children: ChildEntry[] = [];
  readonly #sockets: SocketEntry[] = [];
  readonly #store = new Map<string, Uint8Array>();
  readonly #sinks: SinkEntry[] = [];
  readonly #streams: StreamEntry[] = [];

  /** Null: there is more to come. */
  add(frame: WelcomeFrame): Result<Welcome | null, string> {
    if ((this.#head === null) !== (frame.type === "welcome")) return refuse(`${frame.type} out of order`);
    switch (frame.type) {
      case "welcome":
        this.#head = frame.value;
        break;
      case "deaths":
        this.#deaths = frame.value;
        break;
      case "child":
        this.#children.push(frame.value);
        break;
      case "socket":
        this.#sockets.push(frame.value);
        break;
      case "stored":
        this.#store.set(frame.value.key, frame.value.value);
        break;
      case "sink":
        this.#sinks.push(frame.value);
        break;
      case "stream":
        this.#streams.push(frame.value);
        break;
      case "welcome-end":
        return ok(this.#finish());
    }
    return ok(null);
  }

  #finish(): Welcome {
    const lists = { children: this.#children, sockets: this.#sockets, store: this.#store, sinks: this.#sinks, streams: this.#streams };
    return { ...(this.#head as WelcomeHead), ...(this.#deaths && { deaths: this.#deaths }), ...lists };
  }
}

/** A welcome as the frames that carry it. */
export function welcomeFrames(welcome: Welcome): readonly WelcomeFrame[] {
  const { deaths, children, sockets, store, sinks, streams, ...head } = welcome;
  return [
    { type: "welcome", value: head },
    ...(deaths === undefined ? [] : [{ type: "deaths", value: deaths } as const]),
    ...children.map((value) => ({ type: "child", value }) as const),
    ...sockets.map((value) => ({ type: "socket", value }) as const),
    ...[...store].map(([key, value]) => ({ type: "stored", value: { key, value } }) as const),
    ...sinks.map((value) => ({ type: "sink", value }) as const),
    ...streams.map((value) => ({ type: "stream", value }) as const),
    { type: "welcome-end", value: {} },
  ];
}
