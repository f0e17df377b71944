/** Looks at the machine's processes again and again while somebody watches, and never otherwise. */
import { FIRST_USAGE_MS, USAGE_MS, USAGE_MS_MAX, USAGE_SHARE } from "./bounds.ts";
import type { Parts } from "./rows.ts";
import type { ProcessUsage, Usage } from "./types.ts";
import { type Look, makeLook, usageBetween, usageOf } from "./usage.ts";
import type { Timers } from "./watch.ts";

type Told = { readonly usage: readonly ProcessUsage[]; readonly daemon: Usage };

export class UsageSampler {
  readonly #parts: Parts;
  readonly #timers: Timers;
  readonly #tell: (usage: readonly ProcessUsage[], daemon: Usage) => void;
  #last: Told | null = null;
  #before: Look | null = null;
  /** Which watch this is: what an earlier one still has under way counts no more. */
  #watch = 0;
  #cancel: (() => void) | null = null;

  constructor(parts: Parts, timers: Timers, tell: (usage: readonly ProcessUsage[], daemon: Usage) => void) {
    this.#parts = parts;
    this.#timers = timers;
    this.#tell = tell;
  }

  /** What was told last, for those who come later. */
  get last(): Told | null {
    return this.#last;
  }

  start(): void {
    this.#watch += 1;
    void this.#look(this.#watch);
  }

  stop(): void {
    this.#watch += 1;
    this.#cancel?.();
    this.#cancel = null;
    this.#before = null;
    this.#last = null;
  }

  async #look(watch: number): Promise<void> {
    const { control } = this.#parts;
    const sampled = await this.#parts.watch.sample();
    if (watch !== this.#watch) return;
    const now = control.clock.now().monoMs;
    const before = this.#before;
    if (sampled.ok) {
      const look = makeLook(sampled.value.processes, now);
      this.#before = look;
      if (before !== null) this.#report(before, look);
    } else {
      // Viewers hear that the stream lives, also where processes cannot be seen.
      this.#tell([], { cpu: 0, memory: 0 });
    }
    const costMs = sampled.ok ? sampled.value.costMs : 0;
    const pause = before === null && sampled.ok ? FIRST_USAGE_MS : USAGE_MS;
    this.#cancel = this.#timers.after(Math.max(pause, Math.min(costMs / USAGE_SHARE, USAGE_MS_MAX)), () => void this.#look(watch));
  }

  #report(before: Look, now: Look): void {
    const { control, watch } = this.#parts;
    const views = control.groups().flatMap(({ processes }) => processes);
    const usage = usageOf(views, before, now);
    const { pid } = watch.daemon();
    const own = [...now.processes.values()].filter((sample) => sample.pid === pid || sample.pid === watch.daemon().daemonPid);
    const daemon = own.map((sample) => usageBetween(sample, before, now)).reduce(added, { cpu: 0, memory: 0 });
    this.#last = { usage, daemon: { cpu: Math.round(daemon.cpu * 10) / 10, memory: daemon.memory } };
    this.#tell(usage, this.#last.daemon);
  }
}

function added(a: Usage, b: Usage): Usage {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory };
}
