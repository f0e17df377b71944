/** The files of the host's time zone, read once at the start, as libc reads them. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { type Zone, zoneOf } from "../../zone.ts";

/** The largest zone has a few thousand bytes. */
const FILE_BYTES_MAX = 1024 * 1024;

/** Of the environment that supervisord was started with. */
export function readZone(environment: Readonly<Record<string, string>>): Zone {
  return zoneOf(environment, readRegular);
}

/** TZ may name anything: a FIFO is not waited for, an endless device not read. */
function readRegular(path: string): Uint8Array | null {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stats = fstatSync(descriptor);
      return stats.isFile() && stats.size <= FILE_BYTES_MAX ? readFileSync(descriptor) : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
