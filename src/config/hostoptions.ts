/** Rows of the table for what supervisord is to its host: what it tells systemd. (BOOT-001) */
import type { Option } from "./optionrow.ts";

export const HOST_OPTIONS = {
  systemd_notify: {
    type: "boolean",
    default: "false",
    scope: "here",
    member: { field: "systemdNotify" },
    isOurs: true,
    brief: {
      en: "tell systemd when supervisord is ready, reloads and stops, for a unit with Type=notify",
      zh: "告知 systemd：supervisord 已就绪、正在重载、正在停止，用于 Type=notify 的单元",
    },
    more: {
      en: "Messages go to NOTIFY_SOCKET of supervisord's environment, from the process that systemd calls the main one: READY=1 when everything that starts by itself has been started, whether it comes up or not; how many programs run (STATUS=), at most every 5 seconds; RELOADING=1, STOPPING=1, and WATCHDOG=1 where the unit has WatchdogSec. NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are then taken out of the environment of programs. `supervisord --systemd` is the same. It needs `nodaemon`.",
      zh: "消息由 systemd 视为主进程的那个进程发往 supervisord 环境中的 NOTIFY_SOCKET：所有自动启动的程序都已启动（无论成败）时发 READY=1；运行中的程序数（STATUS=）最多每 5 秒一次；以及 RELOADING=1、STOPPING=1；单元设有 WatchdogSec 时还发 WATCHDOG=1。此时 NOTIFY_SOCKET、WATCHDOG_USEC 和 WATCHDOG_PID 不再传给程序。与 `supervisord --systemd` 相同。需要 `nodaemon`。",
    },
  },
} as const satisfies Record<string, Option>;
