/** Moments as texts, in the forms that clients read. Pure: the offset of the local time zone is given. */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const DAY_SECONDS = 86_400;

/** Seconds as `H:MM:SS`, from one day on with the days before it; nothing is below zero. (RPC-050) */
export function uptimeText(seconds: number): string {
  const whole = Math.max(0, Math.trunc(seconds));
  const days = Math.floor(whole / DAY_SECONDS);
  const rest = whole % DAY_SECONDS;
  const clock = `${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  if (days === 0) return clock;
  return `${days} day${days === 1 ? "" : "s"}, ${clock}`;
}

/** `Nov 24 05:32 AM`, local. (RPC-052) */
export function stopTimeText(wallMs: number, offsetMinutes: number): string {
  const { month, day, hour, minute } = parts(wallMs, offsetMinutes);
  return `${month} ${two(day)} ${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(minute)} ${hour < 12 ? "AM" : "PM"}`;
}

/** `Tue Nov 24 05:40:27 2026`, local, the day padded with a blank. (WEB-041) */
export function ctime(wallMs: number, offsetMinutes: number): string {
  const { weekday, month, day, hour, minute, second, year } = parts(wallMs, offsetMinutes);
  return `${weekday} ${month} ${String(day).padStart(2)} ${two(hour)}:${two(minute)}:${two(second)} ${year}`;
}

/** `Tue, 24 Nov 2026 05:40:27 GMT`. (HTTP-075) */
export function httpDate(wallMs: number): string {
  const { weekday, month, day, hour, minute, second, year } = parts(wallMs, 0);
  return `${weekday}, ${two(day)} ${month} ${year} ${two(hour)}:${two(minute)}:${two(second)} GMT`;
}

/** `24/Nov/2026:05:33:48 +0100`: the time is GMT with the local zone's offset behind it, as in the original. (HTTP-087, LOG-147) */
export function accessTime(wallMs: number, offsetMinutes: number): string {
  const { month, day, hour, minute, second, year } = parts(wallMs, 0);
  const away = Math.floor(Math.abs(offsetMinutes));
  const zone = `${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}${two(away % 60)}`;
  return `${two(day)}/${month}/${year}:${two(hour)}:${two(minute)}:${two(second)} ${zone}`;
}

function parts(wallMs: number, offsetMinutes: number) {
  const date = new Date(wallMs + offsetMinutes * 60_000);
  return {
    weekday: DAYS[date.getUTCDay()] ?? "",
    month: MONTHS[date.getUTCMonth()] ?? "",
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    year: String(date.getUTCFullYear()).padStart(4, "0"),
  };
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
