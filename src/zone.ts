/**
 * The host's time zone, as libc has it: from a TZif file (RFC 8536, with the rule at its end) or from a rule in TZ (`CET-1CEST,M3.5.0,M10.5.0/3`). Node
 * goes by the zone's name and its own tables, and is wrong where a container has its host's /etc/localtime, or TZ holds a rule. Pure: whoever asks reads
 * the files. Where libc sees no zone there is none here either: UTC.
 */

/** Seconds east of UTC at a second since 1970. */
export type Zone = (second: number) => number;

const DEFAULT_FILE = "/etc/localtime";
const DEFAULT_FOLDER = "/usr/share/zoneinfo";

const UTC: Zone = () => 0;

/** `read`: the bytes of a regular file, null when there is none. The order in which glibc looks: a file of that name, then a rule. */
export function zoneOf(environment: Readonly<Record<string, string | undefined>>, read: (path: string) => Uint8Array | null): Zone {
  const text = (environment["TZ"] ?? DEFAULT_FILE).replace(/^:/, "");
  if (text === "") return UTC;
  const path = text.startsWith("/") ? text : `${environment["TZDIR"] || DEFAULT_FOLDER}/${text}`;
  const bytes = read(path);
  return (bytes === null ? null : parseZoneFile(bytes)) ?? parseRule(text) ?? UTC;
}

const HEADER_BYTES = 44;

