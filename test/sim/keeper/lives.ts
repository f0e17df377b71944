/** When the fake keeper starts its daemons, when a death counts as quick, and what it does when none can be had. Pure decisions, no time of its own. */
const QUICK_MS = 10_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5000;
const SIGKILL = 9;

export type Death = { readonly code: number } | { readonly signal: number };
export type AfterDeath = { readonly kind: "end"; readonly code: number } | { readonly kind: "start"; readonly delayMs: number };

export class Lives {
  /** Deaths in a row that the daemon itself is to blame for. */
  quickDeaths = 0;
  /** Starts in a row that came to nothing, whoever is to blame: how long the next one is waited for. */
  #tries = 0;
  /** A daemon has been ready once. */
  everReady = false;
  deaths: { readonly count: number; readonly waitStatus: number } | null = null;
  /** When the last daemons were killed. */
  readonly #kills: number[] = [];
  #readyAtMs: number | null = null;
  #restartAsked = false;

  born(): void {
    this.#readyAtMs = null;
    this.#restartAsked = false;
  }

  ready(nowMs: number): void {
    this.everReady = true;
    this.#readyAtMs ??= nowMs;
  }

  /** The present daemon is. */
  get isReady(): boolean {
    return this.#readyAtMs !== null;
  }

  restartAsked(): void {
    this.#restartAsked = true;
  }

  died(death: Death, nowMs: number): AfterDeath {
    if (!this.everReady) return { kind: "end", code: "code" in death ? death.code : 128 + death.signal };
    const after = this.#after(death, nowMs);
    if (!("signal" in death) || death.signal !== SIGKILL) return after;
    const tenth = this.#kills.length < 9 ? Number.NEGATIVE_INFINITY : (this.#kills.shift() ?? 0);
    this.#kills.push(nowMs);
    return nowMs - tenth < 60_000 && after.kind === "start" ? { kind: "start", delayMs: Math.max(after.delayMs, 1000) } : after;
  }

  #after(death: Death, nowMs: number): AfterDeath {
    if (this.#restartAsked) return { kind: "start", delayMs: 0 };
    this.deaths = { count: (this.deaths?.count ?? 0) + 1, waitStatus: "signal" in death ? death.signal : death.code << 8 };
    const wasReady = this.#readyAtMs !== null;
    if (wasReady && nowMs - (this.#readyAtMs ?? 0) >= QUICK_MS) {
      this.quickDeaths = 0;
      this.#tries = 0;
      return { kind: "start", delayMs: 0 };
    }
    // Somebody killed it: that says nothing about the states it was started with.
    const killed = "signal" in death && death.signal === SIGKILL;
    if (killed && wasReady) return { kind: "start", delayMs: 0 };
    if (!killed) this.quickDeaths++;
    this.#tries++;
    return { kind: "start", delayMs: Math.min(BACKOFF_FIRST_MS * 2 ** (this.#tries - 1), BACKOFF_MAX_MS) };
  }
}
