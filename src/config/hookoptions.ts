/** The options of commands that run beside a program at turns of its life: a part of the table. (HOOK) */
import type { Option } from "./optionrow.ts";

const COMMAND = { type: "commandline", default: null, scope: "process", isOurs: true, isLive: true } as const;
const UNSET = { en: "nothing is run", zh: "不运行" } as const;

export const HOOKS = {
  pre_start: {
    ...COMMAND,
    unset: UNSET,
    member: { field: "preStart" },
    brief: { en: "command that is run before each start; when it fails the start has failed", zh: "每次启动前运行的命令；失败则启动失败" },
    more: {
      en: "It runs in STARTING, when what the program depends on is there and its files of variables have been read. `startsecs` and `ready_timeout` begin after it. A stop ends it.",
      zh: "在 STARTING 状态下、所依赖者就绪且变量文件读取之后运行。`startsecs` 与 `ready_timeout` 从其后开始计算。停止程序会终止它。",
    },
  },
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
  pre_stop: {
    ...COMMAND,
    unset: UNSET,
    member: { field: "preStop" },
    brief: { en: "command that is run before the stop signal", zh: "发送停止信号之前运行的命令" },
    more: {
      en: "The state is STOPPING. `stopwaitsecs` counts from its end; the stop goes on whatever comes of it.",
      zh: "此时状态为 STOPPING。`stopwaitsecs` 从其结束时算起；无论结果如何，停止都会继续。",
    },
  },
  stop_command: {
    ...COMMAND,
    unset: UNSET,
    member: { field: "stopCommand" },
    brief: { en: "command that stops the program, instead of the stop signal", zh: "代替停止信号、用来停止程序的命令" },
    more: {
      en: "MAINPID in its environment is the program's pid. When it ends with 0 the program is expected to end, within `stopwaitsecs` from its start; when it fails the stop signal goes out at once. After `stopwaitsecs` both get SIGKILL.",
      zh: "其环境中的 MAINPID 为程序的 pid。以 0 结束时，程序应在自其启动起的 `stopwaitsecs` 内结束；失败时立即发送停止信号。超过 `stopwaitsecs` 两者都会收到 SIGKILL。",
    },
  },
  post_stop: {
    ...COMMAND,
    unset: UNSET,
    member: { field: "postStop" },
    brief: {
      en: "command that is run after each end of the program, and before it is started again",
      zh: "程序每次结束之后、再次启动之前运行的命令",
    },
    more: {
      en: "The state changes when the program ends; a stop is answered, and the next start begins, when this command has ended or its time is over. HOLDFAST_EXIT_CODE or HOLDFAST_EXIT_SIGNAL says how the program ended, HOLDFAST_REASON why.",
      zh: "程序结束时状态即改变；停止请求的应答与下一次启动要等该命令结束或超时。HOLDFAST_EXIT_CODE 或 HOLDFAST_EXIT_SIGNAL 说明程序如何结束，HOLDFAST_REASON 说明原因。",
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
    brief: {
      en: "how long each hook but stop_command may run",
      zh: "除 stop_command 外的每个钩子最长可运行的时间",
    },
    more: {
      en: "Then it gets SIGTERM with its process group, SIGKILL two seconds later, and has failed.",
      zh: "到时连同其进程组收到 SIGTERM，两秒后收到 SIGKILL，并视为失败。",
    },
  },
} as const satisfies Record<string, Option>;