/** null: it is no zone. */
export function parseZoneFile(bytes: Uint8Array): Zone | null {
  try {
    return readZoneFile(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // Cut off in the middle.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

type Counts = {
  readonly isUtc: number;
  readonly isStd: number;
  readonly leaps: number;
  readonly times: number;
  readonly types: number;
  readonly chars: number;
};

function readZoneFile(view: DataView): Zone | null {
  const first = countsAt(view, 0);
  if (first === null) return null;
  const wide = view.getUint8(4) >= 0x32;
  if (!wide) return zoneAt(view, HEADER_BYTES, first, 4, null);
  const start = HEADER_BYTES + sizeOf(first, 4);
  const counts = countsAt(view, start);
  if (counts === null) return null;
  const body = start + HEADER_BYTES;
  const footer = textAt(view, body + sizeOf(counts, 8));
  return zoneAt(view, body, counts, 8, footer === "" ? null : parseRule(footer));
}

function countsAt(view: DataView, at: number): Counts | null {
  // TZif
  if (view.getUint32(at) !== 0x545a6966) return null;
  const [isUtc = 0, isStd = 0, leaps = 0, times = 0, types = 0, chars = 0] = [0, 1, 2, 3, 4, 5].map((n) => view.getUint32(at + 20 + 4 * n));
  return types === 0 ? null : { isUtc, isStd, leaps, times, types, chars };
}

function sizeOf({ isUtc, isStd, leaps, times, types, chars }: Counts, width: 4 | 8): number {
  return times * (width + 1) + types * 6 + chars + leaps * (width + 4) + isStd + isUtc;
}

function zoneAt(view: DataView, start: number, counts: Counts, width: 4 | 8, after: Zone | null): Zone | null {
  const number = (at: number): number => (width === 4 ? view.getInt32(at) : Number(view.getBigInt64(at)));
  const indexes = start + counts.times * width;
  const types = indexes + counts.times;
  const leaps = types + counts.types * 6 + counts.chars;
  if (leaps + counts.leaps * (width + 4) > view.byteLength) return null;
  const offsetOf = (type: number): number => view.getInt32(types + 6 * Math.min(type, counts.types - 1));
  const typeNumbers = Array.from({ length: counts.types }, (_, type) => type);
  const before = offsetOf(typeNumbers.find((type) => view.getUint8(types + 6 * type + 4) === 0) ?? 0);
  const ends = (index: number): number => number(start + index * width);
  const plain: Zone = (second) => {
    if (counts.times === 0 || second < ends(0)) return counts.times === 0 && after !== null ? after(second) : before;
    if (second >= ends(counts.times - 1) && after !== null) return after(second);
    let [low, high] = [0, counts.times];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (ends(middle) <= second) low = middle;
      else high = middle;
    }
    return offsetOf(view.getUint8(indexes + low));
  };
  if (counts.leaps === 0) return plain;
  const step = width + 4;
  return (second) => {
    let last = counts.leaps - 1;
    while (last >= 0 && number(leaps + last * step) > second) last -= 1;
    return plain(second) - (last < 0 ? 0 : view.getInt32(leaps + last * step + width));
  };
}

/** The rule between the line ends behind everything else. */
function textAt(view: DataView, at: number): string {
  let text = "";
  for (let next = at + 1; next < view.byteLength && view.getUint8(next) !== 0x0a; next++) text += String.fromCharCode(view.getUint8(next));
  return text;
}

const NAME = "([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
const OFFSET = "([+-]?\\d{1,3}(?::\\d{1,2}(?::\\d{1,2})?)?)";
const RULE = new RegExp(`^${NAME}${OFFSET}(?:${NAME}${OFFSET}?(?:,([^,]*)(?:,([^,]*))?)?)?`);
const DAY = /^(?:J(\d+)|M(\d+)\.(\d+)\.(\d+)|(\d+))(?:\/(.+))?$/;
/** What glibc takes where a rule says nothing of it. */
const DEFAULT_DAYS = ["M3.2.0", "M11.1.0"] as const;
const HOUR = 3600;
const DAY_SECONDS = 24 * HOUR;

/** Of a year: the second, local time as the clocks show it until then, at which they change. */
type Change = (year: number) => number;

/** POSIX's TZ: `STDoffset[DST[offset][,start[/time],end[/time]]]`. null: it is none. */
export function parseRule(text: string): Zone | null {
  const found = RULE.exec(text);
  if (found === null) return null;
  const [, , standardText = "", summerName, summerText, startText, endText] = found;
  const standard = 0 - secondsOf(standardText, 24);
  if (summerName === undefined) return () => standard;
  const summer = summerText === undefined ? standard + HOUR : 0 - secondsOf(summerText, 24);
  const start = changeOf(startText || DEFAULT_DAYS[0]);
  const end = changeOf(endText || DEFAULT_DAYS[1]);
  if (start === null || end === null) return () => standard;
  return (second) => {
    // The year in UTC: so libc has it, whatever that means for clocks that change at its turn.
    const year = new Date(second * 1000).getUTCFullYear();
    const begins = start(year) - standard;
    const ends = end(year) - summer;
    const isSummer = begins <= ends ? second >= begins && second < ends : second >= begins || second < ends;
    return isSummer ? summer : standard;
  };
}

/** `[+-]hh[:mm[:ss]]`. */
function secondsOf(text: string, hoursMax: number): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
  const all = Math.min(hours, hoursMax) * HOUR + Math.min(minutes, 59) * 60 + Math.min(seconds, 59);
  return text.startsWith("-") ? 0 - all : all;
}

function changeOf(text: string): Change | null {
  const found = DAY.exec(text);
  if (found === null) return null;
  const [, julian, month, week, weekday, day, time] = found;
  const at = time === undefined ? 2 * HOUR : secondsOf(time, 167);
  const startOf = (year: number): number => Date.UTC(year, 0, 1) / 1000;
  if (day !== undefined) return (year) => startOf(year) + Number(day) * DAY_SECONDS + at;
  if (julian !== undefined) {
    // Counted without the 29th of February.
    return (year) => startOf(year) + (Number(julian) - 1 + (isLeap(year) && Number(julian) >= 60 ? 1 : 0)) * DAY_SECONDS + at;
  }
  const [m, w, d] = [Number(month), Number(week), Number(weekday)];
  if (m < 1 || m > 12 || w < 1 || w > 5 || d > 6) return null;
  return (year) => {
    const firstDay = new Date(Date.UTC(year, m - 1, 1)).getUTCDay();
    const days = new Date(Date.UTC(year, m, 0)).getUTCDate();
    let date = 1 + ((d - firstDay + 7) % 7) + (w - 1) * 7;
    while (date > days) date -= 7;
    return Date.UTC(year, m - 1, date) / 1000 + at;
  };
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
