/** Why a process is as it is, in one line. */
import type { Row } from "./flapping.ts";
import { bytes, duration } from "./format.ts";
import { isUnhealthy } from "./states.ts";
import type { Texts } from "./texts.ts";

/** `now`: the daemon's clock. */
export function reasonOf(row: Row, texts: Texts, now: number): string {
  const parts: string[] = [];
  const ended = ENDED.exec(row.pid === 0 ? (row.spawnError ?? "") : "");
  if (row.flapping) parts.push(...flappingWords(row, texts, now));
  else if (ended !== null) parts.push(ended[0], ...agoWords(row, texts, now));
  else if (hasSpawnError(row)) parts.push(texts.spawnFailed(row.spawnError ?? ""));
  else if (row.lastExit !== null && row.pid === 0) parts.push(...exitWords(row, texts, now));
  if (row.state === "FATAL") parts.push(texts.gaveUp);
  if (row.retryAt !== null) parts.push(texts.nextTry(duration(row.retryAt - now + 999)));
  if (row.restarts > 0 && row.state !== "RUNNING" && !row.flapping) parts.push(texts.restartsLine(row.restarts));
  if (isUnhealthy(row)) parts.push(...unhealthyWords(row, texts));
  if (row.lostBytes > 0) parts.push(texts.lost(bytes(row.lostBytes)));
  return parts.join(" · ");
}

/** Exit code or signal, without the time. */
export function exitText({ lastExit }: Row, texts: Texts): string {
  if (lastExit === null) return "";
  return lastExit.exitCode === null ? texts.bySignal(lastExit.signal ?? "?", lastExit.coreDumped) : texts.exitCode(lastExit.exitCode);
}

/** Why a run was ended that did not end by itself. */
const ENDED = /^(?:older than|not ready within) .*/;
/** Supervisor calls an end that was not to be a spawn error, too; then the exit says more. */
const JUST_ENDED = /^(?:Exited (?:too quickly|before it was ready)|Bad exit code|Terminated by)/;

function hasSpawnError({ spawnError, lastExit, pid }: Row): boolean {
  if (spawnError === null || spawnError === "" || pid !== 0) return false;
  return lastExit === null || !JUST_ENDED.test(spawnError);
}

/** What its checks said last. */
function unhealthyWords({ life: { health } }: Row, { life: texts }: Texts): readonly string[] {
  if (health === null) return [];
  const { lastResult, failures } = health;
  return [`${texts.unhealthy}: ${lastResult === null ? "" : `${lastResult.text}, `}${texts.failures(failures)}`];
}

/** How often, as far as it is known: a page that was just opened has seen one at most. */
function flappingWords(row: Row, texts: Texts, now: number): readonly string[] {
  const [first = now] = row.restartedAt;
  const count = row.restartedAt.length;
  const often = count > 1 ? texts.restartedIn(count, duration(now - first)) : texts.restartsLine(row.restarts);
  return [`${texts.keepsRestarting}: ${often}`, ...exitWords(row, texts, now)];
}

function exitWords(row: Row, texts: Texts, now: number): readonly string[] {
  return row.lastExit === null ? [] : [exitText(row, texts), ...agoWords(row, texts, now)];
}

function agoWords({ lastExit }: Row, texts: Texts, now: number): readonly string[] {
  return lastExit === null ? [] : [texts.ago(duration(now - lastExit.at))];
}
