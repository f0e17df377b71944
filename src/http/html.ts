/** Text as HTML. Everything that did not stand in this room's own source goes through one of these two. (WEB-060, WEB-061) */

const NOT_HTML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** `&` is always escaped: the original leaves what looks like an entity, and so shows `&lt;b&gt;` as `<b>` (WEB-062). Controls become U+FFFD (WEB-063). */
export function text(value: string): string {
  return value.replace(NOT_HTML, "\ufffd").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Between double quotes. */
export function attribute(value: string): string {
  return text(value).replaceAll('"', "&quot;");
}
