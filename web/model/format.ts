/** Figures as text: short, and of a width that hardly changes. */

/** `3s`, `4m 05s`, `2h 07m`, `12d 3h`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s}s`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m}m ${two(s % 60)}s`;
  const h = Math.floor(m / 60);
  return h < 24 ? `${h}h ${two(m % 60)}m` : `${Math.floor(h / 24)}d ${h % 24}h`;
}

/** In units of 1024, with three digits at most. */
export function bytes(count: number): string {
  const units = ["B", "K", "M", "G", "T"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function percent(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/** The time of day, with the date when it is another day. */
export function clockTime(at: number, now: number): string {
  const when = new Date(at);
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(":");
  const day = when.toDateString() === new Date(now).toDateString();
  return day ? time : `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())} ${time}`;
}

/** The points of an SVG polyline in a box, the newest at the right edge. */
export function sparkline(values: readonly number[], width: number, height: number, slots: number): string {
  const top = Math.max(...values, 0.001);
  const step = width / (slots - 1);
  const first = slots - values.length;
  return values.map((value, at) => `${((first + at) * step).toFixed(1)},${(height - (value / top) * (height - 1)).toFixed(1)}`).join(" ");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
