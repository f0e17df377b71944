/**
 * Bytes of a log as the text of an answer. Logs hold anything: what is not UTF-8 becomes U+FFFD, what XML cannot carry as well (RPC-127, RPC-128).
 * A long piece is read, decoded and written as XML slice by slice, so that it neither holds up the loop nor stands in memory three times.
 */
import { ok, type Result, refuse } from "../result.ts";
import { LARGE_READS_MAX, LOG_READ_BYTES_MAX, LOG_SLICE_BYTES } from "./bounds.ts";
import type { SupervisorControl } from "./control.ts";
import { Semaphore } from "./semaphore.ts";
import { Rendered } from "./values.ts";
import { escapeText, unescapeText } from "./xmlwrite.ts";

type Range = { readonly from: number; readonly length: number };

/** The text of these bytes, at most LOG_READ_BYTES_MAX of them. */
export async function logText(control: SupervisorControl, path: string, range: Range): Promise<Result<string | Rendered, "failed">> {
  if (range.length <= LOG_SLICE_BYTES) return smallText(control, path, range);
  return largeReads.run(() => largeText(control, path, { from: range.from, length: Math.min(range.length, LOG_READ_BYTES_MAX) }));
}

/** Bytes as text; never fails. A byte order mark stays. */
export function decodeLog(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

async function smallText(control: SupervisorControl, path: string, { from, length }: Range): Promise<Result<string, "failed">> {
  if (length === 0) return ok("");
  const read = await control.files.readAt(path, from, length);
  return read.ok ? ok(decodeLog(read.value)) : refuse("failed");
}

async function largeText(control: SupervisorControl, path: string, { from, length }: Range): Promise<Result<Rendered, "failed">> {
  // A character may be cut by the edge of a slice: the decoder keeps what it has of it.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const texts: Uint8Array[] = [];
  for (let at = from; at < from + length; ) {
    const read = await control.files.readAt(path, at, Math.min(LOG_SLICE_BYTES, from + length - at));
    if (!read.ok) return refuse("failed");
    if (read.value.length === 0) break;
    texts.push(Buffer.from(escapeText(decoder.decode(read.value, { stream: true }))));
    at += read.value.length;
  }
  texts.push(Buffer.from(escapeText(decoder.decode())));
  const xml = [Buffer.from("<value><string>"), ...texts, Buffer.from("</string></value>\n")];
  return ok(new Rendered(xml, () => unescapeText(Buffer.concat(texts).toString("utf8"))));
}

/** No more wait than there are connections. */
const largeReads = new Semaphore(LARGE_READS_MAX);
