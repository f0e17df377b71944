/** Rows of the table for what supervisord is to its host: what it tells systemd, what it remembers. (BOOT-001, BOOT-010) */
import { PERSIST_WHAT } from "./choices.ts";
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
  persist_state: {
    type: "dirpath",
    default: null,
    unset: { en: "nothing is remembered", zh: "不记录任何内容" },
    scope: "here",
    member: { field: "persistState" },
    isOurs: true,
    brief: {
      en: "file that remembers what `supervisorctl enable` and `disable` have said, over the end of supervisord",
      zh: "记录 `supervisorctl enable` 和 `disable` 所设状态的文件，supervisord 结束后仍有效",
    },
    more: {
      en: "A program that is disabled is treated as with `autostart=false`, one that is enabled as with `autostart=true`, from the next start or reload of supervisord, or the update that adds it. The file is JSON and is written only when such a command changes something: a whole new one takes its place on the disk before the command is answered, and the one before stays as FILE.bak. When it cannot be written the command fails and nothing is changed. When it cannot be read FILE.bak counts; else it becomes FILE.bad, and the configuration alone counts. What it says of programs that are not configured stays in it.",
      zh: "被禁用的程序按 `autostart=false` 处理，被启用的按 `autostart=true` 处理，自 supervisord 下次启动或重载、或加入该程序的 update 起生效。文件为 JSON，仅当此类命令改变了内容时才写入：命令应答之前，完整的新文件已在磁盘上取代旧文件，前一份保留为 FILE.bak。无法写入时命令失败，什么都不改变。无法读取时以 FILE.bak 为准；否则文件改名为 FILE.bad，只按配置处理。其中未配置的程序的内容予以保留。",
    },
  },
  persist_what: {
    type: "choice",
    choice: PERSIST_WHAT,
    default: "enable",
    scope: "here",
    member: { field: "persistWhat" },
    isOurs: true,
    brief: {
      en: "what `persist_state` remembers: enable, or all, which is also what clients have started and stopped",
      zh: "`persist_state` 记录的内容：enable；或 all，即还包括客户端启动和停止的程序",
    },
    more: {
      en: "With `all` a program that was stopped by hand stays down over a restart of supervisord or of the host, and one that was started by hand comes up; the last word counts, `enable` and `disable` among them. Exits, failures and a shutdown change nothing.",
      zh: "使用 `all` 时，手动停止的程序在 supervisord 或主机重启后仍保持停止，手动启动的则会启动；以最后一次命令为准，包括 `enable` 和 `disable`。程序退出、失败以及关闭不改变任何记录。",
    },
  },
} as const satisfies Record<string, Option>;
