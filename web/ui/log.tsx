/**
 * A log that is followed: it stays at the end until the reader goes up, searches what is loaded, and holds a bounded number of lines however long the
 * log is.
 */
import { type Signal, useSignal } from "@preact/signals";
import { memo } from "preact/compat";
import { useEffect, useRef } from "preact/hooks";
import type { LogPiece, LogsMessage } from "../../src/api/types.ts";
import { get } from "../live/api.ts";
import { followLogs } from "../live/logs.ts";
import { bytes } from "../model/format.ts";
import { appended, type Block, firstByte, type LogLines, NO_LINES, noted, prepended, restarted, search } from "../model/loglines.ts";
import { announcement, texts } from "../state.ts";
import { useStaysAtEnd } from "./scrolling.ts";

export type Followed = { readonly key: string; readonly path: string; readonly source: "stdout" | "stderr"; readonly download: string };

const OLDER_BYTES = 64 * 1024;

export function Log({ followed, label }: { readonly followed: readonly Followed[]; readonly label: string }) {
  const { log, paused, loadOlder } = useFollowedLog(followed);
  const query = useSignal("");
  const at = useSignal(0);
  const wrap = useSignal(true);
  const box = useRef<HTMLDivElement>(null);
  const found = search(log.value, query.value);
  const onScroll = useStaysAtEnd(box, paused);
  const step = (by: number): void => {
    if (found.length === 0) return;
    paused.value = true;
    at.value = (at.value + by + found.length) % found.length;
    const place = found[at.value];
    box.current?.querySelector(`[data-block="${place?.block}"]`)?.children[place?.line ?? 0]?.scrollIntoView({ block: "center" });
  };
  const words = texts.value;
  return (
    <div class="log">
      <LogBar
        controls={{ paused, query, at, wrap }}
        found={found.length}
        step={step}
        downloads={followed.map(({ source, download }) => ({ source, href: download }))}
        label={label}
      />
      <div
        class={`lines${wrap.value ? " wrapped" : ""}`}
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={label}
      >
        {log.value.count > 0 && followed.length === 1 && <Older from={firstByte(log.value)} load={loadOlder} />}
        {log.value.count === 0 && <p class="dim">{words.emptyLog}</p>}
        {log.value.blocks.map((block) => (
          <Lines
            key={block.id}
            block={block}
            query={query.value}
            current={at.value >= 0 && found[at.value]?.block === block.id ? (found[at.value]?.line ?? -1) : -1}
            both={followed.length > 1}
          />
        ))}
      </div>
    </div>
  );
}

type LogBarProps = {
  readonly controls: {
    readonly paused: Signal<boolean>;
    readonly query: Signal<string>;
    readonly at: Signal<number>;
    readonly wrap: Signal<boolean>;
  };
  readonly found: number;
  readonly step: (by: number) => void;
  readonly downloads: readonly { readonly source: string; readonly href: string }[];
  readonly label: string;
};

function LogBar({ controls: { paused, query, at, wrap }, found, step, downloads, label }: LogBarProps) {
  const words = texts.value;
  return (
    <div class="logbar">
      <button type="button" class="verb" aria-pressed={!paused.value} onClick={() => (paused.value = !paused.value)}>
        {paused.value ? `▶ ${words.follow}` : `❚❚ ${words.pause}`}
      </button>
      <input
        type="search"
        aria-label={words.searchLog}
        placeholder={words.searchLog}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          at.value = -1;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
        }}
      />
      {query.value !== "" && (
        <>
          <span class="dim figures" role="status">
            {words.matches(at.value + 1, found)}
          </span>
          <button type="button" class="icononly" aria-label={words.previous} onClick={() => step(-1)}>
            ↑
          </button>
          <button type="button" class="icononly" aria-label={words.next} onClick={() => step(1)}>
            ↓
          </button>
        </>
      )}
      <button type="button" class="verb" aria-pressed={wrap.value} onClick={() => (wrap.value = !wrap.value)}>
        {words.wrap}
      </button>
      {downloads.map(({ href, source }) => (
        <a key={source} class="verb" href={href} download="" aria-label={`${words.download} ${source} ${label}`}>
          {words.download} {downloads.length > 1 ? source : ""}
        </a>
      ))}
    </div>
  );
}

