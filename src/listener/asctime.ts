/**
 * The time as listeners write it in front of their lines, and as supervisord writes it in its log: `2026-11-24 10:29:55,123`, local time. childutils'
 * `get_asctime` gives the same text; milliseconds are cut off there, too, not rounded. (EVT-128)
 */

/** `time` is a Date, or milliseconds since 1970. */
export function asctime(time: Date | number): string {
  const ms = Math.floor(Number(time));
  const iso = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)},${iso.slice(20, 23)}`;
}
