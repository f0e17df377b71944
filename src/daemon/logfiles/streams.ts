/** What flows where: a file that the keeper writes, and one channel of one run of a process. */
import type { Channel } from "../../events/types.ts";
import type { StreamState } from "../../logs/pipeline.ts";
import type { Ref } from "../../supervisor/world.ts";
import type { ChannelTarget } from "./targets.ts";

/** A file that the keeper writes. */
export type LogFile = {
  readonly sink: number;
  readonly path: string;
  /** The same for every spelling of a path: `x.log`, `./x.log`, `/srv/app/x.log`. */
  readonly place: string;
  readonly maxBytes: number;
  readonly backups: number;
  readonly owner: string;
};

/** One channel of one run of a process. */
export type Stream = {
  readonly stream: number;
  readonly child: number;
  readonly ref: Ref;
  readonly channel: Channel;
  target: ChannelTarget;
  state: StreamState;
  ended: boolean;
  reaped: boolean;
};

/** A log that can be cleared, with the stream that writes it now. */
export type Clearable = { readonly path: string; readonly stream: Stream | null };
