/** What supervisord tells systemd of itself, as sd_notify(3) has it: which messages, and when. (BOOT-001, BOOT-003) */
import type { Now } from "../doors.ts";
import { allMembers, type World } from "./world.ts";

/** In which phase the whole is. "starting" has nothing to tell. */
export type Phase = "starting" | "ready" | "reloading" | "stopping";

/** The status is told again after so long at the earliest. */
export const STATUS_EVERY_MS = 5000;

/** The message that a phase begins with. Numbers stand in each, so that the status is never one of another phase. */
export function phaseMessage(phase: Exclude<Phase, "starting">, status: string, now: Now): string {
  switch (phase) {
    case "ready":
      return `READY=1\nSTATUS=${status}`;
    case "reloading":
      return `RELOADING=1\nMONOTONIC_USEC=${Math.floor(now.monoMs * 1000)}\nSTATUS=${status}`;
    case "stopping":
      return `STOPPING=1\nSTATUS=${status}`;
  }
}

export function statusText(world: World): string {
  let running = 0;
  let all = 0;
  for (const { state } of allMembers(world)) {
    all += 1;
    if (state.state === "RUNNING") running += 1;
  }
  return `${running} of ${all} programs run`;
}

/** The variables by which systemd says where it listens. They are about supervisord itself, and a program must not speak for it. (BOOT-002) */
const VARIABLES: ReadonlySet<string> = new Set(["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]);

export function withoutSystemd(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !VARIABLES.has(name)));
}

/** A path, or the name of an abstract socket behind `@`; null where there is none, or one of another kind. */
export function notifySocket(environment: Readonly<Record<string, string>>): string | null {
  const address = environment["NOTIFY_SOCKET"] ?? "";
  return /^[/@]./s.test(address) ? address : null;
}

/** Half of what systemd waits for a sign of life of this process; null when it waits for none. (BOOT-003) */
export function watchdogMs(environment: Readonly<Record<string, string>>, pid: number): number | null {
  const { WATCHDOG_USEC: usec = "", WATCHDOG_PID: whose } = environment;
  if (!/^[1-9][0-9]{0,15}$/.test(usec) || (whose !== undefined && whose !== String(pid))) return null;
  return Math.max(Number(usec) / 2000, 1);
}
