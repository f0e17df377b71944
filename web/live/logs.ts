/** Logs that are followed: all that the page shows at once come over one stream, because a browser has six connections for all tabs. */
import type { LogsMessage } from "../../src/api/types.ts";
import { url } from "./api.ts";
import { whenHidden } from "./hidden.ts";

/** How much of the end is shown first, in bytes. */
export const FIRST_BYTES = 96 * 1024;
const RETRY_MS = 2000;

export type OnLog = (message: LogsMessage) => void;

/** What is followed, by its key: the next byte, and who shows it. */
const followed = new Map<string, { from: number; readonly show: OnLog }>();
let source: EventSource | null = null;
let timer: number | undefined;
let away = false;

/** Called once. */
export function pauseLogsWhenHidden(): void {
  const turn = (now: boolean): void => {
    away = now;
    reopenIn(0);
  };
  whenHidden({ leave: () => turn(true), back: () => turn(false) });
}

/** Follows until the function that it gives is called. After a break it goes on where it was: nothing is missed or shown twice. */
export function followLogs(keys: readonly string[], show: OnLog): () => void {
  const mine = keys.map((key) => ({ key, entry: { from: -FIRST_BYTES, show } }));
  for (const { key, entry } of mine) followed.set(key, entry);
  reopenIn(0);
  return () => {
    // Who shows the same log since then has taken its place.
    for (const { key, entry } of mine) if (followed.get(key) === entry) followed.delete(key);
    reopenIn(0);
  };
}

/** Views that come and go together change the stream once. */
function reopenIn(ms: number): void {
  // At once: what it still gives belongs to those who have just gone.
  source?.close();
  source = null;
  clearTimeout(timer);
  timer = window.setTimeout(reopen, ms);
}

function reopen(): void {
  if (followed.size === 0 || away) return;
  const query = [...followed].map(([key, { from }]) => `log=${encodeURIComponent(`${key}@${from}`)}`).join("&");
  const opened = new EventSource(url(`logs/follow?${query}`));
  source = opened;
  for (const kind of ["piece", "restarted", "missing"] as const)
    opened.addEventListener(kind, (event: MessageEvent<string>) => {
      if (source === opened) hear({ ...(JSON.parse(event.data) as object), kind } as LogsMessage);
    });
  opened.onerror = () => {
    if (source === opened) reopenIn(RETRY_MS);
  };
}

function hear(message: LogsMessage): void {
  const entry = followed.get(message.log);
  if (entry === undefined) return;
  if (message.kind === "piece") entry.from = message.next;
  if (message.kind === "restarted") entry.from = 0;
  entry.show(message);
}

/** As `logs/follow` calls the log of a process. */
export function logKey(row: { readonly group: string; readonly name: string }, channel: "stdout" | "stderr"): string {
  return `${encodeURIComponent(row.group)}/${encodeURIComponent(row.name)}/${channel}`;
}
