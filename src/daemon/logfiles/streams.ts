/** What flows where: a file that the keeper writes, and one channel of one run of a process. */
import type { Channel } from "../../events/types.ts";
import type { StreamState } from "../../logs/pipeline.ts";
import { isCapturedRun } from "../../process/auxiliary.ts";
import { type Ref, runOfLabel } from "../../supervisor/world.ts";
import type { ChannelTarget } from "./targets.ts";
import type { Upkeep } from "./upkeep.ts";

/** A log as rotations need it. */
export type RotatedLog = {
  readonly path: string;
  readonly maxBytes: number;
  readonly backups: number;
} & Upkeep;

/** A file that the keeper writes. */
export type LogFile = RotatedLog & {
  readonly sink: number;
  /** The same for every spelling of a path: `x.log`, `./x.log`, `/srv/app/x.log`. */
  readonly place: string;
  readonly owner: string;
  /** Beside that of the process itself, by what runs beside it. */
  readonly isOfRun?: boolean;
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
  /** The last that came, where it is kept instead of being written: of an auxiliary run. */
  captured?: Uint8Array;
};

/** A log that can be cleared, with the stream that writes it now. */
export type Clearable = { readonly path: string; readonly stream: Stream | null };

/** Of what an auxiliary run writes, where it is captured for display. (CMN-023) */
const CAPTURED_BYTES = 1024;

/** The end of what was captured and came now. */
export function lastOf(captured: Uint8Array, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([captured, bytes]).subarray(-CAPTURED_BYTES);
}

/** Whose stream it is, by the label of the child: of a process, or of what runs beside it. */
export function ownerOf(label: string, channel: Channel): { readonly ref: Ref; readonly isRun: boolean; readonly isCaptured: boolean } {
  const run = runOfLabel(label);
  if (run !== null) return { ref: run.ref, isRun: true, isCaptured: channel === "stdout" && isCapturedRun(run.what) };
  const colon = label.indexOf(":");
  return { ref: { group: label.slice(0, colon), process: label.slice(colon + 1) }, isRun: false, isCaptured: false };
}
