/** How large one process may be configured: what is kept of it for a later daemon must fit into one message, and its name into a key. */
import type { ProcessConfig } from "./model.ts";
import type { SectionReader } from "./reader.ts";

/** Of a process as a whole. The kernel takes about as much for command line and environment together. */
export const PROCESS_BYTES_MAX = 2 * 1024 * 1024;
/** Of `group:process`. */
export const LABEL_BYTES_MAX = 480;

/** JSON may take six bytes for a character. */
const JSON_BYTES = 6;

export function checkSizes(reader: SectionReader, group: string, process: ProcessConfig): void {
  const label = Buffer.byteLength(`${group}:${process.name}`);
  if (label > LABEL_BYTES_MAX) {
    reader.fail(
      "process_name",
      `the names of the group and the process take ${label} bytes, more than ${LABEL_BYTES_MAX}`,
      "use shorter names",
    );
  }
  if (roughBytes(process) * JSON_BYTES < PROCESS_BYTES_MAX) return;
  const bytes = Buffer.byteLength(JSON.stringify(process));
  if (bytes <= PROCESS_BYTES_MAX) return;
  const option = process.command.length > PROCESS_BYTES_MAX / JSON_BYTES ? "command" : "environment";
  const text = `command and environment of ${process.name} in section [${reader.section.name}] take ${bytes} bytes, more than ${PROCESS_BYTES_MAX}`;
  reader.fail(option, text, "no kernel starts a program with as much; let it read a file");
}

function roughBytes({ command, environment }: ProcessConfig): number {
  let bytes = command.length;
  for (const name in environment) bytes += name.length + (environment[name]?.length ?? 0);
  return bytes;
}
