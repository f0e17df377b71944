/**
 * Follows a log over HTTP: GET /logtail/NAME/CHANNEL or /mainlogtail, whose answer begins with the end of the log and never ends by itself.
 * Bytes are handed on as they come, so a character is never cut and nothing is "undecodable". (CTL-121, CTL-124)
 */
import type { Address } from "./address.ts";
import { hostHeader } from "./address.ts";
import { AnswerReader } from "./answer-reader.ts";
import { codeOf, dial } from "./dial.ts";
import type { Failure } from "./failure.ts";
import { type Credentials, requestHead } from "./request.ts";

/** How a stream came to its end. */
export type StreamEnd =
  /** We left. */
  | { readonly kind: "left" }
  /** The server ended it in good order. */
  | { readonly kind: "closed" }
  /** The connection ended in the middle. */
  | { readonly kind: "broken" }
  /** There is nothing to read: 404 for an unknown process or one without a log. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string }
  | { readonly kind: "failed"; readonly failure: Failure };

export type StreamSource = { readonly address: Address; readonly credentials: Credentials | null; readonly connectMs: number };

/** Resolves when the stream has ended, or soon after `signal` was aborted. */
export async function followLog(
  source: StreamSource,
  path: string,
  take: (bytes: Buffer) => void,
  signal: AbortSignal,
): Promise<StreamEnd> {
  if (signal.aborted) return { kind: "left" };
  const dialled = await dial(source.address, source.connectMs);
  if (!dialled.ok) return { kind: "failed", failure: dialled.error };
  const socket = dialled.value;
  return new Promise((resolve) => {
    const end = (how: StreamEnd) => {
      signal.removeEventListener("abort", onLeave);
      socket.removeAllListeners("data").destroy();
      resolve(how);
    };
    const onLeave = () => end({ kind: "left" });
    signal.addEventListener("abort", onLeave);
    if (signal.aborted) return onLeave();

    let isGood = false;
    const reader = new AnswerReader({
      head: ({ status, reason }) => {
        isGood = status === 200;
        if (!isGood) end({ kind: "refused", status, reason });
      },
      body: (bytes) => {
        if (isGood) take(bytes);
      },
    });
    socket.on("data", (data: Buffer) => {
      const reading = reader.feed(data);
      if (reading === "done") end({ kind: "closed" });
      else if (reading === "malformed") end({ kind: "failed", failure: { kind: "not-http", line: reader.line } });
    });
    socket.on("error", (error) =>
      end(reader.begun ? { kind: "broken" } : { kind: "failed", failure: { kind: "broken", code: codeOf(error), answerBegun: false } }),
    );
    socket.on("close", () => end(reader.ended() ? { kind: "closed" } : { kind: "broken" }));
    socket.write(requestHead("GET", path, hostHeader(source.address), source.credentials, ["Accept: */*"]));
  });
}

/** The path of a process's log. A name may hold any character. */
export function logPath(name: string, channel: "stdout" | "stderr"): string {
  return `/logtail/${encodeURIComponent(name).replaceAll("%3A", ":")}/${channel}`;
}

export const MAIN_LOG_PATH = "/mainlogtail";
