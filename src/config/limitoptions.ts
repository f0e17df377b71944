/** Rows of the table: what limits a program and who it is to the kernel. They are set in the child before the program runs. (LIM-001..005) */
import type { Option } from "./optionrow.ts";

const INHERITED = { en: "inherited", zh: "继承" };
const RLIMIT = { type: "limit", default: null, unset: INHERITED, scope: "process", isOurs: true } as const;
const YES_NO = { type: "boolean", default: "false", scope: "process", isOurs: true } as const;
const HOW_LIMITED = {
  en: "`SOFT` or `SOFT:HARD`, each a number, a size or `unlimited`. With `SOFT` alone the hard limit stays, and is raised where it is lower. What cannot be set is a failed start. `minfds` and `minprocs` do not matter to a program with a limit of its own.",
  zh: "写作 `SOFT` 或 `SOFT:HARD`，各为数字、大小或 `unlimited`。只写 `SOFT` 时硬限制不变，若更低则随之提高。无法设置即视为启动失败。程序自己的限制优先于 `minfds` 和 `minprocs`。",
};

/** The options that are limits of the kernel's, by the name of the resource. */
export const RLIMIT_OPTIONS = {
  rlimit_nofile: {
    ...RLIMIT,
    member: { field: "rlimitNofile" },
    brief: { en: "limit of open files", zh: "打开的文件数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_nproc: {
    ...RLIMIT,
    member: { field: "rlimitNproc" },
    brief: { en: "limit of processes and threads of the user", zh: "该用户的进程和线程数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_core: {
    ...RLIMIT,
    member: { field: "rlimitCore" },
    brief: { en: "limit of bytes of a core dump", zh: "核心转储的字节数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_as: {
    ...RLIMIT,
    member: { field: "rlimitAs" },
    brief: { en: "limit of bytes of address space", zh: "地址空间的字节数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_cpu: {
    ...RLIMIT,
    member: { field: "rlimitCpu" },
    brief: { en: "limit of seconds of CPU time", zh: "CPU 时间的秒数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_data: {
    ...RLIMIT,
    member: { field: "rlimitData" },
    brief: { en: "limit of bytes of data", zh: "数据段的字节数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_fsize: {
    ...RLIMIT,
    member: { field: "rlimitFsize" },
    brief: { en: "limit of bytes of a file that is written", zh: "所写文件的字节数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_memlock: {
    ...RLIMIT,
    member: { field: "rlimitMemlock" },
    brief: { en: "limit of bytes of locked memory", zh: "锁定内存的字节数的上限" },
    more: HOW_LIMITED,
  },
  rlimit_stack: {
    ...RLIMIT,
    member: { field: "rlimitStack" },
    brief: { en: "limit of bytes of stack", zh: "栈的字节数的上限" },
    more: HOW_LIMITED,
  },
} as const satisfies Record<string, Option>;

export const LIMIT_OPTIONS = {
  ...RLIMIT_OPTIONS,
  nice: {
    type: "whole",
    range: [-20, 19],
    default: null,
    unset: INHERITED,
    scope: "process",
    member: { field: "nice" },
    isOurs: true,
    brief: { en: "priority for the processor, -20 (first) to 19 (last)", zh: "处理器优先级，-20（最先）到 19（最后）" },
    more: {
      en: "Absolute, not a difference. Below what supervisord was started with it needs root.",
      zh: "绝对值，不是差值。低于 supervisord 启动时的值需要 root。",
    },
  },
  oom_score_adj: {
    type: "whole",
    range: [-1000, 1000],
    default: null,
    unset: INHERITED,
    scope: "process",
    member: { field: "oomScoreAdj" },
    isOurs: true,
    brief: {
      en: "how early the kernel kills it when memory is short, -1000 (never) to 1000",
      zh: "内存不足时被内核终止的优先程度，-1000（从不）到 1000",
    },
  },
  group: {
    type: "group",
    default: null,
    unset: { en: "that of `user`", zh: "`user` 的主组" },
    scope: "process",
    member: { field: "group" },
    isOurs: true,
    brief: { en: "primary group, by name or number", zh: "主组，名称或编号" },
  },
  supplementary_groups: {
    type: "groups",
    default: null,
    unset: { en: "those of `user`", zh: "`user` 的附加组" },
    scope: "process",
    member: { field: "supplementaryGroups" },
    isOurs: true,
    brief: { en: "further groups, a list or none", zh: "附加组，列表或 none" },
  },
  max_memory_restart: {
    type: "bytes",
    default: null,
    unset: { en: "no limit", zh: "不限制" },
    scope: "process",
    member: { field: "maxMemoryRestart" },
    isOurs: true,
    isLive: true,
    brief: {
      en: "resident memory of the program and its descendants above which it is started again",
      zh: "程序及其后代的常驻内存超过此值时重新启动",
    },
    more: {
      en: "It is looked at every 10 seconds; three times in a row above it, and the program is stopped as by an order and started again, of the processes of a program one at a time. Not while it is STARTING.",
      zh: "每 10 秒查看一次；连续三次超过，程序便像收到命令一样停止并再次启动，同一程序的进程逐个进行。STARTING 时不计。",
    },
  },
  killtree: {
    ...YES_NO,
    member: { field: "killTree" },
    isLive: true,
    brief: {
      en: "nothing that the program has started outlives it",
      zh: "程序启动的任何进程都不会比它存活更久",
    },
    more: {
      en: "When its main process has ended, for whatever reason, everything left of the run gets SIGKILL before it is started again and before a stop is answered: its descendants, its process group, its session, and whatever has `HOLDFAST_TREE` of this run in its environment. What leaves all of these escapes.",
      zh: "主进程因任何原因结束后，该次运行留下的一切都会在再次启动之前、停止得到应答之前收到 SIGKILL：其后代、进程组、会话，以及环境中带有本次运行的 `HOLDFAST_TREE` 的进程。脱离所有这些的进程会逃脱。",
    },
  },
  no_new_privs: {
    ...YES_NO,
    member: { field: "noNewPrivs" },
    brief: { en: "setuid programs and file capabilities give no rights", zh: "setuid 程序和文件能力不再赋予权限" },
  },
  session: {
    ...YES_NO,
    member: { field: "session" },
    brief: { en: "a session of its own instead of a process group of its own", zh: "使用独立会话，而不是独立进程组" },
    more: {
      en: "No terminal can send it anything. Signals to its group reach it as before.",
      zh: "任何终端都不能向它发送信号。发给其进程组的信号照常送达。",
    },
  },
} as const satisfies Record<string, Option>;
