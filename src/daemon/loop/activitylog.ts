/**
 * The activity log. A line is appended by the keeper, in the same batch as the effect it reports: both happen, or neither does; this
 * process never writes the file. In the foreground every line goes to the console first (LOG-007).
 */
import type { DaemonConfig, LogLevel } from "../../config/model.ts";
import type { Clock } from "../../doors.ts";
import type { KeeperEffect, SinkSpec } from "../../link/messages.ts";
import { formatJsonLine, formatLine, isWritten } from "../../logs/activity.ts";
import { syslogRecords } from "../../logs/syslog.ts";
import { SINK_ACTIVITY, SINK_CONSOLE } from "./numbers.ts";
import { sinkSpec } from "./sinkspec.ts";
import type { Loop, Turn } from "./turn.ts";

/** Where syslog listens. */
export const SYSLOG_SOCKET = "/dev/log";

export class Activity {
  readonly #clock: Clock;
  #level: LogLevel = "info";
  #toFile = false;
  #toSyslog = false;
  #toConsole = false;
  #isJson = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Where lines go from now on. The sinks are opened by the caller with `openEffects`, or live already. */
  configure(config: DaemonConfig): void {
    this.#level = config.logLevel;
    this.#toSyslog = activityPath(config) === null;
    this.#toFile = !this.#toSyslog;
    this.#toConsole = config.nodaemon && !config.silent;
    this.#isJson = config.logfileFormat === "json";
  }

  /** Whether lines of this level are written at all. (LOG-004) */
  writes(level: LogLevel): boolean {
    return isWritten(level, this.#level);
  }

  write(turn: Turn, level: LogLevel, text: string): void {
    if (!this.writes(level)) return;
    const { wallMs } = this.#clock.now();
    const offsetMinutes = this.#clock.offsetMinutes(wallMs);
    const bytes = this.#isJson ? formatJsonLine(level, wallMs, text) : formatLine(level, wallMs, offsetMinutes, text);
    if (this.#toConsole) turn.effect({ type: "append", sink: SINK_CONSOLE, bytes });
    if (this.#toFile) turn.effect({ type: "append", sink: SINK_ACTIVITY, bytes });
    if (!this.#toSyslog) return;
    for (const record of syslogRecords(level, wallMs, offsetMinutes, text))
      turn.effect({ type: "datagram", path: SYSLOG_SOCKET, bytes: record });
  }
}

/** Posts a line for the activity log, where no turn is at hand. */
export function postLine({ loop, activity }: { readonly loop: Loop; readonly activity: Activity }, level: LogLevel, text: string): void {
  loop.post((turn) => activity.write(turn, level, text));
}

/** The activity log's file; null: syslog has it instead. Any other name is absolute by now, a file called `syslog` too. */
export function activityPath({ logfile }: DaemonConfig): string | null {
  return logfile === "syslog" ? null : logfile;
}

/** The sinks that a start or a reload needs. A number is never used twice: what `isOpen` already goes to another file, or stays. */
export function openEffects(config: DaemonConfig, isOpen: (sink: number) => boolean): KeeperEffect[] {
  const effects: KeeperEffect[] = [];
  if (config.nodaemon && !isOpen(SINK_CONSOLE)) effects.push({ type: "sink-open", sink: SINK_CONSOLE, spec: sinkSpec("/dev/stdout", 0) });
  const type = isOpen(SINK_ACTIVITY) ? "sink-reopen" : "sink-open";
  if (activityPath(config) !== null) effects.push({ type, sink: SINK_ACTIVITY, spec: activitySpec(config) });
  return effects;
}

/** The activity log's file: 0666 under the starter's umask (CONF-337); limits of 0 and less mean none (CONF-344). */
export function activitySpec(config: DaemonConfig): SinkSpec {
  return sinkSpec(config.logfile, Math.max(0, config.logfileMaxBytes));
}
