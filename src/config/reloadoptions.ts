/** The options by which a program takes up a new configuration of its own: a part of the table. (RLD) */
import type { Option } from "./optionrow.ts";

export const RELOADS = {
  reload_signal: {
    type: "signal",
    default: null,
    unset: { en: "the program cannot be reloaded", zh: "程序不能重新加载" },
    scope: "process",
    member: { field: "reloadSignal" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "signal on which the program takes up a new configuration of its own",
      zh: "程序收到后重新读取自身配置的信号",
    },
    more: {
      en: "`supervisorctl reloadprog` sends it. A program that says RELOADING=1 within two seconds is waited for until it says READY=1.",
      zh: "由 `supervisorctl reloadprog` 发送。程序在两秒内发出 RELOADING=1 的，会等待其发出 READY=1。",
    },
  },
  reload_command: {
    type: "commandline",
    default: null,
    unset: { en: "the program cannot be reloaded", zh: "程序不能重新加载" },
    scope: "process",
    member: { field: "reloadCommand" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "command that makes the program take up a new configuration of its own; not together with reload_signal",
      zh: "让程序重新读取自身配置的命令；不能与 reload_signal 同时使用",
    },
    more: {
      en: "MAINPID in its environment is the program's pid. It may run for `hook_timeout`, and has worked when it ends with 0.",
      zh: "其环境中的 MAINPID 为程序的 pid。最长可运行 `hook_timeout`，以 0 结束即为成功。",
    },
  },
} as const satisfies Record<string, Option>;
