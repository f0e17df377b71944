/** One log as `logs` reads it: the end of it, as far back as the choice needs, over the methods that every supervisord has. */
import { ok, type Result } from "../../result.ts";
import type { Failure } from "../client/failure.ts";
import type { LogTail } from "../client/infos.ts";
import type { Channel, Supervisor } from "../client/supervisor.ts";
import { type Choice, type Chosen, choose } from "./choice.ts";

export type LogSource = { readonly name: string; readonly channel: Channel };

/** The first look, and how the next ones grow. */
const PIECE_BYTES_MIN = 8 * 1024;
const PIECE_GROWTH = 8;
/** No further back than this, however few lines match: it is all in memory. */
const PIECE_BYTES_MAX = 32 * 1024 * 1024;
/** A character of UTF-8 has at most so many bytes; the original refuses a piece that begins in the middle of one (CTL-120). */
const CHARACTER_BYTES_MAX = 4;

export type LogEnd = Chosen & {
  /** The end of the log as bytes, as far as it was read. */
  readonly bytes: Buffer;
};

/** Reads further and further back until the choice has what it wants. */
export async function readEnd(supervisor: Supervisor, source: LogSource, choice: Choice): Promise<Result<LogEnd, Failure>> {
  for (let size = PIECE_BYTES_MIN; ; size *= PIECE_GROWTH) {
    const piece = await readPiece(supervisor, source, size);
    if (!piece.ok) return piece;
    const { text, overflow } = piece.value;
    const isLast = !overflow || size * PIECE_GROWTH > PIECE_BYTES_MAX;
    const chosen = choose(linesOf(text, overflow), choice, isLast);
    if (chosen.isEnough) return ok({ ...chosen, bytes: Buffer.from(text) });
  }
}

async function readPiece(supervisor: Supervisor, { name, channel }: LogSource, size: number): Promise<Result<LogTail, Failure>> {
  let piece = await supervisor.tailProcessLog(name, channel, 0, size);
  for (let less = 1; less < CHARACTER_BYTES_MAX && isServerError(piece); less++) {
    piece = await supervisor.tailProcessLog(name, channel, 0, size - less);
  }
  return piece;
}

function isServerError(piece: Result<unknown, Failure>): boolean {
  return !piece.ok && piece.error.kind === "http" && piece.error.status === 500;
}

/** A piece that does not begin with the log begins somewhere in a line. */
function linesOf(text: string, isCut: boolean): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return isCut ? lines.slice(1) : lines;
}
