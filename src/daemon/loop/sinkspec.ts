/** How the keeper opens a file that it is to write. */
import type { SinkSpec } from "../../link/messages.ts";

/** Under the starter's umask, written on where it exists, whatever it is; a limit of 0 is none. */
export function sinkSpec(path: string, limit: number, other: Partial<Omit<SinkSpec, "path" | "limit">> = {}): SinkSpec {
  return { path, truncate: false, regularOnly: false, mode: 0o666, limit, ...other };
}
