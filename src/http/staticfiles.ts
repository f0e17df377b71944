/**
 * Everything else: the style sheet and the pictures, a fixed list that is built in. No path of a request reaches the disk, so there is nothing to
 * climb out of. (HTTP-045, HTTP-125..131)
 */
import { createHash } from "node:crypto";
import { httpDate } from "../rpc/times.ts";
import type { Exchange, Route } from "./exchange.ts";
import { STYLESHEET } from "./stylesheet.ts";

type StaticFile = { readonly type: string; readonly bytes: Buffer; readonly etag: string };

/** When these files were last changed in the source. */
const CHANGED_MS = Date.UTC(2026, 10, 24);
const LAST_MODIFIED = httpDate(CHANGED_MS);
const FOLDERS: ReadonlySet<string> = new Set(["/stylesheets", "/images"]);

/**
 * The pictures under the addresses that the original's page has: pages that were made for it, and tools that look at it, ask for them.
 * A picture per state of a process (nominal, unused, running, error), the mark, the icon and a rule. Ours, drawn for this page.
 */
const PICTURES = {
  "icon.png":
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAALklEQVR42mNgAAL9fP//5GAGSjTDDRl8BiADbOJDzABsYIgZMERjgf5JmdLsDACJNVPPTLH/uwAAAABJRU5ErkJggg==",
  "supervisor.gif":
    "R0lGODlhIAAgAIAAAP///y9vTywAAAAAIAAgAAACUkSOqctnDaOctNqLs94Y+K983iWOSUmip5iyK2iVD6JWcujatZNT8g/TAW+xIVFoDPqSvcmRp3TuAlPJk9q0TquRKxfizXa3Yo75jE6rN7M1oAAAOw==",
  "rule.gif": "R0lGODlhAQACAIAAAMnM0ejq7SwAAAAAAQACAAACAkQKADs=",
  "state0.gif": "R0lGODlhAQAUALMAAPT19/P09vLz9fHy9PDx9O/w8+7v8u3u8evt8Ors7+nr7ujq7efp7ebo7OXn6+Tm6iwAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
  "state1.gif": "R0lGODlhAQAUALMAAPvy2Pvx1frw0/rv0Pruzfnty/nsyPnrxfjqw/jpwPjovffnu/fmuPfltfbks/bjsCwAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
  "state2.gif": "R0lGODlhAQAUALMAAN7z49zy4dnx39fw3dTu2tLt2M/s1s3r1Mrq0sjp0MXozsPnzMDlyb7kx7vjxbniwywAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
  "state3.gif": "R0lGODlhAQAUALMAAPve3frb2vrZ2PnW1fnU0vjR0PfPzffMyvbKyPbHxfXFwvTCwPTAvfO9uvO7uPK4tSwAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
} as const;

const IMAGES: ReadonlyMap<string, Buffer> = new Map(Object.entries(PICTURES).map(([name, text]) => [name, Buffer.from(text, "base64")]));

export function staticRoute(): Route {
  const files = makeFiles();
  return {
    matches: () => true,
    handle(exchange) {
      const { path } = exchange.target;
      if (exchange.method !== "GET" && exchange.method !== "HEAD") return exchange.fail(400);
      if (FOLDERS.has(path)) return exchange.fail(301, { headers: ["Location", `${path}/`] });
      const file = files.get(path);
      return file === undefined ? exchange.fail(404) : sendFile(exchange, file);
    },
  };
}

/** Browsers ask each time whether they have the newest, and mostly get 304. (HTTP-126, HTTP-130) */
function sendFile(exchange: Exchange, file: StaticFile): void {
  const { headers } = exchange.request;
  const kept = ["Last-Modified", LAST_MODIFIED, "ETag", file.etag, "Cache-Control", "no-cache"];
  if (isKnown(file, headers["if-none-match"], headers["if-modified-since"])) return exchange.sendNothing(304, kept);
  exchange.send(
    200,
    ["Last-Modified", LAST_MODIFIED],
    [file.bytes],
    ["Content-Type", file.type, "ETag", file.etag, "Cache-Control", "no-cache"],
  );
}

function isKnown(file: StaticFile, tags: string | undefined, since: string | undefined): boolean {
  if (tags !== undefined) return tags.split(",").some((tag) => tag.trim().replace(/^W\//, "") === file.etag);
  const [date = "", length] = (since ?? "").split(/; *length=/i);
  if (length !== undefined && Number(length) !== file.bytes.length) return false;
  return CHANGED_MS <= Date.parse(date);
}

function makeFiles(): ReadonlyMap<string, StaticFile> {
  const images = [...IMAGES].map(([name, bytes]): [string, StaticFile] => [`/images/${name}`, makeFile(`image/${name.slice(-3)}`, bytes)]);
  return new Map([["/stylesheets/supervisor.css", makeFile("text/css", Buffer.from(STYLESHEET))], ...images]);
}

function makeFile(type: string, bytes: Buffer): StaticFile {
  return { type, bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 16)}"` };
}
