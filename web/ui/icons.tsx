/** The marks of the states and the few icons, drawn here: a shape each, in the colour of the text around. */
import type { StateName } from "../../src/api/types.ts";

const SHAPES: Readonly<Record<StateName, string>> = {
  RUNNING: "M8 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z",
  STARTING: "M8 3a5 5 0 0 1 0 10zM8 3a5 5 0 0 0 0 10v-1.5a3.5 3.5 0 0 1 0-7z",
  STOPPING: "M8 3a5 5 0 0 0 0 10zM8 3a5 5 0 0 1 0 10v-1.5a3.5 3.5 0 0 0 0-7z",
  STOPPED: "M8 3.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6z",
  EXITED: "M8 2.5l5.5 5.5L8 13.5L2.5 8zM8 5L5 8l3 3l3-3z",
  BACKOFF: "M8 2l6.5 12h-13zM7.2 6.5v4h1.6v-4zM7.2 11.4v1.4h1.6v-1.4z",
  FATAL: "M2 2h12v12H2zM5.6 4.5L4.5 5.6L6.9 8l-2.4 2.4l1.1 1.1L8 9.1l2.4 2.4l1.1-1.1L9.1 8l2.4-2.4l-1.1-1.1L8 6.9z",
  UNKNOWN: "M8 1.5l6.5 6.5L8 14.5L1.5 8zM7.2 10.4v1.4h1.6v-1.4zM7.2 4.6v4.6h1.6V4.6z",
};

export function StateMark({ state }: { readonly state: StateName }) {
  return <Icon path={SHAPES[state]} />;
}

const ICONS = {
  start: "M4 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  restart: "M8 2.5a5.5 5.5 0 1 0 5.4 6.5h-1.6a4 4 0 1 1-1-3.8L8.5 7.5H14V2l-2.1 2.1A5.5 5.5 0 0 0 8 2.5z",
  rolling: "M2 3h3v10H2zM6.5 3h3v10h-3zM11 2.5v11L15 8z",
  log: "M2 3h12v1.5H2zM2 6h9v1.5H2zM2 9h12v1.5H2zM2 12h7v1.5H2z",
  close: "M4 3L3 4l4 4l-4 4l1 1l4-4l4 4l1-1l-4-4l4-4l-1-1l-4 4z",
  folded: "M5.5 3l5 5l-5 5z",
  open: "M3 5.5h10l-5 5z",
  clear: "M6 2h4v1h4v1.5H2V3h4zM3 6h10l-.8 8H3.8z",
} as const;

export function ActionIcon({ name }: { readonly name: keyof typeof ICONS }) {
  return <Icon path={ICONS[name]} />;
}

function Icon({ path }: { readonly path: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={path} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
