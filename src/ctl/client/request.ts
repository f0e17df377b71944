/** The head of an HTTP request, as calls and log streams send it. */
import { bytesOf } from "../../bytes.ts";
import { HOLDFAST_VERSION } from "../../version.ts";

export type Credentials = { readonly username: string; readonly password: string };

const USER_AGENT = `supervisorctl (Holdfast ${HOLDFAST_VERSION})`;

/** `host` is the Host header's value, `more` are further header lines. Ends with the empty line. (CTL-033, CTL-127) */
export function requestHead(
  method: "GET" | "POST",
  path: string,
  host: string,
  credentials: Credentials | null,
  more: readonly string[],
): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `User-Agent: ${USER_AGENT}`, ...more];
  if (credentials !== null) lines.push(`Authorization: Basic ${encoded(credentials)}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** On one line, however long. (CTL-128) */
function encoded({ username, password }: Credentials): string {
  return bytesOf(`${username}:${password}`).toString("base64");
}
