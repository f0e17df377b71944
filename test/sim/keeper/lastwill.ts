/** What a keeper without a daemon does when it is asked to end for the second time: rank by rank, the signal, the wait, then SIGKILL. */
import type { Child, Children } from "./children.ts";
import type { Host } from "./host.ts";

const SIGKILL = 9;
const LOOK_MS = 10;

export function lastWills(host: Host, children: Children, done: () => void): void {
  const ranks = [...new Set(children.live.map((child) => child.lastWill.rank))].sort((a, b) => b - a);
  const nextRank = (): void => {
    const rank = ranks.shift();
    if (rank === undefined) return done();
    stop(
      host,
      children.live.filter((child) => child.lastWill.rank === rank),
      nextRank,
    );
  };
  nextRank();
}

function stop(host: Host, members: readonly Child[], done: () => void): void {
  const startMs = host.scheduler.nowMs;
  for (const child of members) child.actor?.signal(child.lastWill.signal);
  const look = (): void => {
    const alive = members.filter((child) => child.actor?.alive === true);
    if (alive.length === 0) return done();
    for (const child of alive) if (host.scheduler.nowMs - startMs >= child.lastWill.waitMs) child.actor?.signal(SIGKILL);
    host.scheduler.after(LOOK_MS, look);
  };
  look();
}
