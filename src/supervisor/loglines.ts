/** The activity-log lines about the whole, exact. (LOG-118, LOG-133) */
export const supervisorMessages = {
  waitingToStop: (name: string) => `waiting for ${name} to stop`,
  waitingToDie: (names: readonly string[]) => `waiting for ${names.join(", ")} to die`,
  // Ours: the original knows no dependencies, and changes no group in place.
  waitingFor: (name: string, targets: readonly { readonly target: string; readonly condition: string }[]) =>
    `waiting: ${name} for ${targets.map(({ target, condition }) => `${target} (${condition})`).join(", ")}`,
  updated: (group: string, what: string) => `updating group ${group} in place: ${what}`,
  scaled: (program: string, from: number, to: number, isAsInFile: boolean) =>
    `scaled: ${program} from ${from} to ${to} processes${isAsInFile ? " (as in the file)" : ""}`,
  rollingBegins: (id: number, count: number, atOnce: number) => `rolling restart ${id}: ${count} processes, ${atOnce} at a time`,
  rollingEnds: (id: number, restarted: number, failed: number, left: number) =>
    `rolling restart ${id} is over: ${restarted} restarted, ${failed} failed, ${left} not restarted`,
  // Ours: the original has no schedules.
  jobSkipped: (name: string, why: string, slot: string, count: number) =>
    `skipped: ${name} at ${slot}${count > 1 ? ` and ${count - 1} times before` : ""} (${why})`,
  clockSetBack: (name: string) => `the clock was set back: the schedule of ${name} counts from now`,
  exiting: (code: number, why: string) => `exiting with ${code}: ${why}`,
  outOfTime: (names: readonly string[]) => `shutdown_timeout is over: killing ${names.join(", ")} with SIGKILL`,
  leavingBehind: (names: readonly string[]) => `ending although SIGKILL has not ended ${names.join(", ")}`,
} as const;
