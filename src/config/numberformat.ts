/** How Python's `%` shows a whole number: `%d`, `%03d`, `%x`, `%.2f` and so on. `process_num` and `numprocs` are the only numbers there are. */

/** One conversion of a format, such as `%03d`, as it was read. */
export type Conversion = {
  readonly flags: ReadonlySet<string>;
  readonly width: number;
  readonly precision: number | null;
  readonly letter: string;
  /** A `*` took the value as a width, so none is left for the conversion itself. */
  readonly hasStar: boolean;
  readonly end: number;
};

export function formatNumber(conversion: Conversion, value: number): string {
  const { letter, flags, width } = conversion;
  const digits = "eEfFgG".includes(letter) ? floatDigits(conversion, Math.abs(value)) : wholeDigits(conversion, Math.abs(value));
  const sign = value < 0 ? "-" : flags.has("+") ? "+" : flags.has(" ") ? " " : "";
  const prefix = sign + (flags.has("#") ? (PREFIXES[letter] ?? "") : "");
  const missing = Math.max(0, width - prefix.length - digits.length);
  if (flags.has("-")) return prefix + digits + " ".repeat(missing);
  if (flags.has("0")) return prefix + "0".repeat(missing) + digits;
  return " ".repeat(missing) + prefix + digits;
}

const PREFIXES: Readonly<Record<string, string>> = { o: "0o", x: "0x", X: "0X" };
const BASES: Readonly<Record<string, number>> = { o: 8, x: 16, X: 16 };

function wholeDigits({ letter, precision }: Conversion, value: number): string {
  const digits = value.toString(BASES[letter] ?? 10).padStart(precision ?? 0, "0");
  return letter === "X" ? digits.toUpperCase() : digits;
}

/** toFixed and its kin take at most 100 places. */
const PLACES_MAX = 100;

function floatDigits({ letter, precision, flags }: Conversion, value: number): string {
  const places = Math.min(precision ?? 6, PLACES_MAX);
  const lower = letter.toLowerCase();
  const keepsPoint = flags.has("#");
  let text: string;
  if (lower === "f") text = withPoint(value.toFixed(places), keepsPoint);
  else if (lower === "e") text = withPoint(exponential(value, places), keepsPoint);
  else text = general(value, Math.max(1, places), keepsPoint);
  return letter === lower ? text : text.toUpperCase();
}

function exponential(value: number, places: number): string {
  return value.toExponential(places).replace(/e([+-])(\d)$/, "e$10$2");
}

/** `%g`: the shorter of the two, without zeros at the end. */
function general(value: number, places: number, keepsZeros: boolean): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(places - 1).split("e")[1]);
  const isShort = exponent >= -4 && exponent < places;
  const text = isShort ? value.toFixed(Math.max(0, places - 1 - exponent)) : exponential(value, places - 1);
  if (keepsZeros) return withPoint(text, true);
  return text.includes(".") ? text.replace(/\.?0+(?=e|$)/, "") : text;
}

function withPoint(text: string, keepsPoint: boolean): string {
  return keepsPoint && !text.includes(".") ? text.replace(/(?=e)|$/, ".") : text;
}
