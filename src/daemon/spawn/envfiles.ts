/**
 * Reading a program's files of variables, at each of its starts. A disk that does not answer holds this start alone; no message quotes a value.
 * (ENV-003, ENV-004)
 */
import { decodeUtf8 } from "../../config/decode.ts";
import { type EnvFileName, parseEnvFile, type Variables } from "../../config/envfile.ts";
import { joined } from "../../config/pathnames.ts";
import type { Errno, Files } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

/** Of all files of a program together, as they go into its environment. */
const VARIABLES_BYTES_MAX = 32 * 1024;
/** Of one file, comments and all. */
const FILE_BYTES_MAX = 1024 * 1024;

/** What they give together; relative paths count from the folder. The error is the spawn error's text. */
export async function readEnvFiles(files: Files, folder: string, names: readonly EnvFileName[]): Promise<Result<Variables, string>> {
  const all = new Map<string, string>();
  for (const { path, mayBeMissing } of names) {
    const file = joined(folder, path);
    const bytes = await files.readGuarded(file, FILE_BYTES_MAX + 1);
    if (!bytes.ok && bytes.error === "ENOENT" && mayBeMissing) continue;
    if (!bytes.ok) return refuse(`envfile ${file}: ${whyNotRead(bytes.error)}`);
    if (bytes.value.length > FILE_BYTES_MAX) return refuse(`envfile ${file}: it is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB`);
    const text = decodeUtf8(bytes.value);
    if (!text.ok) return refuse(`envfile ${file}:${text.error.line}: it is not UTF-8`);
    const variables = parseEnvFile(text.value);
    if (!variables.ok) return refuse(`envfile ${file}:${variables.error.line}: ${variables.error.why}`);
    for (const [name, value] of Object.entries(variables.value)) all.set(name, value);
  }
  const bytes = [...all].reduce((sum, [name, value]) => sum + Buffer.byteLength(`${name}=${value}`) + 1, 0);
  if (bytes > VARIABLES_BYTES_MAX) {
    return refuse(`the envfiles give ${Math.ceil(bytes / 1024)} KiB (${VARIABLES_BYTES_MAX / 1024} KiB at most)`);
  }
  return ok(Object.fromEntries(all));
}

function whyNotRead(errno: Errno): string {
  switch (errno) {
    case "EINVAL":
    case "EISDIR":
    case "ENXIO":
      return "it is no file";
    case "ELOOP":
      return "ELOOP (a loop of links, or a link of another user to what is not that user's)";
    default:
      return errno;
  }
}
