/**
 * A box that stays at its end: while it follows, whatever changes its layout (more lines, another width, other wrapping) leaves it there. Only the reader
 * ends that, by going up, and going to the end begins it again. A scroll event alone says neither: the box moves by itself when its content does.
 */
import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** So near to the end counts as at the end, in pixels. */
const AT_END = 24;

/** `paused` is set when the reader goes up, and taken back when he is at the end again. Returns what is to be called at each scroll event. */
export function useStaysAtEnd(box: RefObject<HTMLElement | null>, paused: Signal<boolean>): () => void {
  const seen = useRef({ top: 0, content: 0, room: 0 });
  const look = (): void => {
    const { current } = box;
    if (current !== null) seen.current = { top: current.scrollTop, content: current.scrollHeight, room: current.clientHeight };
  };
  const toEnd = (): void => {
    if (paused.value || box.current === null) return;
    box.current.scrollTop = box.current.scrollHeight;
    look();
  };
  useLayoutEffect(toEnd);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(toEnd);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return () => {
    const { current } = box;
    if (current === null) return;
    const before = seen.current;
    const isAtEnd = current.scrollHeight - current.scrollTop - current.clientHeight <= AT_END;
    // With less content, or more room, the browser moves the box up itself.
    const hasLess = current.scrollHeight < before.content || current.clientHeight > before.room;
    if (isAtEnd) paused.value = false;
    else if (current.scrollTop < before.top && !hasLess) paused.value = true;
    else toEnd();
    look();
  };
}
