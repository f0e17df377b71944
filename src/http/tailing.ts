/** A log that is followed, as the original sends it: its end, then what is added, as plain text without an end. (HTTP-113..121) */
import { beginFollowing, TRUNCATED } from "../logs/follow.ts";
import { followLog, logAt, type Tailing } from "../rpc/following.ts";
import { httpDate } from "../rpc/times.ts";
import type { Exchange, Headers } from "./exchange.ts";
import { PIECE_BYTES } from "./limits.ts";

/** Answers with the log, or with 404 when there is none. (HTTP-111, HTTP-113, HTTP-122, HTTP-123) */
export async function tailLog(tailing: Tailing, exchange: Exchange, path: string | null, headers: Headers): Promise<void> {
  const found = path === null ? null : await logAt(tailing.files, path);
  if (path === null || found === null) return exchange.fail(404);
  if (exchange.isOver) return;
  exchange.stream(["Last-Modified", httpDate(found.mtimeMs), "Content-Type", "text/plain;charset=utf-8", ...headers]);
  await followLog(
    tailing,
    { path, begun: beginFollowing(found), pieceBytes: PIECE_BYTES, emptyMayBeRewritten: true },
    {
      piece: (bytes) => exchange.write(bytes),
      // A rotated log goes on without a word.
      restarted: async (why) => why === "rotated" || exchange.write(TRUNCATED),
      onGone: (gone) => void exchange.response.once("close", gone),
    },
  );
}
