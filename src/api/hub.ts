/**
 * Everybody who looks at the stream of states. Each message is made once for all of them; who does not take what it was given misses things, is told so
 * and gets a snapshot when it has caught up, and is cut off by the server when it takes nothing at all. While nobody looks, nothing is done here.
 */

import { jsonOf } from "../bytes.ts";
import type { GroupView, ProcessView } from "../rpc/control.ts";
import { refOf } from "../rpc/namespec.ts";
import { EVENTS_GATHERED_MAX, GATHER_MS, LAST_LINES_DELAY_MS, VIEWER_HELD_BYTES_MAX, VIEWERS_MAX } from "./bounds.ts";
import { isInTrouble, LastLines } from "./lastlines.ts";
import { type Outlet, sse } from "./reply.ts";
import { daemonRow, groupRow, type Parts, processRow } from "./rows.ts";
import type { ProcessUsage, Snapshot, SupervisorEvent, Usage } from "./types.ts";
import { UsageSampler } from "./usagesampler.ts";
import type { Timers } from "./watch.ts";

type Viewer = { readonly outlet: Outlet; readonly events: boolean; missed: number };

export class Hub {
  readonly #parts: Parts;
  readonly #timers: Timers;
  readonly #words: LastLines;
  readonly #usage: UsageSampler;
  readonly #viewers = new Set<Viewer>();
  /** Viewers whose first snapshot is being made. */
  #joining = 0;
  #ends: (() => void)[] = [];
  #endEvents: (() => void) | null = null;
  /** What viewers have been told. */
  #groups: readonly GroupView[] = [];
  #daemon = "";
  #lost = new Map<string, number>();
  /** Output that is lost changes no view: it is looked for when a change shows nothing else, and now and then. */
  #checksLost = false;
  /** Processes of which something besides the view has changed. */
  readonly #touched = new Set<ProcessView>();
  #events: SupervisorEvent[] = [];
  #eventsMissed = 0;
  #cancelFlush: (() => void) | null = null;
  #flushedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts, timers: Timers) {
    this.#parts = parts;
    this.#timers = timers;
    this.#words = new LastLines(parts.control);
    this.#usage = new UsageSampler(parts, timers, (usage, daemon) => this.#tellUsage(usage, daemon));
  }

  get isFull(): boolean {
    return this.#viewers.size + this.#joining >= VIEWERS_MAX;
  }

  /** Adds a viewer, with a snapshot first. */
  async open(outlet: Outlet, { events }: { readonly events: boolean }): Promise<void> {
    this.#joining += 1;
    await this.#readAllWords();
    this.#joining -= 1;
    if (outlet.isGone) return;
    if (this.#viewers.size === 0) this.#begin();
    const viewer: Viewer = { outlet, events, missed: 0 };
    this.#viewers.add(viewer);
    if (events && this.#endEvents === null) this.#endEvents = this.#parts.watch.onEvent((event) => this.#hear(event));
    outlet.onGone(() => this.#leave(viewer));
    outlet.onTaken(() => this.#catchUp(viewer));
    outlet.offer(Buffer.from(this.#snapshotMessage()), VIEWER_HELD_BYTES_MAX);
    const usage = this.#usage.last;
    if (usage !== null) outlet.offer(Buffer.from(usageMessage(usage.usage, usage.daemon, this.#nowMs())), VIEWER_HELD_BYTES_MAX);
  }

  /** Everything, for one who asks once. */
  async snapshot(): Promise<string> {
    await this.#readAllWords();
    return this.#snapshotText();
  }

  #begin(): void {
    this.#groups = this.#parts.control.groups();
    this.#daemon = jsonOf(daemonRow(this.#parts));
    this.#ends = [this.#parts.watch.onChange(() => this.#schedule())];
    this.#usage.start();
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) {
      for (const end of this.#ends) end();
      this.#ends = [];
      this.#cancelFlush?.();
      this.#cancelFlush = null;
      this.#usage.stop();
      this.#touched.clear();
      this.#lost.clear();
    }
    if (this.#endEvents === null || [...this.#viewers].some(({ events }) => events)) return;
    this.#endEvents();
    this.#endEvents = null;
    this.#events = [];
    this.#eventsMissed = 0;
  }

  #catchUp(viewer: Viewer): void {
    if (viewer.missed === 0) return;
    const text = sse("missed", jsonOf({ count: viewer.missed })) + this.#snapshotMessage();
    if (viewer.outlet.offer(Buffer.from(text), VIEWER_HELD_BYTES_MAX)) viewer.missed = 0;
  }

  #hear(event: SupervisorEvent): void {
    if (this.#events.length < EVENTS_GATHERED_MAX) this.#events.push(event);
    else this.#eventsMissed += 1;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#cancelFlush !== null || this.#viewers.size === 0) return;
    const since = this.#parts.control.clock.now().monoMs - this.#flushedMs;
    this.#cancelFlush = this.#timers.after(Math.max(0, Math.ceil(GATHER_MS - since)), () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush = null;
    this.#flushedMs = this.#parts.control.clock.now().monoMs;
    const states = this.#stateMessages();
    const events = this.#eventMessages();
    if (states !== "") this.#tell(states, ({ events: wants }) => !wants);
    if (states !== "" || events !== "") this.#tell(states + events, ({ events: wants }) => wants);
  }

  #tell(text: string, isFor: (viewer: Viewer) => boolean): void {
    let bytes: Buffer | null = null;
    for (const viewer of this.#viewers) {
      if (!isFor(viewer)) continue;
      bytes ??= Buffer.from(text);
      if (viewer.missed > 0 || !viewer.outlet.offer(bytes, VIEWER_HELD_BYTES_MAX)) viewer.missed += 1;
    }
  }

  /** Nobody misses figures: the next ones say all. So a slow connection that is still taking a large snapshot does not get it again because of them. */
  #tellFigures(text: string): void {
    const bytes = Buffer.from(text);
    for (const { outlet, missed } of this.#viewers) if (missed === 0) outlet.offer(bytes, VIEWER_HELD_BYTES_MAX);
  }

  #stateMessages(): string {
    const groups = this.#parts.control.groups();
    const isOther = !isSameList(this.#groups, groups);
    const rows = isOther ? [] : this.#changedViews(groups);
    this.#groups = groups;
    this.#touched.clear();
    const daemon = jsonOf(daemonRow(this.#parts));
    const daemonChanged = daemon !== this.#daemon;
    this.#daemon = daemon;
    for (const view of isOther ? allViews(groups) : rows) this.#wantWords(view);
    if (isOther) return this.#snapshotMessage();
    const processes = rows.map((view) => processRow(this.#parts, view, this.#words.of(view) ?? []));
    const states = processes.length === 0 ? "" : sse("processes", jsonOf({ processes, now: this.#nowMs() }));
    return states + (daemonChanged ? sse("daemon", `{"daemon":${daemon}}`) : "");
  }

  #changedViews(groups: readonly GroupView[]): readonly ProcessView[] {
    const changed = groups.flatMap((group, index) => {
      const before = this.#groups[index];
      if (before === group && this.#touched.size === 0) return [];
      return group.processes.filter((view, at) => before?.processes[at] !== view || this.#touched.has(view));
    });
    if (changed.length > 0 && !this.#checksLost) return changed;
    this.#checksLost = false;
    return [...new Set([...changed, ...allViews(groups).filter((view) => this.#losesOtherwise(view))])];
  }

  #losesOtherwise(view: ProcessView): boolean {
    const key = `${view.group}:${view.name}`;
    const lost = this.#parts.watch.detail(refOf(view))?.lostBytes ?? 0;
    const isOther = (this.#lost.get(key) ?? 0) !== lost;
    if (lost > 0) this.#lost.set(key, lost);
    else this.#lost.delete(key);
    return isOther;
  }

  #eventMessages(): string {
    const messages = this.#events.map((event) => sse("event", jsonOf({ event })));
    if (this.#eventsMissed > 0) messages.push(sse("missed", jsonOf({ count: this.#eventsMissed })), this.#snapshotMessage());
    this.#events = [];
    this.#eventsMissed = 0;
    return messages.join("");
  }

  /** The row goes out at once; its last words follow when the log has them. */
  #wantWords(view: ProcessView): void {
    const detail = this.#parts.watch.detail(refOf(view));
    if (detail === null || !isInTrouble(view, detail, this.#nowMs())) return;
    this.#timers.after(LAST_LINES_DELAY_MS, () => {
      void this.#words.read(view, detail).then((changed) => {
        if (!changed || this.#viewers.size === 0) return;
        this.#touched.add(view);
        this.#schedule();
      });
    });
  }

  /** Of those that have not been read yet. */
  async #readAllWords(): Promise<void> {
    const { control, watch } = this.#parts;
    const unread = allViews(control.groups()).flatMap((view) => {
      const detail = this.#words.of(view) === null ? watch.detail(refOf(view)) : null;
      return detail !== null && isInTrouble(view, detail, this.#nowMs()) ? [{ view, detail }] : [];
    });
    await Promise.all(unread.map(({ view, detail }) => this.#words.read(view, detail)));
  }

  #snapshotMessage(): string {
    return sse("snapshot", `{"snapshot":${this.#snapshotText()}}`);
  }

  #snapshotText(): string {
    const groups = this.#parts.control.groups().map((group) => groupRow(this.#parts, group, (view) => this.#words.of(view) ?? []));
    const snapshot: Snapshot = { daemon: daemonRow(this.#parts), groups, now: this.#nowMs() };
    return jsonOf(snapshot);
  }

  #tellUsage(usage: readonly ProcessUsage[], daemon: Usage): void {
    this.#tellFigures(usageMessage(usage, daemon, this.#nowMs()));
    this.#checksLost = true;
    this.#schedule();
  }

  #nowMs(): number {
    return Math.round(this.#parts.control.clock.now().wallMs);
  }
}

function usageMessage(usage: readonly ProcessUsage[], daemon: Usage, now: number): string {
  return sse("usage", jsonOf({ usage, daemon, now }));
}

function allViews(groups: readonly GroupView[]): readonly ProcessView[] {
  return groups.flatMap(({ processes }) => processes);
}

/** The same groups with the same processes, whatever state they are in. */
function isSameList(before: readonly GroupView[], after: readonly GroupView[]): boolean {
  if (before === after) return true;
  if (before.length !== after.length) return false;
  return before.every((group, index) => {
    const other = after[index];
    if (other === group) return true;
    if (other?.name !== group.name || other.priority !== group.priority || other.processes.length !== group.processes.length) return false;
    return group.processes.every(({ name }, at) => other.processes[at]?.name === name);
  });
}
