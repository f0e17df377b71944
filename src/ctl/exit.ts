/**
 * Exit statuses of supervisorctl, after the LSB's for init scripts; monitoring and deploy scripts branch on them. (CLI-089, CTL-172, CTL-173)
 * Two tables, because the LSB gives `status` numbers of its own.
 */
import { FAULTS, SUCCESS } from "../rpc/faults.ts";

export const EXIT = {
  SUCCESS: 0,
  GENERIC: 1,
  INVALID_ARGS: 2,
  UNIMPLEMENTED_FEATURE: 3,
  INSUFFICIENT_PRIVILEGES: 4,
  NOT_INSTALLED: 5,
  NOT_RUNNING: 7,
} as const;

/** What `status` ends with when something is down, or unknown. */
export const STATUS_EXIT = { NOT_RUNNING: 3, UNKNOWN: 4 } as const;

/**
 * What `health` ends with. Docker reserves 2 for itself, so nothing that a server may answer ends with that. (CONT)
 */
export const HEALTH_EXIT = { NOT_WELL: 1, NO_CONNECTION: 4 } as const;

/** null: leaves the exit status as it is, so the last failure of a command decides. (CTL-090) */
export type ExitStatus = number | null;

const DEAD_PROGRAM: ReadonlySet<number> = new Set([FAULTS.SPAWN_ERROR, FAULTS.ABNORMAL_TERMINATION, FAULTS.NOT_RUNNING]);

/** The exit status that a result code stands for; `ignored` is the one that counts as success for this command. (CTL-090, CTL-095, CTL-107) */
export function exitOfResult(code: number, ignored: number | null): ExitStatus {
  if (code === ignored || code === SUCCESS) return null;
  return DEAD_PROGRAM.has(code) ? EXIT.NOT_RUNNING : EXIT.GENERIC;
}
