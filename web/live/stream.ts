/**
 * The one stream of states. The browser's own way of trying again is silent and has no end, so we close a stream that broke, ask why, and try again with a
 * countdown that the page shows. What is known stays on the page meanwhile.
 */
import { batch, effect } from "@preact/signals";
import type { StreamMessage } from "../../src/api/types.ts";
import { applyMessage } from "../model/world.ts";
import { connection, route, tick, world } from "../state.ts";
import { url } from "./api.ts";
import { whenHidden } from "./hidden.ts";

const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];
/** Figures come every 2 s; a stream that is silent for so long is dead, whatever the browser thinks. */
const SILENCE_MS = 15_000;
const KINDS = ["snapshot", "processes", "daemon", "usage", "event", "missed"] as const;

let source: EventSource | null = null;
let retries = 0;
let lastHeard = 0;
let timer: number | undefined;
let withEvents = false;

/** Opens the stream, keeps it open, and asks for events as soon as somebody looks at them. */
export function openStream(): void {
  connect();
  setInterval(() => {
    tick.value = Date.now();
    if (connection.value.kind === "live" && source !== null && Date.now() - lastHeard > SILENCE_MS) lose();
  }, 1000);
  effect(() => {
    if (route.value.view !== "events" || withEvents) return;
    withEvents = true;
    if (source !== null) connect();
  });
  addEventListener("online", retryNow);
  whenHidden({ leave: close, back: connect });
}

export function retryNow(): void {
  if (connection.value.kind === "lost" || connection.value.kind === "unauthorised") connect();
}

function close(): void {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function connect(): void {
  close();
  const opened = new EventSource(url(withEvents ? "stream?events=1" : "stream"));
  source = opened;
  if (connection.value.kind === "lost") connection.value = { ...connection.value, retryAt: null };
  for (const kind of KINDS)
    opened.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      if (source === opened) hear({ ...(JSON.parse(data) as object), kind } as StreamMessage);
    });
  opened.onerror = () => {
    if (source === opened) lose();
  };
}

function hear(message: StreamMessage): void {
  lastHeard = Date.now();
  batch(() => {
    world.value = applyMessage(world.value, message, lastHeard);
    if (message.kind !== "snapshot") return;
    retries = 0;
    connection.value = { kind: "live" };
  });
}

function lose(): void {
  source?.close();
  source = null;
  const since = connection.value.kind === "lost" ? connection.value.since : lastHeard || Date.now();
  const wait = RETRY_MS[Math.min(retries++, RETRY_MS.length - 1)] ?? 1000;
  connection.value = { kind: "lost", since, retryAt: Date.now() + wait };
  timer = window.setTimeout(connect, wait);
  void askWhy();
}

/** A stream does not tell its status; a request does. */
async function askWhy(): Promise<void> {
  const status = await fetch(url("state"), { cache: "no-store" }).then(
    (response) => response.status,
    () => 0,
  );
  if (status !== 401 || connection.value.kind !== "lost") return;
  clearTimeout(timer);
  connection.value = { kind: "unauthorised" };
}
