/**
 * Why a remote call gave no result. One union for the whole client, so that every command, the error lines and the advice to the user
 * (`errorline.ts`, `advice.ts`) speak of the same cases.
 */
export type Failure =
  /** The server's own answer: a fault. */
  | { readonly kind: "fault"; readonly code: number; readonly text: string }
  /** No connection; `code` is the errno's name (`ECONNREFUSED`) or the resolver's (`ENOTFOUND`). */
  | { readonly kind: "connect"; readonly code: string }
  /** The connection ended before the answer was complete; `code` is the errno's name, null for an ordinary end. */
  | { readonly kind: "broken"; readonly code: string | null; readonly answerBegun: boolean }
  /** Nothing came in time. */
  | { readonly kind: "deadline"; readonly seconds: number }
  /** An HTTP answer other than 200. */
  | { readonly kind: "http"; readonly status: number; readonly reason: string }
  /** An answer that is no HTTP. */
  | { readonly kind: "not-http"; readonly line: string }
  /** An answer that is no XML-RPC; `where` says what was wrong. */
  | { readonly kind: "not-xmlrpc"; readonly where: string }
  /** A server URL that cannot be used. */
  | { readonly kind: "url"; readonly text: string }
  /** What the original would raise itself, by its class: an unknown result code, the end of the input, an exception of a plug-in. */
  | { readonly kind: "unexpected"; readonly error: string; readonly text: string };

/** Whether a call ended with this fault of the server. */
export function isFault(failure: Failure, code: number): boolean {
  return failure.kind === "fault" && failure.code === code;
}
