/** The target of a request: its path, decoded once, and its query. A path is only ever compared with known ones; it never reaches the disk. */

export type Target = {
  /** As it was sent, for the access log. */
  readonly raw: string;
  /** Percent-decoded; without `;params`, query and fragment. */
  readonly path: string;
  readonly query: string;
};

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const UNRESERVED = /[A-Za-z0-9_.~/-]/;

export function parseTarget(raw: string): Target {
  const [withQuery = ""] = raw.split("#", 1);
  const mark = withQuery.indexOf("?");
  const [path = ""] = (mark < 0 ? withQuery : withQuery.slice(0, mark)).split(";", 1);
  return { raw, path: percentDecode(path), query: mark < 0 ? "" : withQuery.slice(mark + 1) };
}

/** Bytes that are not UTF-8 become U+FFFD; a `%` that begins no escape stays. (HTTP-056) */
export function percentDecode(text: string): string {
  return text.replace(ESCAPES, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

/** As Python quotes a path: letters, digits, `_.-~` and `/` stay. (WEB-026, WEB-040) */
export function percentEncode(text: string): string {
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    encoded += UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/**
 * The fields of a query or a form. Of a repeated name a query counts the first, a form the last; empty values count as absent; `&` alone separates.
 * (WEB-008, WEB-009)
 */
export function parseFields(text: string, repeated: "first" | "last"): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of text.split("&")) {
    const equals = field.indexOf("=");
    if (equals < 0 || equals === field.length - 1) continue;
    const name = decodeField(field.slice(0, equals));
    if (repeated === "last" || !fields.has(name)) fields.set(name, decodeField(field.slice(equals + 1)));
  }
  return fields;
}

function decodeField(text: string): string {
  return percentDecode(text.replaceAll("+", " "));
}
