/** PROCESS_COMMUNICATION events, for programs with `stdout_capture_maxbytes`: what stands between two tokens goes to listeners. */
import type { Writable } from "node:stream";

const BEGIN = "<!--XSUPERVISOR:BEGIN-->";
const END = "<!--XSUPERVISOR:END-->";

/** Sends `data` to the listeners of PROCESS_COMMUNICATION_STDOUT, or _STDERR when `stream` is stderr. */
export function communicate(data: string | Uint8Array, stream: Writable = process.stdout): Promise<void> {
  const bytes = Buffer.concat([Buffer.from(BEGIN), Buffer.from(data as string), Buffer.from(END)]);
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error == null ? resolve() : reject(error)));
  });
}
