/** Logs that are followed: all that the page shows at once come over one stream, because a browser has six connections for all tabs. */
import type { LogsMessage } from "../../src/api/types.ts";
import { url } from "./api.ts";

/** How much of the end is shown first, in bytes. */
export const FIRST_BYTES = 96 * 1024;
const RETRY_MS = 2000;

export type LogSource = { readonly key: string; readonly from: number };
export type OnLog = (message: LogsMessage) => void;

/** Follows until the function that it gives is called. What arrived is taken up again after a break: nothing is missed or shown twice. */
export function followLogs(keys: readonly string[], onMessage: OnLog): () => void {
  const places = new Map<string, number>(keys.map((key) => [key, -FIRST_BYTES]));
  let source: EventSource | null = null;
  let timer: number | undefined;
  const connect = (): void => {
    const query = [...places].map(([key, from]) => `log=${encodeURIComponent(`${key}@${from}`)}`).join("&");
    const opened = new EventSource(url(`logs/follow?${query}`));
    source = opened;
    const hear = (kind: LogsMessage["kind"]) => (event: MessageEvent<string>) => {
      if (source !== opened) return;
      const message = { ...(JSON.parse(event.data) as object), kind } as LogsMessage;
      if (message.kind === "piece") places.set(message.log, message.next);
      if (message.kind === "restarted") places.set(message.log, 0);
      onMessage(message);
    };
    for (const kind of ["piece", "restarted", "missing"] as const) opened.addEventListener(kind, hear(kind));
    opened.onerror = () => {
      opened.close();
      if (source === opened) timer = window.setTimeout(connect, RETRY_MS);
    };
  };
  if (keys.length > 0) connect();
  return () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
}

/** As `logs/follow` calls the log of a process. */
export function logKey(row: { readonly group: string; readonly name: string }, channel: "stdout" | "stderr"): string {
  return `${encodeURIComponent(row.group)}/${encodeURIComponent(row.name)}/${channel}`;
}
