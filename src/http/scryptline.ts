/**
 * The line before scrypt. Each check costs a thread of the pool for 50 ms, so one password is checked at a time, of all servers together. A stranger
 * who sends wrong ones as fast as he can must not keep out the owner: each peer has its turn, whoever came last is mostly the first of its peer to be
 * served (who is refused comes again at once, and stands behind the line that he has made), and whoever is gone costs nothing.
 */
import { SCRYPT_WAITING_MAX } from "./bounds.ts";

/** Who asks: its connection, its address, and whether it still wants to know. */
export type Client = {
  readonly connection: object;
  readonly peer: string;
  readonly isGone: () => boolean;
};

type Waiting = { readonly client: Client; readonly enter: () => void; readonly turnAway: () => void };

/** Nobody waits for ever: so often the one that has waited longest is served. */
const OLDEST_EVERY = 8;

export class ScryptLine {
  /** By peer; the peer whose turn is next is in front. In each the newest is last. */
  readonly #peers = new Map<string, Waiting[]>();
  #waiting = 0;
  #isBusy = false;
  #served = 0;

  /** Runs `check` when its turn comes. null: there were too many, or the client is gone. */
  async run<T>(client: Client, check: () => Promise<T>): Promise<T | null> {
    if (this.#isBusy && !(await this.#wait(client))) return null;
    this.#isBusy = true;
    try {
      return await check();
    } finally {
      this.#next();
    }
  }

  #wait(client: Client): Promise<boolean> {
    if (this.#waiting >= SCRYPT_WAITING_MAX) this.#makeRoom();
    const ofPeer = this.#peers.get(client.peer) ?? [];
    this.#peers.set(client.peer, ofPeer);
    this.#waiting += 1;
    return new Promise((resolve) => ofPeer.push({ client, enter: () => resolve(true), turnAway: () => resolve(false) }));
  }

  /** The longest of the peer that has most in the line. */
  #makeRoom(): void {
    let most: readonly [string, Waiting[]] = ["", []];
    for (const each of this.#peers) if (each[1].length > most[1].length) most = each;
    this.#take(most[0], most[1], "oldest")?.turnAway();
  }

  /** The place goes straight to the next in line, so that nobody slips in between. */
  #next(): void {
    for (const [peer, ofPeer] of this.#peers) {
      this.#peers.delete(peer);
      this.#served += 1;
      const next = this.#take(peer, ofPeer, this.#served % OLDEST_EVERY === 0 ? "oldest" : "newest");
      if (ofPeer.length > 0) this.#peers.set(peer, ofPeer);
      if (next === undefined) continue;
      if (!next.client.isGone()) return next.enter();
      next.turnAway();
    }
    this.#isBusy = false;
  }

  #take(peer: string, ofPeer: Waiting[], which: "oldest" | "newest"): Waiting | undefined {
    const taken = which === "oldest" ? ofPeer.shift() : ofPeer.pop();
    if (taken !== undefined) this.#waiting -= 1;
    if (ofPeer.length === 0) this.#peers.delete(peer);
    return taken;
  }
}

/** An address, of IPv6 the network that one customer gets; all clients of a unix socket are one peer. */
export function peerOf(remoteAddress: string | undefined): string {
  if (remoteAddress === undefined || !remoteAddress.includes(":") || remoteAddress.includes(".")) return remoteAddress ?? "";
  const [head = "", tail] = remoteAddress.split("::");
  const groups = head.split(":");
  const behind = tail === undefined ? [] : tail.split(":");
  while (tail !== undefined && groups.length + behind.length < 8) groups.push("0");
  return [...groups, ...behind].slice(0, 4).join(":");
}