function Older({ from, load }: { readonly from: number | null; readonly load: () => Promise<void> }) {
  const { older, oldest } = texts.value;
  if (from === 0) return <p class="dim">{oldest}</p>;
  return (
    <button type="button" class="link" onClick={() => void load()}>
      {older}
    </button>
  );
}

/** What is held in memory. Pieces of one frame are drawn together; while paused they wait, and only the newest are kept. */
function useFollowedLog(followed: readonly Followed[]) {
  const log = useSignal<LogLines>(NO_LINES);
  const paused = useSignal(false);
  const loading = useRef(false);
  const keys = followed.map(({ key }) => key).join(" ");
  useEffect(() => {
    const sourceOf = new Map(followed.map(({ key, source }) => [key, source]));
    let queue: LogsMessage[] = [];
    let frame = 0;
    let ended = false;
    const draw = (): void => {
      frame = 0;
      if (ended) return;
      if (paused.value) {
        queue = queue.slice(-QUEUE_MAX);
        frame = window.setTimeout(draw, 250);
        return;
      }
      const taken = queue;
      queue = [];
      log.value = taken.reduce((lines, message) => heard(lines, message, sourceOf.get(message.log) ?? "stdout"), log.value);
    };
    const end = followLogs([...sourceOf.keys()], (message) => {
      queue.push(message);
      if (queue.length > QUEUE_MAX) queue = queue.slice(-QUEUE_MAX);
      if (frame === 0) frame = requestAnimationFrame(draw);
    });
    return () => {
      ended = true;
      end();
    };
  }, [keys]);
  const loadOlder = async (): Promise<void> => {
    const [only] = followed;
    const from = firstByte(log.value);
    if (only === undefined || from === null || from === 0 || loading.current) return;
    paused.value = true;
    loading.current = true;
    const begin = Math.max(0, from - OLDER_BYTES);
    try {
      const piece = await get<LogPiece>(`${only.path}?from=${begin}&length=${from - begin}`);
      // What has moved meanwhile would leave a gap.
      if (firstByte(log.value) === from && piece.next === from) log.value = prepended(log.value, only.source, piece);
    } catch (error) {
      announcement.value = texts.value.problem(error instanceof Error ? error.message : String(error));
    } finally {
      loading.current = false;
    }
  };
  return { log, paused, loadOlder };
}

/** Pieces that wait for the screen; older ones would scroll away unseen. */
const QUEUE_MAX = 200;

function heard(lines: LogLines, message: LogsMessage, source: string): LogLines {
  switch (message.kind) {
    case "piece":
      return appended(lines, source, message, (left) => texts.value.leftOut(bytes(left)));
    case "restarted":
      return noted(restarted(lines, source), message.why === "rotated" ? texts.value.rotated : texts.value.cleared);
    case "missing":
      return lines;
  }
}

type LinesProps = { readonly block: Block; readonly query: string; readonly current: number; readonly both: boolean };

const Lines = memo(({ block, query, current, both }: LinesProps) => (
  <div class="block" data-block={block.id}>
    {block.lines.map((line, at) => (
      <div key={at} class={`line${at === current ? " current" : ""}${line.source === "stderr" && both ? " err" : ""}`}>
        {both && <span class="source">{line.source === "stderr" ? "E" : line.source === "" ? "" : "·"}</span>}
        {query !== "" && line.text.toLowerCase().includes(query.toLowerCase()) ? (
          <Marked text={line.text} query={query} />
        ) : (
          line.pieces.map((piece, index) => (
            <span key={index} class={piece.classes}>
              {piece.text}
            </span>
          ))
        )}
      </div>
    ))}
  </div>
));

function Marked({ text, query }: { readonly text: string; readonly query: string }) {
  const at = text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0 || query === "") return <span>{text}</span>;
  return (
    <>
      <span>{text.slice(0, at)}</span>
      <mark>{text.slice(at, at + query.length)}</mark>
      <Marked text={text.slice(at + query.length)} query={query} />
    </>
  );
}
