/** When the fake keeper starts its daemons, when a death counts as quick, and what it does when none can be had. Pure decisions, no time of its own. */
const QUICK_MS = 10_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5000;
const SIGKILL = 9;

export type Death = { readonly code: number } | { readonly signal: number };
export type AfterDeath = { readonly kind: "end"; readonly code: number } | { readonly kind: "start"; readonly delayMs: number };

export class Lives {
  quickDeaths = 0;
  /** A daemon has been ready once. */
  everReady = false;
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

  restartAsked(): void {
    this.#restartAsked = true;
  }

  died(death: Death, nowMs: number): AfterDeath {
    if (!this.everReady) return { kind: "end", code: "code" in death ? death.code : 128 + death.signal };
    if (this.#restartAsked) return { kind: "start", delayMs: 0 };
    const long = this.#readyAtMs !== null && nowMs - this.#readyAtMs >= QUICK_MS;
    if (long) this.quickDeaths = 0;
    const killed = "signal" in death && death.signal === SIGKILL && this.#readyAtMs !== null;
    if (long || killed) return { kind: "start", delayMs: 0 };
    this.quickDeaths++;
    return { kind: "start", delayMs: Math.min(BACKOFF_FIRST_MS * 2 ** (this.quickDeaths - 1), BACKOFF_MAX_MS) };
  }
}
