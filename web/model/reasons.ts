/** Why a process is as it is, in one line. */
import type { Row } from "./flapping.ts";
import { bytes, duration } from "./format.ts";
import type { Texts } from "./texts.ts";

/** `now`: the daemon's clock. */
export function reasonOf(row: Row, texts: Texts, now: number): string {
  const parts: string[] = [];
  if (row.flapping) parts.push(...flappingWords(row, texts, now));
  else if (hasSpawnError(row)) parts.push(texts.spawnFailed(row.spawnError ?? ""));
  else if (row.lastExit !== null && row.pid === 0) parts.push(...exitWords(row, texts, now));
  if (row.state === "FATAL") parts.push(texts.gaveUp);
  if (row.retryAt !== null) parts.push(texts.nextTry(duration(row.retryAt - now + 999)));
  if (row.restarts > 0 && row.state !== "RUNNING" && !row.flapping) parts.push(texts.restartsLine(row.restarts));
  if (row.lostBytes > 0) parts.push(texts.lost(bytes(row.lostBytes)));
  return parts.join(" · ");
}

/** Exit code or signal, without the time. */
export function exitText({ lastExit }: Row, texts: Texts): string {
  if (lastExit === null) return "";
  return lastExit.exitCode === null ? texts.bySignal(lastExit.signal ?? "?", lastExit.coreDumped) : texts.exitCode(lastExit.exitCode);
}

/** Supervisor calls a program that ended within startsecs a spawn error, too; then its exit says more. */
function hasSpawnError({ spawnError, lastExit, pid }: Row): boolean {
  if (spawnError === null || spawnError === "" || pid !== 0) return false;
  return lastExit === null || !spawnError.startsWith("Exited too quickly");
}

/** How often, as far as it is known: a page that was just opened has seen one at most. */
function flappingWords(row: Row, texts: Texts, now: number): readonly string[] {
  const [first = now] = row.restartedAt;
  const count = row.restartedAt.length;
  const often = count > 1 ? texts.restartedIn(count, duration(now - first)) : texts.restartsLine(row.restarts);
  return [`${texts.keepsRestarting}: ${often}`, ...exitWords(row, texts, now)];
}

function exitWords(row: Row, texts: Texts, now: number): readonly string[] {
  return row.lastExit === null ? [] : [exitText(row, texts), texts.ago(duration(now - row.lastExit.at))];
}
