/** What the keeper tells a new daemon: one frame per thing it holds, between `welcome` and `welcome-end`, put together here into one value. */
import { ok, type Result, refuse } from "../result.ts";
import { family, streamMode } from "./keepereffects.ts";
import { instant } from "./keeperreports.ts";
import { type Bodies, bool, bytes, cstr, i32, oneOf, record, str, u16, u32, u64, type ValueOf } from "./wirefields.ts";

export const WELCOME_FRAMES = {
  welcome: {
    tag: 64,
    body: record({
      version: u16,
      keeperPid: i32,
      /** Deaths in a row of daemons that had hardly begun. From three on, start without the stored states. */
      quickDeaths: u32,
      /** A daemon was ready before: this one is a successor. */
      ready: bool,
      daemonized: bool,
      monoNs: u64,
      /** Unbound sockets that this daemon was born with and can still `listen` on at once. */
      freeSockets: u32,
    }),
  },
  child: {
    tag: 65,
    body: record({ child: u32, label: str, pid: i32, state: oneOf("spawning", "running", "exited"), ...instant }),
  },
  socket: {
    tag: 66,
    /** `descriptor`: in this daemon, -1 when it was not inherited. */
    body: record({ socket: u32, family, listening: bool, serve: bool, descriptor: i32, address: cstr, port: u16 }),
  },
  stored: { tag: 67, body: record({ key: str, value: bytes }) },
  sink: { tag: 68, body: record({ sink: u32, path: cstr, size: u64, limit: u64, regular: bool }) },
  stream: { tag: 69, body: record({ stream: u32, child: u32, mode: streamMode, sink: u32, open: bool }) },
  "welcome-end": { tag: 70, body: record({}) },
  /** How many daemons have ended unasked since the first was ready, and the wait status of the last of them; -1 where it is not known. */
  deaths: { tag: 71, body: record({ count: u32, waitStatus: i32 }) },
  /** Which keeper this is: its version, what it was built from, and the newest format of a table that it writes. Earlier ones do not say it. */
  keeper: { tag: 72, body: record({ version: str, build: str, table: u16 }) },
} as const satisfies Bodies;

type Frames = typeof WELCOME_FRAMES;
type Held<T extends keyof Frames> = ValueOf<Frames[T]["body"]>;
/** The frames of a welcome; `value` is what each of them holds. */
export type WelcomeFrame = { [T in keyof Frames]: { readonly type: T; readonly value: Held<T> } }[keyof Frames];

export type ChildEntry = Held<"child">;
export type SocketEntry = Held<"socket">;
export type SinkEntry = Held<"sink">;
export type StreamEntry = Held<"stream">;
export type Deaths = Held<"deaths">;
export type KeeperNames = Held<"keeper">;

/** All that a new daemon is told before the reports that its predecessor did not acknowledge. */
export type Welcome = Held<"welcome"> & {
  /** Absent when none has ended. */
  readonly deaths?: Deaths;
  /** Absent when the keeper does not say it. */
  readonly keeper?: KeeperNames;
  readonly children: readonly ChildEntry[];
  readonly sockets: readonly SocketEntry[];
  readonly store: ReadonlyMap<string, Uint8Array>;
  readonly sinks: readonly SinkEntry[];
  readonly streams: readonly StreamEntry[];
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
  #head: Held<"welcome"> | null = null;
  #deaths: Deaths | null = null;
  #keeper: KeeperNames | null = null;
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
      case "keeper":
        this.#keeper = frame.value;
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
    const more = { ...(this.#deaths && { deaths: this.#deaths }), ...(this.#keeper && { keeper: this.#keeper }) };
    return { ...(this.#head as Held<"welcome">), ...more, ...lists };
  }
}
