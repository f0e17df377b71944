/** The row of the table for what a program is to a container: whether its end ends supervisord. (CTR-001) */
import type { Choice } from "./choices.ts";
import type { Option } from "./optionrow.ts";

export const EXIT_ON = { what: "exit_on", words: ["never", "exit", "failure", "fatal"] } as const satisfies Choice;

export const CONTAINER_OPTIONS = {
  exit_on: {
    type: "choice",
    choice: EXIT_ON,
    default: "never",
    scope: "program",
    member: { field: "exitOn" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "which end of the program ends supervisord: never, exit (any), failure or fatal",
      zh: "程序的哪种结束会使 supervisord 结束：never、exit（任何）、failure 或 fatal",
    },
    more: {
      en: "`exit`: it ends by itself, with whatever code, even if it would be restarted. `failure`: it ends by itself with a code that is not in `exitcodes`, or by a signal. `fatal`: its state becomes FATAL, which counts for the other two as well. Everything is stopped in order then, and supervisord in the foreground ends with the program's exit code, or 128 and the number of the signal; for FATAL with the code of the last failed start, or 1. What an order stops never counts: a stop, an update, a reload, a shutdown.",
      zh: "`exit`：程序自行结束，无论退出码为何，即使本会重启。`failure`：程序自行结束且退出码不在 `exitcodes` 中，或被信号终止。`fatal`：状态变为 FATAL；这对前两者同样有效。此后所有程序按顺序停止，前台运行的 supervisord 以该程序的退出码结束，被信号终止时为 128 加信号编号；FATAL 时为最后一次失败启动的退出码，没有则为 1。由命令引起的停止从不计入：stop、update、reload、shutdown。",
    },
  },
} as const satisfies Record<string, Option>;
