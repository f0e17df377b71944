/** Responses as the original writes them on the wire. */
import { type IncomingMessage, ServerResponse } from "node:http";

/** Clients know the server by this name. (HTTP-075) */
export const SERVER_NAME = "Medusa/1.12";

export const STATUS_TEXTS = {
  200: "OK",
  301: "Moved Permanently",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  411: "Length Required",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;
export type Status = keyof typeof STATUS_TEXTS;

/** Not inside another page, and never taken for another type. The referrer tells what our pages ask for from what others do (origin.ts). */
export const NOT_FRAMED = ["X-Frame-Options", "DENY", "X-Content-Type-Options", "nosniff", "Referrer-Policy", "same-origin"] as const;

/** The page that comes with an error and with a redirect. `explanation` only where the original has no such answer. (HTTP-077, HTTP-078) */
export function statusPage(status: Status, explanation?: string): string {
  const lines = ["<head>", "<title>Error response</title>", "</head>", "<body>", "<h1>Error response</h1>"];
  lines.push(`<p>Error code ${status}.`, `<p>Message: ${STATUS_TEXTS[status]}.`);
  if (explanation !== undefined) lines.push(`<p>${explanation}`);
  return [...lines, "</body>", ""].join("\r\n");
}

type Internals = {
  readonly _storeHeader: (this: ServerResponse, firstLine: string, headers: unknown) => void;
  readonly _header: string | null;
};
const storeHeader = (ServerResponse.prototype as unknown as Internals)._storeHeader;

/**
 * Answers an HTTP/1.0 request with an HTTP/1.0 status line (HTTP-074), which Node does not do by itself. The method that is overridden is where Node
 * writes the head; a Node without it would merely write HTTP/1.1 and count no head in the access log.
 */
export class VersionedResponse extends ServerResponse<IncomingMessage> {
  /** What the access log tells of this answer. */
  headBytes = 0;
  bodyBytes = 0;

  _storeHeader(firstLine: string, headers: unknown): void {
    const line = this.req.httpVersion === "1.0" ? firstLine.replace("HTTP/1.1", "HTTP/1.0") : firstLine;
    storeHeader.call(this, line, headers);
    this.headBytes = (this as unknown as Internals)._header?.length ?? 0;
  }
}
