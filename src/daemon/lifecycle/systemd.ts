/**
 * `systemd_notify`: supervisord tells systemd that it is ready, reloads, stops and lives. Messages go through the keeper, which is the main process of the
 * unit. What was said is not stored: a successor says its phase again, which means the same. (BOOT-001..003)
 */
import { bytesOf } from "../../bytes.ts";
import type { Now } from "../../doors.ts";
import { notifySocket, type Phase, phaseMessage, STATUS_EVERY_MS, statusText, watchdogMs } from "../../supervisor/systemd.ts";
import type { Turn } from "../loop/turn.ts";
import type { Watchers } from "../observers/watchers.ts";
import type { Part, Runtime } from "../runtime.ts";

export class Systemd implements Part {
  readonly #runtime: Runtime;
  readonly #watchers: Watchers;
  readonly #socket: string | null;
  #said: Phase = "starting";
  #isUp = false;
  /** Configurations that are being read or applied. */
  #updates = 0;
  readonly #status = { text: "", atMs: Number.NEGATIVE_INFINITY, isOld: false, isWatched: false };
  #watchdogAtMs: number | null = null;

  constructor(runtime: Runtime, watchers: Watchers) {
    this.#runtime = runtime;
    this.#watchers = watchers;
    this.#socket = notifySocket(runtime.doors.birth.environment);
  }

  /** What starts by itself has been started, and clients are answered. */
  up(): void {
    this.#isUp = true;
    this.#look();
  }

  /** Around the reading of a configuration, and what it changes at once. */
  whileUpdating<T>(act: () => Promise<T>): Promise<T> {
    if (!this.#isOn()) return act();
    this.#updates += 1;
    this.#look();
    return act().finally(() => {
      this.#updates -= 1;
      this.#look();
    });
  }

  turned(now: Now): void {
    if (!this.#isOn()) return;
    this.#begin(now);
    const phase = this.#phase();
    const { text: told, atMs, isOld } = this.#status;
    const isNew = phase !== "starting" && phase !== this.#said;
    if (!isNew && (!isOld || this.#said === "starting" || now.monoMs < atMs + STATUS_EVERY_MS)) return;
    const text = statusText(this.#runtime.world);
    this.#status.isOld = false;
    if (isNew) {
      this.#said = phase;
      this.#say(phaseMessage(phase, text, now));
    } else if (text === told) {
      return;
    } else this.#say(`STATUS=${text}`);
    this.#status.text = text;
    this.#status.atMs = now.monoMs;
  }

  nextDeadlineMs(): number | null {
    if (!this.#isOn()) return null;
    const { isOld, atMs } = this.#status;
    const statusAtMs = isOld && this.#said !== "starting" ? atMs + STATUS_EVERY_MS : null;
    if (statusAtMs === null || this.#watchdogAtMs === null) return statusAtMs ?? this.#watchdogAtMs;
    return Math.min(statusAtMs, this.#watchdogAtMs);
  }

  /** A sign of life of the whole loop: it goes the way of everything else. */
  timePassed(turn: Turn): void {
    const everyMs = this.#watchdogMs();
    const { monoMs } = this.#runtime.doors.clock.now();
    if (everyMs === null || this.#watchdogAtMs === null || monoMs < this.#watchdogAtMs || !this.#isOn()) return;
    this.#watchdogAtMs = monoMs + everyMs;
    this.#send(turn, "WATCHDOG=1");
  }

  /** In a turn of its own: a daemon that tells nothing has none for it. */
  #look(): void {
    if (this.#isOn()) this.#runtime.loop.post(() => undefined);
  }

  /** A reload that was told is brought to its end, also where the new configuration wants to hear of it no more. */
  #isOn(): boolean {
    return this.#socket !== null && (this.#runtime.running.daemon.systemdNotify || this.#said === "reloading");
  }

  #phase(): Phase {
    const { mood } = this.#runtime.world;
    if (mood === "SHUTDOWN") return "stopping";
    if (mood === "RESTARTING") this.#isUp = false;
    if (this.#isUp) return this.#updates > 0 ? "reloading" : "ready";
    return mood === "RESTARTING" ? "reloading" : this.#said;
  }

  /** What costs something is begun when the option is found on. */
  #begin(now: Now): void {
    if (this.#watchdogAtMs === null && this.#watchdogMs() !== null) this.#watchdogAtMs = now.monoMs;
    if (this.#status.isWatched) return;
    this.#status.isWatched = true;
    this.#watchers.onChange(() => {
      if (this.#status.isOld) return;
      this.#status.isOld = true;
      this.#runtime.loop.deadlineChanged();
    });
  }

  #watchdogMs(): number | null {
    return watchdogMs(this.#runtime.doors.birth.environment, this.#runtime.keeperPid);
  }

  #say(text: string): void {
    this.#runtime.loop.post((turn) => this.#send(turn, text));
  }

  #send(turn: Turn, text: string): void {
    if (this.#socket !== null) turn.effect({ type: "datagram", path: this.#socket, bytes: bytesOf(text) });
  }
}
