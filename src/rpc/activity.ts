/** The activity log as this room and `http` see it. The daemon gives the real one. */
import type { LogLevel } from "../config/model.ts";

export interface Activity {
  /** Whether a line of this level would be written; ask before a line is costly to make. */
  takes(level: LogLevel): boolean;
  write(level: LogLevel, text: string): void;
}
