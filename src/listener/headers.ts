/** `name:value name:value`, as in the first line of a message and of most payloads. (EVT-056, EVT-122) */

export type Headers = Readonly<Record<string, string>>;

/** Divided by white space, each at its first colon: a value may hold colons. What has no colon says nothing. */
export function parseHeaders(line: string): Headers {
  const pairs = line.split(/\s+/).flatMap((item): [string, string][] => {
    const colon = item.indexOf(":");
    return colon < 0 ? [] : [[item.slice(0, colon), item.slice(colon + 1)]];
  });
  return Object.fromEntries(pairs);
}

/** A payload with data: the headers of its first line and the rest. (EVT-123) */
export function splitPayload(payload: string): { readonly headers: Headers; readonly data: string } {
  const end = payload.indexOf("\n");
  return end < 0
    ? { headers: parseHeaders(payload), data: "" }
    : { headers: parseHeaders(payload.slice(0, end)), data: payload.slice(end + 1) };
}
