/** The options of commands that run beside a program at turns of its life: a part of the table. (HOOK) */
import type { Option } from "./optionrow.ts";

const COMMAND = { type: "commandline", default: null, scope: "process", isOurs: true, isLive: true } as const;
const UNSET = { en: "nothing is run", zh: "不运行" } as const;

export const HOOKS = {
  post_start: {
    ...COMMAND,
    unset: UNSET,
    member: { field: "postStart" },
    brief: { en: "command that is run once the program is RUNNING", zh: "程序进入 RUNNING 后运行的命令" },
    more: {
      en: "Nothing waits for it. A stop, or the end of the program, ends it, and that is no failure.",
      zh: "没有任何步骤等待它。停止程序或程序结束会终止它，这不算失败。",
    },
  },
  on_fatal: {
    ...COMMAND,
    unset: UNSET,
    member: { field: "onFatal" },
    brief: { en: "command that is run whenever the program has become FATAL", zh: "程序每次进入 FATAL 时运行的命令" },
    more: {
      en: "Nothing waits for it. Not while supervisord shuts down.",
      zh: "没有任何步骤等待它。supervisord 关闭期间不运行。",
    },
  },
  hook_timeout: {
    type: "duration",
    atLeast: 100,
    default: "30s",
    scope: "process",
    member: { field: "hookTimeout" },
    isOurs: true,
    isLive: true,
    brief: { en: "how long each of these commands may run", zh: "每个此类命令最长可运行的时间" },
    more: {
      en: "Then it gets SIGTERM with its process group, SIGKILL two seconds later, and has failed.",
      zh: "到时连同其进程组收到 SIGTERM，两秒后收到 SIGKILL，并视为失败。",
    },
  },
} as const satisfies Record<string, Option>;
