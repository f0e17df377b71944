/**
 * The new page at `/`, for people: the files that the build has left in dist/web, compressed already. Its manifest is the list of what there is, so no
 * path of a request reaches the disk. Everybody who is no browser that opens a page gets the classic one, as do all when the files are missing.
 */
import type { SupervisorControl } from "../rpc/control.ts";
import type { Exchange, Headers, Route } from "./exchange.ts";
import { NOT_FRAMED } from "./response.ts";

export type WebPage = {
  /** Where manifest.json lies. */
  readonly folder: string;
  readonly files: SupervisorControl["files"];
};

type Entry = { readonly file: string; readonly type: string; readonly etag: string };

/** Assets are named after their content and live below it. */
const ASSETS = "/assets/";
/** The page and each of its parts; the whole is far below it. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;

const PROTECTION: Headers = [
  "Content-Security-Policy",
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'",
  ...NOT_FRAMED,
  "Cross-Origin-Opener-Policy",
  "same-origin",
];

/** `classic` answers where there is no such page. */
export function webPageRoute(page: WebPage, classic: Route): Route {
  return {
    matches: (path, method) => (method === "GET" || method === "HEAD" ? path === "/" : false),
    async handle(exchange) {
      const entry = opensPage(exchange) ? find(await manifestOf(page), ["/", "/index.html"]) : null;
      if (entry !== null && (await send(page, exchange, entry, "no-cache"))) return;
      return classic.handle(exchange);
    },
  };
}

export function webAssetsRoute(page: WebPage): Route {
  return {
    matches: (path, method) => path.startsWith(ASSETS) && (method === "GET" || method === "HEAD"),
    async handle(exchange) {
      const entry = find(await manifestOf(page), [exchange.target.path]);
      if (entry !== null && (await send(page, exchange, entry, "public, max-age=31536000, immutable"))) return;
      return exchange.fail(404);
    },
  };
}

/**
 * A browser that opens an address, not what clients and scripts fetch, which know the classic page. Over plain HTTP browsers send no Sec-Fetch headers,
 * but all of them ask for an upgrade when they open a page. Links of the classic page carry an action or a message and stay with it.
 */
function opensPage({ request, target }: Exchange): boolean {
  const { accept = "", "sec-fetch-mode": mode, "sec-fetch-dest": dest, "upgrade-insecure-requests": upgrade } = request.headers;
  if (!accept.includes("text/html")) return false;
  const query = new URLSearchParams(target.query);
  if (query.has("action") || query.has("message")) return false;
  return mode === undefined ? upgrade === "1" : mode === "navigate" && (dest === undefined || dest === "document");
}

/** Read each time: it is small, pages are rarely opened, and a new build counts at once. Empty when it is missing or no manifest. */
async function manifestOf(page: WebPage): Promise<ReadonlyMap<string, Entry>> {
  const bytes = await readWhole(page, "manifest.json");
  if (bytes === null) return new Map();
  try {
    const entries = Object.entries(JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, Entry>);
    return new Map(entries.map(([path, entry]) => [path.startsWith("/") ? path : `/${path}`, entry]));
  } catch {
    return new Map();
  }
}

function find(manifest: ReadonlyMap<string, Entry>, paths: readonly string[]): Entry | null {
  for (const path of paths) {
    const entry = manifest.get(path);
    if (entry !== undefined) return entry;
  }
  return null;
}

const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/** False: the file is not there. */
async function send(page: WebPage, exchange: Exchange, { file, type, etag }: Entry, kept: string): Promise<boolean> {
  const caching = ["ETag", etag, "Cache-Control", kept, "Vary", "Accept-Encoding, Accept, Sec-Fetch-Mode, Upgrade-Insecure-Requests"];
  const known = exchange.request.headers["if-none-match"];
  if (known?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) === true) {
    exchange.sendNothing(304, caching);
    return true;
  }
  const accepted = acceptedEncodings(exchange.request.headers["accept-encoding"]);
  for (const { name, suffix } of ENCODINGS) {
    const bytes = accepted.has(name) ? await readWhole(page, `${file}${suffix}`) : null;
    if (bytes === null) continue;
    exchange.send(200, ["Content-Type", type, ...caching, "Content-Encoding", name], [bytes], PROTECTION);
    return true;
  }
  const bytes = await readWhole(page, file);
  if (bytes === null) return false;
  exchange.send(200, ["Content-Type", type, ...caching], [bytes], PROTECTION);
  return true;
}

function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const parts = String(header ?? "").split(",");
  return new Set(parts.flatMap((part) => (/;\s*q=0(\.0*)?\s*$/.test(part) ? [] : [part.replace(/;.*/, "").trim().toLowerCase()])));
}

async function readWhole({ folder, files }: WebPage, name: string): Promise<Uint8Array | null> {
  const path = `${folder}/${name}`;
  const found = await files.stat(path);
  if (!found.ok || found.value.kind !== "file" || found.value.size > FILE_BYTES_MAX) return null;
  const read = await files.readAt(path, 0, found.value.size);
  return read.ok ? read.value : null;
}
