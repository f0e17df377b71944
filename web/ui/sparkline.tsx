/** A small graph of the last two minutes: its figure stands beside it, so a screen reader needs nothing of it. */
import { sparkline } from "../model/format.ts";

const SLOTS = 60;

export function Sparkline({
  values,
  width = 56,
  height = 16,
}: {
  readonly values: readonly number[];
  readonly width?: number;
  readonly height?: number;
}) {
  return (
    <svg class="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
      {values.length > 1 && (
        <polyline points={sparkline(values, width, height - 1, SLOTS)} fill="none" stroke="currentColor" stroke-width="1" />
      )}
    </svg>
  );
}
